//! Zipkin, by its second API: `/api/v2/trace/ID` and `/api/v2/traces`.
//!
//! Documented at zipkin.io/zipkin-api (zipkin2-api.yaml). What is OpenTelemetry's comes back by the protocol's page
//! trace/sdk_exporters/zipkin: a resource's attributes are tags of every span, and an event is an annotation. The
//! collector's exporter appends an event's attributes to its name as JSON.
//!
//! Both sides of a call may share one span (B3). The server's side becomes a child of its own.

use emberline_observe::http::{Access, Client};
use serde_json::Value;

use super::assembling::assemble;
use super::reading::{LONGEST, items, labels, span_id, text, trace_id, whole};
use super::{Answer, Event, Labels, Search, Span, SpanKind, Trace, Traces};

/// A Zipkin server.
#[derive(Debug)]
pub struct Zipkin {
    http: Client,
}

impl Zipkin {
    /// `address` is the URL before `/api`, with the base path if the server has one.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Zipkin", address, access) }
    }
}

impl Traces for Zipkin {
    fn name(&self) -> String {
        self.http.name()
    }

    /// Zipkin serves its pages below `/zipkin`, with or without a base path of its own.
    fn page(&self, id: &str) -> Option<String> {
        let address = self.http.address();
        Some(format!("{}/zipkin/traces/{id}", address.strip_suffix("/zipkin").unwrap_or(address)))
    }

    fn trace(&self, id: &str) -> Answer<Option<Trace>> {
        let Some(id) = trace_id(id) else {
            return Err(self.http.trouble(&format!("cannot be asked for `{id}`, which is no trace id")));
        };
        let answer: Option<Value> = self.http.find_within(&format!("/api/v2/trace/{id}"), LONGEST)?;
        Ok(answer.and_then(|answer| trace(&id, &answer)))
    }

    /// Zipkin's `minDuration` and `annotationQuery` select spans of the service. It has no query for traces without
    /// failed spans, so the client asks for four times as many traces and drops those with failed spans.
    fn search(&self, wanted: &Search) -> Answer<Vec<String>> {
        let asked = if wanted.failed == Some(false) { wanted.limit.saturating_mul(4) } else { wanted.limit };
        let millis = |seconds: f64| (seconds * 1e3).ceil().max(1.0).to_string();
        let (end, back) = (millis(wanted.end), millis(wanted.end - wanted.start));
        let limit = asked.to_string();
        let least = wanted.min_seconds.map(|seconds| (seconds * 1e6).round().max(1.0).to_string());
        let mut query = vec![("endTs", end.as_str()), ("lookback", &back), ("limit", &limit)];
        if !wanted.service.is_empty() {
            // Zipkin keeps names in lower case.
            query.push(("serviceName", &wanted.service));
        }
        query.extend(least.as_deref().map(|least| ("minDuration", least)));
        if wanted.failed == Some(true) {
            query.push(("annotationQuery", "error"));
        }
        let mut found = traces(&self.http.get("/api/v2/traces", &query)?);
        found.retain(|trace| wanted.failed != Some(false) || trace.spans.iter().all(|span| !span.failed));
        found.sort_by_key(|trace| std::cmp::Reverse(trace.spans.first().map(|span| span.start)));
        Ok(found.into_iter().map(|trace| trace.id).take(wanted.limit).collect())
    }
}

/// The traces of a search's answer: a list of lists of spans.
pub(super) fn traces(answer: &Value) -> Vec<Trace> {
    let id = |spans: &Value| items(spans).iter().find_map(|span| trace_id(text(&span["traceId"])));
    items(answer).iter().filter_map(|spans| trace(&id(spans)?, spans)).collect()
}

/// The trace of a list of spans; `None` if the list has no span of the trace.
pub(super) fn trace(id: &str, answer: &Value) -> Option<Trace> {
    let own = |span: &&Value| trace_id(text(&span["traceId"])).as_deref() == Some(id);
    let mut spans: Vec<(bool, Span)> =
        items(answer).iter().filter(own).filter_map(|found| Some((found["shared"] == true, span(found)?))).collect();
    part_shared(&mut spans);
    assemble(id.to_owned(), spans.into_iter().map(|(_, span)| span).collect())
}

/// Gives the server's side of a shared span an id of its own, below the client's side. What the server's service did
/// below the shared span stays below the server's side.
fn part_shared(spans: &mut [(bool, Span)]) {
    let sides: Vec<(String, String)> = spans
        .iter()
        .filter(|(shared, span)| *shared && matches!(span.kind, SpanKind::Server))
        .filter(|(_, span)| spans.iter().any(|(shared, other)| !shared && other.id == span.id))
        .map(|(_, span)| (span.id.clone(), span.service.clone()))
        .collect();
    for (id, service) in sides {
        let own = mirrored(&id);
        for (shared, span) in &mut *spans {
            if span.service != service {
                continue;
            }
            if *shared && span.id == id {
                span.id.clone_from(&own);
                span.parent.clone_from(&id);
            } else if span.parent == id {
                span.parent.clone_from(&own);
            }
        }
    }
}

/// Another id, the same for the same id: its digits turned about.
fn mirrored(id: &str) -> String {
    id.chars().map(|digit| char::from_digit(15 - digit.to_digit(16).unwrap_or(0), 16).unwrap_or('0')).collect()
}

/// A span; `None` if the id or the start is missing.
fn span(found: &Value) -> Option<Span> {
    // Zipkin writes times and durations in microseconds.
    let start = whole(&found["timestamp"])?.saturating_mul(1000);
    let mut attributes = labels(&found["tags"]);
    let peer = text(&found["remoteEndpoint"]["serviceName"]);
    if !peer.is_empty() {
        attributes.entry("peer.service".to_owned()).or_insert_with(|| peer.to_owned());
    }
    let service = match attributes.get("service.name") {
        // The name of the endpoint is in lower case.
        Some(named) if named.eq_ignore_ascii_case(text(&found["localEndpoint"]["serviceName"])) => named.clone(),
        _ => text(&found["localEndpoint"]["serviceName"]).to_owned(),
    };
    let mut resource = attributes.clone();
    resource.insert("service.name".to_owned(), service.clone());
    let status = attributes.get("otel.status_code").map(|code| code.to_ascii_uppercase());
    Some(Span {
        id: span_id(text(&found["id"]))?,
        parent: span_id(text(&found["parentId"])).unwrap_or_default(),
        service,
        name: text(&found["name"]).to_owned(),
        kind: match text(&found["kind"]) {
            "SERVER" => SpanKind::Server,
            "CLIENT" => SpanKind::Client,
            "PRODUCER" => SpanKind::Producer,
            "CONSUMER" => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        start,
        end: start.saturating_add(whole(&found["duration"]).unwrap_or_default().saturating_mul(1000)),
        // By Zipkin's convention, a tag `error` marks a failure whatever its value; OpenTelemetry writes `false` never.
        failed: attributes.get("error").is_some_and(|error| error != "false")
            || status.is_some_and(|code| code.ends_with("ERROR")),
        links: linked(&attributes),
        attributes,
        resource,
        events: items(&found["annotations"]).iter().map(|annotation| event(annotation, start)).collect(),
    })
}

/// The ids of linked traces. The collector's exporter writes a link as `TRACE|SPAN|…` into a tag.
fn linked(tags: &Labels) -> Vec<String> {
    let links = tags.iter().filter(|(name, _)| name.starts_with("otlp.link."));
    links.filter_map(|(_, link)| trace_id(link.split('|').next()?)).collect()
}

/// An event from an annotation: its name alone, or `NAME|ATTRIBUTES AS JSON|DROPPED`.
fn event(annotation: &Value, start: u64) -> Event {
    let value = text(&annotation["value"]);
    let parts = value.split_once('|').and_then(|(name, rest)| {
        let json = rest.rsplit_once('|').map_or(rest, |(json, _)| json);
        let attributes: Value = serde_json::from_str(json).ok().filter(Value::is_object)?;
        Some((name, labels(&attributes)))
    });
    let (name, attributes) = parts.unwrap_or((value, Labels::new()));
    let time = whole(&annotation["timestamp"]).map_or(start, |micros| micros.saturating_mul(1000));
    Event { time, name: name.to_owned(), attributes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "2f3e0cee77ae5dc9c17ade3689eb2e54";

    fn one(span: &Value) -> Option<Span> {
        trace(ID, &json!([span])).map(|trace| trace.spans[0].clone())
    }

    #[test]
    fn a_shared_span_has_two_sides() {
        let endpoint = |service: &str| json!({"serviceName": service});
        let answer = json!([
            {"traceId": ID, "id": "a", "kind": "CLIENT", "timestamp": 1, "localEndpoint": endpoint("web")},
            {"traceId": ID, "id": "a", "kind": "SERVER", "timestamp": 2, "shared": true,
             "localEndpoint": endpoint("api")},
            {"traceId": ID, "id": "b", "parentId": "a", "timestamp": 3, "localEndpoint": endpoint("api")},
            {"traceId": ID, "id": "c", "parentId": "a", "timestamp": 4, "localEndpoint": endpoint("web")},
        ]);
        let spans = trace(ID, &answer).unwrap().spans;
        let [client, server, below, beside] = &spans[..] else { unreachable!("{spans:?}") };
        assert_eq!((server.service.as_str(), &server.parent), ("api", &client.id));
        assert_ne!(server.id, client.id);
        assert_eq!((&below.parent, &beside.parent), (&server.id, &client.id));
    }

    #[test]
    fn events_and_failures() {
        let span = |more: Value| {
            let mut span = json!({"traceId": ID, "id": "a", "timestamp": 1});
            span.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            one(&span).unwrap()
        };
        let told =
            span(json!({"annotations": [{"value": "exception|{\"exception.type\":\"A|B\"}|0", "timestamp": 5}]}));
        assert_eq!((told.events[0].name.as_str(), told.events[0].time), ("exception", 5_000));
        assert_eq!(told.events[0].attributes["exception.type"], "A|B");
        assert_eq!(span(json!({"annotations": [{"value": "a|b"}, null]})).events[0].name, "a|b");
        for (tags, failed) in [
            (json!({"error": "timeout"}), true),
            (json!({"error": "false"}), false),
            (json!({"otel.status_code": "STATUS_CODE_ERROR"}), true),
            (json!({"otel.status_code": "Ok"}), false),
        ] {
            assert_eq!(span(json!({"tags": tags})).failed, failed);
        }
        assert_eq!(one(&json!({"traceId": ID, "id": "a"})), None);
        assert_eq!(one(&json!({"traceId": "1", "id": "a", "timestamp": 1})), None);
    }
}
