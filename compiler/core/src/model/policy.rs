//! The organisation's rules with their defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alerting::{Alerting, DataStates};
use super::alertmanager_config;
use super::budget_policy::{self, BudgetStep};
use super::cardinality::Cardinality;
use super::console::Console;
use super::drill::{Drill, Pace, scale_fits};
use super::labels::labels;
use super::lists;
use super::operator::Operator;
use super::prices::Prices;
use super::routing::Routing;
use super::rule_groups;
use super::rulers::Rulers;
use super::service_label::ServiceLabel;
use super::severity::{Known, Severity, severities};
use super::telemetry::{Redaction, Retention, Sampling};
use super::waiver::Waiver;
use super::watchers::Watchers;
use crate::code;
use crate::finding::Finding;
use crate::indicator::group_labels;
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::PolicySpec;
use crate::target::Target;

/// Labels that need no declaration: set by Prometheus, the collector or the platform rather than by instrumentation.
pub const AMBIENT_LABELS: [&str; 14] = [
    "job",
    "instance",
    "service",
    "service_name",
    "service_namespace",
    "service_version",
    "service_instance_id",
    "namespace",
    "pod",
    "cluster",
    "le",
    "otel_scope_*",
    "exported_*",
    "collector_instance_id",
];

/// The organisation's rules.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The longer of the scrape and the export interval: how often a series gets a sample.
    pub scrape: Spanned<Duration>,
    /// How often services export, where the policy says so.
    pub export: Option<Duration>,
    /// The evaluation interval of rule groups; divides 60 s.
    pub evaluation: Duration,
    /// Factor by which every length of time is compressed; 1 outside drills.
    pub time_scale: Spanned<u32>,
    /// Whether an undeclared metric is an error.
    pub strict: bool,
    /// Labels on every recorded series and alert.
    pub labels: BTreeMap<String, String>,
    /// Labels that every objective keeps apart.
    pub group_by: Vec<Spanned<String>>,
    /// The label that holds a service's name in its metrics.
    pub service_label: ServiceLabel,
    /// The label that tells replicas of one Prometheus apart.
    pub replica_label: Option<String>,
    /// Labels that need no declaration; a `*` at the end stands for any rest.
    pub ambient_labels: Vec<String>,
    /// What `compile` writes unless told otherwise.
    pub targets: Vec<Target>,
    /// Metadata for the Prometheus Operator.
    pub operator: Operator,
    /// What other rulers are told.
    pub rulers: Rulers,
    /// Where people look.
    pub console: Console,
    /// Where the policy declares severities of its own.
    pub own_severities: Option<Span>,
    /// Severities by name.
    pub severities: BTreeMap<String, Severity>,
    /// Whom alerts reach.
    pub routing: Routing,
    /// Alerts on what evaluates the rules and sends the alerts, where the policy asks for them.
    pub watchers: Option<Watchers>,
    /// What objectives inherit.
    pub alerting: Alerting,
    /// What objectives inherit.
    pub data: DataStates,
    /// What teams do as an error budget is spent, from the least share to the largest.
    pub budget_policy: Arc<[BudgetStep]>,
    /// What telemetry costs, where somebody says so.
    pub prices: Option<Prices>,
    /// Values of attributes that registries in the folder enumerate.
    pub registry: BTreeMap<String, Vec<String>>,
    /// Shared lists of label values.
    pub enumerations: BTreeMap<String, Vec<String>>,
    /// Budgets of series.
    pub cardinality: Cardinality,
    /// The most rules of a rule group.
    pub max_group_rules: usize,
    /// How many rulers share the objectives.
    pub shards: u32,
    /// Whether the lists could not be read, so that any may be meant.
    pub(crate) enumerations_unread: bool,
    /// Findings that are accepted for a while.
    pub waivers: Vec<Waiver>,
    /// Who may begin a trace with a CLIENT span; `None` for whoever has no spec.
    pub origins: Option<Vec<String>>,
    /// Which traces are kept.
    pub sampling: Sampling,
    /// What may leave the node.
    pub redaction: Redaction,
    /// How long things are kept.
    pub retention: Retention,
    /// The age at which a snapshot of what is exported proves nothing any more.
    pub snapshots_last: Duration,
    /// How the system is drilled, where somebody says so.
    pub drill: Option<Drill>,
    /// Whether the severities could not be read, so that any may be declared.
    pub(crate) unread: bool,
}

impl Policy {
    /// Prometheus's own default. A range that is made for a shorter interval holds one sample of a target that is scraped
    /// every minute, `rate` gives nothing, and a healthy service looks absent. One that is made for a longer interval loses no
    /// event.
    const SCRAPE: Duration = Duration::from_minutes(1);

    /// Whether a label needs no declaration.
    #[must_use]
    pub fn is_ambient(&self, label: &str) -> bool {
        // Labels may keep the dots of OpenTelemetry's names.
        let label = &*super::label_name(label);
        label.starts_with("__")
            || label == self.service_label.translated
            || self.replica_label.as_deref() == Some(label)
            || self.ambient_labels.iter().any(|ambient| match ambient.strip_suffix('*') {
                Some(prefix) => label.starts_with(prefix),
                None => ambient == label,
            })
    }

    /// The policy of a spec, or all defaults. `nowhere` stands for the place of what nobody wrote.
    pub(crate) fn resolve(
        spec: Option<&PolicySpec>,
        unread: bool,
        nowhere: Span,
        pace: Pace,
        scope: &mut Scope<'_>,
    ) -> Self {
        let duration = |field: Option<Spanned<Duration>>, default| field.unwrap_or(Spanned::new(default, nowhere));
        let get = |pick: fn(&PolicySpec) -> Option<Spanned<Duration>>| spec.and_then(pick);
        let mut sampled = |field, default| duration(get(field).and_then(|given| interval(given, scope)), default);
        let scrape = sampled(|s: &PolicySpec| s.scrape_interval, Self::SCRAPE);
        let export = sampled(|s: &PolicySpec| s.export_interval, Duration::ZERO);
        let mut evaluation = duration(get(|s| s.evaluation_interval), Duration::from_secs(30));
        let minute = Duration::from_minutes(1);
        if evaluation.value < Duration::from_secs(1) || !minute.is_multiple_of(evaluation.value) {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    evaluation.span,
                    format!("expected an interval of 1s or more that divides 60s, found `{}`", evaluation.value),
                )
                .hint("use `30s`, or another of 1s, 2s, 3s, 4s, 5s, 6s, 10s, 12s, 15s, 20s, 60s")
                .note("windows are tiled by whole minutes: with another interval some events would count twice"),
            );
            evaluation.value = Duration::from_secs(30);
        }
        let severities = severities(spec, scope);
        let sample = scrape.value.max(export.value);
        let given = spec.and_then(|s| s.time_scale).filter(|it| scale_fits(*it, evaluation.value, sample, scope));
        let drill = spec.and_then(|s| s.drill.as_ref());
        let console = Console::resolve(spec, scope);
        let mut time_scale = given.unwrap_or(Spanned::new(1, nowhere));
        let drill_resolved = drill.and_then(|it| Drill::resolve(&it.value, evaluation.value, sample, scope));
        if let Pace::Drill(other) = pace {
            let place = drill.map_or(nowhere, |drill| drill.value.time_scale.map_or(drill.span, |scale| scale.span));
            let own = drill_resolved.as_ref().map_or(1, |drill| drill.time_scale);
            let other = other.map(|other| Spanned::new(other, place));
            let other = other.filter(|other| scale_fits(*other, evaluation.value, sample, scope));
            time_scale = other.unwrap_or(Spanned::new(own, place));
        }
        let mut policy = Self {
            scrape: if export.value > scrape.value { export } else { scrape },
            export: (export.value > Duration::ZERO).then_some(export.value),
            evaluation: evaluation.value,
            time_scale,
            strict: spec.and_then(|s| s.strict).is_some_and(|strict| strict.value),
            labels: series_labels(spec, scope),
            group_by: group_labels(spec.and_then(|s| s.group_by.as_deref()), false, scope),
            service_label: spec
                .and_then(|s| s.service_label.as_ref())
                .map_or_else(ServiceLabel::default, |label| ServiceLabel::resolve(label, scope).unwrap_or_default()),
            replica_label: spec.and_then(|s| s.replica_label.as_ref()).map(|label| label.value.0.clone()),
            ambient_labels: match spec.and_then(|s| s.ambient_labels.as_ref()) {
                Some(labels) => labels.iter().map(|label| ambient(&label.value)).collect(),
                None => AMBIENT_LABELS.iter().map(|label| (*label).to_owned()).collect(),
            },
            prices: None,
            registry: BTreeMap::new(),
            enumerations: lists::enumerations(spec, scope),
            enumerations_unread: unread
                || spec.is_some_and(|spec| spec.enumerations.is_none() && spec.flawed.any(&["enumerations"])),
            cardinality: Cardinality::of(spec),
            max_group_rules: rule_groups::resolve(spec, scope),
            // A system under drill has one Prometheus.
            shards: if matches!(pace, Pace::Drill(_)) { 1 } else { rule_groups::shards(spec, scope) },
            waivers: Waiver::resolve(spec, scope),
            targets: scope.targets.to_vec(),
            operator: Operator::resolve(spec, scope),
            rulers: Rulers::resolve(spec, &console, scope),
            console,
            routing: Routing::resolve(spec, &severities, scope),
            severities,
            own_severities: spec.and_then(|s| s.severities.as_ref()).map(|severities| severities.span),
            watchers: None,
            alerting: Alerting::workbook(),
            data: DataStates::default(),
            budget_policy: budget_policy::resolve(
                spec.and_then(|s| s.error_budget_policy.as_ref()),
                &Arc::default(),
                scope,
            ),
            origins: spec
                .and_then(|s| s.origins.as_ref())
                .map(|origins| origins.iter().map(|origin| origin.value.0.clone()).collect()),
            sampling: Sampling::resolve(spec, scope),
            redaction: Redaction::resolve(spec),
            retention: Retention::resolve(spec, scope),
            snapshots_last: spec
                .and_then(|s| s.observed.as_ref())
                .and_then(|observed| observed.value.max_age)
                .map_or(Duration::from_days(90), |age| age.value),
            drill: drill_resolved,
            unread: unread || spec.is_some_and(|spec| spec.severities.is_none() && spec.flawed.any(&["severities"])),
        };
        policy.watchers = Watchers::resolve(spec, policy.known(), &policy.routing.receivers, scope);
        policy.data = DataStates::default().with(spec.and_then(|s| s.data.as_ref()), policy.known(), scope);
        policy.alerting = Alerting::workbook().with(spec.and_then(|s| s.alerting.as_ref()), policy.known(), scope);
        let Self { routing, operator, labels, .. } = &policy;
        alertmanager_config::check(spec, alertmanager_config::Told { routing, operator, labels }, scope);
        policy
    }
}

impl Policy {
    /// What is known of its severities.
    pub(super) fn known(&self) -> Known<'_> {
        Known { severities: &self.severities, unread: self.unread }
    }

    /// With severities of its own, a policy must say which of them the built-in alerts take: these would otherwise vanish
    /// without a word. Each objective that still relies on them asks; one finding remains of them all.
    ///
    /// `may_break` says whether the objective has a side that cannot be absent in health.
    pub(super) fn refuse_orphans(
        &self,
        alerting: &Alerting,
        data: &DataStates,
        may_break: bool,
        scope: &mut Scope<'_>,
    ) {
        let Some(place) = self.own_severities.filter(|_| !self.unread) else { return };
        let mut missing: Vec<&str> = alerting.orphans.iter().map(String::as_str).collect();
        let is_broken_orphan = data.is_broken_orphan && may_break;
        if data.is_orphan || is_broken_orphan {
            missing.push(DataStates::SEVERITY);
        }
        let state = if is_broken_orphan && !data.is_orphan { "broken" } else { "absent" };
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return;
        }
        let list =
            |form: fn(&&str) -> String, between: &str| missing.iter().map(form).collect::<Vec<_>>().join(between);
        scope.report(
            Finding::new(
                &code::UNKNOWN_REFERENCE,
                place,
                format!(
                    "the built-in alerts need {}, which the policy does not declare",
                    list(|name| format!("`{name}`"), " and ")
                ),
            )
            .label("these replace the built-in severities")
            .hint(format!(
                "add {}, or set `alerting: {{pairs: …}}` and `data: {{{state}: …}}` with your own",
                list(|name| format!("`{name}: {{}}`"), " and ")
            )),
        );
    }
}

/// Labels on every series: besides the reserved ones, none that the info series has.
fn series_labels(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> BTreeMap<String, String> {
    let named = spec.and_then(|spec| spec.labels.as_ref());
    for (name, _) in named.into_iter().flat_map(|named| named.value.iter()) {
        if ["objective", "owner", "tier", "window"].contains(&name.value.as_str()) {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    name.span,
                    format!("the label `{}` is set by the rules themselves", name.value),
                )
                .label("`slo:info` has a label of this name")
                .hint("choose another name"),
            );
        }
    }
    labels(named, scope)
}

/// An interval between samples, or a finding: Prometheus forgets a series after five minutes without one, and a unit test
/// lists each sample of three days.
pub(super) fn interval(given: Spanned<Duration>, scope: &mut Scope<'_>) -> Option<Spanned<Duration>> {
    if given.value >= Duration::from_millis(100) && given.value <= Duration::from_minutes(5) {
        return Some(given);
    }
    scope.report(
        Finding::new(
            &code::INVALID_VALUE,
            given.span,
            format!("expected an interval from 100ms to 5m, found `{}`", given.value),
        )
        .note("a series without a sample for five minutes is gone for Prometheus")
        .hint("`15s` is usual"),
    );
    None
}

/// A label as Prometheus names it, with the `*` that may end it.
fn ambient(written: &str) -> String {
    match written.strip_suffix('*') {
        Some("") => "*".to_owned(),
        Some(prefix) => format!("{}*", super::label_name(prefix)),
        None => super::label_name(written),
    }
}

/// What a policy asks for, in the order of targets.
pub(super) fn targets(spec: Option<&PolicySpec>) -> Vec<Target> {
    let chosen = spec.and_then(|s| s.targets.as_ref());
    let mut targets: Vec<Target> = match chosen {
        Some(words) => words.iter().map(|word| word.value).collect(),
        None => Target::DEFAULT.to_vec(),
    };
    targets.sort();
    targets.dedup();
    targets
}
