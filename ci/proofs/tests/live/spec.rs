//! The specs that the proofs compile, as a user would write them.

/// One availability SLO over counters, at the defaults: 15 s scrape, 30 s evaluation.
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

/// What the spec above promises, as numbers.
pub const ERROR_BUDGET: f64 = 0.001;
