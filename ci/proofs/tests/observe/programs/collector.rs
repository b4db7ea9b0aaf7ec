//! A collector, by its own metrics.

use super::{Fault, LAZY, fault, with};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: collector
slos:
  - name: sent
    objective: 99%
    sli:
      events:
        total: 'otelcol_receiver_accepted_metric_points{job="collector", receiver="otlp"}'
        good: 'otelcol_exporter_sent_metric_points{job="collector", exporter="file"}'
  - name: up
    objective: 99%
    sli:
      timeslice: {up: 'up{job="collector"}'}
"#;

const GOOD: &str = "otelcol_exporter_sent_metric_points{job=\"collector\", exporter=\"file\"}";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "an exporter's name of another version",
        (GOOD, "otelcol_exporter_sent_metric_points_total{job=\"collector\"}"),
        "metric-not-found",
        "otelcol_exporter_sent_metric_points_total",
        "otelcol_exporter_sent_metric_points",
    ),
    fault(
        "a counter as what is up",
        ("up{job=\"collector\"}", "otelcol_process_uptime{job=\"collector\"}"),
        "type-mismatch",
        "otelcol_process_uptime",
        "gauge",
    ),
    fault(
        "a counter that is there only once something failed",
        (
            "otelcol_receiver_accepted_metric_points{job=\"collector\", receiver=\"otlp\"}",
            "otelcol_exporter_send_failed_metric_points{job=\"collector\", exporter=\"file\"}",
        ),
        "metric-not-found",
        "otelcol_exporter_send_failed_metric_points",
        "",
    ),
    with(
        fault(
            "a policy that assumes fewer samples",
            ("name: sent", "name: sent"),
            "scrape-interval-mismatch",
            "15s",
            "scrape_interval: 1s",
        ),
        LAZY,
    ),
];
