//! Codes of faults in declared metrics and labels.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// An objective names a metric that no spec declares.
pub(crate) static UNDECLARED_METRIC: Code = Code {
    id: "undeclared-metric",
    severity: Warning,
    summary: "an objective names a metric that no spec declares",
    cause: "\
In Prometheus, a selector that matches nothing is silent. A misspelt metric
therefore makes an objective that counts nothing. Only metrics declared under
`metrics` can be checked for that. This is a warning, so that a first objective
compiles from one short file. The policy's `strict: true` makes it an error.",
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
Its name in Prometheus follows: the counter `http.requests` becomes
`http_requests_total`. If the name differs, add `prometheus_name`. If the metric
is declared already, correct the spelling in the selector.",
};

/// A selector uses a label that its metric does not declare.
pub static UNDECLARED_LABEL: Code = Code {
    id: "undeclared-label",
    severity: Error,
    summary: "a selector uses a label that its metric does not declare",
    cause: "\
A matcher treats a missing label as an empty one. `status=~\"5..\"` then matches
no time series, and the objective never counts a bad event. Grouping by such a
label puts everything into one group.",
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
declaration; `ambient_labels` in the policy replaces that list.",
};

/// A selector asks for a value that the label does not declare.
pub static UNDECLARED_VALUE: Code = Code {
    id: "undeclared-value",
    severity: Error,
    summary: "a selector asks for a value that the label does not declare",
    cause: "\
The label has only its declared values, and none of them passes this matcher.
The selector matches nothing: as `bad`, the objective is always met; as `total`,
it has no data. As in Prometheus, a regular expression must match the whole
value.",
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
Correct the value or the expression. If the service does export the value, add
it to the label's `values`.",
};

/// A metric label without a bounded set of values.
pub static UNBOUNDED_LABEL: Code = Code {
    id: "unbounded-label",
    severity: Error,
    summary: "a metric label without a bounded set of values",
    cause: "\
Each combination of label values is a time series, which stays in memory as long
as it lives. With 3 codes and 10 buckets a histogram has 3 × (10 + 3) = 39 time
series. A label for 50,000 customers makes that 1,950,000. By default, SDKs of
OpenTelemetry keep 2,000 combinations of a metric and drop the labels of any new
one. The objective then counts wrongly, and no error shows it.",
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
Remove the label from the metric. Put values that differ from request to request
into spans and log records; exemplars lead there. Otherwise list its `values`,
or refer to a list of the policy (`enumeration`) or of OpenTelemetry
(`semconv: http.request.method`). If the values cannot be listed, give
`max_values`. Labels such as `user_id`, `session.id` or `url.full` are refused
with a number too, because nothing holds a service to it.",
};

/// A latency threshold is not a bucket boundary of its histogram.
pub(crate) static THRESHOLD_NOT_A_BUCKET: Code = Code {
    id: "threshold-not-a-bucket",
    severity: Error,
    summary: "a latency threshold is not a bucket boundary of its histogram",
    cause: "\
A classic histogram counts events up to each boundary and knows nothing between
two of them. Slow requests are the count minus the bucket at the threshold.
Without a bucket at 300ms, that selects nothing. An estimate between 250ms and
500ms can be wrong by every request that falls between the two.",
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
Use one of the boundaries as the threshold; the finding names the nearest. Or
add the threshold to the instrument's buckets, then to the spec. An
`exponential_histogram` has no fixed boundaries, so any threshold works.",
};

pub(super) static CODES: &[&Code] =
    &[&UNDECLARED_METRIC, &UNDECLARED_LABEL, &UNDECLARED_VALUE, &UNBOUNDED_LABEL, &THRESHOLD_NOT_A_BUCKET];
