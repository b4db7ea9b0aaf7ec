//! The conditions, in PromQL.

use super::metrics::{ATTEMPTED, FAILED, Pulse, RELOADED, RulerMetrics, of};
use super::times::Times;
use super::watched::Watched;
use super::words::Shown;
use crate::model::{Observed, Policy, Watchers};
use crate::promql::{Expr, Matcher, Select};
use crate::quantity::{Date, Duration};

/// Evaluations of a group that may be late before the ruler counts as standing still.
const LATE: u64 = 3;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A condition, before it has words.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) watched: Watched,
    pub(super) expr: String,
    pub(super) hold: Duration,
    /// The snapshot that it is about, and when that one becomes too old, in seconds since 1970.
    pub(super) snapshot: Option<(String, i64)>,
    /// What the page asks to see more.
    pub(super) shows: Vec<Shown>,
}

/// Every condition, the one that always holds first.
pub(super) fn conditions(watchers: &Watchers, policy: &Policy, times: Times, observed: &[Observed]) -> Vec<Condition> {
    let hold = |minutes| times.scale.real(Duration::from_minutes(minutes));
    let mut conditions = Vec::new();
    let mut add = |watched, expr: String, hold, shows| {
        conditions.push(Condition { watched, expr, hold, snapshot: None, shows });
    };
    if watchers.dead_man.is_some() {
        add(Watched::Itself, "vector(1)".to_owned(), Duration::ZERO, vec![]);
    }
    let ruler = Of { watchers, metrics: of(watchers.ruler), times };
    let metrics = ruler.metrics;
    let pulse = metrics.pulse.metric();
    add(Watched::RulerUnseen, format!("absent({})", ruler.groups(pulse, &[])), hold(5), vec![]);
    let failing = ruler.failing();
    add(Watched::RulesFail, ruler.any(&failing), hold(5), failing.into_iter().map(Shown::failing).collect());
    let late = ruler.late();
    add(Watched::RulerLags, late.clone(), hold(1), vec![Shown::groups(ruler.each_late())]);
    // More than one, over long enough: an evaluation may take longer than a shorter range.
    let missed = format!("increase({}[{}]) > 1", ruler.groups(metrics.missed, &[]), times.long);
    add(Watched::RulesMissed, ruler.any(std::slice::from_ref(&missed)), hold(5), vec![Shown::groups(missed)]);
    let share = ruler.share();
    let slow = format!("max without ({}) ({share}) > 0.5", metrics.within.join(", "));
    add(Watched::RulesSlow, slow, hold(15), vec![Shown::slowest(format!("topk(10, {share})"))]);
    if let Some(known) = metrics.known {
        add(Watched::NobodyToTell, format!("{} < 1", ruler.own(known, &[])), hold(5), vec![]);
    }
    let refused = ruler.refused();
    let to = metrics.to;
    add(
        Watched::AlertsRefused,
        format!("min without ({to}) ({refused}) > 0.03"),
        hold(5),
        vec![Shown::by(to, refused)],
    );
    let attempted = select(ATTEMPTED, watchers.alertmanager_labels.iter(), &[]);
    let failed = select(FAILED, watchers.alertmanager_labels.iter(), &[]);
    add(Watched::AlertmanagerUnseen, format!("absent({attempted})"), hold(5), vec![]);
    let long = times.long;
    let unheard = format!("sum without (reason) (rate({failed}[{long}])) / rate({attempted}[{long}])");
    add(
        Watched::NotificationsFail,
        format!("{unheard} > 0.01"),
        Duration::ZERO,
        vec![Shown::by("integration", unheard)],
    );
    let reloaded = metrics.reloaded.map(|metric| ruler.own(metric, &[]));
    let reloads: Vec<String> =
        reloaded.into_iter().chain([select(RELOADED, watchers.alertmanager_labels.iter(), &[])]).collect();
    let stale = reloads.iter().map(|metric| format!("{metric} == 0")).collect::<Vec<_>>().join(" or ");
    add(Watched::NotReloaded, stale, hold(10), vec![]);
    // A server that was asked just now has no day.
    let dated = observed.iter().filter_map(|snapshot| Some((&snapshot.name, snapshot.day?.0)));
    conditions.extend(dated.map(|(name, day)| {
        let end = end(day, policy.snapshots_last);
        Condition {
            watched: Watched::SnapshotOld,
            expr: format!("vector(time()) >= {end}"),
            hold: Duration::ZERO,
            snapshot: Some((name.clone(), end)),
            shows: vec![],
        }
    }));
    conditions
}

/// When a snapshot of that day becomes too old, in seconds since 1970. `check` counts whole days as well.
fn end(day: Date, age: Duration) -> i64 {
    let days = i64::try_from(age.millis() / 86_400_000).unwrap_or(i64::MAX / DAY / 2);
    (day.days_since_1970() + days + 1) * DAY
}

/// The ruler's own metrics.
struct Of<'w> {
    watchers: &'w Watchers,
    metrics: RulerMetrics,
    times: Times,
}

impl Of<'_> {
    /// A metric of the ruler.
    fn own(&self, metric: &str, more: &[Matcher<'_>]) -> String {
        select(metric, self.watchers.ruler_labels.iter(), more)
    }

    /// A metric of our groups.
    fn groups(&self, metric: &str, more: &[Matcher<'_>]) -> String {
        let ours = Matcher::re(self.metrics.group, self.metrics.ours);
        self.own(metric, &[&[ours], more].concat())
    }

    /// Which rules fail, by counter.
    fn failing(&self) -> Vec<String> {
        let failing = |metric: &&str| format!("increase({}[{}]) > 0", self.groups(metric, &[]), self.times.window);
        self.metrics.failures.iter().map(failing).collect()
    }

    /// One series for each ruler of which any condition holds.
    fn any(&self, each: &[String]) -> String {
        let without = self.metrics.within.join(", ");
        let sum = |condition: &String| format!("sum without ({without}) ({condition})");
        each.iter().map(sum).collect::<Vec<_>>().join(" or ")
    }

    /// The groups that are late.
    fn each_late(&self) -> String {
        let interval = self.groups(self.metrics.interval, &[]);
        match self.metrics.pulse {
            Pulse::Time(metric) => format!("time() - {} > {LATE} * {interval}", self.groups(metric, &[])),
            // A count that stood still for as long as the slowest of our groups may wait.
            Pulse::Count(metric) => format!("increase({}[{}]) == 0", self.groups(metric, &[]), self.times.long),
        }
    }

    fn late(&self) -> String {
        format!("max without ({}) ({})", self.metrics.within.join(", "), self.each_late())
    }

    /// The share of its interval that each group needs.
    fn share(&self) -> String {
        let interval = self.groups(self.metrics.interval, &[]);
        match self.metrics.quantile {
            None => format!("{} / {interval}", self.groups(self.metrics.took, &[])),
            Some(quantile) => {
                let took = self.groups(self.metrics.took, &[Matcher::eq("quantile", quantile)]);
                format!("{took} / ignoring (quantile) {interval}")
            }
        }
    }

    /// The share of alerts that each Alertmanager refuses.
    fn refused(&self) -> String {
        let rate = |metric| format!("rate({}[{}])", self.own(metric, &[]), self.times.resends);
        let (sent, refused) = (rate(self.metrics.sent), rate(self.metrics.refused));
        // An Alertmanager that was replaced took alerts a minute ago; only those that are there now count.
        let there = self.own(self.metrics.refused, &[]);
        format!("({refused} / ({refused} + {sent}) and {there})")
    }
}

/// A selector with the labels that the policy gives, and more.
fn select<'l>(metric: &str, labels: impl Iterator<Item = (&'l String, &'l String)>, more: &[Matcher<'_>]) -> String {
    let said: Vec<Matcher<'_>> = labels.map(|(label, value)| Matcher::eq(label, value)).collect();
    Expr::Select(Select::new(metric, &[&said, more])).to_string()
}
