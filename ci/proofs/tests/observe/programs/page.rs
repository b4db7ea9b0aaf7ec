//! The same shop, by the page that it serves, in OpenMetrics.

use super::{Fault, fault};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: shop
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
      events:
        total: shop_duration_seconds_count
        good: 'shop_duration_seconds_bucket{le="0.5"}'
"#;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a negative matcher on no label",
        ("replica=\"a\", result=\"failed\"", "replica=\"a\", result=\"failed\", zone!=\"x\""),
        "label-not-found",
        "zone",
        "remove the matcher",
    ),
    fault(
        "a regex behind an equals sign",
        ("result=\"failed\"", "result=\"failed|ok\""),
        "value-not-found",
        "failed|ok",
        "it is a regex",
    ),
    fault(
        "a bucket that the library was not told of",
        ("le=\"0.5\"", "le=\"0.4\""),
        "bucket-not-found",
        "0.4",
        "one of its boundaries",
    ),
    fault(
        "a boundary in milliseconds",
        ("le=\"0.5\"", "le=\"500\""),
        "bucket-not-found",
        "500",
        "one of its boundaries",
    ),
    fault(
        "a counter as OpenMetrics names its family",
        ("total: 'shop_orders_total", "total: 'shop_orders"),
        "metric-not-found",
        "shop_orders",
        "shop_orders_total",
    ),
    fault(
        "a gauge as events",
        ("'shop_orders_total{replica=\"a\"}'", "shop_queue_depth"),
        "type-mismatch",
        "shop_queue_depth",
        "counter",
    ),
];
