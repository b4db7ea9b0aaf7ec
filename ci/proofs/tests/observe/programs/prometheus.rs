//! Prometheus, which scrapes itself.

use super::{Fault, fault};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: prometheus
slos:
  - name: api
    objective: 99%
    sli:
      events:
        total: 'prometheus_http_requests_total{job="prometheus", handler="/api/v1/query"}'
        bad: 'prometheus_http_requests_total{job="prometheus", handler="/api/v1/query", code=~"4.."}'
        group_by: [instance]
  - name: fast
    objective: 99%
    sli:
      latency:
        metric: prometheus_http_request_duration_seconds
        threshold: 400ms
        selector: '{job="prometheus", handler="/api/v1/query"}'
  - name: up
    objective: 99%
    sli:
      timeslice: {up: 'up{job="prometheus"}'}
"#;

const QUERY: &str = "prometheus_http_requests_total{job=\"prometheus\", handler=\"/api/v1/query\"}";
const FAILED: &str = "prometheus_http_requests_total{job=\"prometheus\", handler=\"/api/v1/query\", code=~\"4..\"}";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a letter of a metric is missing",
        (QUERY, "prometheus_http_request_total{job=\"prometheus\"}"),
        "metric-not-found",
        "prometheus_http_request_total",
        "prometheus_http_requests_total",
    ),
    fault(
        "a counter without its suffix",
        (QUERY, "prometheus_http_requests{job=\"prometheus\"}"),
        "metric-not-found",
        "prometheus_http_requests",
        "prometheus_http_requests_total",
    ),
    fault(
        "a label of another exporter",
        (QUERY, "prometheus_http_requests_total{job=\"prometheus\", route=\"/api/v1/query\"}"),
        "label-not-found",
        "route",
        "one of its labels",
    ),
    fault(
        "a group over a label that is not there",
        ("group_by: [instance]", "group_by: [namespace]"),
        "label-not-found",
        "namespace",
        "one of its labels",
    ),
    fault(
        "a status class with x",
        (FAILED, "prometheus_http_requests_total{job=\"prometheus\", code=\"4xx\"}"),
        "value-not-found",
        "4xx",
        "=~\"4..\"",
    ),
    fault(
        "the job of another cluster",
        (QUERY, "prometheus_http_requests_total{job=\"monitoring/prometheus\"}"),
        "value-not-found",
        "monitoring/prometheus",
        "one of its values",
    ),
    fault(
        "a threshold between two buckets",
        ("threshold: 400ms", "threshold: 300ms"),
        "bucket-not-found",
        "300ms",
        "use `200ms` or `400ms`",
    ),
    fault(
        "events over a gauge",
        (QUERY, "prometheus_tsdb_head_series{job=\"prometheus\"}"),
        "type-mismatch",
        "prometheus_tsdb_head_series",
        "counter",
    ),
    fault(
        "a failure that cannot be",
        (FAILED, "prometheus_http_requests_total{job=\"prometheus\", handler=\"/api/v1/query\", code=\"599\"}"),
        "never-bad",
        "599",
        "on purpose",
    ),
];
