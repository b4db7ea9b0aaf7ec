//! Faults in what an objective asks of arithmetic.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// An objective must lie between 0% and 100%, both excluded.
pub(crate) static OBJECTIVE_OUT_OF_RANGE: Code = Code {
    id: "objective-out-of-range",
    severity: Error,
    summary: "an objective must lie between 0% and 100%, both excluded",
    cause: "\
The error budget is 100% minus the objective, and a burn rate is the error ratio
divided by that budget. At 100% the budget is zero, and the burn rate a division
by zero. At 0% the budget is everything, so no failure misses the objective.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 100%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.99%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
    },
    remedy: "\
Choose an objective that leaves a budget. Over 30 days the budget is 7h12m of
total outage at 99%, 43m12s at 99.9% and 4m19s at 99.99%. If an event must never
happen, write an alert on the event itself instead of an objective.",
};

/// A service is to succeed more often than one that it waits for.
pub(crate) static ABOVE_CEILING: Code = Code {
    id: "above-ceiling",
    severity: Warning,
    summary: "an objective above what the services that it waits for allow",
    cause: "\
A request that waits for a call fails with it. So no more requests succeed than
calls do: at 99.5% payments may fail 5,000 of a million, and a shop at 99.9%
only 1,000. The shop's budget can be spent five times over while payments is
within its own. Calls on some `routes` only, and asynchronous ones, are left
out, and so are objectives for speed.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
calls: [{service: payments, kind: sync}]
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{job="shop"}
        bad: http_requests_total{job="shop", code=~"5.."}
---
version: emberline/v1
service: payments
slos:
  - name: availability
    objective: 99.5%
    sli:
      events:
        total: http_requests_total{job="payments"}
        bad: http_requests_total{job="payments", code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
calls: [{service: payments, kind: sync, routes: [/pay]}]
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{job="shop"}
        bad: http_requests_total{job="shop", code=~"5.."}
---
version: emberline/v1
service: payments
slos:
  - name: availability
    objective: 99.5%
    sli:
      events:
        total: http_requests_total{job="payments"}
        bad: http_requests_total{job="payments", code=~"5.."}"#,
    },
    remedy: "\
Lower the objective, raise that of the callee, or name the `routes` that wait
for it. If requests succeed without the call, by a retry, a cache or an answer
of less, waive the finding and say so there.",
};

/// An alert whose threshold no error ratio can reach.
pub(crate) static CANNOT_FIRE: Code = Code {
    id: "cannot-fire",
    severity: Error,
    summary: "an alert whose threshold no error ratio can reach",
    cause: "\
A burn-rate alert fires while the error ratio is above burn rate × budget. At
90% the budget is 10%, so the default page over 1h/5m, at burn rate 14.4, needs
more than 144% errors. No error ratio exceeds 100%, so even a total outage would
go undetected.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 90%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 90%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
    alerting:
      drop: [1h/5m]"#,
    },
    remedy: "\
Raise the objective above 1 − 1 ÷ burn rate: 93.1% is enough for 14.4, and 83.4%
for 6. Or drop the pair, as in the right example. Or declare
`alerting: {pairs: …}` with a smaller `budget` for the pair.",
};

/// Prometheus keeps samples for less time than a window covers.
pub(crate) static RETENTION_TOO_SHORT: Code = Code {
    id: "retention-too-short",
    severity: Error,
    summary: "an objective's window is longer than Prometheus keeps samples",
    cause: "\
A budget counts all events in its window, and Prometheus cannot count deleted
samples. With 15 days of samples, an objective over 30 days would show the
budget of the last 15 days as the budget of the month.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
retention: {metrics: 15d}"#,
        right: r#"
version: emberline/v1
service: shop
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
# --- policy.yaml
version: emberline/v1
retention: {metrics: 40d}"#,
    },
    remedy: "\
Keep samples for the longest window and some days more, or shorten the window.
Without `retention: {metrics: …}` the generated flags keep samples for the
longest window and ten days.",
};

/// A window that holds fewer than four scrapes.
pub(crate) static WINDOW_TOO_SHORT: Code = Code {
    id: "window-too-short",
    severity: Error,
    summary: "a window that holds fewer than four scrapes",
    cause: "\
A rate needs two samples, and one scrape may fail. A window of fewer than four
scrapes is empty after one or two failed scrapes, and shows the noise of a few
samples otherwise. With a sample every 2m, the default short window of 5m holds
two or three samples; four take 8m.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    scrape_interval: 2m
    labels:
      code: {values: ["200", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code="500"}"#,
        right: r#"
version: emberline/v1
service: shop
metrics:
  http.requests:
    type: counter
    scrape_interval: 1m
    labels:
      code: {values: ["200", "500"]}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code="500"}"#,
    },
    remedy: "\
Scrape (or export) more often, drop the pair, or declare pairs whose short
window holds at least four scrapes. The longer interval of `scrape_interval` and
`export_interval` in the policy counts, unless the metric has its own interval.",
};

/// So little traffic that a single failed request fires an alert.
pub static LOW_TRAFFIC: Code = Code {
    id: "low-traffic",
    severity: Warning,
    summary: "so little traffic that a single failed request fires an alert",
    cause: "\
Among few events, one failure is a large share. At 99.9% the page over 1h/5m
fires above 1.44% errors, and 1 ÷ 0.0144 = 69.4: with 69 events an hour or
fewer, one failure is enough. Below 300 events an hour, alerts therefore need 3
bad events in the long window by default. In 30 simulated days at 10 events an
hour, this removed every false page, and outages were still detected after 16
minutes in the median. The warning asks whether 3 is right for you.",
    example: Example::Specs {
        wrong: r#"
version: emberline/v1
service: shop
traffic: 10/h
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
traffic: 10/h
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total
        bad: http_requests_total{code=~"5.."}
    alerting:
      min_bad_events: 3"#,
    },
    remedy: "\
Declare `min_bad_events`: the number of bad events in the long window that is
worth a page; 0 means any. You can also lower the objective, use a timeslice
indicator, or add traffic by synthetic requests.",
};

pub(super) static CODES: &[&Code] =
    &[&OBJECTIVE_OUT_OF_RANGE, &ABOVE_CEILING, &CANNOT_FIRE, &WINDOW_TOO_SHORT, &LOW_TRAFFIC, &RETENTION_TOO_SHORT];
