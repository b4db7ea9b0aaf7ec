//! Faults in the PromQL of a spec.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// A selector that Prometheus would not accept here.
pub(crate) static INVALID_PROMQL: Code = Code {
    id: "invalid-promql",
    severity: Error,
    summary: "a selector that Prometheus would not accept here",
    cause: "\
An indicator takes a bare selector. The compiler adds `rate`, its range and the
sums, because every window must count each event exactly once, and only ranges
that fit the scrape interval do. Ranges, functions, operators, `offset` and
templates such as `{{.window}}` are therefore refused. So is text that
Prometheus itself cannot parse.

A pattern of names, such as `{__name__=~\"sent|failed\"}`, is refused as well:
`rate` drops the name, so the series of two metrics would become one.",
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
The finding underlines the part that must change. The sum of several metrics is
a list of selectors. Anything else that no selector can say goes under `expr`,
which takes whole expressions that nothing proves.",
};

/// The bad events are not a part of the total.
pub(crate) static BAD_NOT_SUBSET: Code = Code {
    id: "bad-not-subset",
    severity: Error,
    summary: "the bad events are not a part of the total",
    cause: "\
The error ratio is bad ÷ total, which is a share only if the total counts every
bad event. In the wrong example, failures outside `/buy` are bad events, but
their requests are not in the total. The ratio can exceed 100%, and requests
outside the objective spend its budget. The check compares selectors of the same
metric only, because two metrics may count the same events.",
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
Repeat every matcher of `total` in `bad` (or `good`), and add what makes an
event bad. If the objective covers the other events too, widen `total` instead.",
};

/// Two selectors of a sum may count the same events.
pub(crate) static COUNTED_TWICE: Code = Code {
    id: "counted-twice",
    severity: Error,
    summary: "two selectors of a sum may count the same events",
    cause: "\
A list of selectors is the sum of their events, and `good` with `bad` without
`total` are the sum of both. An event that two of them count makes the total too
large and the error ratio too small. In the wrong example, a request that
checkout sends and that fails is counted by both selectors.

Selectors of different metrics are taken to count different events. Selectors
of one metric must differ in the value of some label. The buckets of a histogram
never do: each counts what the smaller ones have counted.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: delivery
    objective: 99.9%
    sli:
      events:
        total:
          - messages_total{job="checkout"}
          - messages_total{result="failed"}
        bad: messages_total{job="checkout", result="failed"}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: delivery
    objective: 99.9%
    sli:
      events:
        total:
          - messages_total{job="checkout"}
          - messages_total{job="cart", result="failed"}
        bad: messages_total{job="checkout", result="failed"}"#,
    },
    remedy: "\
Give both selectors another value of one label, or write one selector that holds
all of these events.",
};

/// One indicator over series that are scraped at different intervals.
pub(crate) static MIXED_SCRAPE_INTERVALS: Code = Code {
    id: "mixed-scrape-intervals",
    severity: Warning,
    summary: "one indicator over time series that are scraped at different intervals",
    cause: "\
Only a range that fits the scrape interval counts each event exactly once: 75s
for 15s, 240s for 60s. No range fits two intervals. The rules use the longer
interval, so short windows may show bad events before or after the total that
they belong to.",
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
Scrape both metrics at the same interval. Or count bad events by a label of the
metric that counts all events.",
};

/// Events are counted by something that does not count.
pub(crate) static NOT_A_COUNTER: Code = Code {
    id: "not-a-counter",
    severity: Error,
    summary: "an events indicator selects something that is not a counter",
    cause: "\
The rules take the `rate` of `total`, `bad` and `good`, and only the rate of a
counter is a number of events. Each fall of a gauge looks like a restarted
counter. A classic histogram has no series of its own name, and its buckets
together count an event several times. A native histogram has one series only,
without `_count` and `_bucket`, whose observations are events if it is declared.
The check uses declared types. For an undeclared metric it uses the name, if the
name leaves no doubt.",
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
Count with a counter. A classic histogram counts its events in `_count`, and
those up to a boundary in `_bucket` with that `le`. For a gauge that is 1 while
all is well, use `timeslice: {up: …}`. A native histogram is selected by its own
name, once it is declared as `exponential_histogram`.",
};

/// A label to group by that one side of an indicator lacks.
pub(crate) static GROUP_LABEL_MISSING: Code = Code {
    id: "group-label-missing",
    severity: Error,
    summary: "a label to group by is missing on one side of the indicator",
    cause: "\
The rules compare bad events with all events of the same group. In the wrong
example, failures have no `topic`, so they form a group without a name, and
every topic looks healthy. No alert would fire in an outage. Both sides must
have each label of `group_by`, and share its values. If no spec declares one of
the two metrics, and no snapshot shows its labels, the finding is a warning: the
metric may have the label. The rules then count bad events without a group as an
outage of their own.",
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
Group by a label that both metrics have, or add the missing label in the service
that exports the metric. Declare the metrics of both sides with their labels, so
that the check can tell.",
};

pub(super) static CODES: &[&Code] =
    &[&INVALID_PROMQL, &BAD_NOT_SUBSET, &COUNTED_TWICE, &MIXED_SCRAPE_INTERVALS, &NOT_A_COUNTER, &GROUP_LABEL_MISSING];
