//! The plan of one objective: budget, windows, labels, alerts.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::about::AboutSlo;
use super::alert::{self, BurnAlert, StateAlert};
use super::group_cost::GroupCost;
use super::layout::Layout;
use super::names;
use super::requests::Requests;
use super::statement::times;
use super::terms::Terms;
use super::timing::{Scale, Timing, Window};
use crate::indicator::Indicator;
use crate::model::{Alerting, BudgetStep, Domain, Index, Observed, Policy, Response, Service, Slo};
use crate::oracle::Recorded;
use crate::oracle::closed_form::Estimate;
use crate::quantity::{Duration, Period};
use crate::source::Sources;

/// Everything that is generated for one objective.
#[derive(Debug)]
pub struct SloPlan {
    /// The service's name.
    pub service: String,
    /// The objective's name.
    pub name: String,
    /// The objective's part of file names and addresses.
    pub stem: String,
    /// Labels on every series recorded for the objective, groups apart: `service`, `slo`, then the policy's.
    pub labels: Vec<(String, String)>,
    /// Labels of the info series beyond those.
    pub info: Vec<(String, String)>,
    /// Labels kept apart.
    pub group_by: Vec<String>,
    /// The label that tells replicas of one series apart.
    pub replica_label: Option<String>,
    /// The share of good events promised.
    pub objective: Decimal,
    /// The share of events that may be bad: 1 − objective, exact.
    pub budget: Decimal,
    /// The window of the promise, nominal.
    pub window: Period,
    /// The window of the promise, real.
    pub window_real: Period,
    /// What counts events.
    pub sli: Arc<dyn Indicator>,
    /// Intervals and steps.
    pub timing: Timing,
    /// How lengths are compressed.
    pub scale: Scale,
    /// Recorded windows, shortest first.
    pub windows: Vec<Window>,
    /// Burn-rate alerts, in the order of the pairs.
    pub burns: Vec<BurnAlert>,
    /// Alerts on missing data.
    pub states: Vec<StateAlert>,
    /// How its rules are spread over groups.
    pub(crate) layout: Layout,
    /// What its groups cost a ruler, in their order; the budget's is the last.
    pub costs: Vec<GroupCost>,
    /// The ruler that evaluates it, below the number of shards.
    pub shard: u32,
    /// How long burn-rate alerts keep firing, real.
    pub keep_firing_for: Duration,
    /// Declared values of the labels that selectors and groups name, the first few of each.
    pub domains: BTreeMap<String, Vec<String>>,
    /// Whether this objective's proofs fill its longest windows: the first of each shape's do.
    pub proves_long: bool,
    /// The team that is called.
    pub owner: Option<String>,
    /// What the team does as the error budget is spent, from the least share to the largest.
    pub budget_policy: Arc<[BudgetStep]>,
    /// What people are told of it.
    pub about: AboutSlo,
    /// The requests that it counts, by the metrics and labels that it reads; none where it counts no requests.
    pub requests: Option<Requests>,
    /// What its author says of alerts.
    pub(super) alerting: Arc<Alerting>,
    /// The organisation's rules.
    pub(super) policy: Arc<Policy>,
}

impl SloPlan {
    /// Plans a valid objective.
    pub(crate) fn of(
        slo: &Slo,
        service: &Service,
        policy: &Arc<Policy>,
        (index, observed): (&Index, &[Observed]),
        sources: &Sources,
    ) -> Self {
        let scale = Scale(policy.time_scale.value);
        let scrape = scrape_interval(slo, service, policy);
        let sli = Arc::clone(&slo.sli);
        let evaluation = if sli.unit().is_sliced { Duration::from_minutes(1) } else { policy.evaluation };
        let timing = Timing::of(scrape, evaluation, sli.base(scrape), scale).late(scale.real(slo.delay));
        let windows = windows(slo, scale);
        let mut labels =
            vec![("service".to_owned(), service.name.value.clone()), ("slo".to_owned(), slo.name.value.clone())];
        labels.extend(policy.labels.iter().map(|(name, value)| (name.clone(), value.clone())));
        let objective = slo.objective.value.share();
        let budget = (Decimal::ONE - objective).normalize();
        let (window, window_real) = (slo.window.value, scale.period(slo.window.value));
        let keep_firing_for = scale.real(slo.alerting.keep_firing_for);
        let terms = Terms { budget, window, window_real, timing, scale, unit: sli.unit(), keep_firing_for };
        let states = alert::states(slo, scale);
        let pairs = &slo.alerting.pairs;
        let has_good = records_good(&*sli);
        let layout = Layout::of(policy.max_group_rules, &windows, pairs, &states, has_good);
        let burns = pairs.iter().enumerate();
        let burns = burns.map(|(index, pair)| alert::burn(pair, slo, &terms, layout.lag(index, pair, &windows)));
        Self {
            service: service.name.value.clone(),
            name: slo.name.value.clone(),
            stem: names::stem(&slo.name.value),
            info: info(slo, service),
            group_by: slo.group_by.iter().map(|label| label.value.clone()).collect(),
            replica_label: policy.replica_label.clone(),
            objective,
            budget,
            window,
            window_real,
            sli,
            timing,
            scale,
            burns: burns.collect(),
            windows,
            states,
            layout,
            costs: Vec::new(),
            shard: 0,
            keep_firing_for,
            labels,
            domains: domains(slo, service),
            proves_long: false,
            owner: service.owner.clone(),
            budget_policy: Arc::clone(&slo.budget_policy),
            about: AboutSlo::of(slo, sources),
            requests: Requests::of(slo, service, policy, index, observed),
            alerting: Arc::clone(&slo.alerting),
            policy: Arc::clone(policy),
        }
    }

    /// Whether its recorded series have a label.
    #[must_use]
    pub(crate) fn records_label(&self, label: &str) -> bool {
        self.labels.iter().any(|(name, _)| name == label) || self.group_by.iter().any(|name| name == label)
    }

    /// What its alerts are worked out from.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            budget: self.budget,
            window: self.window,
            window_real: self.window_real,
            timing: self.timing,
            scale: self.scale,
            unit: self.sli.unit(),
            keep_firing_for: self.keep_firing_for,
        }
    }

    /// What the longest windows' rules depend on: objectives of one shape stand or fall together.
    pub(super) fn shape(&self) -> (bool, Timing, Vec<Window>) {
        (self.sli.unit().is_whole, self.timing, self.windows.clone())
    }

    /// The names of its rule groups, in the order in which they read one another; the last is the budget's.
    pub(crate) fn group_names(&self) -> Vec<String> {
        let name = format!("{}/{}", self.service, self.name);
        let more = (2..=self.layout.groups.len()).map(|part| format!("{name}/{part}"));
        let first = [name.clone()].into_iter();
        first.chain(more).chain([format!("{name}/budget")]).collect()
    }

    /// Whether good events are recorded beside all and bad ones.
    pub(crate) fn records_good(&self) -> bool {
        records_good(&*self.sli)
    }

    /// The seconds that one sample of a stepped sum stands for.
    #[must_use]
    pub(crate) fn step_seconds(&self) -> Decimal {
        self.timing.step.exact_seconds()
    }

    /// The real window of the promise in seconds.
    #[must_use]
    pub(crate) fn window_seconds(&self) -> Decimal {
        self.window_real.exact_seconds()
    }
}

/// When an objective's alert fires and clears, from the start and the end of errors at `error_ratio` (0 to 1), as
/// [`Statement`](super::Statement) says it of a total outage; `None` where it never does. `keep_firing_for` comes on top. Time slices only know
/// bad minutes: whatever makes one bad counts as a total outage.
#[must_use]
pub fn expected(slo: &SloPlan, burn: &BurnAlert, error_ratio: f64) -> (Option<Estimate>, Option<Estimate>) {
    times(&slo.terms(), &burn.to_oracle(), burn.lag, error_ratio)
}

/// Whether good events are recorded beside all and bad ones.
fn records_good(sli: &dyn Indicator) -> bool {
    sli.essential().iter().any(|side| side.hides == Recorded::Good)
}

/// How often the objective's series get a sample: as their metric says, else as the policy does; the slowest counts.
pub(crate) fn scrape_interval(slo: &Slo, service: &Service, policy: &Policy) -> Duration {
    scrape_intervals(slo, service).into_iter().max().unwrap_or(policy.scrape.value)
}

/// The intervals that the objective's own metrics declare.
fn scrape_intervals(slo: &Slo, service: &Service) -> Vec<Duration> {
    let readings = slo.sli.readings();
    let metrics = readings.iter().filter_map(|reading| service.metrics.values().find(|metric| reading.is_of(metric)));
    metrics.filter_map(|metric| metric.scrape_interval).collect()
}

/// Every window that an alert reads.
fn windows(slo: &Slo, scale: Scale) -> Vec<Window> {
    let mut lengths: Vec<Duration> = slo.alerting.pairs.iter().flat_map(|pair| [pair.long, pair.short]).collect();
    if slo.data.group_gone != Response::Ignore {
        lengths.extend([alert::GONE_KNOWN, alert::GONE_RECENT]);
    }
    if slo.data.no_traffic != Response::Ignore {
        lengths.push(alert::GONE_RECENT);
    }
    lengths.sort();
    lengths.dedup();
    lengths.into_iter().map(|length| Window::of(length, scale)).collect()
}

/// Of each label that is matched or grouped by, a few declared values: enough to tell selectors apart.
fn domains(slo: &Slo, service: &Service) -> BTreeMap<String, Vec<String>> {
    let (queries, readings) = (slo.sli.queries(), slo.sli.readings());
    let is_read = |metric: &&std::sync::Arc<crate::metric::Metric>| readings.iter().any(|it| it.is_of(metric));
    let (read, others): (Vec<_>, Vec<_>) = service.metrics.values().partition(is_read);
    let metrics: Vec<_> = read.into_iter().chain(others).collect();
    let matched = queries.iter().flat_map(|query| &query.selector.matchers).map(|matcher| &matcher.label);
    let mut domains = BTreeMap::new();
    for label in matched.chain(slo.group_by.iter().map(|label| &label.value)) {
        let declared = metrics.iter().find_map(|metric| metric.label(label));
        if let Some(Domain::Values(values)) = declared.and_then(|label| label.domain.as_ref()) {
            domains.insert(label.clone(), values.iter().take(8).cloned().collect());
        }
    }
    domains
}

fn info(slo: &Slo, service: &Service) -> Vec<(String, String)> {
    let mut info = vec![
        ("objective".to_owned(), slo.objective.value.to_string()),
        ("window".to_owned(), slo.window.value.to_string()),
    ];
    info.extend(service.tier.iter().map(|tier| ("tier".to_owned(), tier.clone())));
    info.extend(service.owner.iter().map(|owner| ("owner".to_owned(), owner.clone())));
    info
}
