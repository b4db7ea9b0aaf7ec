//! This project's own store: traces, log lines and profiles in one file, served over HTTP.
//!
//! Traces and logs are OTLP's JSON; searches and profiles have the store's own fields.

use emberline_observe::http::{Access, Client};
use serde::Deserialize;
use serde_json::Value;

use super::reading::{LONGEST, items, text, trace_id};
use super::{Answer, Frame, LogLine, Logs, Profiles, Sample, Search, Trace, Traces, otlp};

/// The store.
#[derive(Debug)]
pub struct Store {
    http: Client,
}

impl Store {
    /// `address` is the URL before `/api`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("the store", address, access) }
    }

    fn id(&self, text: &str) -> Answer<String> {
        trace_id(text).ok_or_else(|| self.http.trouble(&format!("cannot be asked for `{text}`, which is no trace id")))
    }
}

impl Traces for Store {
    fn name(&self) -> String {
        self.http.name()
    }

    fn page(&self, id: &str) -> Option<String> {
        Some(format!("{}/trace/{id}", self.http.address()))
    }

    fn trace(&self, id: &str) -> Answer<Option<Trace>> {
        let id = self.id(id)?;
        let answer: Option<Value> = self.http.find_within(&format!("/api/traces/{id}"), LONGEST)?;
        Ok(answer.and_then(|answer| otlp::trace(&id, &answer)))
    }

    fn search(&self, wanted: &Search) -> Answer<Vec<String>> {
        let (start, end) = (wanted.start.to_string(), wanted.end.to_string());
        let limit = wanted.limit.to_string();
        // The store reads whole milliseconds and refuses zero.
        let least = wanted.min_seconds.map(|seconds| format!("{}ms", (seconds * 1e3).round().max(1.0)));
        let failed = wanted.failed.map(|failed| failed.to_string());
        let mut query = vec![("start", start.as_str()), ("end", &end), ("limit", &limit)];
        if !wanted.service.is_empty() {
            query.push(("service", &wanted.service));
        }
        query.extend(least.as_deref().map(|least| ("min_duration", least)));
        query.extend(failed.as_deref().map(|failed| ("error", failed)));
        Ok(found(&self.http.get("/api/search", &query)?))
    }
}

/// Ids of the traces in a search's answer. The answer has the latest trace first, and the order is kept.
pub(super) fn found(answer: &Value) -> Vec<String> {
    items(&answer["traces"]).iter().filter_map(|trace| trace_id(text(&trace["traceID"]))).collect()
}

impl Logs for Store {
    fn name(&self) -> String {
        self.http.name()
    }

    fn of_trace(&self, trace_id: &str, _: (f64, f64)) -> Answer<Vec<LogLine>> {
        let answer: Option<Value> = self.http.find(&format!("/api/logs/{}", self.id(trace_id)?), &[])?;
        Ok(answer.map(|answer| otlp::logs(&answer)).unwrap_or_default())
    }
}

impl Profiles for Store {
    fn name(&self) -> String {
        self.http.name()
    }

    fn of_trace(&self, trace: &Trace) -> Answer<Vec<Sample>> {
        let answer: Option<Samples> = self.http.find(&format!("/api/profiles/{}", self.id(&trace.id)?), &[])?;
        Ok(answer.map(Samples::sorted).unwrap_or_default())
    }

    fn of_service(&self, service: &str, start: f64, end: f64) -> Answer<Vec<Sample>> {
        let (start, end) = (start.to_string(), end.to_string());
        let answer: Samples =
            self.http.get("/api/profiles", &[("service", service), ("start", &start), ("end", &end)])?;
        Ok(answer.sorted())
    }
}

/// Samples as the store sums them. They are read without an intermediate copy, because a service's samples may be 100
/// MB.
#[derive(Debug, Deserialize)]
pub(super) struct Samples {
    samples: Vec<Stacked>,
}

#[derive(Debug, Deserialize)]
struct Stacked {
    service: String,
    span_id: String,
    frames: Vec<Framed>,
    count: u64,
    cpu_nanos: u64,
}

#[derive(Debug, Deserialize)]
struct Framed {
    function: String,
    file: String,
    line: usize,
}

impl Samples {
    pub(super) fn sorted(self) -> Vec<Sample> {
        let frame = |frame: Framed| Frame { function: frame.function, file: frame.file, line: frame.line };
        let samples = self.samples.into_iter().map(|stacked| Sample {
            service: stacked.service,
            span_id: stacked.span_id,
            count: stacked.count,
            cpu_nanos: stacked.cpu_nanos,
            frames: stacked.frames.into_iter().map(frame).collect(),
        });
        most_frequent_first(samples.collect())
    }
}

/// Sorts samples into the order that every source of profiles returns. Equal samples keep their order.
pub(super) fn most_frequent_first(mut samples: Vec<Sample>) -> Vec<Sample> {
    samples.sort_by_key(|sample| std::cmp::Reverse((sample.count, sample.cpu_nanos)));
    samples
}
