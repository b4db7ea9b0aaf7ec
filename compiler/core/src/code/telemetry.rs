//! Faults in what a spec says of metrics and labels.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// An objective names a metric that no spec declares.
pub(crate) static UNDECLARED_METRIC: Code = Code {
    id: "undeclared-metric",
    severity: Warning,
    summary: "an objective names a metric that no spec declares",
    cause: "\
A selector that matches nothing is silent in Prometheus, so a misspelt metric
makes an objective that nothing is counted for. Only what a service declares
under `metrics` can be checked for that. It is a warning, so that a first
objective compiles from one short file, and an error where the policy says
`strict: true`.",
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
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Declare the metric by its OpenTelemetry name, with its type, unit and labels.
Its name in Prometheus follows: `http.requests`, a counter, is
`http_requests_total`. Where yours is another, add `prometheus_name`. If the
metric is declared already, correct the spelling in the selector.",
};

/// A selector uses a label that its metric does not declare.
pub static UNDECLARED_LABEL: Code = Code {
    id: "undeclared-label",
    severity: Error,
    summary: "a selector uses a label that its metric does not declare",
    cause: "\
To a matcher, a label that a series lacks is an empty one: `status=~\"5..\"` then
matches no series at all, and the objective counts nothing bad for ever. A group
by such a label is one group of everything.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{status=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Use a label of the metric, or declare this one with its values. Labels that the
platform sets (`job`, `instance`, `namespace`, `cluster` and others) need no
declaration; `ambient_labels` in the policy replaces the list of those.",
};

/// A selector asks for a value outside the label's declared values.
pub static UNDECLARED_VALUE: Code = Code {
    id: "undeclared-value",
    severity: Error,
    summary: "a selector asks for a value outside the label's declared values",
    cause: "\
The label's declared values are all that it can have, and none of them passes
this matcher. It selects nothing: as `bad`, the objective is always met; as
`total`, it has no data. Matchers are read as Prometheus reads them, so a
regular expression must match the whole value.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5"}"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Correct the value or the expression; if the service does export the value, add
it to the label's `values`.",
};

/// A metric label without a bounded set of values.
pub static UNBOUNDED_LABEL: Code = Code {
    id: "unbounded-label",
    severity: Error,
    summary: "a metric label without a bounded set of values",
    cause: "\
Every combination of label values is a series of its own, kept in memory for as
long as it lives. With 3 codes and 10 buckets a histogram has 3 × (10 + 3) = 39
series; with a label for 50,000 customers on top it has 1,950,000. OpenTelemetry
SDKs stop at 2,000 combinations of a metric by default and from then on drop the
labels of whatever is new: the objective counts wrongly, and no error shows.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
      user_id: {}
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
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Take the label off the metric: what differs from request to request belongs into
spans and log records, and exemplars lead there. Otherwise list its `values`,
refer to a list of the policy's (`enumeration`) or of OpenTelemetry's
(`semconv: http.request.method`), or, where they cannot be listed, give
`max_values`. Labels such as `user_id`, `session.id` or `url.full` are refused
with a number too: nothing holds a service to it.",
};

/// A latency threshold that is no bucket boundary of its histogram.
pub(crate) static THRESHOLD_NOT_A_BUCKET: Code = Code {
    id: "threshold-not-a-bucket",
    severity: Error,
    summary: "a latency threshold that is no bucket boundary of its histogram",
    cause: "\
A classic histogram counts events up to each of its boundaries and knows nothing
between two of them. Slow requests are the count less the bucket at the
threshold: without a bucket at 300ms nothing is selected, and an estimate
between 250ms and 500ms can be wrong by every request that falls between the
two.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.server.request.duration:
    type: histogram
    unit: s
    buckets: [0.1, 0.25, 0.5, 1]
slos:
  - name: latency
    objective: 99%
    sli:
      latency:
        metric: http.server.request.duration
        threshold: 300ms"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.server.request.duration:
    type: histogram
    unit: s
    buckets: [0.1, 0.25, 0.5, 1]
slos:
  - name: latency
    objective: 99%
    sli:
      latency:
        metric: http.server.request.duration
        threshold: 250ms"#,
    },
    remedy: "\
Promise one of the boundaries (the finding names the nearest), or add the
threshold to the buckets of the instrument and then to the spec. An
`exponential_histogram` has no boundaries to hit: any threshold does.",
};

pub(super) static CODES: &[&Code] =
    &[&UNDECLARED_METRIC, &UNDECLARED_LABEL, &UNDECLARED_VALUE, &UNBOUNDED_LABEL, &THRESHOLD_NOT_A_BUCKET];
