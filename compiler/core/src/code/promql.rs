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
refused, and so is whatever Prometheus itself could not parse.",
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

pub(super) static CODES: &[&Code] = &[&INVALID_PROMQL, &BAD_NOT_SUBSET, &MIXED_SCRAPE_INTERVALS];
