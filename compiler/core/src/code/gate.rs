//! What the gate says of series and of waivers.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// More series than the policy allows.
pub(crate) static SERIES_BUDGET: Code = Code {
    id: "series-budget",
    severity: Error,
    summary: "a metric, a service or all of them can have more series than allowed",
    cause: "\
Each combination of label values is a series, and a classic histogram has one
more for each bucket, `+Inf`, the count and the sum, in every instance. The
product of all that is an upper bound, known before a line of code runs. The
finding says the factors, the greatest first: that is the one worth changing.
Labels are taken to be independent of one another; where they are not, the
combinations that occur can be listed.",
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
Take the label with the most values off the metric, or narrow its values. Where
labels depend on one another, list the combinations under `joint_labels`. A
histogram can do with fewer `buckets`, or be an `exponential_histogram`, one
series whatever its resolution. If the bound is what you want to pay for, raise
the budget in `policy.yaml` (`cardinality: {metric, service, total}`).",
};

/// An objective's metric can pass the SDK's limit.
pub(crate) static SDK_CARDINALITY_LIMIT: Code = Code {
    id: "sdk-cardinality-limit",
    severity: Error,
    summary: "a metric that an objective reads can pass the limit of OpenTelemetry's SDKs",
    cause: "\
An SDK keeps 2,000 combinations of labels of a metric. Past that it counts
whatever is new on one series with the label `otel.metric.overflow` and without
any other. An error on it matches no `code=~\"5..\"`: the objective counts too few
bad events, its alert does not fire, and nothing says so. The limit holds for
each instance, so instances and buckets do not count here.",
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
Take a label off the metric, or keep a second metric with it for dashboards.
Where the service's own view allows more, say so in `policy.yaml`:
`cardinality: {sdk_limit: 5000}`.",
};

/// A waiver whose last day has passed.
pub(crate) static EXPIRED_WAIVER: Code = Code {
    id: "expired-waiver",
    severity: Error,
    summary: "a waiver whose last day has passed",
    cause: "\
A waiver accepts a finding until a day, so that somebody looks again. That day
is over: the finding it accepted counts again, and the waiver itself must go.",
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
Mend what the waiver accepts and remove it, or agree on a later `expires` with
its owner, and say in `reason` what has changed.",
};

/// A waiver that accepts nothing.
pub(crate) static UNUSED_WAIVER: Code = Code {
    id: "unused-waiver",
    severity: Warning,
    summary: "a waiver that accepts nothing",
    cause: "\
No finding has this waiver's code and place. What it was for has been mended,
or its `place` is not spelled as findings show it. Left alone, it would accept
the next finding there, which nobody has looked at.",
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
Remove it. If the finding is still there, correct `code` and `place`: the path
as the finding shows it, and behind a `#` the text that it underlines.",
};

pub(super) static CODES: &[&Code] = &[&SERIES_BUDGET, &SDK_CARDINALITY_LIMIT, &EXPIRED_WAIVER, &UNUSED_WAIVER];
