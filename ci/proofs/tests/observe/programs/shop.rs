//! A shop behind a client library, with everything declared.

use super::{Fault, SLOW, fault, with};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: shop
metrics:
  shop_orders_total:
    type: counter
    labels:
      result: {values: [ok, failed]}
      channel: {values: [web, phone]}
      replica: {values: [a, b]}
  shop_failures_total:
    type: counter
  shop_queue_depth:
    type: gauge
  shop_duration_seconds:
    type: histogram
    unit: s
    buckets: [0.25, 0.5, 1]
    labels:
      service_name: {values: [shop]}
  shop_packing_seconds:
    type: exponential_histogram
    unit: s
slos:
  - name: orders
    objective: 99%
    sli:
      events:
        total: 'shop_orders_total{replica="a"}'
        bad: 'shop_orders_total{replica="a", result="failed"}'
  - name: fast
    objective: 99%
    sli:
      latency: {metric: shop_duration_seconds, threshold: 500ms}
  - name: packed
    objective: 99%
    sli:
      latency: {metric: shop_packing_seconds, threshold: 300ms}
"#;

const ORDERS: &str = "'shop_orders_total{replica=\"a\"}'";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a declared metric that nobody exports",
        ("  shop_failures_total:", "  payments_refunded_total:"),
        "metric-not-found",
        "payments_refunded_total",
        "name a metric that is exported",
    ),
    fault(
        "a value in capitals",
        ("result=\"failed\"}", "result=\"Failed\"}"),
        "value-not-found",
        "Failed",
        "did you mean `failed`?",
    ),
    fault(
        "declared buckets of yesterday",
        ("buckets: [0.25, 0.5, 1]", "buckets: [0.25, 0.5, 2]"),
        "bucket-not-found",
        "[0.25, 0.5, 2]",
        "[0.25, 0.5, 1]",
    ),
    fault(
        "a gauge declared as a counter",
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
        ("type: histogram\n    unit: s\n    buckets: [0.25, 0.5, 1]", "type: exponential_histogram\n    unit: s"),
        "type-mismatch",
        "shop_duration_seconds",
        "type: histogram",
    ),
    fault(
        "milliseconds in the spec, seconds in the metric",
        ("    unit: s\n", "    unit: ms\n    prometheus_name: shop_duration_seconds\n"),
        "unit-mismatch",
        "shop_duration_seconds",
        "unit: s",
    ),
    fault(
        "a failure of the wrong channel as all events",
        (ORDERS, "'shop_orders_total{replica=\"a\", channel=\"phone\", result=\"failed\"}'"),
        "selector-matches-nothing",
        "channel=\"phone\", result=\"failed\"",
        "wrong",
    ),
    fault(
        "failures of a channel that has none",
        ("result=\"failed\"}", "result=\"failed\", channel=\"phone\"}"),
        "never-bad",
        "channel=\"phone\"",
        "on purpose",
    ),
    fault(
        "failures of everything against orders",
        ("'shop_orders_total{replica=\"a\", result=\"failed\"}'", "shop_failures_total"),
        "bad-exceeds-total",
        "shop_failures_total",
        "narrow `bad`",
    ),
    with(
        fault(
            "a policy that assumes more samples",
            ("name: orders", "name: orders"),
            "scrape-interval-mismatch",
            "200ms",
            "scrape_interval: 1s",
        ),
        SLOW,
    ),
    fault(
        "one metric that is scraped more slowly",
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
        (ORDERS, "shop_orders_total"),
        "duplicate-series",
        "shop_orders_total",
        "replica=\"a\"",
    ),
    fault(
        "a value beyond its domain",
        ("channel: {values: [web, phone]}", "channel: {values: [web]}"),
        "undeclared-value",
        "channel",
        "declare",
    ),
    fault(
        "a label that is not declared",
        ("      channel: {values: [web, phone]}\n", ""),
        "undeclared-label",
        "shop_orders_total",
        "declare `channel`",
    ),
    fault(
        "the buckets of a native histogram",
        (ORDERS, "'shop_packing_seconds_bucket{le=\"0.5\"}'"),
        "type-mismatch",
        "shop_packing_seconds_bucket",
        "exponential_histogram",
    ),
    fault(
        "a native histogram of the library declared as classic",
        ("type: exponential_histogram\n    unit: s", "type: histogram\n    unit: s\n    buckets: [0.25, 0.5, 1]"),
        "type-mismatch",
        "shop_packing_seconds",
        "type: exponential_histogram",
    ),
    fault(
        "what was built, as events",
        (ORDERS, "'shop_build_info{job=\"shop\"}'"),
        "type-mismatch",
        "shop_build_info",
        "counter",
    ),
    fault(
        "a counter as its code names it",
        (ORDERS, "'shop_orders{replica=\"a\"}'"),
        "metric-not-found",
        "shop_orders",
        "shop_orders_total",
    ),
];
