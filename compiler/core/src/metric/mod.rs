//! Metrics: OpenTelemetry names and the Prometheus series that they become.
//!
//! The translation is that of OpenTelemetry's "Prometheus and OpenMetrics Compatibility" specification, as the
//! collector's and Prometheus's own OTLP receivers do it (module `prometheus/otlptranslator`, with suffixes).

mod index;
pub(crate) mod measure;

pub(crate) use index::Metrics;
pub use index::{Declared, Index};

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::quantity::Duration;
use crate::source::{Span, Spanned};
use crate::spec::record::words;

words! {
    /// The kind of an instrument.
    pub enum MetricType {
        /// Only rises; gets the suffix `_total`.
        Counter = "counter",
        /// Rises and falls by additions.
        UpDownCounter = "updowncounter",
        /// A measured value.
        Gauge = "gauge",
        /// Counts in buckets with fixed boundaries.
        Histogram = "histogram",
        /// Counts in buckets of a growing width: a native histogram in Prometheus.
        ExponentialHistogram = "exponential_histogram",
    }
}

/// The ends of a classic histogram's series.
pub const HISTOGRAM_SERIES: [&str; 3] = ["_bucket", "_count", "_sum"];

/// The classic histogram that a series of this name would belong to; `None` where the name ends otherwise.
#[must_use]
pub fn histogram_of(series: &str) -> Option<&str> {
    HISTOGRAM_SERIES.iter().find_map(|end| series.strip_suffix(end))
}

/// A declared metric.
#[derive(Debug, Clone)]
pub struct Metric {
    /// OpenTelemetry name, and where it is declared.
    pub name: Spanned<String>,
    /// The kind of instrument.
    pub kind: MetricType,
    /// Unit in UCUM.
    pub unit: Option<String>,
    /// Name in Prometheus, before `_bucket`, `_count` and `_sum`.
    pub prometheus: String,
    /// Rising upper boundaries of a classic histogram, in the metric's unit, and where they are declared.
    pub buckets: Option<Spanned<Vec<Decimal>>>,
    /// Labels by their Prometheus names.
    pub labels: BTreeMap<String, Label>,
    /// How often the metric is scraped or exported, where not as the policy says.
    pub scrape_interval: Option<Duration>,
    /// Labels that depend on one another; each of them is in `labels` too.
    pub joints: Vec<Joint>,
    /// The most instances of its service that run at once.
    pub instances: u32,
}

/// Labels of which only some combinations occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    /// Their Prometheus names.
    pub labels: Vec<String>,
    /// How many combinations there are.
    pub combinations: usize,
}

/// A declared label.
#[derive(Debug, Clone)]
pub struct Label {
    /// OpenTelemetry attribute name, and where it is declared.
    pub name: Spanned<String>,
    /// Its values; `None` where the declaration bounds nothing.
    pub domain: Option<Domain>,
}

/// A bounded set of label values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// Exactly these.
    Values(Vec<String>),
    /// At most so many.
    Count(u32),
}

impl Metric {
    /// Every series name that the metric has in Prometheus.
    #[must_use]
    pub fn series(&self) -> Vec<String> {
        match self.kind {
            MetricType::Histogram => {
                HISTOGRAM_SERIES.iter().map(|suffix| format!("{}{suffix}", self.prometheus)).collect()
            }
            _ => vec![self.prometheus.clone()],
        }
    }

    /// The label of a Prometheus name, or of the name in which it is declared: Prometheus 3 can keep that.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels.get(name).or_else(|| self.labels.values().find(|label| label.name.value == name))
    }

    /// Whether it has the series.
    #[must_use]
    pub(crate) fn has_series(&self, series: &str) -> bool {
        let suffix = series.strip_prefix(self.prometheus.as_str());
        suffix.is_some_and(|suffix| match self.kind {
            MetricType::Histogram => HISTOGRAM_SERIES.contains(&suffix),
            _ => suffix.is_empty(),
        })
    }

    /// What it measures in: its declared unit, else the one that its name in Prometheus ends with.
    #[must_use]
    pub(crate) fn measure(&self) -> Option<&str> {
        self.unit.as_deref().map(measure::canonical).or_else(|| measure::of_name(&self.prometheus))
    }

    /// Where the metric is declared.
    #[must_use]
    pub fn span(&self) -> Span {
        self.name.span
    }
}

/// The Prometheus name of an OpenTelemetry metric, before histogram suffixes.
#[must_use]
pub fn prometheus_name(name: &str, kind: MetricType, unit: Option<&str>) -> String {
    let mut tokens: Vec<String> = split_tokens(name);
    let (main, per) = unit.map_or((None, None), unit_words);
    for (prefix, word) in [(None, main), (Some("per"), per)] {
        if let Some(word) = word
            && !tokens.contains(&word)
        {
            tokens.extend(prefix.map(str::to_owned));
            tokens.push(word);
        }
    }
    match kind {
        MetricType::Counter => {
            tokens.retain(|token| token != "total");
            tokens.push("total".to_owned());
        }
        MetricType::Gauge if unit == Some("1") => {
            tokens.retain(|token| token != "ratio");
            tokens.push("ratio".to_owned());
        }
        _ => {}
    }
    let joined = tokens.join("_");
    if joined.starts_with(|c: char| c.is_ascii_digit()) { format!("_{joined}") } else { joined }
}

/// The Prometheus name of an OpenTelemetry attribute: what a label name cannot hold becomes `_`.
#[must_use]
pub fn label_name(attribute: &str) -> String {
    let name: String = attribute.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("key_{name}"),
        Some('_') if !name.starts_with("__") => format!("key{name}"),
        _ => name,
    }
}

/// Whether a name has only the characters that every version of Prometheus takes.
pub(crate) fn is_legacy(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}

fn split_tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':').filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

/// The words for a unit: what is counted, and per what.
pub(crate) fn unit_words(unit: &str) -> (Option<String>, Option<String>) {
    let (main, per) = unit.split_once('/').map_or((unit, None), |(main, per)| (main, Some(per)));
    let word = |part: &str, known: &[(&str, &str)]| {
        if part.contains(['{', '}']) || part.is_empty() {
            return None;
        }
        let known = known.iter().find(|(code, _)| *code == part).map(|(_, word)| (*word).to_owned());
        Some(known.unwrap_or_else(|| split_tokens(part).join("_"))).filter(|word| !word.is_empty())
    };
    (word(main, UNITS), per.and_then(|per| word(per, PER_UNITS)))
}

/// UCUM codes and their words; source: the table of `prometheus/otlptranslator`.
const UNITS: &[(&str, &str)] = &[
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("%", "percent"),
    ("1", ""),
];

/// The UCUM code of a unit's word: `s` of `seconds`.
#[must_use]
pub fn unit_of_word(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(_, known)| *known == word && !word.is_empty()).map(|(code, _)| *code)
}

/// UCUM codes behind a slash and their words; same source.
const PER_UNITS: &[(&str, &str)] =
    &[("s", "second"), ("m", "minute"), ("h", "hour"), ("d", "day"), ("w", "week"), ("mo", "month"), ("y", "year")];

#[cfg(test)]
mod tests {
    use super::*;
    use MetricType::{Counter, ExponentialHistogram, Gauge, Histogram, UpDownCounter};

    #[test]
    fn the_opentelemetry_translation() {
        for (name, kind, unit, expected) in [
            ("http.server.request.duration", Histogram, Some("s"), "http_server_request_duration_seconds"),
            ("http.server.request.duration", ExponentialHistogram, Some("s"), "http_server_request_duration_seconds"),
            ("orders", Counter, Some("{order}"), "orders_total"),
            ("requests.total", Counter, None, "requests_total"),
            ("process.cpu.time", Counter, Some("s"), "process_cpu_time_seconds_total"),
            ("system.network.io", Counter, Some("By"), "system_network_io_bytes_total"),
            ("cache.hit.ratio", Gauge, Some("1"), "cache_hit_ratio"),
            ("queue.usage", Gauge, Some("1"), "queue_usage_ratio"),
            ("db.client.connections", UpDownCounter, Some("{connection}"), "db_client_connections"),
            ("disk.speed", Gauge, Some("By/s"), "disk_speed_bytes_per_second"),
            ("latency_seconds", Histogram, Some("s"), "latency_seconds"),
            ("4xx", Counter, None, "_4xx_total"),
        ] {
            assert_eq!(prometheus_name(name, kind, unit), expected, "{name}");
        }
    }

    #[test]
    fn labels() {
        assert_eq!(label_name("http.response.status_code"), "http_response_status_code");
        assert_eq!(label_name("4xx"), "key_4xx");
    }
}
