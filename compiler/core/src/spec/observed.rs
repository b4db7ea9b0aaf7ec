//! A snapshot as written: what a source of metrics exports, so that a pull request is judged without a server.

use super::decode::{Named, Needed};
use super::leaf::{Name, Text, Version};
use super::record::{record, words};
use crate::quantity::{Date, Duration};
use crate::source::Spanned;

record! {
    #[derive(Default)]
    /// What a source of metrics exports, written by `emberline observe SOURCE --snapshot NAME` into `observed/NAME.yaml`.
    pub struct ObservedSpec {
        /// The version of this language: `emberline/v1`.
        version: Needed<Spanned<Version>>,
        /// The day on which the source was asked (UTC).
        observed: Needed<Spanned<Date>>,
        /// The kind of source: `prometheus`, `exposition` or `otlp`.
        source: Option<Spanned<Text>>,
        /// How far back series count. Absent: the source shows one moment.
        over: Option<Spanned<Duration>>,
        /// The only service that is held against this snapshot. Default: every service.
        service: Option<Spanned<Name>>,
        /// Whether metrics were left out, so that a missing name proves nothing. Default: `false`.
        partial: Option<Spanned<bool>>,
        /// The metrics by their names in Prometheus, histograms without `_bucket`, `_count` and `_sum`.
        metrics: Option<Named<SeenSpec>>,
    }
}

record! {
    #[derive(Default)]
    /// A metric as its source exports it.
    pub struct SeenSpec {
        /// The kind of metric.
        r#type: Needed<Spanned<SeenType>>,
        /// The unit as exported, such as `seconds` or `s`.
        unit: Option<Spanned<Text>>,
        /// Whether the values are differences (OTLP's delta temporality), which Prometheus does not take. Default: `false`.
        delta: Option<Spanned<bool>>,
        /// Whether the histogram exists in native form. Default: `false`.
        native: Option<Spanned<bool>>,
        /// The measured time between two samples.
        scrape_interval: Option<Spanned<Duration>>,
        /// How many series there are.
        series: Option<Spanned<u32>>,
        /// The values of `le` as exported, rising.
        buckets: Option<Vec<Spanned<Text>>>,
        /// Labels whose values alone tell series apart that count the same events, such as `replica`.
        duplicates: Option<Vec<Spanned<Text>>>,
        /// The labels by name.
        labels: Option<Named<SeenLabelSpec>>,
        /// The combinations of listed values that occur, as `{label="value"}`. A counter's are followed by its events a second.
        rows: Option<Vec<Spanned<Text>>>,
    }
}

words! {
    /// The kind of a metric, as its source names it.
    pub enum SeenType {
        /// Only rises.
        Counter = "counter",
        /// Rises and falls.
        Gauge = "gauge",
        /// Counts in buckets, classic or native.
        Histogram = "histogram",
        /// Quantiles, with a count and a sum.
        Summary = "summary",
        /// The source does not say.
        Unknown = "unknown",
    }
}

record! {
    #[derive(Default)]
    /// The values of a label.
    pub struct SeenLabelSpec {
        /// How many values the label has.
        count: Needed<Spanned<u32>>,
        /// Its values; absent where they are too many, differ from instance to instance, or look personal.
        values: Option<Vec<Spanned<Text>>>,
    }
}

record! {
    #[derive(Default)]
    /// How snapshots of `observed/` are judged.
    pub struct ObservedPolicySpec {
        /// The age at which a snapshot is `stale-snapshot`. Default: `90d`.
        max_age: Option<Spanned<Duration>>,
    }
}
