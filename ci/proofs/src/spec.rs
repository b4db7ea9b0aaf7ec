//! The specs that the proofs compile, as a user would write them.

/// One availability SLO over counters.
pub const CHECKOUT: &str = r#"version: emberline/v1
service: checkout
owner: team-payments
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli:
      events:
        total: http_requests_total{service="checkout"}
        bad: http_requests_total{service="checkout", code=~"5.."}
"#;

/// The same promise, by the good events.
pub const CHECKOUT_BY_GOOD: &str = r#"version: emberline/v1
service: checkout
owner: team-payments
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli:
      events:
        total: http_requests_total{service="checkout"}
        good: http_requests_total{service="checkout", code!~"5.."}
"#;

/// An organisation that scrapes every 15 s, as the proofs' exporters are scraped.
pub const EVERY_15_SECONDS: &str = "version: emberline/v1\nscrape_interval: 15s\n";

/// An organisation that scrapes and evaluates once a minute.
pub const EVERY_MINUTE: &str = r#"version: emberline/v1
scrape_interval: 60s
evaluation_interval: 60s
"#;

/// What the specs above promise, as a number.
pub const ERROR_BUDGET: f64 = 0.001;
