//! Faults in what rulers beside Prometheus are given.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// A ruler that is asked for does not know what an objective needs.
pub static NOT_IN_DIALECT: Code = Code {
    id: "not-in-dialect",
    severity: Error,
    summary: "a ruler that the policy asks for cannot evaluate a rule",
    cause: "\
Rulers read Prometheus's rules, but not all of them. VictoriaMetrics' vmalert
has no `histogram_count`, and both vmalert and Grafana lack functions that
Prometheus's templates have. vmalert refuses a whole file for one such rule, so
no objective of the service would alert. Grafana would send an error as text.
Rules that emberline makes itself are written as vmalert wants them. What stands
in an author's own expressions and templates stays as it is.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: slow-pages
    objective: 99%
    sli:
      expr:
        total: histogram_count(sum(rate(page_seconds[{{.window}}])))
        bad: sum(rate(slow_pages_total[{{.window}}]))
# --- policy.yaml
version: emberline/v1
targets: [rules, vmalert]"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: slow-pages
    objective: 99%
    sli:
      expr:
        total: sum(rate(page_seconds_count[{{.window}}]))
        bad: sum(rate(slow_pages_total[{{.window}}]))
# --- policy.yaml
version: emberline/v1
targets: [rules, vmalert]"#,
    },
    remedy: "\
Read a metric with classic buckets, or write the template without the function.
If no such ruler evaluates your rules, take its target out of `targets`.",
};

/// A ruler that is asked for takes less than there is.
pub static RULER_LIMIT: Code = Code {
    id: "ruler-limit",
    severity: Error,
    summary: "a ruler that the policy asks for does not take that many groups",
    cause: "\
Mimir's ruler takes 70 rule groups a tenant unless its operators say otherwise,
and refuses the next one: the last services of a `mimirtool rules sync` would
have no alerts. Grafana evaluates rules every 10 seconds or a multiple of that,
and refuses a group with another interval.",
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
targets: [rules, mimir]
rulers: {mimir: {max_groups: 2}}"#,
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
# --- policy.yaml
version: emberline/v1
targets: [rules, mimir]
rulers: {mimir: {max_groups: 70}}"#,
    },
    remedy: "\
Raise the limit of the tenant, and say the new one in the policy:
`rulers: {mimir: {max_groups: …}}`. A larger `rules: {max_group_rules: …}` makes
fewer groups, if the ruler's `ruler_max_rules_per_rule_group` allows it. For
Grafana choose an `evaluation_interval` of 10s, 20s or 30s.",
};

/// A rule group takes too long.
pub static RULES_TOO_SLOW: Code = Code {
    id: "rules-too-slow",
    severity: Warning,
    summary: "a rule group would take longer than half of its interval",
    cause: "\
A ruler evaluates the rules of a group one after the other. If that takes longer
than the group's interval, evaluations are skipped, and alerts fire late. The
estimate is the number of series, by declared labels or by a snapshot in
`observed/`, times the length of the windows. The speed is that of
a run with 1,000 objectives.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
instances: 2000
metrics:
  http.requests:
    type: counter
    labels:
      customer: {max_values: 4000}
      code: {values: ["200", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code="500"}
# --- policy.yaml
version: emberline/v1
cardinality: {sdk_limit: 10000}"#,
        right: r#"
version: emberline/v1
service: shop
instances: 2000
metrics:
  http.requests:
    type: counter
    labels:
      tier: {max_values: 4}
      code: {values: ["200", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code="500"}
# --- policy.yaml
version: emberline/v1
cardinality: {sdk_limit: 10000}"#,
    },
    remedy: "\
Take the label off the metric, group by fewer labels, or record the sum of the
raw series by a rule of your own and read that. More rulers do not help here:
`rules: {shards: …}` spreads objectives, and this is one group of one objective.",
};

pub(super) const CODES: &[&Code] = &[&NOT_IN_DIALECT, &RULER_LIMIT, &RULES_TOO_SLOW];
