//! Counts of a system's telemetry before and after, as `ci/cost/measure` writes them.
//!
//! Another program writes the file, and people may edit it. So every contradiction in the file is a fault with its
//! place.

use std::collections::BTreeMap;

use emberline_core::quantity::Date;
use serde::Deserialize;

use super::fault::Fault;

/// The only supported version of the file.
const VERSION: u32 = 1;

/// Counts under one load, through the plain and the generated configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// A description for readers.
    #[serde(default)]
    pub about: String,
    /// The version of the file.
    pub version: u32,
    /// The day of the measurement.
    pub day: String,
    /// The load.
    pub load: Load,
    /// Counts with everything kept in one tier.
    pub before: Side,
    /// Counts through the compiled configuration.
    pub after: Side,
}

/// The load, the same on both sides.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// The number of requests.
    pub requests: u64,
    /// Requests per second.
    pub rate: f64,
    /// The share of requests that were to fail, in percent.
    pub errors_percent: f64,
    /// The share of requests that were to be slow, in percent.
    pub slow_percent: f64,
    /// The seed; the same seed gives the same requests.
    pub seed: u64,
}

/// The counts of one side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Spans that the store took.
    pub spans: Volume,
    /// Log records that the store took.
    pub logs: Logs,
    /// Profile samples that the store took.
    pub profiles: Volume,
    /// Compressed bytes as sent, by signal: for network planning, not for the bill.
    #[serde(default)]
    pub wire_bytes: BTreeMap<String, u64>,
    /// Series in Prometheus.
    pub series: Series,
    /// Requests as span metrics count them.
    pub red: Red,
    /// The outcome of the requests' traces.
    pub traces: Traces,
}

/// Records and their bytes: OTLP protobuf, not packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Spans, log records or samples.
    pub items: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Log records by the tier that keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// The volume of each tier, by name.
    pub tiers: BTreeMap<String, Volume>,
}

/// Active series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Series that services export.
    pub services: u64,
    /// Series made of spans.
    pub spans: u64,
    /// Series that rules record, and series of alerts.
    pub rules: u64,
    /// Series of collectors and scrapes.
    pub collectors: u64,
}

/// Requests as metrics count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Red {
    /// All requests.
    pub requests: u64,
    /// Failed requests.
    pub errors: u64,
}

/// The outcome of the requests' traces, by kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// Traces of failed requests.
    pub failed: Kept,
    /// Traces of requests slower than an objective allows.
    pub slow: Kept,
    /// Traces of all other requests.
    pub others: Kept,
}

/// Sent traces, and traces in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Sent traces.
    pub sent: u64,
    /// Traces that are complete in the store.
    pub whole: u64,
    /// Traces that are incomplete in the store.
    pub in_part: u64,
}

impl Series {
    /// The number of all series.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.services, self.spans, self.rules, self.collectors].into_iter().fold(0, u64::saturating_add)
    }
}

impl Kept {
    /// Traces in the store, complete or not.
    #[must_use]
    pub fn there(&self) -> u64 {
        self.whole.saturating_add(self.in_part)
    }
}

impl Measured {
    /// Parses the text of a file; `path` is the path that messages show.
    ///
    /// # Errors
    /// When the text is malformed, with line and column. When counts contradict each other, with their names.
    pub fn parse(path: &str, text: &str) -> Result<Self, Fault> {
        let again = "measure again with `ci/cost/measure`, or name another file with `--measured`";
        let read: Self = serde_json::from_str(text).map_err(|cause| {
            let (line, column) = (cause.line(), cause.column());
            // The place comes first, as in every message.
            let said = cause.to_string();
            let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
            Fault::new(format!("{path}:{line}:{column} is not a measurement: {said}"), again)
        })?;
        match read.contradiction() {
            Some(what) => Err(Fault::new(format!("{path} contradicts itself: {what}"), again)),
            None => Ok(read),
        }
    }

    /// The first contradiction.
    fn contradiction(&self) -> Option<String> {
        if self.version != VERSION {
            return Some(format!("`version` is {}, and only {VERSION} is known", self.version));
        }
        if Date::parse(&self.day).is_err() {
            return Some(format!("`day` is `{}`, not a date such as 2027-03-31", self.day));
        }
        if self.load.requests == 0 {
            return Some("`load.requests` is 0".to_owned());
        }
        if !(self.load.rate.is_finite() && self.load.rate > 0.0) {
            return Some(format!("`load.rate` is {}, not a rate", self.load.rate));
        }
        self.before.contradiction("before", &self.load).or_else(|| self.after.contradiction("after", &self.load))
    }
}

impl Side {
    fn contradiction(&self, name: &str, load: &Load) -> Option<String> {
        let Traces { failed, slow, others } = &self.traces;
        let kinds = [("failed", failed), ("slow", slow), ("others", others)];
        for (kind, kept) in kinds {
            if kept.there() > kept.sent {
                return Some(format!("`{name}.traces.{kind}` has {} requests but {} traces", kept.sent, kept.there()));
            }
        }
        let sent = kinds.iter().fold(0_u64, |sum, (_, kept)| sum.saturating_add(kept.sent));
        if sent != load.requests {
            return Some(format!("`{name}.traces` speaks of {sent} requests, `load.requests` of {}", load.requests));
        }
        let tiers = self.logs.tiers.iter().map(|(tier, volume)| (format!("logs.tiers.{tier}"), volume));
        let volumes = [("spans".to_owned(), &self.spans), ("profiles".to_owned(), &self.profiles)];
        volumes.into_iter().chain(tiers).find_map(|(what, volume)| {
            let odd = (volume.items == 0) != (volume.bytes == 0);
            odd.then(|| format!("`{name}.{what}` has {} items in {} bytes", volume.items, volume.bytes))
        })
    }
}
