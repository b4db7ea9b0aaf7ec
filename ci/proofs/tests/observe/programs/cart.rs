//! A cart whose SDK sends OTLP to Prometheus, which keeps its dots, with a native histogram.

use super::{Fault, fault};

pub(super) const SPEC: &str = r#"version: emberline/v1
service: cart
metrics:
  cart.duration:
    type: exponential_histogram
    unit: s
    prometheus_name: cart.duration
  cart.orders:
    type: counter
    prometheus_name: cart.orders
    labels:
      order.state: {values: [paid, failed]}
slos:
  - name: orders
    objective: 99%
    sli:
      events:
        total: '{"cart.orders", job="cart"}'
        bad: '{"cart.orders", job="cart", "order.state"="failed"}'
  - name: fast
    objective: 99%
    sli:
      latency: {metric: cart.duration, threshold: 300ms}
  - name: open
    objective: 99%
    sli:
      timeslice: {gauge: '{"cart.open", job="cart"}', max: 1000}
"#;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "underscores where Prometheus keeps dots",
        ("'{\"cart.orders\", job=\"cart\"}'", "'cart_orders{job=\"cart\"}'"),
        "metric-not-found",
        "cart_orders",
        "cart.orders",
    ),
    fault(
        "a dotted label of another name",
        ("\"order.state\"=\"failed\"", "\"order.status\"=\"failed\""),
        "label-not-found",
        "order.status",
        "order.state",
    ),
    fault(
        "a native histogram declared as classic",
        ("type: exponential_histogram", "type: histogram"),
        "type-mismatch",
        "cart.duration",
        "exponential_histogram",
    ),
    fault(
        "a native histogram by its translated name",
        ("prometheus_name: cart.duration", "prometheus_name: cart_duration_seconds"),
        "metric-not-found",
        "cart.duration",
        "cart.duration",
    ),
    fault(
        "a state in capitals",
        ("\"order.state\"=\"failed\"", "\"order.state\"=\"Failed\""),
        "value-not-found",
        "Failed",
        "did you mean `failed`?",
    ),
    fault(
        "a failure that cannot be",
        ("\"order.state\"=\"failed\"", "\"order.state\"=\"chargeback\""),
        "never-bad",
        "chargeback",
        "on purpose",
    ),
    fault(
        "a state that the SDK has and the spec lacks",
        ("[paid, failed]", "[failed]"),
        "undeclared-value",
        "order.state",
        "declare",
    ),
    fault(
        "the count of a native histogram",
        ("'{\"cart.orders\", job=\"cart\"}'", "'{\"cart.duration_count\", job=\"cart\"}'"),
        "type-mismatch",
        "cart.duration_count",
        "exponential_histogram",
    ),
    fault(
        "a gauge by its translated name",
        ("'{\"cart.open\", job=\"cart\"}'", "'cart_open{job=\"cart\"}'"),
        "metric-not-found",
        "cart_open",
        "cart.open",
    ),
];
