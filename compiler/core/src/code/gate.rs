//! Codes of the gate about time series and waivers.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// A metric, a service or all services exceed the budget of time series.
pub static SERIES_BUDGET: Code = Code {
    id: "series-budget",
    severity: Error,
    summary: "a metric, a service or all services can exceed the budget of time series",
    cause: "\
Each combination of label values is a time series, in every instance. A classic
histogram adds one for each bucket, `+Inf`, the count and the sum. The product
is an upper bound, known before the code runs. The finding lists the factors,
the largest first: change that one. The bound assumes that labels are
independent of one another. If they are not, list the combinations that occur.

In a capture, time series are counted as they are. A metric that no spec
declares may have as many as `cardinality.metric` allows, or 1000.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
instances: 3
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
      tenant: {max_values: 40}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
cardinality:
  metric: 100"#,
        right: r#"
version: emberline/v1
service: shop
instances: 3
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
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
cardinality:
  metric: 100"#,
    },
    remedy: "\
Remove the label with the most values from the metric, or narrow its values. If
labels depend on one another, list their combinations under `joint_labels`. Give
a histogram fewer `buckets`, or make it an `exponential_histogram`, which is one
time series at any resolution. If the cost of the bound is acceptable, raise the
budget in `policy.yaml` (`cardinality: {metric, service, total}`).",
};

/// A metric of an objective can exceed the SDK's limit.
pub static SDK_CARDINALITY_LIMIT: Code = Code {
    id: "sdk-cardinality-limit",
    severity: Error,
    summary: "a metric that an objective reads can exceed the limit of OpenTelemetry's SDKs",
    cause: "\
An SDK keeps 2,000 label combinations of a metric. It counts any new one on a
single time series, which has the label `otel.metric.overflow` and no other. An
error there matches no `code=~\"5..\"`, so the objective counts too few bad
events. Its alert does not fire, and nothing says so. The limit holds for each
instance, so instances and buckets do not count here.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "404", "500"]}
      tenant: {max_values: 1000}
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
      tenant: {max_values: 600}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Remove a label from the metric, or keep a second metric with that label for
dashboards. If the service's own view allows more, say so in `policy.yaml`:
`cardinality: {sdk_limit: 5000}`.",
};

/// A policy that loosens what the one above it locks.
pub static LOCKED_FIELD: Code = Code {
    id: "locked-field",
    severity: Error,
    summary: "a policy loosens a field that the policy above it locks",
    cause: "\
The policy of a folder inherits the one above it, and may only tighten the
fields that this one lists under `lock`. What loosens a field is what
`emberline check --changed-since` shows as a weaker gate. A field of which no
change weakens the gate cannot be changed at all while it is locked.",
    example: Example::Specs {
        wrong: r#"
# --- web/shop.yaml
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
lock: [cardinality.metric]
cardinality: {metric: 10000}
# --- web/policy.yaml
version: emberline/v1
cardinality: {metric: 50000}"#,
        right: r#"
# --- web/shop.yaml
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
lock: [cardinality.metric]
cardinality: {metric: 10000}
# --- web/policy.yaml
version: emberline/v1
cardinality: {metric: 2000}"#,
    },
    remedy: "\
Remove the field from the lower policy, or make it stricter than above. If the
team needs more, its owners and those of the policy above agree on the value
there, or on a shorter `lock`.",
};

/// A waiver whose last day has passed.
pub(crate) static EXPIRED_WAIVER: Code = Code {
    id: "expired-waiver",
    severity: Error,
    summary: "a waiver whose last day has passed",
    cause: "\
A waiver accepts a finding until a day, so that somebody looks at it again. That
day has passed: the finding counts again, and the waiver must go.",
    example: Example::Session {
        wrong: "
emberline init checkout
echo 'version: emberline/v1' > slos/policy.yaml
echo 'waivers:' >> slos/policy.yaml
echo ' - code: undeclared-metric' >> slos/policy.yaml
echo '   place: slos/checkout.yaml' >> slos/policy.yaml
echo '   owner: team-web' >> slos/policy.yaml
echo '   reason: declared with the next release' >> slos/policy.yaml
echo '   expires: 2020-01-31' >> slos/policy.yaml
emberline check",
        right: "
emberline init checkout
echo 'version: emberline/v1' > slos/policy.yaml
emberline check",
    },
    remedy: "\
Fix the cause of the finding and remove the waiver. Or agree on a later
`expires` with the waiver's owner, and give the new `reason`.",
};

/// A waiver that accepts nothing.
pub(crate) static UNUSED_WAIVER: Code = Code {
    id: "unused-waiver",
    severity: Warning,
    summary: "a waiver that accepts nothing",
    cause: "\
No finding has this waiver's code and place. Either the cause was fixed, or its
`place` is not spelled as findings show it. If it stays, it will accept the next
finding there before anybody has seen it.",
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
# --- policy.yaml
version: emberline/v1
waivers:
  - code: unbounded-label
    place: slos/spec.yaml#user_id
    owner: team-shop
    reason: the label goes with release 4
    expires: 2999-12-31"#,
        right: r#"
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
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
waivers:
  - code: unbounded-label
    place: slos/spec.yaml#user_id
    owner: team-shop
    reason: the label goes with release 4
    expires: 2999-12-31"#,
    },
    remedy: "\
Remove the waiver. If the finding is still there, correct `code` and `place`.
`place` is the path as the finding shows it, then `#` and the underlined text.",
};

pub(super) static CODES: &[&Code] =
    &[&SERIES_BUDGET, &SDK_CARDINALITY_LIMIT, &LOCKED_FIELD, &EXPIRED_WAIVER, &UNUSED_WAIVER];
