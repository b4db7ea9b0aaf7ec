//! Mutations of specs: a part of good specs is replaced, once by a fault and once by a similar change that is right.

use emberline_core::quantity::Date;
use emberline_core::source::Sources;

/// Specs without a finding.
const SHOP: &str = r#"version: emberline/v1
service: shop
owner: team-shop
traffic: 40/s
calls:
  - {service: bank, kind: sync}
metrics:
  http.server.requests:
    type: counter
    labels:
      http.route: {values: ["/", "/buy"]}
      http.response.status_code: {values: ["200", "500"]}
  http.server.request.duration:
    type: histogram
    unit: s
    buckets: [0.1, 0.3, 1]
    labels:
      http.route: {values: ["/", "/buy"]}
  ready:
    type: gauge
slos:
  - name: availability
    objective: 99.9%
    window: 30d
    sli:
      events:
        total: http_server_requests_total{service_name="shop"}
        bad: http_server_requests_total{service_name="shop", http_response_status_code=~"5.."}
  - name: latency
    objective: 99%
    window: 30d
    sli:
      latency: {metric: http.server.request.duration, threshold: 300ms}
"#;
const BANK: &str = r#"version: emberline/v1
service: bank
traffic: 40/s
metrics:
  refusals: {type: counter}
  bookings:
    type: counter
    labels:
      outcome: {values: [booked, failed]}
slos:
  - name: refusal
    objective: 99.9%
    sli: {events: {total: bookings_total, bad: refusals_total}}
  - name: booking
    objective: 99.9%
    sli:
      events:
        total: bookings_total
        bad: bookings_total{outcome="failed"}
"#;
const POLICY: &str = r#"version: emberline/v1
strict: true
scrape_interval: 15s
cardinality: {metric: 1000, service: 10000, total: 20000}
retention:
  metrics: 100d
severities:
  page: {labels: {channel: phone}}
  ticket: {}
"#;
const FILES: [(&str, &str); 3] = [("slos/shop.yaml", SHOP), ("slos/bank.yaml", BANK), ("slos/policy.yaml", POLICY)];

/// A part of one file, and its replacement.
pub(crate) struct Mutation {
    /// The change in words.
    pub(crate) what: &'static str,
    /// The code of the expected finding.
    pub(crate) code: &'static str,
    /// The place of the expected finding: path, line and text.
    pub(crate) place: &'static str,
    part: &'static str,
    wrong: &'static str,
    right: &'static str,
}

impl Mutation {
    /// The findings of the wrong specs: codes, and their places as `path:line text`.
    pub(crate) fn wrong(&self) -> Vec<(&'static str, String)> {
        found(self.part, self.wrong)
    }

    /// The findings of the right specs.
    pub(crate) fn right(&self) -> Vec<(&'static str, String)> {
        found(self.part, self.right)
    }
}

/// The findings of the unchanged specs.
pub(crate) fn unchanged() -> Vec<(&'static str, String)> {
    found("version", "version")
}

fn found(part: &str, by: &str) -> Vec<(&'static str, String)> {
    let mut sources = Sources::default();
    let times: usize = FILES.iter().map(|(_, text)| text.matches(part).count()).sum();
    assert!(times == 1 || part == by, "`{part}` stands {times} times in the specs");
    for (path, text) in FILES {
        sources.add(path, text.replace(part, by));
    }
    let today = Date::parse("2026-11-24").ok();
    assert!(today.is_some());
    let analysis = emberline_core::analyse(&sources, today);
    analysis.findings.iter().map(|finding| (finding.code.id, super::place(&sources, finding.label.span))).collect()
}

const fn change(
    what: &'static str,
    code: &'static str,
    place: &'static str,
    part: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Mutation {
    Mutation { what, code, place, part, wrong, right }
}

/// A waiver whose last day is before, or after, the day of the test.
const EXPIRED: &str = "\
ticket: {}
waivers:
  - {code: low-traffic, place: slos/bank.yaml, owner: team-bank, reason: moves away, expires: 2026-11-23}
";
const UNUSED: &str = "\
ticket: {}
waivers:
  - {code: low-traffic, place: slos/bank.yaml, owner: team-bank, reason: moves away, expires: 2026-11-30}
";

pub(crate) const MUTATIONS: &[Mutation] = &[
    change(
        "an objective is grouped by a label that its bad events lack",
        "group-label-missing",
        "slos/bank.yaml:13 outcome",
        "sli: {events: {total: bookings_total, bad: refusals_total}}",
        "sli: {events: {total: bookings_total, bad: refusals_total, group_by: [outcome]}}",
        "sli: {events: {total: bookings_total, bad: 'bookings_total{outcome=\"failed\"}', group_by: [outcome]}}",
    ),
    change(
        "a gauge counts bad events",
        "not-a-counter",
        "slos/shop.yaml:28 ready",
        "bad: http_server_requests_total{service_name=\"shop\", http_response_status_code=~\"5..\"}",
        "bad: ready{service_name=\"shop\"}",
        "bad: http_server_requests_total{service_name=\"shop\", http_response_status_code=\"500\"}",
    ),
    change(
        "a sum counts some events twice",
        "counted-twice",
        "slos/shop.yaml:28 'http_server_requests_total{http_response_status_code=~\"[45]..\"}'",
        "bad: http_server_requests_total{service_name=\"shop\", http_response_status_code=~\"5..\"}",
        "bad: ['http_server_requests_total{http_response_status_code=\"500\"}', 'http_server_requests_total{http_response_status_code=~\"[45]..\"}']",
        "bad: ['http_server_requests_total{http_response_status_code=\"500\"}', 'http_server_requests_total{http_response_status_code=\"200\"}']",
    ),
    change(
        "a duration for a metric of sizes",
        "unit-mismatch",
        "slos/shop.yaml:33 300ms",
        "    unit: s\n    buckets: [0.1, 0.3, 1]\n",
        "    unit: By\n    buckets: [0.1, 0.3, 1]\n",
        "    unit: ms\n    buckets: [100, 300, 1000]\n",
    ),
    change(
        "a label without bounds",
        "unbounded-label",
        "slos/shop.yaml:21 user_id",
        r#"type: gauge"#,
        "type: gauge\n    labels: {user_id: {}}",
        "type: gauge\n    labels: {kind: {max_values: 3}}",
    ),
    change(
        "a label known to be unbounded, given a bound",
        "unbounded-label",
        "slos/shop.yaml:21 session.id",
        "type: gauge",
        "type: gauge\n    labels: {session.id: {max_values: 9}}",
        "type: gauge\n    labels: {session.kind: {max_values: 9}}",
    ),
    change(
        "a label widened beyond its metric's budget",
        "series-budget",
        "slos/bank.yaml:10 user",
        r#"outcome: {values: [booked, failed]}"#,
        "outcome: {values: [booked, failed]}\n      user: {max_values: 900}",
        "outcome: {values: [booked, failed]}\n      user: {max_values: 90}",
    ),
    change(
        "a budget that is too small for what is there",
        "series-budget",
        "slos/policy.yaml:4 20",
        "total: 20000",
        "total: 20",
        "total: 30000",
    ),
    change(
        "a label widened beyond the SDK's limit",
        "sdk-cardinality-limit",
        "slos/shop.yaml:12 http.response.status_code",
        r#"cardinality: {metric: 1000,"#,
        "cardinality: {sdk_limit: 3, metric: 1000,",
        "cardinality: {sdk_limit: 4, metric: 1000,",
    ),
    change(
        "a selector by a label that nobody declared",
        "undeclared-label",
        "slos/bank.yaml:19 region",
        r#"bookings_total{outcome="failed"}"#,
        r#"bookings_total{outcome="failed", region="eu"}"#,
        r#"bookings_total{outcome="failed", job="bank"}"#,
    ),
    change(
        "a selector by a value that nobody declared",
        "undeclared-value",
        "slos/bank.yaml:19 \"fialed\"",
        r#"bookings_total{outcome="failed"}"#,
        r#"bookings_total{outcome="fialed"}"#,
        r#"bookings_total{outcome!="booked"}"#,
    ),
    change(
        "a metric that nobody declared",
        "undeclared-metric",
        "slos/bank.yaml:18 booking_total",
        "total: bookings_total\n        bad: bookings_total{",
        "total: booking_total\n        bad: booking_total{",
        "total: bookings_total\n        good: bookings_total{",
    ),
    change(
        "an objective of nothing",
        "objective-out-of-range",
        "slos/shop.yaml:30 100%",
        "objective: 99%",
        "objective: 100%",
        "objective: 99.999%",
    ),
    change(
        "an objective above that of a service that it waits for",
        "above-ceiling",
        "slos/shop.yaml:23 99.95%",
        "objective: 99.9%\n    window: 30d",
        "objective: 99.95%\n    window: 30d",
        "objective: 99.85%\n    window: 30d",
    ),
    change(
        "an objective that no alert can see fail",
        "cannot-fire",
        "slos/shop.yaml:30 90%",
        "objective: 99%",
        "objective: 90%",
        "objective: 95%",
    ),
    change(
        "a scrape too slow for the windows",
        "window-too-short",
        "slos/policy.yaml:3 2m",
        "scrape_interval: 15s",
        "scrape_interval: 2m",
        "scrape_interval: 30s",
    ),
    change(
        "hardly any traffic",
        "low-traffic",
        "slos/bank.yaml:3 20/h",
        "service: bank\ntraffic: 40/s",
        "service: bank\ntraffic: 20/h",
        "service: bank\ntraffic: 900/h",
    ),
    change(
        "a threshold between buckets",
        "threshold-not-a-bucket",
        "slos/shop.yaml:33 250ms",
        "threshold: 300ms",
        "threshold: 250ms",
        "threshold: 1s",
    ),
    change(
        "two objectives of one name",
        "duplicate-slo",
        "slos/shop.yaml:29 availability",
        "name: latency",
        "name: availability",
        "name: fast",
    ),
    change(
        "an owner said twice",
        "duplicate-name",
        "slos/bank.yaml:3 team-bank",
        "service: bank
",
        "service: shop
owner: team-bank
",
        "service: bank
owner: team-bank
",
    ),
    change(
        "a call to nobody",
        "unknown-reference",
        "slos/shop.yaml:6 bnak",
        "service: bank, kind: sync",
        "service: bnak, kind: sync",
        "service: bnak, kind: sync, external: true",
    ),
    change(
        "a field that is misspelled",
        "unknown-field",
        "slos/shop.yaml:3 onwer",
        "owner: team-shop",
        "onwer: team-shop",
        "owner: team-web",
    ),
    change(
        "a value of the wrong form",
        "invalid-value",
        "slos/shop.yaml:4 forty",
        "traffic: 40/s\ncalls",
        "traffic: forty\ncalls",
        "traffic: 40/m\ncalls",
    ),
    change(
        "a field that is left out",
        "missing-field",
        "slos/bank.yaml:14 name",
        "  - name: booking\n    objective: 99.9%",
        "  - name: booking",
        "  - name: booking\n    objective: 99.95%",
    ),
    change(
        "a file that is no YAML",
        "invalid-yaml",
        "slos/shop.yaml:22 -",
        "{service: bank, kind: sync}",
        "{service: bank, kind: sync",
        "{service: bank,\n     kind: sync}",
    ),
    change(
        "a range in a selector",
        "invalid-promql",
        "slos/bank.yaml:19 rate(bookings_total{outcome=\"failed\"}[5m])",
        r#"bookings_total{outcome="failed"}"#,
        r#"rate(bookings_total{outcome="failed"}[5m])"#,
        r#"bookings_total{outcome=~"failed"}"#,
    ),
    change(
        "bad events from elsewhere",
        "bad-not-subset",
        "slos/bank.yaml:19 bookings_total{outcome=\"failed\"}",
        "total: bookings_total\n",
        "total: bookings_total{outcome=\"booked\"}\n",
        "total: bookings_total{outcome=~\".+\"}\n",
    ),
    change(
        "samples gone before the window ends",
        "retention-too-short",
        "slos/shop.yaml:24 30d",
        "metrics: 100d",
        "metrics: 29d",
        "metrics: 30d",
    ),
    change(
        "two intervals in one indicator",
        "mixed-scrape-intervals",
        "slos/bank.yaml:13 refusals_total",
        "refusals: {type: counter}",
        "refusals: {type: counter, scrape_interval: 1m}",
        "refusals: {type: counter, scrape_interval: 15s}",
    ),
    change(
        "a waiver that has expired",
        "expired-waiver",
        "slos/policy.yaml:11 2026-11-23",
        "ticket: {}\n",
        EXPIRED,
        "ticket: {}\n\n",
    ),
    change(
        "a waiver that accepts nothing",
        "unused-waiver",
        "slos/policy.yaml:11 {code: low-traffic, place: slos/bank.yaml, owner: team-bank, reason: moves away, expires: 2026-11-30}",
        "ticket: {}\n",
        UNUSED,
        "ticket: {}\n\n",
    ),
];
