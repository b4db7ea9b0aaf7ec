//! A service by the OTLP that its SDK sent and the collector wrote.

use super::{Fault, fault};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: checkout
metrics:
  http.server.request.duration:
    type: histogram
    unit: s
    buckets: [0.1, 0.3, 1]
    labels:
      http.response.status_code: {values: ["200", "500"]}
  orders:
    type: counter
    unit: '{order}'
slos:
  - name: available
    objective: 99%
    sli:
      events:
        total: 'http_server_request_duration_seconds_count{service_name="checkout"}'
        bad: 'http_server_request_duration_seconds_count{service_name="checkout", http_response_status_code=~"5.."}'
  - name: fast
    objective: 99%
    sli:
      latency: {metric: http.server.request.duration, threshold: 300ms}
"#;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a dotted name where Prometheus has underscores",
        (
            "'http_server_request_duration_seconds_count{service_name=\"checkout\"}'",
            "'{\"http.server.request.duration_count\", service_name=\"checkout\"}'",
        ),
        "metric-not-found",
        "http.server.request.duration_count",
        "http_server_request_duration_seconds_count",
    ),
    fault(
        "buckets of another service",
        ("buckets: [0.1, 0.3, 1]", "buckets: [0.1, 0.3, 0.5]"),
        "bucket-not-found",
        "[0.1, 0.3, 0.5]",
        "[0.1, 0.3, 1]",
    ),
    fault("a counter of differences", ("  orders:\n", "  drops:\n"), "type-mismatch", "drops", "cumulative"),
    fault(
        "another unit than the SDK's",
        ("unit: '{order}'", "unit: By\n    prometheus_name: orders_total"),
        "unit-mismatch",
        "orders",
        "unit: {order}",
    ),
    fault(
        "a status that the SDK has and the spec lacks",
        ("[\"200\", \"500\"]", "[\"200\"]"),
        "undeclared-value",
        "http.response.status_code",
        "declare",
    ),
];
