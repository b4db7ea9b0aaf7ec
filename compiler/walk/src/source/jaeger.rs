//! Jaeger, by `/api/v3/traces` and by the JSON API of its own user interface, `/api/traces`.
//!
//! Jaeger's documentation (jaegertracing.io/docs/latest/apis) lists `/api/v3` as stable and `/api/traces` as internal.
//! The internal one can search by tags, so the client asks it first; every release since 1.0 has it, and other stores
//! imitate it. Where it does not exist, as behind a gateway that lets only documented paths through, the client asks
//! `/api/v3`, whose answers are OTLP. Parameters and fields follow Jaeger's source: `query_parser.go`, the structures
//! of its JSON model, and `apiv3/http_gateway.go`.

use emberline_observe::http::{Access, Client};
use serde_json::{Value, json};

use super::assembling::assemble;
use super::reading::{LONGEST, items, plain, rfc3339, span_id, text, trace_id, whole};
use super::{Answer, Event, Labels, Search, Span, SpanKind, Trace, Traces, otlp};

/// A Jaeger query service.
#[derive(Debug)]
pub struct Jaeger {
    http: Client,
}

impl Jaeger {
    /// `address` is the URL before `/api`. It includes the base path, if the query service has one.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Jaeger", address, access) }
    }

    /// A search by the internal API, for the tag of failures or for no tag.
    fn tagged(&self, wanted: &Search, has_tag: bool) -> Answer<Vec<Trace>> {
        let asked = if has_tag || wanted.failed.is_none() { wanted.limit } else { wanted.limit.saturating_mul(4) };
        let micros = |seconds: f64| (seconds * 1e6).round().max(0.0).to_string();
        let (start, end, limit) = (micros(wanted.start), micros(wanted.end), asked.to_string());
        let least = wanted.min_seconds.map(|seconds| format!("{}us", micros(seconds)));
        let failed = json!({"error": "true"}).to_string();
        let mut query = vec![("service", wanted.service.as_str()), ("start", &start), ("end", &end), ("limit", &limit)];
        query.extend(least.as_deref().map(|least| ("minDuration", least)));
        if has_tag {
            query.push(("tags", &failed));
        }
        match self.http.find("/api/traces", &query)? {
            Some(answer) => Ok(traces(&answer)),
            None => self.documented(wanted),
        }
    }

    /// A search by `/api/v3`, which knows neither tags nor failures. The client asks for four times as many traces. An
    /// answer of 404 means that no trace matches.
    fn documented(&self, wanted: &Search) -> Answer<Vec<Trace>> {
        let (start, end) = (rfc3339(wanted.start), rfc3339(wanted.end));
        let limit = wanted.limit.saturating_mul(if wanted.failed.is_some() { 4 } else { 1 }).to_string();
        let least = wanted.min_seconds.map(|seconds| format!("{}us", (seconds * 1e6).round().max(0.0)));
        let mut query = vec![
            ("query.service_name", wanted.service.as_str()),
            ("query.start_time_min", &start),
            ("query.start_time_max", &end),
            ("query.num_traces", &limit),
        ];
        query.extend(least.as_deref().map(|least| ("query.duration_min", least)));
        let answer: Option<Value> = self.http.find("/api/v3/traces", &query)?;
        Ok(answer.map(|answer| otlp::traces(&answer)).unwrap_or_default())
    }
}

impl Traces for Jaeger {
    fn name(&self) -> String {
        self.http.name()
    }

    fn page(&self, id: &str) -> Option<String> {
        Some(format!("{}/trace/{id}", self.http.address()))
    }

    fn trace(&self, id: &str) -> Answer<Option<Trace>> {
        let Some(id) = trace_id(id) else {
            return Err(self.http.trouble(&format!("cannot be asked for `{id}`, which is no trace id")));
        };
        let answer: Option<Value> = self.http.find_within(&format!("/api/traces/{id}"), LONGEST)?;
        let found = answer.and_then(|answer| traces(&answer).into_iter().find(|trace| trace.id == id));
        if found.is_some() {
            return Ok(found);
        }
        let answer: Option<Value> = self.http.find_within(&format!("/api/v3/traces/{id}"), LONGEST)?;
        Ok(answer.and_then(|answer| otlp::trace(&id, &answer)))
    }

    /// Jaeger's `minDuration` and `tags` select spans of the service. A search finds a trace if one of these spans was
    /// slow or failed. Jaeger has no query for traces without failed spans. The client asks for four times as many
    /// traces and drops those with failed spans.
    ///
    /// Stores behind Jaeger disagree on `error`: the memory of 1.76 reads the text `true` as false, and finds what did
    /// not fail. So the client looks at what it gets, and searches without the tag if nothing of it failed.
    fn search(&self, wanted: &Search) -> Answer<Vec<String>> {
        if wanted.service.is_empty() {
            return Err(self.http.trouble("cannot be searched without a service"));
        }
        let has_failed = |trace: &Trace| trace.spans.iter().any(|span| span.failed);
        let mut found = self.tagged(wanted, wanted.failed == Some(true))?;
        if wanted.failed == Some(true) {
            found.retain(has_failed);
            if found.is_empty() {
                found = self.tagged(wanted, false)?;
            }
        }
        found.retain(|trace| wanted.failed.is_none_or(|failed| failed == has_failed(trace)));
        found.sort_by_key(|trace| std::cmp::Reverse(trace.spans.first().map(|span| span.start)));
        Ok(found.into_iter().map(|trace| trace.id).take(wanted.limit).collect())
    }
}

/// The traces of an answer.
pub(super) fn traces(answer: &Value) -> Vec<Trace> {
    let found = items(&answer["data"]).iter().filter_map(|found| {
        let id = trace_id(text(&found["traceID"]))?;
        let spans = items(&found["spans"]).iter().filter_map(|one| span(&id, one, &found["processes"])).collect();
        assemble(id, spans)
    });
    found.collect()
}

/// A span; `None` if the id or the start is missing.
fn span(of: &str, found: &Value, processes: &Value) -> Option<Span> {
    let process = &processes[text(&found["processID"])];
    // Jaeger writes times and durations in microseconds.
    let start = whole(&found["startTime"])?.saturating_mul(1000);
    let attributes = tags(&found["tags"]);
    let mut resource = tags(&process["tags"]);
    let service = text(&process["serviceName"]).to_owned();
    resource.entry("service.name".to_owned()).or_insert_with(|| service.clone());
    let (parent, links) = references(of, found);
    Some(Span {
        id: span_id(text(&found["spanID"]))?,
        parent,
        service,
        name: text(&found["operationName"]).to_owned(),
        kind: match attributes.get("span.kind").map(String::as_str) {
            Some("server") => SpanKind::Server,
            Some("client") => SpanKind::Client,
            Some("producer") => SpanKind::Producer,
            Some("consumer") => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        start,
        end: start.saturating_add(whole(&found["duration"]).unwrap_or_default().saturating_mul(1000)),
        failed: attributes.get("error").is_some_and(|error| error == "true")
            || attributes.get("otel.status_code").is_some_and(|code| code == "ERROR"),
        attributes,
        resource,
        events: items(&found["logs"]).iter().map(|log| event(log, start)).collect(),
        links,
    })
}

/// The id of the parent span, and the ids of linked traces. The parent is the span's first `CHILD_OF` reference within
/// its trace, else its first other reference there.
fn references(of: &str, found: &Value) -> (String, Vec<String>) {
    let (mut child, mut follows, mut links) = (None, None, Vec::new());
    for reference in items(&found["references"]) {
        match trace_id(text(&reference["traceID"])) {
            Some(id) if id != of => links.push(id),
            _ => {
                let id = span_id(text(&reference["spanID"]));
                let first = if text(&reference["refType"]) == "CHILD_OF" { &mut child } else { &mut follows };
                *first = first.take().or(id);
            }
        }
    }
    // Older releases name the parent in a separate field.
    let parent = child.or(follows).or_else(|| span_id(text(&found["parentSpanID"])));
    (parent.unwrap_or_default(), links)
}

/// An event from a span's log. OpenTelemetry's name of the event is the log's field `event`.
fn event(log: &Value, start: u64) -> Event {
    let mut attributes = tags(&log["fields"]);
    Event {
        time: whole(&log["timestamp"]).map_or(start, |micros| micros.saturating_mul(1000)),
        name: attributes.remove("event").unwrap_or_default(),
        attributes,
    }
}

/// Tags as labels. A tag's `type` is not needed, because the JSON value already has that type.
fn tags(value: &Value) -> Labels {
    let named = items(value).iter().filter_map(|tag| Some((tag["key"].as_str()?.to_owned(), plain(&tag["value"]))));
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(span: Value) -> Vec<Span> {
        let answer =
            json!({"data": [{"traceID": "1", "spans": [span], "processes": {"p1": {"serviceName": "checkout"}}}]});
        traces(&answer).into_iter().flat_map(|trace| trace.spans).collect()
    }

    #[test]
    fn parents_and_links() {
        let parent = |references: Value| {
            let span = one(json!({"spanID": "a", "startTime": 1, "references": references})).remove(0);
            (span.parent.trim_start_matches('0').to_owned(), span.links.len())
        };
        let reference =
            |kind: &str, trace: &str, span: &str| json!({"refType": kind, "traceID": trace, "spanID": span});
        let (child, follows) = (reference("CHILD_OF", "1", "b"), reference("FOLLOWS_FROM", "1", "c"));
        assert_eq!(parent(json!([follows, child])), ("b".to_owned(), 0));
        assert_eq!(parent(json!([follows, reference("FOLLOWS_FROM", "2", "d")])), ("c".to_owned(), 1));
        assert_eq!(parent(json!([reference("CHILD_OF", "2", "d")])), (String::new(), 1));
        assert_eq!(parent(json!("x")), (String::new(), 0));
    }

    #[test]
    fn what_is_missing_is_nothing() {
        let spans = one(json!({"spanID": "a", "startTime": u64::MAX, "duration": u64::MAX, "processID": "none"}));
        assert_eq!((spans[0].start, spans[0].end, spans[0].service.as_str()), (u64::MAX, u64::MAX, ""));
        for wrong in
            [json!(null), json!({"spanID": "a"}), json!({"startTime": 1}), json!({"spanID": "x", "startTime": 1})]
        {
            assert_eq!(one(wrong), []);
        }
    }
}
