//! Faults in the PromQL of a spec.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// A selector that Prometheus would not accept here.
pub static INVALID_PROMQL: Code = Code {
    id: "invalid-promql",
    severity: Error,
    summary: "a selector that Prometheus would not accept here",
    cause: "\
An indicator names series and nothing more: a bare selector. The compiler adds
`rate`, its range and the sums, because every window must count each event
exactly once, and that holds only for ranges that fit the scrape interval.
Ranges, functions, operators, `offset` and templates such as `{{.window}}` are
refused, and so is whatever Prometheus itself could not parse. A pattern of
names, such as `{__name__=~\"sent|failed\"}`, is refused as well: `rate` drops the
name, and series of two metrics would be one and the same.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: sum(rate(http_requests_total[5m]))
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
Write the selector as you would type it into Prometheus to see the raw counter.
The finding underlines the part of the selector that is at fault. An expression
over several metrics needs a recording rule of its own, or an objective for each
metric.",
};

/// The bad events are not a part of the total.
pub static BAD_NOT_SUBSET: Code = Code {
    id: "bad-not-subset",
    severity: Error,
    summary: "the bad events are not a part of the total",
    cause: "\
The error ratio is bad ÷ total, which is a share only if every bad event is also
counted in the total. Here failures outside `/buy` count as bad while their
requests do not count at all: the ratio can pass 100%, and the budget goes for
requests that the promise does not cover. The check compares the two selectors
where they read one metric; two metrics may well count one thing.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{route="/buy"}
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{route="/buy"}
        bad: http_requests_total{route="/buy", code=~"5.."}"#,
    },
    remedy: "\
Repeat every matcher of `total` in `bad` (or `good`) and add what makes an event
bad. If the promise does cover the other events, widen `total` instead.",
};

/// One indicator over series that are scraped at different intervals.
pub static MIXED_SCRAPE_INTERVALS: Code = Code {
    id: "mixed-scrape-intervals",
    severity: Warning,
    summary: "one indicator over series that are scraped at different intervals",
    cause: "\
An event is counted exactly once only by a range that fits the interval of its
samples: 75s for 15s, 240s for 60s. Two series with different intervals cannot
both fit. The rules use the slower one, so short windows may show bad events
before the total that they are a part of, or after it.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.requests: {type: counter, scrape_interval: 15s}
  http.errors: {type: counter, scrape_interval: 60s}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_errors_total"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.requests: {type: counter, scrape_interval: 15s}
  http.errors: {type: counter, scrape_interval: 15s}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_errors_total"#,
    },
    remedy: "\
Scrape both metrics at one interval, or count bad events by a label of the
metric that counts them all.",
};

/// Events are counted by something that does not count.
pub static NOT_A_COUNTER: Code = Code {
    id: "not-a-counter",
    severity: Error,
    summary: "events are counted by something that is not a counter",
    cause: "\
The rules take the `rate` of what `total`, `bad` and `good` select, and only a
counter's rate is a number of events. Each fall of a gauge looks like a counter
that began anew. The rate of a native histogram is a histogram, which Prometheus
leaves out of every comparison: no alert would ever fire. A classic histogram
has no series of its own name, and all its buckets together count an event
several times. The check goes by declared types and, where nothing is declared,
only by names that leave no doubt.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.server.request.duration:
    type: histogram
    unit: s
    labels: {code: {values: ["200", "500"]}}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_server_request_duration_seconds
        bad: http_server_request_duration_seconds{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.server.request.duration:
    type: histogram
    unit: s
    labels: {code: {values: ["200", "500"]}}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_server_request_duration_seconds_count
        bad: http_server_request_duration_seconds_count{code=~"5.."}"#,
    },
    remedy: "\
Count with a counter. The events of a classic histogram are its `_count`; those
up to a boundary are `_bucket` with that `le`. A gauge that is 1 while all is
well makes `timeslice: {up: …}`. A native histogram serves `latency`; to count
its failures, use a counter, or keep its classic series and declare it as
`histogram`.",
};

/// A label to group by that one side of an indicator lacks.
pub static GROUP_LABEL_MISSING: Code = Code {
    id: "group-label-missing",
    severity: Error,
    summary: "a label to group by is missing on one side of the indicator",
    cause: "\
Bad events are compared with all events of the same group. Here failures have no
`topic`: they are a group without a name, and every topic looks as if nothing
ever failed. An outage would raise no alert. Both sides must have each label of
`group_by`, and share its values. Where no spec declares one of two metrics,
nothing shows that it has the label: that is a warning, and the rules take bad
events that no group counts for an outage of their own.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  messages.in: {type: counter, labels: {topic: {values: [a, b]}}}
  messages.failed: {type: counter, labels: {queue: {values: [a, b]}}}
slos:
  - name: delivery
    objective: 99.9%
    sli:
      events:
        total: messages_in_total
        bad: messages_failed_total
        group_by: [topic]"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  messages.in: {type: counter, labels: {topic: {values: [a, b]}}}
  messages.failed: {type: counter, labels: {topic: {values: [a, b]}}}
slos:
  - name: delivery
    objective: 99.9%
    sli:
      events:
        total: messages_in_total
        bad: messages_failed_total
        group_by: [topic]"#,
    },
    remedy: "\
Group by a label that both metrics have, or have the missing label added where
the metric is made. Declare the metrics of both sides with their labels, and the
check can tell.",
};

pub(super) static CODES: &[&Code] =
    &[&INVALID_PROMQL, &BAD_NOT_SUBSET, &MIXED_SCRAPE_INTERVALS, &NOT_A_COUNTER, &GROUP_LABEL_MISSING];
