//! A draft of `metrics:` from what is exported: names, types, units, buckets, and labels with their values.

use std::collections::BTreeMap;

use emberline_core::metric::{MetricType, prometheus_name, unit_of_word};
use emberline_core::model::{Observed, Policy, Seen, Values};
use emberline_core::quantity::{Duration, decimal};
use emberline_core::source::Spanned;
use emberline_core::spec::{self, Comments, LabelSpec, MetricSpec, Named, Number, SeenType, ServiceSpec, Text};

/// The most values of a label that a draft lists: a longer list is seldom a closed one.
const VALUES: usize = 30;

/// What was drafted.
#[derive(Debug)]
pub struct Draft {
    /// The metrics, by the names that they have in Prometheus.
    pub metrics: Vec<(String, MetricSpec)>,
    /// The interval that most metrics have, where it is not the policy's. It is not said of each of them.
    pub interval: Option<Duration>,
    /// Labels without a bound, in the order of the metrics: how many values were seen.
    unbounded: Vec<u32>,
}

/// The metrics of a source, but for recorded series and what Prometheus adds itself. Labels that need no declaration are
/// left out.
#[must_use]
pub fn draft(observed: &Observed, policy: &Policy) -> Draft {
    let mut draft = Draft { metrics: Vec::new(), interval: usual(observed, policy), unbounded: Vec::new() };
    for (name, seen) in &observed.metrics {
        if name.contains(':') || name.starts_with("ALERTS") || name.starts_with("scrape_") || name == "up" {
            continue;
        }
        draft.add(name, seen, policy);
    }
    draft
}

/// The interval that most metrics have, unless the policy has it.
fn usual(observed: &Observed, policy: &Policy) -> Option<Duration> {
    let mut counts: BTreeMap<Duration, usize> = BTreeMap::new();
    observed.metrics.values().filter_map(|seen| seen.interval).for_each(|one| *counts.entry(one).or_default() += 1);
    let (usual, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (!is_near(usual, policy.scrape.value)).then_some(usual)
}

/// Whether two intervals are the same but for jitter.
fn is_near(one: Duration, other: Duration) -> bool {
    (0.7..=1.4).contains(&(one.millis() as f64 / other.millis().max(1) as f64))
}

impl Draft {
    fn add(&mut self, name: &str, seen: &Seen, policy: &Policy) {
        // A summary's quantiles cannot be added up; its count can.
        let name = if seen.kind == SeenType::Summary { format!("{name}_count") } else { name.to_owned() };
        let kind = kind(&name, seen);
        let unit = unit(&name, seen);
        let labels: Vec<_> = seen.labels.iter().filter(|(label, _)| !policy.is_ambient(label)).collect();
        let translated = prometheus_name(&name, kind, unit.as_deref());
        let own = labels.iter().map(|(label, values)| (Spanned::made((*label).clone()), Some(self.label(values))));
        let own: Vec<_> = own.collect();
        let assumed = self.interval.unwrap_or(policy.scrape.value);
        let buckets: Vec<_> = seen.bounds.iter().filter_map(|bound| number(bound)).map(Spanned::made).collect();
        let metric = MetricSpec {
            r#type: kind.into(),
            unit: unit.map(|unit| Spanned::made(Text(unit))),
            buckets: (kind == MetricType::Histogram && !buckets.is_empty()).then(|| Spanned::made(buckets)),
            labels: (!own.is_empty()).then_some(Named(own)),
            prometheus_name: (translated != name).then(|| Spanned::made(name.clone())),
            scrape_interval: seen.interval.filter(|real| !is_near(*real, assumed)).map(Spanned::made),
            ..MetricSpec::default()
        };
        self.metrics.push((name, metric));
    }

    /// A label with its values; one without a bound is left open, so that the gate asks for one.
    fn label(&mut self, values: &Values) -> LabelSpec {
        let listed = values.listed.as_ref().filter(|listed| listed.len() <= VALUES);
        if listed.is_none() {
            self.unbounded.push(values.count);
        }
        let texts = |listed: &Vec<String>| listed.iter().map(|value| Spanned::made(Text(value.clone()))).collect();
        LabelSpec { values: listed.map(|listed| Spanned::made(texts(listed))), ..LabelSpec::default() }
    }

    /// The draft as YAML.
    #[must_use]
    pub fn text(self) -> String {
        let mut unbounded = self.unbounded.into_iter();
        let metrics = self.metrics.into_iter().map(|(name, metric)| (Spanned::made(name), Some(metric)));
        let service = ServiceSpec { metrics: Some(Named(metrics.collect())), ..ServiceSpec::default() };
        let mut text = self.interval.map_or_else(String::new, |interval| {
            format!("# Sampled every {interval}: say so in policy.yaml, `scrape_interval: {interval}`.\n")
        });
        for line in spec::write(&service, Comments::No).lines() {
            text.push_str(line);
            // Nothing else of a metric is written as an empty mapping.
            if line.ends_with(": {}")
                && let Some(count) = unbounded.next()
            {
                text.push_str(&format!(
                    " # {count} values were seen: give `values` or `max_values`, or drop the label"
                ));
            }
            text.push('\n');
        }
        text
    }
}

fn kind(name: &str, seen: &Seen) -> MetricType {
    match seen.kind {
        SeenType::Counter | SeenType::Summary => MetricType::Counter,
        SeenType::Histogram if seen.is_native && seen.bounds.is_empty() => MetricType::ExponentialHistogram,
        SeenType::Histogram => MetricType::Histogram,
        SeenType::Unknown if name.ends_with("_count") => MetricType::Counter,
        SeenType::Gauge | SeenType::Unknown => MetricType::Gauge,
    }
}

/// The UCUM code of the exported unit, else of the name's last word.
pub(crate) fn unit(name: &str, seen: &Seen) -> Option<String> {
    // What is counted of a summary are events, whatever its quantiles are in.
    if seen.kind == SeenType::Summary {
        return None;
    }
    match &seen.unit {
        Some(unit) => Some(unit_of_word(unit).map_or_else(|| unit.clone(), str::to_owned)),
        None => {
            let stem = name.strip_suffix("_total").unwrap_or(name);
            unit_of_word(stem.rsplit('_').next()?).map(str::to_owned)
        }
    }
}

/// A boundary as a number; infinity is in every histogram.
pub(crate) fn number(bound: &str) -> Option<Number> {
    decimal(bound).map(Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition;
    use crate::gather::{Gather, Limits};
    use emberline_core::finding::Severity;
    use emberline_core::source::Sources;

    const PAGE: &str = "\
# TYPE http_requests_total counter
http_requests_total{code=\"200\",handler=\"/a\",job=\"shop\"} 3
http_requests_total{code=\"500\",handler=\"/a\",job=\"shop\"} 1
# TYPE d_seconds histogram
d_seconds_bucket{le=\"0.25\"} 1
d_seconds_bucket{le=\"1.0\"} 1
d_seconds_bucket{le=\"+Inf\"} 1
d_seconds_sum 1
d_seconds_count 1
# TYPE gc summary
gc{quantile=\"0.5\"} 1
gc_sum 1
gc_count 1
# TYPE __odd__name gauge
__odd__name{user=\"7\"} 1
job:x:rate5m 1
up 1
";

    fn drafted() -> String {
        let mut gather = Gather::default();
        exposition::read(PAGE, &mut gather).unwrap();
        let policy = emberline_core::resolve(&Sources::default()).model.policy;
        draft(&gather.finish(Limits::SNAPSHOT), &policy).text()
    }

    #[test]
    fn a_page_becomes_declarations() {
        assert_eq!(
            drafted(),
            "\
metrics:
  __odd__name:
    type: gauge
    labels:
      user: {} # 1 values were seen: give `values` or `max_values`, or drop the label
    prometheus_name: __odd__name
  d_seconds:
    type: histogram
    unit: s
    buckets: [0.25, 1]
  gc_count:
    type: counter
    prometheus_name: gc_count
  http_requests_total:
    type: counter
    labels:
      code:
        values:
          - \"200\"
          - \"500\"
      handler:
        values:
          - /a
"
        );
    }

    #[test]
    fn the_gate_asks_for_bounds_and_for_nothing_else() {
        let slo = "slos: [{name: a, objective: 99%, sli: {events: {total: http_requests_total, bad: 'http_requests_total{code=\"500\"}'}}}]";
        let mut sources = Sources::default();
        sources.add("slos/shop.yaml", format!("version: emberline/v1\nservice: shop\n{}{slo}\n", drafted()));
        let found = emberline_core::analyse(&sources, None).findings;
        let errors: Vec<&str> = found.iter().filter(|it| it.severity == Severity::Error).map(|it| it.code.id).collect();
        assert_eq!(errors, ["unbounded-label"], "{found:#?}");
    }
}
