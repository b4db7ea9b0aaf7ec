//! Upper bounds on series, from what specs declare: of each metric, of what each objective records, of each service.
//!
//! ```text
//! a metric      Π label domains × series of one histogram (or 1) × instances
//! an objective  Π grouped domains × recorded rules, and the series of its alerts
//! ```
//!
//! Labels that the platform sets (`instance`, `pod`, …) tell instances apart, so together they count as the number of
//! instances. Products take every label for independent of the others: joint labels say where they are not. A product past
//! 2⁶⁴ stays there.

use std::collections::BTreeSet;

use crate::metric::MetricType;
use crate::model::{Declared, Domain, Index, Label, Metric, Observed, Policy, Service, Slo};
use crate::source::Span;

use super::SloPlan;
use super::cost::Width;
use super::reach::Reach;

/// The factor that is no label: how many instances of a service run.
const INSTANCES: &str = "instances";

/// Boundaries of a histogram that declares none: those of OpenTelemetry's SDKs.
const DEFAULT_BOUNDARIES: usize = 15;

/// Something that series are multiplied by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// What it is, for people: a label's name, `instances`, `buckets`.
    pub name: String,
    /// By how much.
    pub size: u64,
    /// Where it is declared.
    pub span: Option<Span>,
}

/// The most series of a metric.
#[derive(Debug, Clone)]
pub struct MetricBound {
    /// The metric, by its OpenTelemetry name.
    pub metric: String,
    /// Its name in Prometheus.
    pub prometheus: String,
    /// Where it is declared.
    pub span: Span,
    /// Combinations of labels in one instance: what the SDK's limit is about.
    pub streams: u64,
    /// Series in Prometheus.
    pub series: u64,
    /// What they are the product of; the greatest first.
    pub factors: Vec<Factor>,
}

/// The most series that an objective records.
#[derive(Debug, Clone)]
pub struct SloBound {
    /// The objective.
    pub slo: String,
    /// Groups kept apart: how many series most of its rules record; `None` where a group's label is not declared.
    pub groups: Option<u64>,
    /// Series of all rules and alerts.
    pub series: Option<u64>,
    /// The metrics that it reads, with their bounds.
    pub metrics: Vec<MetricBound>,
}

/// The most series of a service, and what else is judged of all services together.
#[derive(Debug, Clone, Default)]
pub struct ServiceBound {
    /// The service.
    pub service: String,
    /// Where it is declared; of a service that nobody named, nowhere.
    pub span: Option<Span>,
    /// The place of its team among the model's; `None` for the organisation's.
    pub team: Option<usize>,
    /// Its metrics.
    pub metrics: Vec<MetricBound>,
    /// Its objectives.
    pub slos: Vec<SloBound>,
    /// The rule groups of its objectives.
    pub groups: usize,
    /// How far its success can reach.
    pub reach: Reach,
}

impl ServiceBound {
    /// Bounds of a service and of the objectives that were planned for it.
    pub(super) fn of(service: &Service, slos: &[SloPlan], policy: &Policy, index: &Index) -> Self {
        Self {
            service: service.name.value.clone(),
            span: Some(service.name.span),
            team: service.team,
            metrics: service.metrics.values().map(|metric| MetricBound::of(metric)).collect(),
            groups: slos.iter().map(|slo| slo.layout.groups.len() + 1).sum(),
            reach: Reach::of(service),
            slos: service
                .slos
                .iter()
                .zip(slos)
                .map(|(slo, plan)| SloBound::of(slo, plan, &service.name.value, policy, index))
                .collect(),
        }
    }

    /// Series of all metrics and objectives whose bounds are known.
    #[must_use]
    pub fn series(&self) -> u64 {
        let metrics = self.metrics.iter().map(|metric| metric.series);
        metrics.chain(self.slos.iter().filter_map(|slo| slo.series)).fold(0, u64::saturating_add)
    }
}

/// Series of all services together.
#[must_use]
pub fn total(services: &[ServiceBound]) -> u64 {
    services.iter().map(ServiceBound::series).fold(0, u64::saturating_add)
}

impl MetricBound {
    /// The bound of a metric. A label without a domain is left out: it has a finding of its own.
    #[must_use]
    pub fn of(metric: &Metric) -> Self {
        let mut factors = Vec::new();
        for (name, label) in &metric.labels {
            let is_joint = metric.joints.iter().any(|joint| joint.labels.contains(name));
            if let Some(domain) = label.domain.as_ref().filter(|_| !is_joint) {
                let size = size(domain);
                factors.push(Factor { name: label.name.value.clone(), size, span: Some(label.name.span) });
            }
        }
        for joint in &metric.joints {
            let written: Vec<&str> =
                joint.labels.iter().filter_map(|name| Some(metric.labels.get(name)?.name.value.as_str())).collect();
            let first = joint.labels.first().and_then(|name| metric.labels.get(name));
            factors.push(Factor {
                name: written.join("+"),
                size: count(joint.combinations),
                span: first.map(|label| label.name.span),
            });
        }
        let streams = product(&factors);
        if let Some(size) = histogram(metric) {
            let span = metric.buckets.as_ref().map(|buckets| buckets.span);
            factors.push(Factor { name: "series of a histogram".to_owned(), size, span });
        }
        factors.push(Factor { name: INSTANCES.to_owned(), size: u64::from(metric.instances), span: None });
        let series = product(&factors);
        factors.retain(|factor| factor.size != 1);
        factors.sort_by(|a, b| (b.size, &a.name).cmp(&(a.size, &b.name)));
        Self {
            metric: metric.name.value.clone(),
            prometheus: metric.prometheus.clone(),
            span: metric.span(),
            streams,
            series,
            factors,
        }
    }
}

impl SloBound {
    fn of(slo: &Slo, plan: &SloPlan, service: &str, policy: &Policy, index: &Index) -> Self {
        let metrics = read_by(slo, service, index);
        let groups = match slo.group_by.is_empty() {
            true => Some(1),
            false if metrics.is_empty() => None,
            false => groups(slo, &metrics, policy),
        };
        let series = groups.map(|groups| {
            let alerts = |many: usize, each: u64| count(many).saturating_mul(each);
            // Prometheus keeps `ALERTS` and `ALERTS_FOR_STATE` of an alert, and one more `ALERTS` while it is pending.
            let burns = alerts(plan.burns.len(), 2).saturating_mul(groups);
            let states = alerts(plan.states.len(), 3).saturating_mul(groups);
            let recorded = groups.saturating_mul(count(grouped_rules(plan))).saturating_add(UNGROUPED_RULES);
            recorded.saturating_add(burns).saturating_add(states)
        });
        let metrics = metrics.into_iter().map(MetricBound::of).collect();
        Self { slo: slo.name.value.clone(), groups, series, metrics }
    }

    /// How many series its rules read: as a snapshot shows them, else as declared; one where neither is known.
    pub(super) fn width(&self, observed: &[Observed]) -> Width {
        let raw = self.metrics.iter().map(|metric| {
            let seen = observed.iter().filter_map(|snapshot| snapshot.metrics.get(&metric.prometheus)).map(|seen| {
                // A classic histogram was seen with its buckets, of which a rule reads one.
                u64::from(seen.series).div_ceil(if seen.bounds.is_empty() { 1 } else { count(seen.bounds.len()) + 2 })
            });
            let instances =
                metric.factors.iter().find(|factor| factor.name == INSTANCES).map_or(1, |factor| factor.size);
            seen.max().unwrap_or_else(|| metric.streams.saturating_mul(instances))
        });
        Width { raw: raw.max().unwrap_or(1), groups: self.groups.unwrap_or(1) }
    }
}

/// `slo:objective:ratio`, `slo:window:seconds` and `slo:info`: one series each, whatever the groups.
pub(crate) const UNGROUPED_RULES: u64 = 3;

/// Recording rules that keep groups apart: both sides' base and five-minute count, both sides' count over the objective's
/// window, the remaining budget; of each window both sides and the burn rate; and good events, if bad events are what is left
/// of all without them.
#[must_use]
pub(crate) fn grouped_rules(plan: &SloPlan) -> usize {
    7 + 3 * plan.windows.len() + usize::from(plan.records_good())
}

/// The declared metrics that an objective reads, each once.
fn read_by<'i>(slo: &Slo, service: &str, index: &'i Index) -> Vec<&'i Metric> {
    let mut metrics: Vec<&Metric> = Vec::new();
    for reading in slo.sli.readings() {
        if let Declared::Metric(metric) = reading.declared(service, index)
            && metrics.iter().all(|known| known.name != metric.name)
        {
            metrics.push(metric);
        }
    }
    metrics
}

/// How many groups an objective can have: as many as there are combinations of the labels that it groups by. A group may be
/// on any side of the indicator, so the metrics' values of a label count together.
fn groups(slo: &Slo, metrics: &[&Metric], policy: &Policy) -> Option<u64> {
    let mut groups: u64 = 1;
    let mut by_instance = false;
    let mut joints: Vec<&crate::model::Joint> = Vec::new();
    for label in &slo.group_by {
        let declared: Vec<(&&Metric, &Label)> =
            metrics.iter().filter_map(|metric| Some((metric, metric.label(&label.value)?))).collect();
        if declared.is_empty() {
            if !policy.is_ambient(&label.value) {
                return None;
            }
            by_instance |= crate::model::label_name(&label.value) != policy.service_label.translated;
            continue;
        }
        match joint(&declared) {
            // Some of the labels of a joint domain have no more combinations than all of them.
            Some(joint) if joints.iter().any(|known| known.labels == joint.labels) => {}
            Some(joint) => {
                joints.push(joint);
                groups = groups.saturating_mul(count(joint.combinations));
            }
            None => groups = groups.saturating_mul(together(&declared)?),
        }
    }
    let instances = metrics.iter().map(|metric| u64::from(metric.instances)).max().unwrap_or(1);
    Some(if by_instance { groups.saturating_mul(instances) } else { groups })
}

/// The joint domain that a label has in every metric.
fn joint<'m>(declared: &[(&&'m Metric, &Label)]) -> Option<&'m crate::model::Joint> {
    let mut joints = declared.iter().map(|(metric, label)| {
        let has = |name: &String| metric.labels.get(name).is_some_and(|it| it.name == label.name);
        metric.joints.iter().find(|joint| joint.labels.iter().any(has))
    });
    let first = joints.next()??;
    joints.all(|other| other == Some(first)).then_some(first)
}

/// How many values a label has in any of the metrics. Bare counts are taken for counts of the same values.
fn together(declared: &[(&&Metric, &Label)]) -> Option<u64> {
    let mut listed: BTreeSet<&String> = BTreeSet::new();
    let mut counted = 0;
    for (_, label) in declared {
        match label.domain.as_ref()? {
            Domain::Values(values) => listed.extend(values),
            Domain::Count(most) => counted = counted.max(u64::from(*most)),
        }
    }
    Some(counted.max(count(listed.len())))
}

/// Series that a classic histogram makes of each combination of labels: its buckets, `+Inf`, the count and the sum.
fn histogram(metric: &Metric) -> Option<u64> {
    (metric.kind == MetricType::Histogram)
        .then(|| count(metric.buckets.as_ref().map_or(DEFAULT_BOUNDARIES, |buckets| buckets.value.len())) + 3)
}

fn size(domain: &Domain) -> u64 {
    match domain {
        Domain::Values(values) => count(values.len()),
        Domain::Count(most) => u64::from(*most),
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

fn product(factors: &[Factor]) -> u64 {
    factors.iter().fold(1, |product, factor| product.saturating_mul(factor.size))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use crate::source::Sources;

    use super::*;

    fn analysed(spec: &str) -> crate::Analysis {
        let mut sources = Sources::default();
        sources.add("slos/a.yaml", spec);
        let analysis = crate::analyse(&sources, None);
        assert!(analysis.plan.is_some(), "{:?}", analysis.findings);
        analysis
    }

    #[test]
    fn an_objective_records_as_many_series_as_its_rules_say() {
        for (data, part) in [
            ("{absent: ignore}", "bad: 'requests_total{code=\"500\"}'"),
            ("{absent: page, group_gone: ticket, no_traffic: ticket}", "good: 'requests_total{code=\"200\"}'"),
        ] {
            let analysis = analysed(&format!(
                "version: emberline/v1\nservice: shop\nmetrics:\n  requests:\n    type: counter\n    labels:\n      \
                 code: {{values: ['200', '500']}}\n      kind: {{max_values: 7}}\nslos:\n- name: a\n  objective: 99%\n  data: {data}\n  sli:\n    \
                 events: {{total: requests_total, {part}, group_by: [kind]}}\n"
            ));
            let plan = analysis.plan.unwrap();
            let artefacts = crate::emit::Emitter::new(&plan).unit(0, &[crate::target::Target::Rules]);
            let rules = &artefacts.first().unwrap().text;
            let recorded = rules.matches("record: ").count();
            let bound = analysis.bounds.first().unwrap().slos.first().unwrap();
            let slo = plan.services.first().unwrap().slos.first().unwrap();
            assert_eq!(grouped_rules(slo) + usize::try_from(UNGROUPED_RULES).unwrap(), recorded);
            assert_eq!(rules.matches("alert: ").count(), slo.burns.len() + slo.states.len());
            assert_eq!(bound.groups, Some(7));
            let alerts = 7 * (2 * slo.burns.len() + 3 * slo.states.len());
            assert_eq!(bound.series, Some(u64::try_from(7 * grouped_rules(slo) + 3 + alerts).unwrap()));
        }
    }

    #[test]
    fn groups_of_either_side_count() {
        let analysis = analysed(
            "version: emberline/v1\nservice: shop\nmetrics:\n  sent: {type: counter, labels: {topic: {values: [a, b]}}}\n  \
             failed: {type: counter, labels: {topic: {values: [b, c, d]}}}\nslos:\n- name: a\n  objective: 99%\n  sli: \
             {events: {total: sent_total, bad: failed_total, group_by: [topic]}}\n",
        );
        assert_eq!(analysis.bounds.first().unwrap().slos.first().unwrap().groups, Some(4));
    }

    proptest! {
        /// Traffic in which each instance exports any of the declared values: never more series than the bound, and with
        /// every combination exactly as many.
        #[test]
        fn traffic_stays_within_the_bound(
            sizes in prop::collection::vec(1_usize..5, 0..4),
            pairs in 1_usize..5,
            boundaries in 1_usize..5,
            instances in 1_u32..4,
            events in prop::collection::vec((0_u32..4, any::<u64>()), 0..200),
        ) {
            let labels: String = sizes
                .iter()
                .enumerate()
                .map(|(index, size)| {
                    let values: Vec<String> = (0..*size).map(|value| format!("v{value}")).collect();
                    format!("      l{index}: {{values: [{}]}}\n", values.join(", "))
                })
                .collect();
            let rows: Vec<String> = (0..pairs).map(|row| format!("[a{row}, b{}]", row % 2)).collect();
            let bounds: Vec<String> = (1..=boundaries).map(|bound| bound.to_string()).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("    labels:\n{labels}") };
            let analysis = analysed(&format!(
                "version: emberline/v1\nservice: shop\ninstances: {instances}\nmetrics:\n  d:\n    type: histogram\n    \
                 unit: s\n    buckets: [{}]\n{labels}    joint_labels:\n    - labels: [x, y]\n      values: [{}]\nslos:\n- \
                 name: a\n  objective: 99%\n  sli: {{latency: {{metric: d, threshold: 1s}}}}\n",
                bounds.join(", "),
                rows.join(", ")
            ));
            let bound = analysis.bounds.first().unwrap().metrics.first().unwrap().clone();
            // What Prometheus would keep, counted series by series.
            let mut series = BTreeSet::new();
            let mut observe = |instance: u32, mut choice: u64| {
                let mut values = vec![];
                for size in sizes.iter().chain([&pairs]) {
                    let size = u64::try_from(*size).unwrap();
                    values.push(choice % size);
                    choice /= size;
                }
                for part in (0..boundaries + 1).map(|le| format!("bucket{le}")).chain(["count".into(), "sum".into()]) {
                    series.insert((instance, values.clone(), part));
                }
            };
            for (instance, choice) in events {
                observe(instance % instances, choice);
            }
            let every: usize = sizes.iter().product::<usize>() * pairs;
            prop_assert!(u64::try_from(series.len()).unwrap() <= bound.series);
            let mut observe_all = series;
            for instance in 0..instances {
                for mut choice in 0..u64::try_from(every).unwrap() {
                    let mut values = vec![];
                    for size in sizes.iter().chain([&pairs]) {
                        let size = u64::try_from(*size).unwrap();
                        values.push(choice % size);
                        choice /= size;
                    }
                    for part in (0..boundaries + 1).map(|le| format!("bucket{le}")).chain(["count".into(), "sum".into()]) {
                        observe_all.insert((instance, values.clone(), part));
                    }
                }
            }
            prop_assert_eq!(u64::try_from(observe_all.len()).unwrap(), bound.series, "the bound is tight");
            prop_assert_eq!(u64::try_from(every).unwrap(), bound.streams);
        }
    }
}
