//! Faults in the form of a spec.

use super::Severity::Error;
use super::{Code, Example};

/// The file is not YAML that a spec can be read from.
pub static INVALID_YAML: Code = Code {
    id: "invalid-yaml",
    severity: Error,
    summary: "the file is not YAML that a spec can be read from",
    cause: "\
The text breaks a rule of YAML, so that nothing is known of what its author
meant. Files that could harm a reader are refused under the same code: nesting
deeper than 64 levels, more than 1 MiB, aliases that multiply, and bytes that
are not UTF-8. The other files of the folder are still checked.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
description: Sells one thing: books.
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
description: "Sells one thing: books."
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Look at the character that is underlined. Most often a value needs quotes,
because it holds `: ` or ` #` or begins with one of `{ [ * & ! | > % @`; or a
line is indented by a tab, or by a different number of spaces than its
neighbours.",
};

/// A field that the specification does not know.
pub static UNKNOWN_FIELD: Code = Code {
    id: "unknown-field",
    severity: Error,
    summary: "a field that the specification does not know",
    cause: "\
A field that is passed over in silence is a setting that its author believes in
and that does nothing: with `windw: 7d` the objective would hold for the default
of 30 days.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    windw: 7d
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    window: 7d
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Correct the name, or move the field to the mapping that it belongs to: the
finding lists the fields that may stand there. `emberline schema` prints the
JSON Schema, with which an editor completes names as you type.",
};

/// A required field is missing.
pub static MISSING_FIELD: Code = Code {
    id: "missing-field",
    severity: Error,
    summary: "a required field is missing",
    cause: "\
Nothing sensible can be assumed for this field. A spec needs `version`,
`service` and `slos`; an objective needs `name`, `objective` and `sli`; an
indicator needs the events it counts. Everything else has a default.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Add the field. If it is there, check that it is indented as deep as its
neighbours: one space more or less puts it into another mapping.",
};

/// A value of the wrong type, form or range.
pub static INVALID_VALUE: Code = Code {
    id: "invalid-value",
    severity: Error,
    summary: "a value of the wrong type, form or range",
    cause: "\
The field is known, but its value cannot be used. Quantities carry their unit,
so that none is guessed: `99.9%`, `30d`, `300ms`, `40/s`. Some values depend on
one another: windows are tiled by whole minutes (or 5 minutes from a day on),
bucket boundaries rise, an indicator is of exactly one kind.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 0.999
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Write what the finding says it expected. `emberline schema` prints the form of
every field with an example.",
};

/// A name that no spec declares.
pub static UNKNOWN_REFERENCE: Code = Code {
    id: "unknown-reference",
    severity: Error,
    summary: "a name that no spec declares",
    cause: "\
A service that is called, a severity or a pair of windows is named, and nothing
in the folder has that name. Alerts with an unknown severity would reach nobody;
a call to an unknown service could not be checked in traces.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
    data:
      absent: pager"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
    data:
      absent: page"#,
    },
    remedy: "\
Correct the name; the finding offers the nearest or lists those that are known.
Severities are declared in `policy.yaml` (`page` and `ticket` if it declares
none), services by their specs. A service of somebody else needs no spec: write
`external: true` in the call. Pairs are named `long/short`, such as `1h/5m`.",
};

/// Two objectives of one service have the same name.
pub static DUPLICATE_SLO: Code = Code {
    id: "duplicate-slo",
    severity: Error,
    summary: "two objectives of one service have the same name",
    cause: "\
The labels `service` and `slo` tell one objective's series from another's. Two
objectives with both in common would record into the same series; Prometheus
would refuse the samples of one of them, and the budget would be of neither. A
service may be spread over several files, so the other one can be in another
file.",
    example: Example::Specs {
        wrong: r#"
# --- shop.yaml
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- shop-orders.yaml
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.5%
    sli:
      events:
        total: orders_total
        bad: orders_total{outcome="failed"}"#,
        right: r#"
# --- shop.yaml
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- shop-orders.yaml
version: emberline/v1
service: shop
slos:
  - name: orders
    objective: 99.5%
    sli:
      events:
        total: orders_total
        bad: orders_total{outcome="failed"}"#,
    },
    remedy: "\
Rename the later one, or remove it. A new name begins new series: the budget of
the renamed objective starts afresh.",
};

/// Something that may be declared once is declared twice.
pub static DUPLICATE_NAME: Code = Code {
    id: "duplicate-name",
    severity: Error,
    summary: "something that may be declared once is declared twice",
    cause: "\
Two declarations contradict each other, and there is no telling which one is
meant. That goes for labels of one metric, values of one label, metrics that
become one series in Prometheus, pairs of windows, the policy, and what a
service's files say of the whole service (such as `owner`).",
    example: Example::Specs {
        wrong: r#"
# --- shop.yaml
version: emberline/v1
service: shop
owner: team-shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- shop-orders.yaml
version: emberline/v1
service: shop
owner: team-orders
slos:
  - name: orders
    objective: 99.5%
    sli:
      events:
        total: orders_total
        bad: orders_total{outcome="failed"}"#,
        right: r#"
# --- shop.yaml
version: emberline/v1
service: shop
owner: team-shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- shop-orders.yaml
version: emberline/v1
service: shop
slos:
  - name: orders
    objective: 99.5%
    sli:
      events:
        total: orders_total
        bad: orders_total{outcome="failed"}"#,
    },
    remedy: "\
Keep one of the two; the finding shows both. Metrics that differ in
OpenTelemetry and become one name in Prometheus need a `prometheus_name` each.",
};

pub(super) static CODES: &[&Code] = &[
    &INVALID_YAML,
    &UNKNOWN_FIELD,
    &MISSING_FIELD,
    &INVALID_VALUE,
    &UNKNOWN_REFERENCE,
    &DUPLICATE_SLO,
    &DUPLICATE_NAME,
];
