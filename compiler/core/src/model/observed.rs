//! What sources of metrics really export: a snapshot's meaning, and the way back to what is written.

use std::collections::BTreeMap;

use crate::code;
use crate::finding::Finding;
use crate::promql::{MatchOp, Matcher, Select, SelectorMatcher, parse_selector};
use crate::quantity::{Date, Duration};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::{Name, Named, ObservedSpec, SeenLabelSpec, SeenSpec, SeenType, Text, Version};

/// What one source exports.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Its name for people: that of the snapshot, or the source's address.
    pub name: String,
    /// The kind of source: `prometheus`, `exposition` or `otlp`.
    pub source: String,
    /// The day on which it was asked, and where that is written.
    pub day: Option<(Date, Option<Span>)>,
    /// How far back series count; `None` where the source shows one moment.
    pub over: Option<Duration>,
    /// The only service that is held against it.
    pub service: Option<String>,
    /// Whether metrics were left out, so that a missing name proves nothing.
    pub is_partial: bool,
    /// Metrics by name, histograms and summaries without the suffixes of their series.
    pub metrics: BTreeMap<String, Seen>,
}

/// A metric as exported.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The kind that the source names.
    pub kind: SeenType,
    /// The unit as exported: `seconds` in OpenMetrics, `s` in OTLP.
    pub unit: Option<String>,
    /// Whether values are differences, which Prometheus does not take.
    pub is_delta: bool,
    /// Whether a histogram exists in native form; its classic form exists if `bounds` is not empty.
    pub is_native: bool,
    /// The measured time between two samples.
    pub interval: Option<Duration>,
    /// How many series there are, a classic histogram's buckets apart.
    pub series: u32,
    /// The values of `le` as exported, rising.
    pub bounds: Vec<String>,
    /// Labels whose values alone tell series apart that count the same events.
    pub duplicates: Vec<String>,
    /// Labels but `le`, `quantile` and `__name__`.
    pub labels: BTreeMap<String, Values>,
    /// The combinations of listed values that occur; `None` where they are too many.
    pub rows: Option<Vec<Row>>,
}

/// The values of a label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// How many there are.
    pub count: u32,
    /// All of them, sorted; `None` where they are too many, differ between instances or look personal.
    pub listed: Option<Vec<String>>,
}

/// A combination of label values.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The listed labels that it has.
    pub labels: BTreeMap<String, String>,
    /// Events a second, of counters and histograms; of a source that shows one moment, all events so far.
    pub rate: Option<f64>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            kind: SeenType::Unknown,
            unit: None,
            is_delta: false,
            is_native: false,
            interval: None,
            series: 0,
            bounds: Vec::new(),
            duplicates: Vec::new(),
            labels: BTreeMap::new(),
            rows: None,
        }
    }
}

impl Observed {
    /// Whether a service is held against it.
    #[must_use]
    pub(crate) fn concerns(&self, service: &str) -> bool {
        self.service.as_ref().is_none_or(|of| of == service)
    }

    /// The meaning of a snapshot; `None` where a required part is missing, which has its finding.
    pub(super) fn resolve(spec: &ObservedSpec, path: &str, scope: &mut Scope<'_>) -> Option<Self> {
        let day = spec.observed.0?;
        let file = path.rsplit('/').next().unwrap_or(path);
        let name = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let metrics = spec.metrics.iter().flat_map(Named::iter);
        Some(Self {
            name: name.to_owned(),
            source: spec.source.as_ref().map_or(String::new(), |source| source.value.0.clone()),
            day: Some((day.value, Some(day.span))),
            over: spec.over.map(|over| over.value),
            service: spec.service.as_ref().map(|name| name.value.0.clone()),
            // A metric that could not be read is missing.
            is_partial: spec.partial.is_some_and(|it| it.value) || spec.flawed.any(&["metrics", "partial"]),
            metrics: metrics.map(|(name, seen)| (name.value.clone(), Seen::resolve(seen, scope))).collect(),
        })
    }

    /// The record that says the same.
    #[must_use]
    pub fn written(&self) -> ObservedSpec {
        let metrics = self.metrics.iter().map(|(name, seen)| (Spanned::made(name.clone()), Some(seen.written())));
        ObservedSpec {
            version: Version.into(),
            observed: self.day.map(|(day, _)| day.into()).unwrap_or_default(),
            source: Some(Spanned::made(Text(self.source.clone()))),
            over: self.over.map(Spanned::made),
            service: self.service.clone().map(|name| Spanned::made(Name(name))),
            partial: self.is_partial.then(|| Spanned::made(true)),
            metrics: Some(Named(metrics.collect())),
            ..ObservedSpec::default()
        }
    }
}

impl Seen {
    fn resolve(spec: &SeenSpec, scope: &mut Scope<'_>) -> Self {
        let texts = |list: &Option<Vec<Spanned<Text>>>| -> Vec<String> {
            list.iter().flatten().map(|text| text.value.0.clone()).collect()
        };
        let labels = spec.labels.iter().flat_map(Named::iter).map(|(name, label)| {
            let values = label.values.as_ref().map(|values| values.iter().map(|value| value.value.0.clone()).collect());
            let count = label.count.0.map_or(0, |count| count.value);
            (name.value.clone(), Values { count, listed: values })
        });
        let mut rows = spec.rows.as_ref().map(|rows| rows.iter().map(|row| Row::resolve(row, scope)).collect());
        if spec.flawed.any(&["rows"]) {
            rows = Some(None);
        }
        Self {
            kind: spec.r#type.0.map_or(SeenType::Unknown, |kind| kind.value),
            unit: spec.unit.as_ref().map(|unit| unit.value.0.clone()),
            is_delta: spec.delta.is_some_and(|it| it.value),
            is_native: spec.native.is_some_and(|it| it.value),
            interval: spec.scrape_interval.map(|interval| interval.value),
            series: spec.series.map_or(0, |series| series.value),
            bounds: texts(&spec.buckets),
            duplicates: texts(&spec.duplicates),
            labels: labels.collect(),
            rows: rows.flatten(),
        }
    }

    fn written(&self) -> SeenSpec {
        let texts = |list: &[String]| -> Option<Vec<Spanned<Text>>> {
            (!list.is_empty()).then(|| list.iter().map(|text| Spanned::made(Text(text.clone()))).collect())
        };
        let labels = self.labels.iter().map(|(name, values)| {
            let list = |all: &Vec<String>| all.iter().map(|value| Spanned::made(Text(value.clone()))).collect();
            let (count, values) = (values.count.into(), values.listed.as_ref().map(list));
            let label = SeenLabelSpec { count, values, ..SeenLabelSpec::default() };
            (Spanned::made(name.clone()), Some(label))
        });
        let rows = self.rows.as_ref().map(|rows| rows.iter().map(|row| Spanned::made(Text(row.written()))).collect());
        SeenSpec {
            r#type: self.kind.into(),
            unit: self.unit.clone().map(|unit| Spanned::made(Text(unit))),
            delta: self.is_delta.then(|| Spanned::made(true)),
            native: self.is_native.then(|| Spanned::made(true)),
            scrape_interval: self.interval.map(Spanned::made),
            series: Some(Spanned::made(self.series)),
            buckets: texts(&self.bounds),
            duplicates: texts(&self.duplicates),
            labels: (!self.labels.is_empty()).then(|| Named(labels.collect())),
            rows,
            ..SeenSpec::default()
        }
    }
}

impl Row {
    /// Reads `{code="200"} 0.5`; `None` once it is reported that it is no row.
    fn resolve(row: &Spanned<Text>, scope: &mut Scope<'_>) -> Option<Self> {
        let text = row.value.0.trim();
        let end = text.rfind('}').map_or(0, |at| at + 1);
        let (selector, rate) = text.split_at(end);
        let rate = rate.trim();
        let number = rate.parse::<f64>().ok().filter(|rate| rate.is_finite());
        let labels = match selector {
            "{}" => Some(BTreeMap::new()),
            selector => parse_selector(selector).ok().filter(|it| it.metric.is_none()).and_then(|selector| {
                let equal = |it: SelectorMatcher| (it.op == MatchOp::Eq).then_some((it.label, it.value));
                selector.matchers.into_iter().map(equal).collect()
            }),
        };
        match labels {
            Some(labels) if rate.is_empty() || number.is_some() => Some(Self { labels, rate: number }),
            _ => {
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        row.span,
                        "expected labels and a rate, such as `{code=\"200\"} 0.5`",
                    )
                    .hint("take the snapshot again: `emberline observe SOURCE --snapshot NAME`"),
                );
                None
            }
        }
    }

    fn written(&self) -> String {
        let matchers: Vec<Matcher<'_>> = self.labels.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
        let labels = Select { metric: None, matchers: &[&matchers] };
        self.rate.map_or_else(|| labels.to_string(), |rate| format!("{labels} {rate}"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_written_row_says_what_was_seen() {
        let value = "a\"b\\c\nd\te\u{200b}";
        let row = |labels: &[(&str, &str)], rate| Row {
            labels: labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect(),
            rate,
        };
        assert_eq!(row(&[], Some(20.0)).written(), "{} 20");
        assert_eq!(row(&[("code", "200"), ("job", "shop")], Some(0.5)).written(), r#"{code="200",job="shop"} 0.5"#);
        let written = row(&[("http.route", value)], None).written();
        assert_eq!(written, r#"{"http.route"="a\"b\\c\nd\te\u200b"}"#);
        assert_eq!(parse_selector(&written).unwrap().matchers[0].value, value);
    }
}
