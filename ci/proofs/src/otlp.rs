//! OTLP messages in JSON, as services send them, and readers of what comes out at the other end.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// Nanoseconds since the epoch.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Kinds of spans.
pub const SERVER: u8 = 2;
/// A span of who calls.
pub const CLIENT: u8 = 3;

/// Attributes of string, integer, boolean or structured values.
#[must_use]
pub fn attributes(pairs: &[(&str, Value)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

/// A value as OTLP's `AnyValue`.
#[must_use]
pub fn any(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Bool(truth) => json!({"boolValue": truth}),
        Value::Number(number) if number.is_f64() => json!({"doubleValue": number}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        Value::Array(items) => json!({"arrayValue": {"values": items.iter().map(any).collect::<Vec<_>>()}}),
        Value::Object(entries) => {
            let values: Vec<_> = entries.iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect();
            json!({"kvlistValue": {"values": values}})
        }
        Value::Null => json!({}),
    }
}

/// A span that began now minus its length. Ids are 32 and 16 hexadecimal digits; `parent` may be empty.
#[must_use]
pub fn span(trace: &str, id: &str, parent: &str, name: &str, kind: u8, milliseconds: u64) -> Value {
    let end = now();
    json!({
        "traceId": trace, "spanId": id, "parentSpanId": parent, "name": name, "kind": kind,
        "startTimeUnixNano": (end - milliseconds * 1_000_000).to_string(), "endTimeUnixNano": end.to_string(),
        "attributes": [], "status": {},
    })
}

/// A request of traces: for each service its spans.
#[must_use]
pub fn traces(by_service: &[(&str, Vec<Value>)]) -> Value {
    let resources: Vec<_> = by_service
        .iter()
        .map(|(service, spans)| json!({"resource": resource(service), "scopeSpans": [{"scope": {"name": "proof"}, "spans": spans}]}))
        .collect();
    json!({"resourceSpans": resources})
}

/// A request of logs of one service.
#[must_use]
pub fn logs(service: &str, records: &[Value]) -> Value {
    json!({"resourceLogs": [{"resource": resource(service), "scopeLogs": [{"scope": {"name": "proof"}, "logRecords": records}]}]})
}

/// A request of metrics of one service.
#[must_use]
pub fn metrics(service: &str, metrics: &[Value]) -> Value {
    json!({"resourceMetrics": [{"resource": resource(service), "scopeMetrics": [{"scope": {"name": "proof"}, "metrics": metrics}]}]})
}

/// The resource of a service.
#[must_use]
pub fn resource(service: &str) -> Value {
    let instance = format!("{service}-0");
    json!({"attributes": attributes(&[
        ("service.name", json!(service)),
        ("service.version", json!("1.20.3-rc.1")),
        ("service.instance.id", json!(instance)),
    ])})
}

/// Every span in some messages, each with the name of its service.
pub fn spans(messages: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    below(messages, "resourceSpans").flat_map(|resource| {
        let service = attribute(&resource["resource"], "service.name").unwrap_or_default();
        below_one(resource, "scopeSpans").flat_map(|scope| below_one(scope, "spans")).map(move |span| (service, span))
    })
}

/// Every log record in some messages, each with its resource.
pub fn records(messages: &[Value]) -> impl Iterator<Item = (&Value, &Value)> {
    below(messages, "resourceLogs").flat_map(|resource| {
        let records = below_one(resource, "scopeLogs").flat_map(|scope| below_one(scope, "logRecords"));
        records.map(move |record| (&resource["resource"], record))
    })
}

/// The text of a string attribute of a span, a record or a resource.
#[must_use]
pub fn attribute<'a>(holder: &'a Value, key: &str) -> Option<&'a str> {
    below_one(holder, "attributes").find(|pair| pair["key"] == key)?["value"]["stringValue"].as_str()
}

fn below<'a>(messages: &'a [Value], key: &'a str) -> impl Iterator<Item = &'a Value> {
    messages.iter().flat_map(move |message| below_one(message, key))
}

fn below_one<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[key].as_array().into_iter().flatten()
}
