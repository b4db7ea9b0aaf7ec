//! The metrics and labels that completion offers: as sources export them, and as specs declare them.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::model::{Common, Domain};
use emberline_core::spec::SeenType;

/// The labels of a series, each with its values as far as they are listed.
pub type Labels = BTreeMap<String, BTreeSet<String>>;

/// A series that can be selected.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// What it is, and where that is known from.
    pub detail: String,
    /// Its labels.
    pub labels: Labels,
}

/// Every series by name, exported ones before declared ones of the same name.
#[must_use]
pub fn series(common: &Common) -> BTreeMap<String, Series> {
    let mut all: BTreeMap<String, Series> = BTreeMap::new();
    for (name, metric) in common.index.every_series() {
        let values = |domain: Option<&Domain>| match domain {
            Some(Domain::Values(values)) => values.iter().cloned().collect(),
            _ => BTreeSet::new(),
        };
        let labels = metric.labels.iter().map(|(label, it)| (label.clone(), values(it.domain.as_ref()))).collect();
        all.insert(name.to_owned(), Series { detail: format!("{}, declared", metric.kind.word()), labels });
    }
    for observed in &common.observed {
        for (name, seen) in &observed.metrics {
            let mut labels: Labels = Labels::new();
            for (label, values) in &seen.labels {
                labels.insert(label.clone(), values.listed.iter().flatten().cloned().collect());
            }
            let suffixes: &[&str] = match seen.kind {
                SeenType::Histogram if seen.bounds.is_empty() => &[""],
                SeenType::Histogram => &["_bucket", "_count", "_sum"],
                SeenType::Summary => &["", "_count", "_sum"],
                _ => &[""],
            };
            for suffix in suffixes {
                let series = all.entry(format!("{name}{suffix}")).or_default();
                series.detail = format!("{}, in `{}`", seen.kind.word(), observed.name);
                for (label, values) in &labels {
                    series.labels.entry(label.clone()).or_default().extend(values.iter().cloned());
                }
                if *suffix == "_bucket" {
                    series.labels.entry("le".to_owned()).or_default().extend(seen.bounds.iter().cloned());
                }
            }
        }
    }
    all
}

/// The labels of a series; of every series if there is none of that name.
#[must_use]
pub fn labels(all: &BTreeMap<String, Series>, name: &str) -> Labels {
    if let Some(series) = all.get(name) {
        return series.labels.clone();
    }
    let mut labels = Labels::new();
    for series in all.values() {
        for (label, values) in &series.labels {
            labels.entry(label.clone()).or_default().extend(values.iter().cloned());
        }
    }
    labels
}
