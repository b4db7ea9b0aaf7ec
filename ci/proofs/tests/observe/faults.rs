//! Faults, each planted into an honest spec.

/// A fault: a text of an honest spec and what stands there instead, and how it must be found.
pub(crate) struct Fault {
    /// What somebody did.
    pub(crate) what: &'static str,
    /// The honest spec.
    pub(crate) source: &'static str,
    pub(crate) right: &'static str,
    pub(crate) wrong: &'static str,
    /// The policy, where not the usual one.
    pub(crate) policy: Option<&'static str>,
    pub(crate) code: &'static str,
    /// A part of the underlined text.
    pub(crate) place: &'static str,
    /// A part of the remedy.
    pub(crate) remedy: &'static str,
}

const fn fault(
    what: &'static str,
    source: &'static str,
    (right, wrong): (&'static str, &'static str),
    code: &'static str,
    place: &'static str,
    remedy: &'static str,
) -> Fault {
    Fault { what, source, right, wrong, policy: None, code, place, remedy }
}

const fn with(fault: Fault, policy: &'static str) -> Fault {
    Fault { policy: Some(policy), ..fault }
}

const QUERY: &str = "prometheus_http_requests_total{job=\"prometheus\", handler=\"/api/v1/query\"}";
const FAILED: &str = "prometheus_http_requests_total{job=\"prometheus\", handler=\"/api/v1/query\", code=~\"4..\"}";
const GOOD: &str = "otelcol_exporter_sent_metric_points{job=\"collector\", exporter=\"file\"}";
const ORDERS: &str = "'shop_orders_total{replica=\"a\"}'";
const SLOW: &str = "version: emberline/v1\nscrape_interval: 200ms\n";
const LAZY: &str = "version: emberline/v1\nscrape_interval: 15s\n";

/// Every fault.
pub(crate) const FAULTS: &[Fault] = &[
    fault(
        "a letter of a metric is missing",
        "prometheus",
        (QUERY, "prometheus_http_request_total{job=\"prometheus\"}"),
        "metric-not-found",
        "prometheus_http_request_total",
        "prometheus_http_requests_total",
    ),
    fault(
        "a counter without its suffix",
        "prometheus",
        (QUERY, "prometheus_http_requests{job=\"prometheus\"}"),
        "metric-not-found",
        "prometheus_http_requests",
        "prometheus_http_requests_total",
    ),
    fault(
        "an exporter's name of another version",
        "collector",
        (GOOD, "otelcol_exporter_sent_metric_points_total{job=\"collector\"}"),
        "metric-not-found",
        "otelcol_exporter_sent_metric_points_total",
        "otelcol_exporter_sent_metric_points",
    ),
    fault(
        "a declared metric that nobody exports",
        "shop",
        ("  shop_failures_total:", "  shop_refunds_total:"),
        "metric-not-found",
        "shop_refunds_total",
        "exported",
    ),
    fault(
        "a dotted name where Prometheus has underscores",
        "capture",
        (
            "'http_server_request_duration_seconds_count{service_name=\"checkout\"}'",
            "'{\"http.server.request.duration_count\", service_name=\"checkout\"}'",
        ),
        "metric-not-found",
        "http.server.request.duration_count",
        "http_server_request_duration_seconds_count",
    ),
    fault(
        "a label of another exporter",
        "prometheus",
        (QUERY, "prometheus_http_requests_total{job=\"prometheus\", route=\"/api/v1/query\"}"),
        "label-not-found",
        "route",
        "one of its labels",
    ),
    fault(
        "a status label of another name",
        "alertmanager",
        ("code=~\"4..\"", "status=~\"4..\""),
        "label-not-found",
        "status",
        "one of its labels",
    ),
    fault(
        "a group over a label that is not there",
        "prometheus",
        ("group_by: [instance]", "group_by: [namespace]"),
        "label-not-found",
        "namespace",
        "one of its labels",
    ),
    fault(
        "a negative matcher on no label",
        "page",
        ("replica=\"a\", result=\"failed\"", "replica=\"a\", result=\"failed\", zone!=\"x\""),
        "label-not-found",
        "zone",
        "remove the matcher",
    ),
    fault(
        "a status class with x",
        "prometheus",
        (FAILED, "prometheus_http_requests_total{job=\"prometheus\", code=\"4xx\"}"),
        "value-not-found",
        "4xx",
        "=~\"4..\"",
    ),
    fault(
        "the job of another cluster",
        "prometheus",
        (QUERY, "prometheus_http_requests_total{job=\"monitoring/prometheus\"}"),
        "value-not-found",
        "monitoring/prometheus",
        "one of its values",
    ),
    fault(
        "a value in capitals",
        "shop",
        ("result=\"failed\"}", "result=\"Failed\"}"),
        "value-not-found",
        "Failed",
        "did you mean `failed`?",
    ),
    fault(
        "a method in capitals",
        "alertmanager",
        ("method=\"get\"}", "method=\"GET\"}"),
        "value-not-found",
        "GET",
        "did you mean `get`?",
    ),
    fault(
        "a regex behind an equals sign",
        "page",
        ("result=\"failed\"", "result=\"failed|ok\""),
        "value-not-found",
        "failed|ok",
        "it is a regex",
    ),
    fault(
        "a threshold between two buckets",
        "prometheus",
        ("threshold: 400ms", "threshold: 300ms"),
        "bucket-not-found",
        "300ms",
        "0.2` or `0.4",
    ),
    fault(
        "a bucket that the histogram lacks",
        "alertmanager",
        ("le=\"0.5\"", "le=\"0.3\""),
        "bucket-not-found",
        "0.3",
        "boundaries",
    ),
    fault(
        "declared buckets of yesterday",
        "shop",
        ("buckets: [0.25, 0.5, 1]", "buckets: [0.25, 0.5, 2]"),
        "bucket-not-found",
        "[0.25, 0.5, 2]",
        "[0.25, 0.5, 1]",
    ),
    fault(
        "buckets of another service",
        "capture",
        ("buckets: [0.1, 0.3, 1]", "buckets: [0.1, 0.3, 0.5]"),
        "bucket-not-found",
        "[0.1, 0.3, 0.5]",
        "[0.1, 0.3, 1]",
    ),
    fault(
        "events over a gauge",
        "prometheus",
        (QUERY, "prometheus_tsdb_head_series{job=\"prometheus\"}"),
        "type-mismatch",
        "prometheus_tsdb_head_series",
        "counter",
    ),
    fault(
        "a gauge declared as a counter",
        "shop",
        (
            "  shop_queue_depth:\n    type: gauge",
            "  shop_queue_depth:\n    type: counter\n    prometheus_name: shop_queue_depth",
        ),
        "type-mismatch",
        "shop_queue_depth",
        "type: gauge",
    ),
    fault(
        "a classic histogram declared as native",
        "shop",
        ("type: histogram\n    unit: s\n    buckets: [0.25, 0.5, 1]", "type: exponential_histogram\n    unit: s"),
        "type-mismatch",
        "shop_duration_seconds",
        "type: histogram",
    ),
    fault("a counter of differences", "capture", ("  orders:\n", "  drops:\n"), "type-mismatch", "drops", "cumulative"),
    fault(
        "a counter as what is up",
        "collector",
        ("up{job=\"collector\"}", "otelcol_process_uptime{job=\"collector\"}"),
        "type-mismatch",
        "otelcol_process_uptime",
        "gauge",
    ),
    fault(
        "milliseconds in the spec, seconds in the metric",
        "shop",
        ("    unit: s\n", "    unit: ms\n    prometheus_name: shop_duration_seconds\n"),
        "unit-mismatch",
        "shop_duration_seconds",
        "unit: s",
    ),
    fault(
        "another unit than the SDK's",
        "capture",
        ("unit: '{order}'", "unit: By\n    prometheus_name: orders_total"),
        "unit-mismatch",
        "orders",
        "unit: {order}",
    ),
    fault(
        "a failure of the wrong channel as all events",
        "shop",
        (ORDERS, "'shop_orders_total{replica=\"a\", channel=\"phone\", result=\"failed\"}'"),
        "selector-matches-nothing",
        "channel=\"phone\", result=\"failed\"",
        "wrong",
    ),
    fault(
        "a failure that cannot be",
        "prometheus",
        (FAILED, "prometheus_http_requests_total{job=\"prometheus\", handler=\"/api/v1/query\", code=\"599\"}"),
        "never-bad",
        "599",
        "on purpose",
    ),
    fault(
        "failures of another route",
        "prometheus",
        (FAILED, "prometheus_http_requests_total{job=\"prometheus\", handler=\"/metrics\", code=~\"4..\"}"),
        "never-bad",
        "/metrics",
        "on purpose",
    ),
    fault(
        "failures of everything against orders",
        "shop",
        ("'shop_orders_total{replica=\"a\", result=\"failed\"}'", "shop_failures_total"),
        "bad-exceeds-total",
        "shop_failures_total",
        "narrow `bad`",
    ),
    fault(
        "more good events than events",
        "collector",
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
            "a policy that assumes more samples",
            "shop",
            ("name: orders", "name: orders"),
            "scrape-interval-mismatch",
            "200ms",
            "scrape_interval: 1s",
        ),
        SLOW,
    ),
    with(
        fault(
            "a policy that assumes fewer samples",
            "collector",
            ("name: sent", "name: sent"),
            "scrape-interval-mismatch",
            "15s",
            "scrape_interval: 1s",
        ),
        LAZY,
    ),
    fault(
        "one metric that is scraped more slowly",
        "shop",
        (
            "  shop_orders_total:\n    type: counter\n",
            "  shop_orders_total:\n    type: counter\n    scrape_interval: 300ms\n",
        ),
        "scrape-interval-mismatch",
        "shop_orders_total",
        "scrape_interval: 1s",
    ),
    fault(
        "both replicas counted",
        "shop",
        (ORDERS, "shop_orders_total"),
        "duplicate-series",
        "shop_orders_total",
        "replica=\"a\"",
    ),
    fault(
        "a target scraped by two jobs",
        "alertmanager",
        (
            "'alertmanager_http_request_duration_seconds_count{job=\"alertmanager\"}'",
            "alertmanager_http_request_duration_seconds_count",
        ),
        "duplicate-series",
        "alertmanager_http_request_duration_seconds_count",
        "job=\"alertmanager",
    ),
    fault(
        "a value beyond its domain",
        "shop",
        ("channel: {values: [web, phone]}", "channel: {values: [web]}"),
        "undeclared-value",
        "channel",
        "declare",
    ),
    fault(
        "a label that is not declared",
        "shop",
        ("      channel: {values: [web, phone]}\n", ""),
        "undeclared-label",
        "shop_orders_total",
        "declare `channel`",
    ),
    fault(
        "a status that the SDK has and the spec lacks",
        "capture",
        ("[\"200\", \"500\"]", "[\"200\"]"),
        "undeclared-value",
        "http.response.status_code",
        "declare",
    ),
];
