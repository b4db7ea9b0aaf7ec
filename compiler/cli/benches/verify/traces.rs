//! Traces by number: the same spans every time, in any order.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

/// Each calls the next.
pub(super) const SERVICES: [&str; 4] = ["web", "shop", "bank", "ledger"];
/// Spans of a trace: a request and a call in each service, work in two of them, and the last request.
pub(super) const SPANS: u64 = 9;

/// What the spans of a trace are: service, kind (2 SERVER, 3 CLIENT, 1 INTERNAL) and the number of the span above.
const SHAPE: [(usize, i32, Option<u64>); SPANS as usize] = [
    (0, 2, None),
    (0, 1, Some(0)),
    (0, 3, Some(0)),
    (1, 2, Some(2)),
    (1, 3, Some(3)),
    (2, 2, Some(4)),
    (2, 1, Some(5)),
    (2, 3, Some(5)),
    (3, 2, Some(7)),
];

/// Export requests of `count` spans; `place` says which span comes at which place.
pub(super) fn requests(
    count: u64,
    batch: u64,
    place: impl Fn(u64) -> u64,
) -> impl Iterator<Item = ExportTraceServiceRequest> {
    (0..count.div_ceil(batch)).map(move |at| {
        let mut of: [Vec<Span>; 4] = Default::default();
        for number in at * batch..((at + 1) * batch).min(count) {
            let (service, span) = span(place(number));
            of[service].push(span);
        }
        let resource_spans = SERVICES.iter().zip(of).map(|(service, spans)| ResourceSpans {
            resource: Some(Resource { attributes: vec![text("service.name", service)], ..Resource::default() }),
            scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        });
        ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
    })
}

fn span(number: u64) -> (usize, Span) {
    let (trace, at) = (number / SPANS, number % SPANS);
    let (service, kind, above) = SHAPE[at as usize];
    // As an SDK's: any bits.
    let mixed = (trace + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let trace_id = [mixed.to_be_bytes(), mixed.rotate_left(29).to_be_bytes()].concat();
    let id = |at: u64| (mixed ^ (at + 1)).to_be_bytes().to_vec();
    let start = 1_790_000_000_000_000_000 + trace * 1_000_000 + at * 10_000;
    let integer = |key: &str, value: i64| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(any_value::Value::IntValue(value)) }),
        ..KeyValue::default()
    };
    let span = Span {
        trace_id,
        span_id: id(at),
        parent_span_id: above.map_or(Vec::new(), id),
        flags: 0x101,
        name: format!("{} {}", SERVICES[service], ["GET /orders/{id}", "POST /charge"][at as usize % 2]),
        kind,
        start_time_unix_nano: start,
        end_time_unix_nano: start + 100_000 - at * 11_000,
        attributes: vec![
            text("http.request.method", "POST"),
            text("http.route", "/orders/{id}"),
            text("url.path", &format!("/orders/{trace}")),
            text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
            text("network.protocol.version", "1.1"),
            text("order.id", &format!("order_{mixed:016x}")),
            integer("http.response.status_code", 200),
            integer("thread.id", (number % 64).cast_signed()),
        ],
        ..Span::default()
    };
    (service, span)
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    }
}
