//! Series of any source → `Observed`: counts values, keeps those that may be kept, and finds what is there twice.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::model::{Observed, Row, Seen, Values};
use emberline_core::quantity::Duration;
use emberline_core::spec::SeenType;

use crate::personal;

/// Labels of a series.
pub type Labels = BTreeMap<String, String>;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most listed values of a label.
    pub values: usize,
    /// The most rows of a metric.
    pub rows: usize,
    /// The most metrics.
    pub metrics: usize,
    /// Whether values that differ from instance to instance are left out, and values that look personal.
    pub is_committed: bool,
}

impl Limits {
    /// For a file that is committed: short, without addresses of instances and without personal data.
    pub const SNAPSHOT: Self = Self { values: 50, rows: 200, metrics: 2_000, is_committed: true };
    /// For a judgement now: as much as memory allows.
    pub const LIVE: Self = Self { values: 10_000, rows: 20_000, metrics: 20_000, is_committed: false };
}

/// Labels that have another value in each instance, and new ones with each deployment.
const CHURNING: [&str; 12] = [
    "instance",
    "exported_instance",
    "pod",
    "exported_pod",
    "pod_name",
    "pod_ip",
    "uid",
    "container_id",
    "id",
    "service_instance_id",
    "host",
    "node",
];

/// The longest name of a metric or a label in a committed file, in bytes: YAML takes no key of more than 1,024 characters.
const LONGEST_NAME: usize = 256;

/// A metric while its series are read.
#[derive(Debug, Default)]
struct Raw {
    kind: Option<SeenType>,
    unit: Option<String>,
    is_delta: bool,
    is_native: bool,
    interval: Option<Duration>,
    bounds: BTreeSet<String>,
    series: BTreeMap<Labels, Option<f64>>,
    /// Whether series were left out, so that no list is whole.
    is_cut: bool,
}

/// What a source says, as it is read.
#[derive(Debug, Default)]
pub struct Gather {
    metrics: BTreeMap<String, Raw>,
    /// Whether the source was cut.
    pub is_partial: bool,
}

impl Gather {
    fn metric(&mut self, name: &str) -> &mut Raw {
        self.metrics.entry(name.to_owned()).or_default()
    }

    /// A metric is of this kind.
    pub fn kind(&mut self, name: &str, kind: SeenType) {
        self.metric(name).kind = Some(kind);
    }

    /// A metric is in this unit.
    pub fn unit(&mut self, name: &str, unit: &str) {
        self.metric(name).unit = Some(unit.to_owned()).filter(|unit| !unit.is_empty());
    }

    /// A metric's values are differences.
    pub fn delta(&mut self, name: &str) {
        self.metric(name).is_delta = true;
    }

    /// A histogram is native.
    pub fn native(&mut self, name: &str) {
        self.metric(name).is_native = true;
    }

    /// A metric gets a sample so often. The longest of several counts.
    pub fn interval(&mut self, name: &str, interval: Duration) {
        let metric = self.metric(name);
        metric.interval = metric.interval.max(Some(interval));
    }

    /// A classic histogram has a bucket with this `le`.
    pub fn bound(&mut self, name: &str, le: &str) {
        self.metric(name).bounds.insert(le.to_owned());
    }

    /// A metric has a series, without `le` and `quantile`, with its events a second or in all. A label without a value
    /// goes: for Prometheus it is not there.
    pub fn series(&mut self, name: &str, mut labels: Labels, rate: Option<f64>) {
        labels.retain(|_, value| !value.is_empty());
        add(self.metric(name).series.entry(labels).or_default(), rate);
    }

    /// Some of a metric's series were left out.
    pub fn cut(&mut self, name: &str) {
        self.metric(name).is_cut = true;
    }

    /// Whether some series has this value of a label.
    #[must_use]
    pub fn has(&self, label: &str, value: &str) -> bool {
        let mut series = self.metrics.values().flat_map(|metric| metric.series.keys());
        series.any(|series| series.get(label).is_some_and(|own| own == value))
    }

    /// Leaves only series with these values, and metrics that have any.
    pub fn narrow(&mut self, only: &[(String, String)]) {
        if only.is_empty() {
            return;
        }
        let fits = |series: &Labels| only.iter().all(|(label, value)| series.get(label) == Some(value));
        self.metrics.values_mut().for_each(|metric| metric.series.retain(|series, _| fits(series)));
        self.metrics.retain(|_, metric| !metric.series.is_empty());
    }

    /// Everything as it is kept. Name, day and scope are the caller's.
    #[must_use]
    pub fn finish(&self, limits: Limits) -> Observed {
        let is_named =
            |name: &str, raw: &Raw| !limits.is_committed || name.len() <= LONGEST_NAME && raw.has_short_labels();
        let kept = self.metrics.iter().filter(|(name, raw)| is_named(name, raw)).take(limits.metrics);
        let metrics: BTreeMap<String, Seen> = kept.map(|(name, raw)| (name.clone(), raw.seen(name, limits))).collect();
        let is_partial = self.is_partial || metrics.len() < self.metrics.len();
        Observed { is_partial, metrics, ..Observed::default() }
    }
}

impl Raw {
    fn has_short_labels(&self) -> bool {
        self.series.keys().flat_map(BTreeMap::keys).all(|label| label.len() <= LONGEST_NAME)
    }

    fn seen(&self, name: &str, limits: Limits) -> Seen {
        let kind = self.kind.filter(|kind| *kind != SeenType::Unknown).unwrap_or_else(|| guessed(name));
        let labels = self.labels(limits);
        let is_counted = matches!(kind, SeenType::Counter | SeenType::Histogram | SeenType::Summary);
        let mut bounds: Vec<String> = self.bounds.iter().cloned().collect();
        bounds.sort_by(|a, b| {
            let number = |bound: &str| bound.parse::<f64>().unwrap_or(f64::NAN);
            number(a).total_cmp(&number(b)).then_with(|| a.cmp(b))
        });
        Seen {
            kind,
            unit: self.unit.clone(),
            is_delta: self.is_delta,
            is_native: self.is_native,
            interval: self.interval,
            series: u32::try_from(self.series.len()).unwrap_or(u32::MAX),
            bounds,
            duplicates: if is_counted { self.duplicates() } else { Vec::new() },
            rows: self.rows(&labels, is_counted, limits),
            labels,
        }
    }

    fn labels(&self, limits: Limits) -> BTreeMap<String, Values> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (label, value) in self.series.keys().flatten() {
            values.entry(label).or_default().insert(value);
        }
        let judged = values.into_iter().map(|(label, values)| {
            let is_left_out = || {
                limits.is_committed
                    && (CHURNING.contains(&label)
                        || personal::is_name(label)
                        || values.iter().any(|value| personal::is_value(value)))
            };
            // Lengths first: the search for personal data reads every value.
            let is_listed = !self.is_cut && values.len() <= limits.values && !is_left_out();
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            let listed = is_listed.then(|| values.into_iter().map(str::to_owned).collect());
            (label.to_owned(), Values { count, listed })
        });
        judged.collect()
    }

    /// The combinations of listed values, with the sum of what they count.
    fn rows(&self, labels: &BTreeMap<String, Values>, is_counted: bool, limits: Limits) -> Option<Vec<Row>> {
        if self.is_cut || self.series.is_empty() {
            return None;
        }
        let is_listed = |label: &str| labels.get(label).is_some_and(|values| values.listed.is_some());
        let mut rows: BTreeMap<Labels, Option<f64>> = BTreeMap::new();
        for (series, rate) in &self.series {
            let own = series.iter().filter(|(label, _)| is_listed(label));
            let own: Labels = own.map(|(label, value)| (label.clone(), value.clone())).collect();
            let sum = rows.entry(own).or_default();
            if is_counted {
                add(sum, *rate);
            }
            if rows.len() > limits.rows {
                return None;
            }
        }
        Some(rows.into_iter().map(|(labels, rate)| Row { labels, rate: rate.map(rounded) }).collect())
    }

    /// Labels whose values alone tell series apart: those of replicas, and jobs that scrape the same instance.
    fn duplicates(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.series.keys().flat_map(BTreeMap::keys).collect();
        let is_double = |label: &String| {
            let is_replica = label.to_ascii_lowercase().trim_matches('_').ends_with("replica");
            let is_job = label == "job";
            if !is_replica && !is_job {
                return false;
            }
            let mut rest: BTreeMap<Labels, usize> = BTreeMap::new();
            for series in self.series.keys().filter(|series| series.contains_key(label)) {
                if is_job && !series.contains_key("instance") {
                    continue;
                }
                let mut other = series.clone();
                other.remove(label);
                *rest.entry(other).or_default() += 1;
            }
            !rest.is_empty() && rest.values().all(|count| *count > 1)
        };
        names.into_iter().filter(|label| is_double(label)).cloned().collect()
    }
}

/// Adds a rate, if there is one, to a sum.
fn add(sum: &mut Option<f64>, rate: Option<f64>) {
    *sum = match (*sum, rate) {
        (Some(sum), Some(rate)) => Some(sum + rate),
        (sum, rate) => sum.or(rate),
    };
}

/// The kind that a page of metrics or a server's metadata names.
pub(crate) fn kind_of(word: &str) -> SeenType {
    match word {
        "counter" => SeenType::Counter,
        "gauge" | "info" | "stateset" => SeenType::Gauge,
        "histogram" | "gaugehistogram" => SeenType::Histogram,
        "summary" => SeenType::Summary,
        _ => SeenType::Unknown,
    }
}

/// The kind that a name's end suggests, where the source does not say.
pub(crate) fn guessed(name: &str) -> SeenType {
    if name.ends_with("_total") { SeenType::Counter } else { SeenType::Unknown }
}

/// Three digits: more would change with every look.
fn rounded(rate: f64) -> f64 {
    if rate == 0.0 || !rate.is_finite() {
        return 0.0;
    }
    let digits = (2 - rate.abs().log10().floor() as i32).clamp(-12, 9);
    let scale = 10f64.powi(digits);
    if digits > 0 { (rate * scale).round() / scale } else { rate.round() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        let pairs = text.split(',').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    fn gathered(series: &[(&str, f64)], limits: Limits) -> Seen {
        let mut gather = Gather::default();
        gather.kind("x_total", SeenType::Counter);
        for (text, rate) in series {
            gather.series("x_total", labels(text), Some(*rate));
        }
        gather.finish(limits).metrics.remove("x_total").unwrap()
    }

    #[test]
    fn a_committed_file_lists_neither_instances_nor_people() {
        let series = [
            ("code=200,instance=10.0.0.1:80,who=jane.doe@example.com", 1.0),
            ("code=500,instance=10.0.0.2:80,user=7", 2.0),
        ];
        let seen = gathered(&series, Limits::SNAPSHOT);
        let listed: Vec<(&str, bool)> =
            seen.labels.iter().map(|(name, values)| (name.as_str(), values.listed.is_some())).collect();
        assert_eq!(listed, [("code", true), ("instance", false), ("user", false), ("who", false)]);
        let rows = seen.rows.unwrap();
        assert_eq!(rows.iter().map(|row| row.labels.len()).max(), Some(1), "{rows:?}");
        assert!(gathered(&series, Limits::LIVE).labels["instance"].listed.is_some());
    }

    #[test]
    fn instances_are_summed_into_one_row() {
        let seen = gathered(&[("code=200,pod=a", 1.25), ("code=200,pod=b", 2.0)], Limits::SNAPSHOT);
        assert_eq!((seen.series, seen.rows.unwrap()[0].rate), (2, Some(3.25)));
    }

    #[test]
    fn replicas_and_second_jobs_are_duplicates() {
        for (series, found) in [
            (["a=1,replica=x", "a=1,replica=y"], vec!["replica"]),
            (["a=1,prometheus_replica=x", "a=1,prometheus_replica=y"], vec!["prometheus_replica"]),
            (["a=1,replica=x", "a=2,replica=y"], vec![]),
            (["job=a,instance=i", "job=b,instance=i"], vec!["job"]),
            (["job=a,instance=i", "job=b,instance=k"], vec![]),
            (["job=a", "job=b"], vec![]),
            (["shard=1", "shard=2"], vec![]),
        ] {
            let series = series.map(|text| (text, 1.0));
            assert_eq!(gathered(&series, Limits::LIVE).duplicates, found, "{series:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_counted() {
        let many: Vec<String> = (0..300).map(|at| format!("path=/{at}")).collect();
        let many: Vec<(&str, f64)> = many.iter().map(|text| (text.as_str(), 1.0)).collect();
        let seen = gathered(&many, Limits::SNAPSHOT);
        assert_eq!(seen.labels["path"], Values { count: 300, listed: None });
        // One row is left of what is listed.
        assert_eq!(seen.rows.unwrap().len(), 1);
    }

    #[test]
    fn names_that_no_key_can_hold_are_left_out_of_a_committed_file() {
        let long = "x".repeat(LONGEST_NAME + 1);
        let mut gather = Gather::default();
        gather.series(&long, Labels::new(), None);
        gather.series("a", labels(&format!("{long}=1")), None);
        gather.series("b", Labels::new(), None);
        let observed = gather.finish(Limits::SNAPSHOT);
        assert_eq!(observed.metrics.keys().collect::<Vec<_>>(), ["b"]);
        assert!(observed.is_partial && !gather.finish(Limits::LIVE).is_partial);
    }

    #[test]
    fn rates_have_three_digits() {
        for (rate, short) in [(1234.5, 1235.0), (12.345, 12.3), (0.012_345, 0.0123), (0.0, 0.0), (f64::NAN, 0.0)] {
            assert_eq!(rounded(rate), short);
        }
    }
}
