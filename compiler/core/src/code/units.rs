//! Faults in what a metric measures.

use super::Severity::Error;
use super::{Code, Example};

/// Two units where there should be one.
pub(crate) static UNIT_MISMATCH: Code = Code {
    id: "unit-mismatch",
    severity: Error,
    summary: "a name, a declaration and a threshold do not agree on the unit",
    cause: "\
A threshold is translated into the unit of its metric, and the rules ask for the
bucket at that number. In the wrong example, the name says milliseconds and the
declaration seconds. The rules would ask for the bucket `0.3` of a histogram
whose buckets are `100`, `300` and `1000`, and find nothing.

The unit is the declared one. For a metric without a declared unit it is the one
that its name ends with, such as `_seconds`, `_milliseconds`, `_ms` or `_bytes`.
A duration cannot be the threshold of a histogram of sizes. A plain number
cannot be the threshold of a duration, because 300 could be seconds or
milliseconds. With a source or a snapshot, the declared unit is also held
against the unit that the source states.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  request_duration_ms: {type: histogram, unit: s, buckets: [100, 300, 1000]}
slos:
  - name: latency
    objective: 99%
    sli:
      latency:
        metric: request_duration_ms
        threshold: 300ms"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  request_duration_ms:
    type: histogram
    unit: ms
    prometheus_name: request_duration_ms
    buckets: [100, 300, 1000]
slos:
  - name: latency
    objective: 99%
    sli:
      latency:
        metric: request_duration_ms
        threshold: 300ms"#,
    },
    remedy: "\
Declare the unit in which the service measures, or rename the metric. Write a
threshold in a unit of the same kind: `300ms` or `0.268435456s` for durations,
`1MiB` or a plain number for sizes, a plain number for everything else.",
};

pub(super) static CODES: &[&Code] = &[&UNIT_MISMATCH];
