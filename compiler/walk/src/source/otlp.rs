//! Traces and log lines in OTLP's JSON, as the OpenTelemetry protocol, this project's store, Tempo and Jaeger write it.
//!
//! The protocol writes ids in hexadecimal and enumerations as numbers. Tempo writes protobuf's own JSON: ids in base64,
//! enumerations by name, and `batches` for `resourceSpans` in its older answers. The reader accepts both forms.

use std::collections::BTreeMap;

use serde_json::Value;

use super::assembling::assemble;
use super::reading::{either, items, span_id, text, trace_id, whole};
use super::{Event, Labels, LogLine, Span, SpanKind, Trace};

/// The trace of an answer; `None` if the answer has no span of the trace. Tempo wraps the trace into `trace`.
pub(super) fn trace(id: &str, answer: &Value) -> Option<Trace> {
    let own = |(of, span): (Option<String>, Span)| of.is_none_or(|of| of == id).then_some(span);
    assemble(id.to_owned(), spans(answer).into_iter().filter_map(own).collect())
}

/// The traces of an answer that holds several, side by side.
pub(super) fn traces(answer: &Value) -> Vec<Trace> {
    let mut by_id: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for (of, span) in spans(answer) {
        if let Some(of) = of {
            by_id.entry(of).or_default().push(span);
        }
    }
    by_id.into_iter().filter_map(|(id, spans)| assemble(id, spans)).collect()
}

/// The spans of an answer, each with its trace's id, if it says one. Jaeger wraps the answer into `result`.
fn spans(answer: &Value) -> Vec<(Option<String>, Span)> {
    let answer = ["trace", "result"].iter().map(|name| &answer[*name]).find(|it| it.is_object()).unwrap_or(answer);
    let mut spans = Vec::new();
    for group in items(either(answer, &["resourceSpans", "batches"])) {
        let resource = attributes(&group["resource"]["attributes"]);
        for scope in items(either(group, &["scopeSpans", "instrumentationLibrarySpans"])) {
            let found = items(&scope["spans"]).iter();
            spans.extend(found.filter_map(|found| Some((trace_id(text(&found["traceId"])), span(found, &resource)?))));
        }
    }
    spans
}

/// The attribute for the description of a span's status.
const DESCRIPTION: &str = "otel.status_description";

/// A span; `None` if the id or the start is missing.
fn span(found: &Value, resource: &Labels) -> Option<Span> {
    let start = whole(&found["startTimeUnixNano"])?;
    let end = whole(&found["endTimeUnixNano"]).unwrap_or(start).max(start);
    let events = items(&found["events"]).iter().map(|event| Event {
        time: whole(&event["timeUnixNano"]).unwrap_or(start),
        name: text(&event["name"]).to_owned(),
        attributes: attributes(&event["attributes"]),
    });
    let code = &found["status"]["code"];
    let mut own = attributes(&found["attributes"]);
    // Zipkin's and Jaeger's name for the same.
    let description = text(&found["status"]["message"]);
    if !description.is_empty() {
        own.entry(DESCRIPTION.to_owned()).or_insert_with(|| description.to_owned());
    }
    Some(Span {
        id: span_id(text(&found["spanId"]))?,
        parent: span_id(text(&found["parentSpanId"])).unwrap_or_default(),
        service: resource.get("service.name").cloned().unwrap_or_default(),
        name: text(&found["name"]).to_owned(),
        kind: kind(&found["kind"]),
        start,
        end,
        failed: code.as_u64() == Some(2) || code.as_str() == Some("STATUS_CODE_ERROR"),
        attributes: own,
        resource: resource.clone(),
        events: events.collect(),
        links: items(&found["links"]).iter().filter_map(|link| trace_id(text(&link["traceId"]))).collect(),
    })
}

fn kind(value: &Value) -> SpanKind {
    match (value.as_u64(), value.as_str()) {
        (Some(2), _) | (_, Some("SPAN_KIND_SERVER")) => SpanKind::Server,
        (Some(3), _) | (_, Some("SPAN_KIND_CLIENT")) => SpanKind::Client,
        (Some(4), _) | (_, Some("SPAN_KIND_PRODUCER")) => SpanKind::Producer,
        (Some(5), _) | (_, Some("SPAN_KIND_CONSUMER")) => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

/// The log lines of an answer, ordered by time.
pub(super) fn logs(answer: &Value) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for group in items(&answer["resourceLogs"]) {
        let resource = attributes(&group["resource"]["attributes"]);
        let service = resource.get("service.name").cloned().unwrap_or_default();
        for scope in items(&group["scopeLogs"]) {
            lines.extend(items(&scope["logRecords"]).iter().map(|record| line(&service, record)));
        }
    }
    lines.sort_by_key(|line| line.time);
    lines
}

fn line(service: &str, record: &Value) -> LogLine {
    let time = |name: &str| whole(&record[name]).filter(|time| *time > 0);
    let severity = match text(&record["severityText"]) {
        "" => severity(&record["severityNumber"]),
        named => named,
    };
    LogLine {
        time: time("timeUnixNano").or_else(|| time("observedTimeUnixNano")).unwrap_or_default(),
        service: service.to_owned(),
        severity: severity.to_owned(),
        body: any(&record["body"]),
        attributes: attributes(&record["attributes"]),
        trace_id: trace_id(text(&record["traceId"])).unwrap_or_default(),
        span_id: span_id(text(&record["spanId"])).unwrap_or_default(),
    }
}

/// The name of a severity. OTLP has four numbers for each name; protobuf's JSON has names such as
/// `SEVERITY_NUMBER_ERROR2`.
fn severity(value: &Value) -> &str {
    if let Some(name) = value.as_str() {
        return name.trim_start_matches("SEVERITY_NUMBER_").trim_end_matches(|c: char| c.is_ascii_digit());
    }
    match value.as_u64() {
        Some(1..=4) => "TRACE",
        Some(5..=8) => "DEBUG",
        Some(9..=12) => "INFO",
        Some(13..=16) => "WARN",
        Some(17..=20) => "ERROR",
        Some(21..=24) => "FATAL",
        _ => "",
    }
}

/// Attributes as texts.
fn attributes(value: &Value) -> Labels {
    let named = items(value).iter().filter_map(|pair| Some((pair["key"].as_str()?.to_owned(), any(&pair["value"]))));
    named.collect()
}

/// A value of any kind as a text. Lists and maps become JSON; bytes stay in base64.
fn any(value: &Value) -> String {
    super::reading::plain(&unwrapped(value))
}

/// A value without the names of its kinds. The recursion is bounded, because the JSON parser limits the depth of
/// documents.
fn unwrapped(value: &Value) -> Value {
    let Some(fields) = value.as_object() else { return Value::Null };
    let Some((kind, inner)) = fields.iter().next() else { return Value::Null };
    match kind.as_str() {
        // OTLP's JSON writes 64-bit integers as texts, because a JSON number cannot hold them exactly.
        "intValue" => {
            inner.as_str().and_then(|text| text.parse::<i64>().ok()).map_or_else(|| inner.clone(), Value::from)
        }
        "arrayValue" => items(&inner["values"]).iter().map(unwrapped).collect(),
        "kvlistValue" => items(&inner["values"])
            .iter()
            .filter_map(|pair| Some((pair["key"].as_str()?.to_owned(), unwrapped(&pair["value"]))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        "stringValue" | "boolValue" | "doubleValue" | "bytesValue" => inner.clone(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "2f3e0cee77ae5dc9c17ade3689eb2e54";

    fn of(span: &Value) -> Value {
        json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    }

    #[test]
    fn values_of_every_kind_are_texts() {
        let text = |value: Value| any(&value);
        assert_eq!(text(json!({"stringValue": "a"})), "a");
        assert_eq!(text(json!({"intValue": "-7"})), "-7");
        assert_eq!(text(json!({"intValue": 7})), "7");
        assert_eq!(text(json!({"boolValue": false})), "false");
        assert_eq!(text(json!({"doubleValue": 0.5})), "0.5");
        assert_eq!(text(json!({"doubleValue": "NaN"})), "NaN");
        assert_eq!(text(json!({"bytesValue": "AAE="})), "AAE=");
        let list = json!({"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "2"}, {}]}});
        assert_eq!(text(list), r#"["a",2,null]"#);
        let map = json!({"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": true}}, {"value": {}}, 3]}});
        assert_eq!(text(map), r#"{"k":true}"#);
        for nothing in [json!({}), json!(null), json!("x"), json!({"futureValue": 1})] {
            assert_eq!(text(nothing), "");
        }
    }

    #[test]
    fn spans_without_what_a_walk_needs_are_left_out() {
        let good = json!({"traceId": ID, "spanId": "563d623c76514f8e", "startTimeUnixNano": "5", "endTimeUnixNano": 3});
        let trace = trace(ID, &of(&good)).unwrap();
        assert_eq!((trace.spans[0].start, trace.spans[0].end), (5, 5));
        for (field, value) in [
            ("spanId", json!("")),
            ("spanId", json!(7)),
            ("startTimeUnixNano", json!("-5")),
            ("startTimeUnixNano", json!(null)),
            ("traceId", json!("00000000000000000000000000000001")),
        ] {
            let mut wrong = good.clone();
            wrong[field] = value;
            assert_eq!(super::trace(ID, &of(&wrong)), None, "{wrong}");
        }
        for wrong in [json!(null), json!([]), json!({"resourceSpans": {"a": 1}}), json!({"trace": {}})] {
            assert_eq!(super::trace(ID, &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn severities_have_names() {
        for (value, name) in [(json!(17), "ERROR"), (json!("SEVERITY_NUMBER_WARN2"), "WARN"), (json!(99), "")] {
            assert_eq!(severity(&value), name);
        }
    }
}
