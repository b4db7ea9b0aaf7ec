//! Export requests of every signal by OpenTelemetry's own types, with an address in each place that may hold one.

use emberline_evidence::capture::RecordKind;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
};
use opentelemetry_proto::tonic::profiles::v1development::{
    KeyValueAndUnit, Link as ProfileLink, Profile, ProfilesData, ProfilesDictionary, ResourceProfiles, Sample,
    ScopeProfiles, ValueType,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, TracesData};
use prost::Message;

/// How complete a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parts {
    /// Every field.
    All,
    /// The fields that every writer of this signal writes.
    Least,
    /// No trace, no sample, no exemplar.
    Unjoined,
}

/// The name of a signal's request in `reorder`.
pub(crate) fn name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Spans => "spans",
        RecordKind::Logs => "logs",
        RecordKind::Points => "metrics",
        RecordKind::Profiles => "profiles",
    }
}

/// A request with two resources of one record each, or one data point of each type.
pub(crate) fn request(kind: RecordKind, parts: Parts, at: u64) -> Vec<u8> {
    let ids = [at * 2 + 1, at * 2 + 2];
    match kind {
        RecordKind::Spans => {
            let group = |id| ResourceSpans {
                resource: Some(resource()),
                scope_spans: vec![ScopeSpans {
                    scope: Some(scope()),
                    spans: vec![span(id, parts)],
                    ..Default::default()
                }],
                schema_url: SCHEMA.to_owned(),
            };
            TracesData { resource_spans: ids.map(group).into() }.encode_to_vec()
        }
        RecordKind::Logs => {
            let group = |id| ResourceLogs {
                resource: Some(resource()),
                scope_logs: vec![ScopeLogs {
                    scope: Some(scope()),
                    log_records: vec![log(id, parts)],
                    ..Default::default()
                }],
                schema_url: SCHEMA.to_owned(),
            };
            LogsData { resource_logs: ids.map(group).into() }.encode_to_vec()
        }
        RecordKind::Points => {
            let metrics = |id| match parts {
                Parts::Least => {
                    vec![metric(Data::Gauge(Gauge { data_points: vec![NumberDataPoint::default()] }), parts)]
                }
                _ => every_type(id, parts).map(|data| metric(data, parts)).into(),
            };
            let group = |id| ResourceMetrics {
                resource: Some(resource()),
                scope_metrics: vec![ScopeMetrics { scope: Some(scope()), metrics: metrics(id), ..Default::default() }],
                schema_url: SCHEMA.to_owned(),
            };
            MetricsData { resource_metrics: ids.map(group).into() }.encode_to_vec()
        }
        RecordKind::Profiles => {
            let group = |at| ResourceProfiles {
                resource: Some(resource()),
                scope_profiles: vec![ScopeProfiles {
                    scope: Some(scope()),
                    profiles: vec![profile(at, parts)],
                    ..Default::default()
                }],
                schema_url: SCHEMA.to_owned(),
            };
            let link = |id| ProfileLink { trace_id: trace(id), span_id: vec![7; 8] };
            let dictionary = ProfilesDictionary {
                link_table: vec![ProfileLink::default(), link(ids[0]), link(ids[1])],
                string_table: vec![String::new(), "pay".to_owned(), note("string table")],
                attribute_table: vec![KeyValueAndUnit {
                    key_strindex: 1,
                    value: Some(text("attribute table")),
                    unit_strindex: 0,
                }],
                ..Default::default()
            };
            ProfilesData { resource_profiles: [1, 2].map(group).into(), dictionary: Some(dictionary) }.encode_to_vec()
        }
    }
}

/// The number of records that [`request`] has.
pub(crate) fn records(kind: RecordKind, parts: Parts) -> u64 {
    if kind == RecordKind::Points && parts != Parts::Least { 10 } else { 2 }
}

/// The fields with an address, by signal: names of attributes, or words for other fields.
pub(crate) fn places(kind: RecordKind, parts: Parts) -> Vec<&'static str> {
    let everywhere = ["resource", "scope"];
    let own: &[&str] = match (kind, parts) {
        (RecordKind::Profiles, _) => &["a text of a profile", "an attribute of a profile"],
        (_, Parts::Least) => &[],
        (RecordKind::Spans, _) => &["array", "bytes", "event", "link", "list", "span", "the span's status"],
        (RecordKind::Logs, _) => &["a log record's body", "array", "bytes", "list", "log"],
        (RecordKind::Points, Parts::All) => &["array", "bytes", "exemplar", "list", "metadata", "point"],
        (RecordKind::Points, Parts::Unjoined) => &["array", "bytes", "list", "metadata", "point"],
    };
    let mut all: Vec<&str> = everywhere.into_iter().chain(own.iter().copied()).collect();
    all.sort_unstable();
    all
}

const SCHEMA: &str = "https://opentelemetry.io/schemas/1.38.0";
const TIME: u64 = 1_900_000_000_000_000_000;

fn note(place: &str) -> String {
    format!("{place}: mail jane.roe@example.org")
}

fn text(place: &str) -> AnyValue {
    AnyValue { value: Some(Value::StringValue(note(place))) }
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

/// An address as a text, in bytes, in an array and in a list of pairs, with every other type beside it.
fn attributes(key: &str) -> Vec<KeyValue> {
    vec![
        pair(key, Value::StringValue(note(key))),
        pair("bytes", Value::BytesValue(note("bytes").into_bytes())),
        pair(
            "outer",
            Value::ArrayValue(ArrayValue {
                values: vec![
                    AnyValue::default(),
                    AnyValue {
                        value: Some(Value::KvlistValue(KeyValueList {
                            values: vec![pair("list", Value::StringValue(note("list")))],
                        })),
                    },
                ],
            }),
        ),
        pair("array", Value::ArrayValue(ArrayValue { values: vec![text("array")] })),
        pair("whole", Value::IntValue(-3)),
        pair("real", Value::DoubleValue(0.5)),
        pair("yes", Value::BoolValue(true)),
        KeyValue { key: "none".to_owned(), ..Default::default() },
    ]
}

fn resource() -> Resource {
    Resource {
        attributes: vec![
            pair("service.name", Value::StringValue("web".to_owned())),
            pair("resource", Value::StringValue(note("resource"))),
        ],
        dropped_attributes_count: 0,
        ..Default::default()
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "app".to_owned(),
        version: "1".to_owned(),
        attributes: vec![pair("scope", Value::StringValue(note("scope")))],
        dropped_attributes_count: 0,
    }
}

/// The id of a trace, numbered like its only span.
fn trace(id: u64) -> Vec<u8> {
    u128::from(id).to_be_bytes().to_vec()
}

fn span(id: u64, parts: Parts) -> Span {
    let least = Span { trace_id: trace(id), span_id: id.to_be_bytes().to_vec(), ..Default::default() };
    if parts == Parts::Least {
        return least;
    }
    let event = Event {
        time_unix_nano: TIME,
        name: "e".to_owned(),
        attributes: attributes("event"),
        dropped_attributes_count: 0,
    };
    let link = Link {
        trace_id: trace(id),
        span_id: vec![9; 8],
        trace_state: "a=b".to_owned(),
        attributes: attributes("link"),
        dropped_attributes_count: 0,
        flags: 1,
    };
    Span {
        trace_state: "a=b".to_owned(),
        flags: 0x101,
        name: "GET /".to_owned(),
        kind: 2,
        start_time_unix_nano: TIME,
        end_time_unix_nano: TIME + 1,
        attributes: attributes("span"),
        events: vec![event],
        links: vec![link],
        status: Some(Status { message: note("status"), code: 2 }),
        ..least
    }
}

fn log(id: u64, parts: Parts) -> LogRecord {
    match parts {
        Parts::Least => LogRecord {
            body: Some(AnyValue { value: Some(Value::StringValue("started".to_owned())) }),
            ..Default::default()
        },
        _ => LogRecord {
            time_unix_nano: TIME,
            observed_time_unix_nano: TIME,
            severity_number: 9,
            severity_text: "Information".to_owned(),
            body: Some(text("body")),
            attributes: attributes("log"),
            flags: 1,
            trace_id: if parts == Parts::All { trace(id) } else { Vec::new() },
            span_id: if parts == Parts::All { vec![9; 8] } else { Vec::new() },
            event_name: "order.placed".to_owned(),
            ..Default::default()
        },
    }
}

fn metric(data: Data, parts: Parts) -> Metric {
    if parts == Parts::Least {
        return Metric { name: "m".to_owned(), data: Some(data), ..Default::default() };
    }
    Metric {
        name: "orders".to_owned(),
        description: "Orders taken".to_owned(),
        unit: "{order}".to_owned(),
        metadata: vec![pair("metadata", Value::StringValue(note("metadata")))],
        data: Some(data),
    }
}

fn every_type(id: u64, parts: Parts) -> [Data; 5] {
    let exemplar = Exemplar {
        filtered_attributes: attributes("exemplar"),
        time_unix_nano: TIME,
        span_id: vec![9; 8],
        trace_id: trace(id),
        ..Default::default()
    };
    let exemplars = if parts == Parts::All { vec![exemplar] } else { Vec::new() };
    let number = NumberDataPoint {
        attributes: attributes("point"),
        start_time_unix_nano: TIME,
        time_unix_nano: TIME,
        exemplars: exemplars.clone(),
        flags: 1,
        ..Default::default()
    };
    let histogram = HistogramDataPoint {
        attributes: attributes("point"),
        time_unix_nano: TIME,
        count: 3,
        sum: Some(1.5),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![0.5],
        exemplars: exemplars.clone(),
        min: Some(0.1),
        max: Some(1.0),
        ..Default::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes("point"),
        time_unix_nano: TIME,
        count: 3,
        scale: -1,
        zero_count: 1,
        exemplars,
        zero_threshold: 0.1,
        ..Default::default()
    };
    let summary = SummaryDataPoint {
        attributes: attributes("point"),
        time_unix_nano: TIME,
        count: 3,
        sum: 1.5,
        ..Default::default()
    };
    [
        Data::Gauge(Gauge { data_points: vec![number.clone()] }),
        Data::Sum(Sum { data_points: vec![number], aggregation_temporality: 2, is_monotonic: true }),
        Data::Histogram(Histogram { data_points: vec![histogram], aggregation_temporality: 2 }),
        Data::ExponentialHistogram(ExponentialHistogram { data_points: vec![exponential], aggregation_temporality: 2 }),
        Data::Summary(Summary { data_points: vec![summary] }),
    ]
}

fn profile(link: i32, parts: Parts) -> Profile {
    if parts == Parts::Least {
        return Profile { time_unix_nano: TIME, ..Default::default() };
    }
    let link_index = if parts == Parts::All { link } else { 0 };
    let sample = Sample {
        stack_index: 1,
        attribute_indices: vec![0],
        link_index,
        values: vec![1, 300],
        timestamps_unix_nano: vec![TIME],
    };
    Profile {
        sample_type: Some(ValueType { type_strindex: 1, unit_strindex: 1 }),
        samples: vec![sample],
        time_unix_nano: TIME,
        duration_nano: 10,
        period_type: Some(ValueType { type_strindex: 1, unit_strindex: 1 }),
        period: 10,
        profile_id: vec![0xf3; 16],
        attribute_indices: vec![0],
        ..Default::default()
    }
}
