//! Alertmanager, which is scraped by two jobs.

use super::{Fault, fault};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: alertmanager
slos:
  - name: api
    objective: 99%
    sli:
      events:
        total: 'alertmanager_http_request_duration_seconds_count{job="alertmanager"}'
        bad: 'alertmanager_http_request_duration_seconds_count{job="alertmanager", code=~"4.."}'
  - name: fast
    objective: 99%
    sli:
      events:
        total: 'alertmanager_http_request_duration_seconds_count{job="alertmanager", method="get"}'
        good: 'alertmanager_http_request_duration_seconds_bucket{job="alertmanager", method="get", le="0.5"}'
"#;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a status label of another name",
        ("code=~\"4..\"", "status=~\"4..\""),
        "label-not-found",
        "status",
        "one of its labels",
    ),
    fault(
        "a method in capitals",
        ("method=\"get\"}", "method=\"GET\"}"),
        "value-not-found",
        "GET",
        "did you mean `get`?",
    ),
    fault("a bucket that the histogram lacks", ("le=\"0.5\"", "le=\"0.3\""), "bucket-not-found", "0.3", "boundaries"),
    fault(
        "a target scraped by two jobs",
        (
            "'alertmanager_http_request_duration_seconds_count{job=\"alertmanager\"}'",
            "alertmanager_http_request_duration_seconds_count",
        ),
        "duplicate-series",
        "alertmanager_http_request_duration_seconds_count",
        "job=\"alertmanager",
    ),
];
