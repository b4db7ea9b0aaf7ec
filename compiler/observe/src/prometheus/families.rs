//! Names of series and the server's metadata → metrics.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::metric::HISTOGRAM_SERIES;
use emberline_core::spec::SeenType;
use serde_json::Value;

use crate::gather::{guessed, kind_of};

/// A metric of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Family {
    /// Its name, without the ends of histograms' and summaries' series.
    pub(super) name: String,
    pub(super) kind: SeenType,
    pub(super) unit: Option<String>,
    /// Whether it is a histogram with buckets.
    pub(super) is_classic: bool,
    /// Whether it is a histogram in one series.
    pub(super) is_native: bool,
}

impl Family {
    /// Whether one of these names is that of a series of its own, or would be in another form.
    pub(super) fn is_among(&self, series: &BTreeSet<String>) -> bool {
        let is_wide = matches!(self.kind, SeenType::Histogram | SeenType::Summary);
        series.contains(&self.name)
            || is_wide && HISTOGRAM_SERIES.iter().any(|end| series.contains(&format!("{}{end}", self.name)))
    }

    /// The series that counts its events, or its only one.
    pub(super) fn counted(&self) -> String {
        let is_wide = match self.kind {
            SeenType::Histogram => self.is_classic || !self.is_native,
            SeenType::Summary => true,
            _ => false,
        };
        if is_wide { format!("{}_count", self.name) } else { self.name.clone() }
    }
}

/// The metrics of a server, by name.
#[derive(Debug)]
pub(super) struct Families {
    pub(super) all: Vec<Family>,
}

impl Families {
    /// Groups names. What has buckets is a histogram, whatever the metadata says; a count with a sum is one of the two.
    pub(super) fn of(mut names: BTreeSet<String>, metadata: &Value) -> Self {
        let stems: BTreeSet<String> = names.iter().filter_map(|name| stem(name, &names)).map(str::to_owned).collect();
        let mut all: BTreeMap<String, Family> = BTreeMap::new();
        for name in stems {
            let is_classic = names.contains(&format!("{name}_bucket"));
            let (said, unit) = about(metadata, &name);
            let kind = match (is_classic, said) {
                (false, SeenType::Histogram) => SeenType::Histogram,
                (false, _) => SeenType::Summary,
                (true, _) => SeenType::Histogram,
            };
            // Beside a classic histogram of its name, a series is the native form; beside a summary, its quantiles.
            let is_native = kind == SeenType::Histogram && names.contains(&name);
            HISTOGRAM_SERIES.iter().for_each(|end| _ = names.remove(&format!("{name}{end}")));
            names.remove(&name);
            all.insert(name.clone(), Family { name, kind, unit, is_classic, is_native });
        }
        for name in names {
            let (kind, unit) = about(metadata, &name);
            let is_native = kind == SeenType::Histogram;
            let kind = match kind {
                SeenType::Summary => SeenType::Unknown,
                SeenType::Unknown => guessed(&name),
                kind => kind,
            };
            all.insert(name.clone(), Family { name, kind, unit, is_classic: false, is_native });
        }
        Self { all: all.into_values().collect() }
    }
}

/// The metric that a series with buckets, or with a count and a sum, belongs to.
fn stem<'n>(name: &'n str, names: &BTreeSet<String>) -> Option<&'n str> {
    let has = |stem: &str, end: &str| names.contains(&format!("{stem}{end}"));
    let bucket = name.strip_suffix("_bucket").filter(|stem| has(stem, "_count"));
    bucket.or_else(|| name.strip_suffix("_count").filter(|stem| has(stem, "_sum")))
}

/// What the metadata says: OpenMetrics names a counter without `_total`.
fn about(metadata: &Value, name: &str) -> (SeenType, Option<String>) {
    let entry = |name: &str| metadata.get(name).and_then(|entries| entries.get(0));
    let entry = entry(name).or_else(|| entry(name.strip_suffix("_total")?));
    let kind = entry.and_then(|entry| entry["type"].as_str()).map_or(SeenType::Unknown, kind_of);
    let unit = entry.and_then(|entry| entry["unit"].as_str()).filter(|unit| !unit.is_empty());
    (kind, unit.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn series_belong_to_their_metrics() {
        let names = [
            "up", "a_total", "h_bucket", "h_count", "h_sum", "s", "s_count", "s_sum", "n", "b", "b_bucket", "b_count",
            "b_sum", "x_count",
        ];
        let metadata = json!({
            "up": [{"type": "gauge", "unit": ""}], "a": [{"type": "counter", "unit": "seconds"}],
            "h": [{"type": "histogram"}], "s": [{"type": "summary"}], "n": [{"type": "histogram"}], "b": []
        });
        let families = Families::of(names.map(str::to_owned).into(), &metadata);
        let told: Vec<String> = families
            .all
            .iter()
            .map(|it| format!("{} {} {}{}", it.name, it.kind.word(), u8::from(it.is_classic), u8::from(it.is_native)))
            .collect();
        assert_eq!(
            told,
            [
                "a_total counter 00",
                "b histogram 11",
                "h histogram 10",
                "n histogram 01",
                "s summary 00",
                "up gauge 00",
                "x_count unknown 00"
            ]
        );
        assert_eq!(families.all[0].unit.as_deref(), Some("seconds"));
        let is_named = |series: &str| families.all[2].is_among(&[series.to_owned()].into());
        assert!(is_named("h_count") && is_named("h") && !is_named("h_total"));
        assert_eq!((families.all[1].counted(), families.all[3].counted()), ("b_count".to_owned(), "n".to_owned()));
    }
}
