//! Faults in the form of a spec.

use super::Severity::Error;
use super::{Code, Example};

/// The file is not YAML that a spec can be read from.
pub static INVALID_YAML: Code = Code {
    id: "invalid-yaml",
    severity: Error,
    summary: "the file is not YAML that a spec can be read from",
    cause: "\
The text breaks a rule of YAML, so the file declares nothing. Files that could
harm a reader have the same code: nesting deeper than 64 levels, more than
1 MiB, aliases that multiply, and bytes that are not UTF-8. The other files of
the folder are still checked.",
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
Look at the underlined character. Most often a value needs quotes, because it
holds `: ` or ` #`, or because it begins with one of `{ [ * & ! | > % @`. A line
may also be indented by a tab, or by another number of spaces than its
neighbours.",
};

/// A field that the specification does not know.
pub static UNKNOWN_FIELD: Code = Code {
    id: "unknown-field",
    severity: Error,
    summary: "a field that the specification does not know",
    cause: "\
If the compiler ignored an unknown field, its author would believe in a setting
that does nothing. With `windw: 7d` the objective would use the default window
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
Correct the name, or move the field to the mapping that it belongs to. The
finding lists the fields that this mapping takes. With the JSON Schema that
`emberline schema` prints, an editor completes names as you type.",
};

/// A required field is missing.
pub static MISSING_FIELD: Code = Code {
    id: "missing-field",
    severity: Error,
    summary: "a required field is missing",
    cause: "\
No default makes sense for this field. A spec needs `version`, `service` and
`slos`. An objective needs `name`, `objective` and `sli`. An indicator needs the
events that it counts. All other fields have defaults.",
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
Add the field. If the field is there, compare its indentation with that of its
neighbours: one space more or less puts it into another mapping.",
};

/// A value of the wrong type, form or range.
pub static INVALID_VALUE: Code = Code {
    id: "invalid-value",
    severity: Error,
    summary: "a value of the wrong type, form or range",
    cause: "\
The field is known, but its value cannot be used. Quantities carry their unit,
such as `99.9%`, `30d`, `300ms` and `40/s`, so that no unit is guessed. Some
values depend on one another: windows are whole minutes (multiples of 5 minutes
from a day on), bucket boundaries rise, and an indicator has exactly one kind.",
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
Write the value in the form that the finding expects. `emberline schema` prints
the form of every field with an example.",
};

/// A name that no spec declares.
pub static UNKNOWN_REFERENCE: Code = Code {
    id: "unknown-reference",
    severity: Error,
    summary: "a name that no spec declares",
    cause: "\
The spec names a service, a severity or a pair of windows that no file of the
folder declares. Alerts with an unknown severity would reach nobody. A call to
an unknown service could not be checked in traces.",
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
Correct the name. The finding offers the nearest name or lists the known ones.
`policy.yaml` declares severities (`page` and `ticket` if it declares none), and
specs declare services. A service of a third party needs no spec: write
`external: true` in the call. Pairs are named `long/short`, such as `1h/5m`.",
};

/// Two objectives of one service have the same name.
pub static DUPLICATE_SLO: Code = Code {
    id: "duplicate-slo",
    severity: Error,
    summary: "two objectives of one service have the same name",
    cause: "\
The labels `service` and `slo` identify an objective's time series. Two
objectives with the same labels would record into the same series. Prometheus
would refuse the samples of one, and the budget would be right for neither. The
other objective may be in another file, because a service may span several.",
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
Rename the later objective, or remove it. A new name begins new time series, so
the budget of the renamed objective starts afresh.",
};

/// Something that may be declared once is declared twice.
pub(crate) static DUPLICATE_NAME: Code = Code {
    id: "duplicate-name",
    severity: Error,
    summary: "something that may be declared once is declared twice",
    cause: "\
Two declarations contradict each other, and the compiler cannot know which one
is meant. This applies to labels of a metric, values of a label, metrics that
become one name in Prometheus, pairs of windows and the policy. It also applies
to fields of a whole service, such as `owner`, in several files.",
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
Keep one of the two declarations; the finding shows both. Metrics that differ in
OpenTelemetry but become one name in Prometheus need a `prometheus_name` each.",
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
