//! From all specs to the model: services are put together from their files, references are followed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rust_decimal::Decimal;

use super::budget_policy::{self, BudgetStep};
use super::domain;
use super::drill::Pace;
use super::grouping::grouping;
use super::lists;
use super::observed::Observed;
use super::policy::Policy;
use super::prices::Prices;
use super::service::{Attribute, Call, Service, Slo};
use super::team::{Team, Teams};
use super::waiver::Waiver;
use crate::code;
use crate::finding::Finding;
use crate::indicator::{self, Resolved, Setting};
use crate::metric::{self, Domain, Index, Label, Metric, MetricType, Metrics};
use crate::quantity::{Duration, Percent, Period};
use crate::scope::Scope;
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::spec::{File, MetricSpec, Named, ServiceSpec, SloSpec, is_policy};
use crate::suggest;
use crate::target::Target;

/// What the specs of one folder mean.
#[derive(Debug)]
pub struct Model {
    /// The organisation's rules.
    pub policy: Policy,
    /// Who must agree to changes of all specs, as `CODEOWNERS` names them.
    pub code_owners: Vec<String>,
    /// Teams with a policy of their own, each after those that it inherits from.
    pub teams: Vec<Team>,
    /// Services by name.
    pub services: Vec<Service>,
    /// What specs can refer to.
    pub index: Index,
    /// What is really exported, as snapshots have it.
    pub observed: Vec<Observed>,
}

/// What all services have in common, beside which each is planned and checked on its own.
#[derive(Debug)]
pub struct Common {
    /// The organisation's rules.
    pub policy: Arc<Policy>,
    /// Teams with a policy of their own.
    pub teams: Vec<Team>,
    /// What specs can refer to.
    pub index: Index,
    /// What is really exported.
    pub observed: Vec<Observed>,
}

impl Model {
    /// What holds for a service.
    #[must_use]
    pub fn policy_of(&self, service: &Service) -> &Policy {
        service.team.and_then(|team| self.teams.get(team)).map_or(&self.policy, |team| &team.policy)
    }

    /// The waivers of every policy.
    #[must_use]
    pub fn waivers(&self) -> Vec<Waiver> {
        let of_teams = self.teams.iter().flat_map(|team| &team.policy.waivers);
        self.policy.waivers.iter().chain(of_teams).cloned().collect()
    }
}

impl Common {
    /// The place in `teams` of the innermost team whose folder holds a file; `None` for the organisation's.
    #[must_use]
    pub fn team_of(&self, path: &str) -> Option<usize> {
        let holds = |team: &Team| {
            let rest = path.strip_prefix(&team.folder);
            team.folder.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let teams = self.teams.iter().enumerate().filter(|(_, team)| holds(team));
        teams.max_by_key(|(_, team)| team.folder.len()).map(|(at, _)| at)
    }

    /// What holds for a service.
    #[must_use]
    pub fn policy_of(&self, service: &Service) -> &Arc<Policy> {
        self.policy_of_team(service.team)
    }

    /// What holds for the services of a team; `None` for the organisation's.
    #[must_use]
    pub fn policy_of_team(&self, team: Option<usize>) -> &Arc<Policy> {
        team.and_then(|team| self.teams.get(team)).map_or(&self.policy, |team| &team.policy)
    }
}

/// Resolves the files of one folder. Services that could be read are in the model even beside faulty ones, so that
/// references to them do not raise findings of their own.
#[must_use]
pub fn resolve(
    sources: &Sources,
    files: &[(SourceId, Arc<File>)],
    pace: Pace,
    only: Option<&[Target]>,
) -> (Model, Vec<Finding>) {
    let mut scope = Scope { sources, targets: only.unwrap_or_default(), findings: Vec::new() };
    let nowhere = files
        .iter()
        .find(|(_, file)| !file.policies.is_empty())
        .or_else(|| files.first())
        .map_or_else(|| Span::new(Sources::default().add("", ""), 0..0), |(id, _)| Span::new(*id, 0..0));
    let is_policy = |id: SourceId| sources.central() == Some(id) || is_policy(&sources.get(id).path);
    let policy_unread = files.iter().any(|(id, file)| file.unread && is_policy(*id));
    let (mut teams, mut policy) = Teams::resolve(files, policy_unread, nowhere, (pace, only), &mut scope);
    let targets = only.map_or_else(|| policy.targets.clone(), <[Target]>::to_vec);
    let mut scope = Scope { sources, targets: &targets, findings: scope.findings };
    policy.registry = lists::registry(files.iter().flat_map(|(_, file)| &file.registry), &mut scope);

    let mut prices = files.iter().flat_map(|(_, file)| &file.prices);
    policy.prices = prices.next().map(|spec| Prices::resolve(spec, &mut scope));
    teams.share(&policy);
    for place in prices.filter_map(|second| second.version.0.map(|said| said.span)) {
        scope.report(
            Finding::new(&code::DUPLICATE_NAME, place, "a second list of prices")
                .hint("keep one `prices.yaml` in the specs folder"),
        );
    }

    let snapshots = files.iter().flat_map(|(id, file)| file.observed.iter().map(|spec| (*id, spec)));
    let observed =
        snapshots.filter_map(|(id, spec)| Observed::resolve(spec, &sources.get(id).path, &mut scope)).collect();

    let mut by_name: BTreeMap<&str, Vec<&ServiceSpec>> = BTreeMap::new();
    let mut unnamed: Vec<(&str, Vec<&ServiceSpec>)> = Vec::new();
    for spec in files.iter().flat_map(|(_, file)| &file.services) {
        match &spec.service.0 {
            Some(name) => by_name.entry(&name.value.0).or_default().push(spec),
            None => unnamed.push(("", vec![spec])),
        }
    }
    let by_name: Vec<_> = by_name.into_iter().chain(unnamed).collect();
    let declared: Vec<_> = by_name
        .into_par_iter()
        .map(|(name, specs)| {
            let mut reading = Scope { sources, targets: &targets, findings: Vec::new() };
            let team = team_of(name, &specs, &teams, &mut reading);
            let policy = teams.policy(team).unwrap_or(&policy);
            let mut scope = Scope { targets: only.unwrap_or(&policy.targets), ..reading };
            let metrics = resolve_metrics(&specs, policy, &mut scope);
            (name, specs, metrics, team, scope.findings)
        })
        .collect();
    let mut index = Index::new(files.iter().any(|(_, file)| file.unread));
    let mut parts = Vec::with_capacity(declared.len());
    let mut used = vec![index.is_partial(); teams.teams.len()];
    for (name, specs, metrics, team, mut findings) in declared {
        let place = specs.iter().find_map(|spec| spec.service.0.as_ref()).map_or(nowhere, |name| name.span);
        index.add_service(name, place, &metrics);
        scope.findings.append(&mut findings);
        if let Some(used) = team.and_then(|team| used.get_mut(team)) {
            *used = true;
        }
        parts.push((Spanned::new(name.to_owned(), place), specs, metrics, team));
    }
    let resolved: Vec<(Service, Vec<Finding>)> = parts
        .into_par_iter()
        .map(|(name, specs, metrics, team)| {
            let policy = teams.policy(team).unwrap_or(&policy);
            let mut scope = Scope { sources, targets: only.unwrap_or(&policy.targets), findings: Vec::new() };
            let service = Service { team, ..resolve_service(name, &specs, metrics, policy, &index, &mut scope) };
            (service, scope.findings)
        })
        .collect();
    let mut services = Vec::with_capacity(resolved.len());
    for (service, mut findings) in resolved {
        services.push(service);
        scope.findings.append(&mut findings);
    }
    teams.refuse_unused(&used, &mut scope);
    if !files.iter().any(|(_, file)| file.unread) {
        let is_service = |name: &str| index.service(name).is_some();
        let mut unknown = Scope { sources, targets: &targets, findings: Vec::new() };
        for policy in std::iter::once(&policy).chain(teams.teams.iter().map(|team| &*team.policy)) {
            policy.operator.refuse_unknown(is_service, &mut unknown);
        }
        // A team that inherits a namespace does not say it again.
        for finding in unknown.findings {
            if !scope.findings.contains(&finding) {
                scope.report(finding);
            }
        }
    }
    let Teams { code_owners, teams, .. } = teams;
    (Model { policy, code_owners, teams, services, index, observed }, scope.findings)
}

/// The team of a service; files of two teams cannot declare the same one.
fn team_of(name: &str, specs: &[&ServiceSpec], teams: &Teams, scope: &mut Scope<'_>) -> Option<usize> {
    let mut places = specs.iter().filter_map(|spec| Some(spec.service.0.as_ref()?.span));
    let first = places.next()?;
    let team = teams.of_file(first.source, scope);
    for other in places.filter(|place| teams.of_file(place.source, scope) != team).collect::<Vec<_>>() {
        let who = |team: Option<usize>| {
            team.and_then(|team| teams.teams.get(team))
                .map_or_else(|| "the organisation".to_owned(), |team| format!("the team `{}`", team.name))
        };
        scope.report(
            Finding::new(
                &code::DUPLICATE_NAME,
                other,
                format!(
                    "`{name}` is a service of two policies: {}'s and {}'s",
                    who(team),
                    who(teams.of_file(other.source, scope))
                ),
            )
            .label("declared again")
            .related(first, "first declared here")
            .hint("rename one, or keep all files of a service under one policy: a service has one owner"),
        );
    }
    team
}

/// What may be said once of a service, from whichever file says it; a second time is a finding.
fn once<'s, T>(
    specs: &[&'s ServiceSpec],
    field: &str,
    pick: impl Fn(&'s ServiceSpec) -> Option<&'s Spanned<T>>,
    scope: &mut Scope<'_>,
) -> Option<&'s Spanned<T>> {
    let mut said = specs.iter().copied().filter_map(pick);
    let first = said.next()?;
    for again in said {
        scope.report(
            Finding::new(&code::DUPLICATE_NAME, again.span, format!("`{field}` of this service is said twice"))
                .related(first.span, "first said here")
                .hint("keep one of them"),
        );
    }
    Some(first)
}

pub(super) fn resolve_service(
    name: Spanned<String>,
    specs: &[&ServiceSpec],
    metrics: Metrics,
    policy: &Policy,
    index: &Index,
    scope: &mut Scope<'_>,
) -> Service {
    let alerting = once(specs, "alerting", |spec| spec.alerting.as_ref(), scope);
    let steps = once(specs, "error_budget_policy", |spec| spec.error_budget_policy.as_ref(), scope);
    let inherited = Inherited {
        alerting: Arc::new(policy.alerting.clone().with(alerting, policy.known(), scope)),
        budget_policy: budget_policy::resolve(steps, &policy.budget_policy, scope),
    };
    let traffic = once(specs, "traffic", |spec| spec.traffic.as_ref(), scope).copied();
    let mut slos: Vec<Slo> =
        Vec::with_capacity(specs.iter().filter_map(|spec| spec.slos.0.as_ref()).map(|slos| slos.value.len()).sum());
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for spec in specs.iter().filter_map(|spec| spec.slos.0.as_ref()).flat_map(|slos| &slos.value) {
        let called = spec.name.0.as_ref();
        if let Some((called, earlier)) = called.and_then(|called| Some((called, seen.get(called.value.0.as_str())?))) {
            scope.report(
                Finding::new(
                    &code::DUPLICATE_SLO,
                    called.span,
                    format!("`{}` already has an objective called `{}`", name.value, called.value.0),
                )
                .label("the name is taken")
                .related(*earlier, "first declared here")
                .hint("give it another name, or remove it"),
            );
        } else if let Some(called) = called {
            seen.insert(&called.value.0, called.span);
        }
        slos.extend(resolve_slo(spec, &name.value, &inherited, policy, traffic, index, scope));
    }
    for spec in specs {
        // An empty list; one whose objectives are all at fault has findings of its own.
        if let Some(list) = &spec.slos.0
            && list.value.is_empty()
            && !spec.flawed.any(&["slos"])
        {
            scope.report(
                Finding::new(&code::INVALID_VALUE, list.span, "a service needs at least one objective")
                    .hint("add an objective with `name`, `objective` and `sli`"),
            );
        }
    }
    Service {
        team: None,
        description: once(specs, "description", |spec| spec.description.as_ref(), scope).map(|text| text.value.clone()),
        owner: once(specs, "owner", |spec| spec.owner.as_ref(), scope).map(|owner| owner.value.0.clone()),
        tier: once(specs, "tier", |spec| spec.tier.as_ref(), scope).map(|tier| tier.value.0.clone()),
        rollback: once(specs, "rollback", |spec| spec.rollback.as_ref(), scope).map(|text| text.value.0.clone()),
        no_rollback: once(specs, "no_rollback", |spec| spec.no_rollback.as_ref(), scope)
            .map(|all| all.value.iter().map(|text| text.value.0.clone()).collect())
            .unwrap_or_default(),
        signals: once(specs, "signals", |spec| spec.signals.as_ref(), scope)
            .map(|all| all.value.iter().map(|word| word.value).collect()),
        behind: once(specs, "behind", |spec| spec.behind.as_ref(), scope).map(|text| text.value.0.clone()),
        repository: once(specs, "repository", |spec| spec.repository.as_ref(), scope).map(|path| path.value.clone()),
        traffic: traffic.map(|traffic| traffic.value),
        calls: resolve_calls(specs, index, scope),
        attributes: resolve_attributes(specs, scope),
        metrics: metrics.declared,
        broken_metrics: metrics.broken,
        slos,
        name,
    }
}

fn resolve_attributes(specs: &[&ServiceSpec], scope: &mut Scope<'_>) -> BTreeMap<String, Attribute> {
    let mut attributes: BTreeMap<String, Attribute> = BTreeMap::new();
    for (name, spec) in specs.iter().flat_map(|spec| spec.attributes.iter().flat_map(Named::iter)) {
        match attributes.get(&name.value) {
            Some(earlier) => scope.report(
                Finding::new(
                    &code::DUPLICATE_NAME,
                    name.span,
                    format!("the attribute `{}` is declared twice", name.value),
                )
                .related(earlier.span, "first declared here")
                .hint("keep one of them"),
            ),
            None => {
                let attribute = Attribute { span: name.span, pii: spec.pii.map(|pii| pii.value) };
                attributes.insert(name.value.clone(), attribute);
            }
        }
    }
    attributes
}

fn resolve_calls(specs: &[&ServiceSpec], index: &Index, scope: &mut Scope<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    for spec in specs.iter().flat_map(|spec| spec.calls.iter().flatten()) {
        let (Some(service), Some(kind)) = (&spec.service.0, &spec.kind.0) else { continue };
        let callee = &service.value.0;
        let external = spec.external.is_some_and(|external| external.value);
        if !external && index.service(callee).is_none() {
            // It may be declared where nothing could be read, or its call's `external` was at fault.
            if index.is_partial() || spec.flawed.any(&["external"]) {
                continue;
            }
            scope.report(
                Finding::new(
                    &code::UNKNOWN_REFERENCE,
                    service.span,
                    format!("no spec declares the service `{callee}`"),
                )
                .label("not declared")
                .hint(
                    suggest::did_you_mean(callee, index.services()).unwrap_or_else(|| {
                        "add its spec, or `external: true` for the service of a third party".to_owned()
                    }),
                ),
            );
            continue;
        }
        calls.push(Call {
            service: service.clone().map(|name| name.0),
            kind: kind.value,
            routes: spec.routes.iter().flatten().map(|route| route.value.0.clone()).collect(),
            external,
        });
    }
    calls
}

/// What the objectives of a service take over from it and from the policy.
struct Inherited {
    alerting: Arc<super::Alerting>,
    budget_policy: Arc<[BudgetStep]>,
}

fn resolve_slo(
    spec: &SloSpec,
    service: &str,
    inherited: &Inherited,
    policy: &Policy,
    traffic: Option<Spanned<crate::quantity::Rate>>,
    index: &Index,
    scope: &mut Scope<'_>,
) -> Option<Slo> {
    let objective = spec.objective.0.and_then(|said| objective(said, scope));
    let window = window(spec, scope);
    let setting = Setting {
        service,
        service_label: &policy.service_label.translated,
        service_label_written: policy.service_label.written.as_deref(),
        index,
    };
    let sli = spec.sli.0.as_ref().and_then(|sli| indicator::resolve(sli, &setting, scope));
    let data = policy.data.with(spec.data.as_ref(), policy.known(), scope);
    let alerting = match &spec.alerting {
        None => Arc::clone(&inherited.alerting),
        own => Arc::new(super::Alerting::clone(&inherited.alerting).with(own.as_ref(), policy.known(), scope)),
    };
    let budget_policy = budget_policy::resolve(spec.error_budget_policy.as_ref(), &inherited.budget_policy, scope);
    let may_break = sli.as_ref().is_some_and(|sli| !sli.indicator.essential().is_empty());
    policy.refuse_orphans(&alerting, &data, may_break, scope);
    let (name, Resolved { indicator, group_by }) = (spec.name.0.clone()?, sli?);
    let group_by = grouping(group_by, policy, &alerting, scope);
    Some(Slo {
        name: name.map(|name| name.0),
        description: spec.description.as_ref().map(|text| text.value.clone()),
        objective: objective?,
        window: window?,
        sli: indicator,
        delay: delay(spec, policy, scope)?,
        group_by,
        traffic: spec.traffic.or(traffic),
        data,
        alerting,
        budget_policy,
        notes: spec.notes.as_ref().map(|text| text.value.clone()),
    })
}

fn objective(objective: Spanned<Percent>, scope: &mut Scope<'_>) -> Option<Spanned<Percent>> {
    let share = objective.value.share();
    if share > Decimal::ZERO && share < Decimal::ONE {
        return Some(objective);
    }
    let hint = if share == Decimal::ONE {
        "nothing may ever fail at 100%: no budget, so no burn rate; `99.99%` allows 4m19s in 30 days"
    } else {
        "write the share of good events, such as `99.9%`"
    };
    scope.report(
        Finding::new(
            &code::OBJECTIVE_OUT_OF_RANGE,
            objective.span,
            format!("the objective must be above 0% and below 100%, found `{}`", objective.value),
        )
        .label("out of range")
        .hint(hint),
    );
    None
}

/// The longest delay: data of another day tells nobody what to do now.
const LONGEST_DELAY: Duration = Duration::from_days(1);

fn delay(spec: &SloSpec, policy: &Policy, scope: &mut Scope<'_>) -> Option<Duration> {
    let Some(delay) = spec.delay else { return Some(Duration::ZERO) };
    let second = Duration::from_secs(u64::from(policy.time_scale.value));
    if delay.value <= LONGEST_DELAY && (delay.value == Duration::ZERO || delay.value.is_multiple_of(second)) {
        return Some(delay.value);
    }
    scope.report(
        Finding::new(
            &code::INVALID_VALUE,
            delay.span,
            format!("expected a delay of whole seconds, at most {LONGEST_DELAY}, found `{}`", delay.value),
        )
        .hint("write how long the data takes to arrive, such as `5m`"),
    );
    None
}

fn window(spec: &SloSpec, scope: &mut Scope<'_>) -> Option<Spanned<Period>> {
    let Some(window) = spec.window else {
        return Some(Spanned::new(Period::rolling(Duration::from_days(30)), spec.name.0.as_ref()?.span));
    };
    let (least, most) = (Duration::from_days(1), Duration::from_days(90));
    if window.value < least || window.value > most || !window.value.is_multiple_of(Duration::from_minutes(5)) {
        scope.report(
            Finding::new(
                &code::INVALID_VALUE,
                window.span,
                format!("expected a window from 1d to 90d in whole 5m, found `{}`", window.value),
            )
            .hint("`30d` is usual, `28d` holds whole weeks"),
        );
        return None;
    }
    Some(window.map(Period::rolling))
}

pub(super) fn resolve_metrics(specs: &[&ServiceSpec], policy: &Policy, scope: &mut Scope<'_>) -> Metrics {
    let mut metrics = Metrics::default();
    let instances = instances(specs, scope);
    let mut taken: BTreeMap<String, Spanned<String>> = BTreeMap::new();
    // A list of metrics that could not be read at all may declare anything.
    metrics.broken.extend(
        specs.iter().filter(|spec| spec.metrics.is_none() && spec.flawed.any(&["metrics"])).map(|_| String::new()),
    );
    for (name, spec) in specs.iter().flat_map(|spec| spec.metrics.iter().flat_map(|named| &named.0)) {
        let resolved = spec.as_ref().and_then(|spec| resolve_metric(name, spec, policy, instances, scope));
        let Some(resolved) = resolved else {
            metrics.broken.push(name.value.clone());
            continue;
        };
        let series = resolved.series();
        if let Some((series, earlier)) = series.iter().find_map(|series| Some((series, taken.get(series)?))) {
            let finding = if earlier.value == name.value {
                Finding::new(&code::DUPLICATE_NAME, name.span, format!("the metric `{}` is declared twice", name.value))
                    .related(earlier.span, "first declared here")
                    .hint("keep one of them")
            } else {
                Finding::new(&code::DUPLICATE_NAME, name.span, format!("two metrics become the series `{series}`"))
                    .related(earlier.span, "the other is declared here")
                    .hint("remove one, or give one a `prometheus_name`")
            };
            scope.report(finding);
            continue;
        }
        taken.extend(series.into_iter().map(|series| (series, name.clone())));
        metrics.declared.insert(name.value.clone(), Arc::new(resolved));
    }
    metrics
}

/// How many instances of a service may run at once: one, unless it says more.
fn instances(specs: &[&ServiceSpec], scope: &mut Scope<'_>) -> u32 {
    let Some(said) = once(specs, "instances", |spec| spec.instances.as_ref(), scope) else { return 1 };
    if said.value == 0 {
        scope.report(
            Finding::new(&code::INVALID_VALUE, said.span, "a service without instances exports nothing")
                .hint("give the most instances that run at once, or remove the line"),
        );
    }
    said.value.max(1)
}

fn resolve_metric(
    name: &Spanned<String>,
    spec: &MetricSpec,
    policy: &Policy,
    instances: u32,
    scope: &mut Scope<'_>,
) -> Option<Metric> {
    let kind = spec.r#type.0.map(|kind| kind.value);
    let unit = spec.unit.as_ref().map(|unit| unit.value.0.clone());
    let prometheus = match &spec.prometheus_name {
        Some(given) => given.value.clone(),
        None => metric::prometheus_name(&name.value, kind.unwrap_or(MetricType::UpDownCounter), unit.as_deref()),
    };
    if prometheus.trim().is_empty() {
        let (place, written) =
            spec.prometheus_name.as_ref().map_or((name.span, &name.value), |name| (name.span, &name.value));
        scope.report(
            Finding::new(&code::INVALID_VALUE, place, format!("`{written}` is not a metric name"))
                .hint("use letters, digits, dots and underscores"),
        );
        return None;
    }
    let mut labels: BTreeMap<String, Label> = BTreeMap::new();
    for (attribute, label) in spec.labels.iter().flat_map(|named| &named.0) {
        let prometheus = metric::label_name(&attribute.value);
        // A label whose declaration is at fault counts as bounded: its own fault has been reported.
        let domain = label.as_ref().map_or(Some(Domain::Count(1)), |label| domain::of(label, policy, scope));
        if let Some(earlier) = labels.get(&prometheus) {
            scope.report(
                Finding::new(&code::DUPLICATE_NAME, attribute.span, format!("two labels become `{prometheus}`"))
                    .related(earlier.name.span, "the other is declared here")
                    .hint("keep one of them"),
            );
            continue;
        }
        labels.insert(prometheus, Label { name: attribute.clone(), domain });
    }
    let joints = domain::joints(spec, &mut labels, scope);
    let buckets = kind.and_then(|kind| buckets(spec, kind, scope));
    let scrape_interval = spec.scrape_interval.and_then(|interval| super::policy::interval(interval, scope));
    // The name or the labels are not known.
    if spec.flawed.any(&["unit", "prometheus_name"])
        || (spec.labels.is_none() && spec.flawed.any(&["labels"]))
        || spec.flawed.any(&["joint_labels"])
    {
        return None;
    }
    Some(Metric {
        name: name.clone(),
        kind: kind?,
        unit,
        prometheus,
        buckets,
        labels,
        scrape_interval: scrape_interval.map(|interval| interval.value),
        joints,
        instances,
    })
}

fn buckets(spec: &MetricSpec, kind: MetricType, scope: &mut Scope<'_>) -> Option<Spanned<Vec<Decimal>>> {
    let buckets = spec.buckets.as_ref()?;
    let bounds: Vec<Decimal> = buckets.value.iter().map(|bound| bound.value.0).collect();
    let fault = if kind != MetricType::Histogram {
        Some((format!("a {} has no bucket boundaries", kind.word()), "remove `buckets`, or make the type `histogram`"))
    } else if spec.flawed.any(&["buckets"]) {
        return None;
    } else if bounds.is_empty() {
        Some(("expected at least one bucket boundary".to_owned(), "list the boundaries, each in the metric's unit"))
    } else if bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
        Some(("bucket boundaries must rise".to_owned(), "sort them, and list each once"))
    } else {
        None
    };
    if let Some((message, hint)) = fault {
        scope.report(Finding::new(&code::INVALID_VALUE, buckets.span, message).hint(hint));
        return None;
    }
    Some(Spanned::new(bounds, buckets.span))
}
