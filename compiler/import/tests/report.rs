//! Specs in the shapes of each peer, what they become, and what the report says of every field.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use emberline_core::source::Sources;
use emberline_core::{Order, compile};
use emberline_import::{Imported, Kind, Peer, import};
use proptest::prelude::*;

fn imported(peer: Peer, texts: &[&str]) -> (Sources, Imported) {
    let mut sources = Sources::default();
    for (at, text) in texts.iter().enumerate() {
        sources.add(format!("peer-{at}.yaml"), *text);
    }
    let imported = import(&sources, peer, 0);
    let mut own = Sources::default();
    for file in &imported.files {
        own.add(format!("slos/{}", file.name), file.text.clone());
    }
    if !imported.files.is_empty() {
        let analysis = compile(&own, Order::default());
        assert!(analysis.plan.is_some(), "{:#?}", analysis.findings);
    }
    (sources, imported)
}

/// The specs without their comments, then the report.
fn shown(peer: Peer, texts: &[&str]) -> String {
    let (sources, imported) = imported(peer, texts);
    let mut out = String::new();
    for file in &imported.files {
        out.push_str(&format!("--- {}\n", file.name));
        let lines = file.text.lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.for_each(|line| out.push_str(&format!("{line}\n")));
    }
    format!("{out}--- report\n{}", imported.report.text(&sources))
}

const SLOTH: &str = r#"
version: prometheus/v1
service: shop
labels: {owner: team-shop, service: other}
slos:
  - name: orders
    objective: 99.9
    description: Orders are answered.
    sli:
      events:
        error_query: sum(rate(orders_seconds_count{job="shop",code=~"5.."}[{{.window}}]))
        total_query: sum(rate(orders_seconds_count{job="shop"}[{{.window}}]))
    alerting:
      name: OrdersFail
      page_alert: {labels: {severity: loud, room: "1"}}
  - name: fast
    objective: 90
    sli:
      raw:
        error_ratio_query: |
          1 - (
            sum(rate(orders_seconds_bucket{le="0.5"}[{{.window}}]))
            / sum(rate(orders_seconds_count[{{.window}}]))
          )
    alerting:
      ticket_alert: {disable: true}
  - name: joined
    objective: 99
    sli:
      events:
        error_query: sum(rate(a_total[{{.window}}]) * on (pod) group_left () b)
        total_query: sum(rate(c_total[{{.window}}]) * on (pod) group_left () b)
    alerting: {}
  - name: broken
    objective: 101
    sli:
      events: {error_query: "sum(rate(a_total[{{.window}}])", total_query: "sum(rate(a_total[{{.window}}]))"}
  - name: program
    objective: 99
    sli: {plugin: {id: mine}}
"#;

const PYRRA: &str = r#"
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: errors, namespace: shop, labels: {pyrra.dev/team: blue, role: rules}}
spec:
  target: "99.5"
  window: 4w
  indicator:
    ratio:
      errors: {metric: 'orders_total{code=~"5.."}'}
      total: {metric: orders_total}
      grouping: [route]
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: latency, namespace: shop}
spec:
  target: "99"
  window: 4w
  indicator:
    latency:
      success: {metric: 'orders_seconds_bucket{le="0.25"}'}
      total: {metric: orders_seconds_count}
  alerting: {absent: false}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: native, namespace: shop}
spec:
  target: "99"
  window: 30d
  indicator:
    latencyNative: {latency: 250ms, total: {metric: orders_native_seconds}}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: probes, namespace: shop}
spec:
  target: "99"
  window: 7d
  indicator:
    bool_gauge: {metric: probe_success, grouping: [target]}
  alerting: {burnrates: false}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: wrong, namespace: shop}
spec:
  target: "99"
  window: 7d
  indicators: {}
"#;

const OPENSLO: [&str; 2] = [
    r#"
apiVersion: openslo/v1
kind: SLO
metadata: {name: orders}
spec:
  service: shop
  indicatorRef: orders
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {displayName: Strict, target: 0.999}
    - {displayName: Loose, targetPercent: 99}
  alertPolicies: [fast-burn]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: minutes}
spec:
  service: shop
  indicatorRef: orders
  timeWindow: [{duration: 1M, calendar: {startTime: 2022-01-01 12:00:00, timeZone: Europe/Berlin}}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: slices}
spec:
  service: shop
  indicatorRef: orders
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Timeslices
  objectives: [{target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 1m}]
---
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: lag}
spec:
  service: shop
  indicator:
    thresholdMetric: {source: prometheus, queryType: promql, query: max(lag_seconds)}
  timeWindows: [{count: 30, unit: Day}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99, op: lte, value: 5}]
"#,
    r#"
apiVersion: openslo/v1
kind: SLI
metadata: {name: orders}
spec:
  ratioMetric:
    counter: true
    bad: {metricSource: {metricSourceRef: main, spec: {query: 'sum(orders_total{code=~"5.."})'}}}
    total: {metricSource: {type: Prometheus, spec: {query: orders_total}}}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: main}
spec: {type: Prometheus, connectionDetails: {}}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: fast-burn}
spec:
  alertWhenNoData: false
  conditions: [{conditionRef: fast}]
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec:
  severity: page
  condition: {kind: burnrate, op: lte, threshold: 10, lookbackWindow: 1h, alertAfter: 5m}
"#,
];

#[test]
fn sloth() {
    insta::assert_snapshot!(shown(Peer::Sloth, &[SLOTH]));
}

#[test]
fn pyrra() {
    insta::assert_snapshot!(shown(Peer::Pyrra, &[PYRRA]));
}

#[test]
fn openslo() {
    insta::assert_snapshot!(shown(Peer::OpenSlo, &OPENSLO));
}

#[test]
fn a_refusal_points_into_the_query() {
    let (sources, imported) = imported(Peer::Sloth, &[SLOTH]);
    let text = imported.report.text(&sources);
    let line = text.lines().find(|line| line.contains("this PromQL is refused")).unwrap();
    // The end of the query, where the parenthesis is missing.
    let at = SLOTH.lines().position(|line| line.contains("{error_query: \"")).unwrap() + 1;
    assert!(line.starts_with(&format!("peer-0.yaml:{at}:")), "{line}");
    assert!(imported.report.has_refused());
}

#[test]
fn an_objective_of_another_peer_is_told() {
    let (sources, imported) = imported(Peer::Sloth, &[PYRRA, "kind: Deployment\n"]);
    let text = imported.report.text(&sources);
    assert!(
        text.contains("peer-0.yaml:2:1: cannot: this is a Pyrra spec: import it with `emberline import pyrra`"),
        "{text}"
    );
    assert!(text.contains("peer-1.yaml:1:1: skipped: this is not a Sloth spec"), "{text}");
}

#[test]
fn one_name_is_one_objective() {
    let (_, imported) = imported(Peer::Sloth, &[SLOTH, SLOTH]);
    let twice = imported.report.rows.iter().filter(|row| row.why.contains("has the name already"));
    assert_eq!(twice.count(), 3);
    assert_eq!((imported.report.imported, imported.report.refused), (3, 7));
}

/// A Sloth spec of one objective that counts `requests_total`, with more fields of the service and of the objective.
fn sloth_of(service: &str, by: &str, slo: &str) -> String {
    format!(
        "version: prometheus/v1\nservice: shop\n{service}slos:\n  - name: orders\n    objective: 99\n    sli:\n      events:\n        error_query: sum{by} (rate(requests_total{{code=\"500\"}}[{{{{.window}}}}]))\n        total_query: sum{by} (rate(requests_total[{{{{.window}}}}]))\n{slo}"
    )
}

#[test]
fn labels_that_series_are_told_apart_by_are_no_texts_of_alerts() {
    let (text, spec) = both(&sloth_of("labels: {cluster: all, tier: one}\n", " by (cluster)", ""));
    assert!(text.contains("changes: label `cluster: all` is left out"), "{text}");
    assert!(spec.contains("tier: one") && !spec.contains("cluster: all"), "{spec}");
}

#[test]
fn a_label_of_our_rules_gets_another_name() {
    let (text, spec) = both(&sloth_of("", " by (service)", ""));
    assert!(text.contains("series are told apart by `exported_service`, not by `service`"), "{text}");
    assert!(spec.contains("- exported_service") && spec.contains("label_replace"), "{spec}");
}

#[test]
fn annotations_of_one_alert_are_kept() {
    let alerting = |ticket: &str| {
        format!(
            "    alerting:\n      page_alert: {{annotations: {{runbook: here}}}}\n      ticket_alert: {{{ticket}}}\n"
        )
    };
    let (text, spec) = both(&sloth_of("", "", &alerting("annotations: {runbook: there}")));
    assert!(text.contains("changes: annotation `runbook` of the page alert is on every alert"), "{text}");
    assert!(text.contains("changes: annotation `runbook` of the ticket alert is left out"), "{text}");
    assert!(spec.contains("runbook: here") && !spec.contains("there"), "{spec}");
    let (text, _) = both(&sloth_of("", "", &alerting("disable: true")));
    assert!(text.contains("maps: annotation `runbook` of the page alert"), "{text}");
}

#[test]
fn windows_of_alerts_are_those_of_the_objective_beside_them() {
    let alert = |quick: &str, slow: &str| format!("{{quick: {{{quick}}}, slow: {{{slow}}}}}");
    let page = alert(
        "errorBudgetPercent: 8, shortWindow: 5m, longWindow: 1h",
        "errorBudgetPercent: 12.5, shortWindow: 30m, longWindow: 6h",
    );
    let ticket = alert(
        "errorBudgetPercent: 20, shortWindow: 2h, longWindow: 24h",
        "errorBudgetPercent: 42, shortWindow: 6h, longWindow: 72h",
    );
    let windows = format!(
        "apiVersion: sloth.slok.dev/v1\nkind: AlertWindows\nspec:\n  sloPeriod: 7d\n  page: {page}\n  ticket: {ticket}\n"
    );
    let off = "    alerting:\n      ticket_alert: {disable: true}\n";
    let (sources, imported) = imported(Peer::Sloth, &[&windows, &sloth_of("", "", off)]);
    assert!(!imported.report.has_refused(), "{}", imported.report.text(&sources));
    let spec = &imported.files.first().unwrap().text;
    assert!(spec.contains("window: 7d") && spec.contains("budget: 12.5%"), "{spec}");
    assert!(!spec.contains("severity: ticket"), "{spec}");
}

/// The report on a spec of Sloth that imports whole, and the one spec that it becomes.
fn both(text: &str) -> (String, String) {
    let (sources, imported) = imported(Peer::Sloth, &[text]);
    let report = imported.report.text(&sources);
    assert!(!imported.report.has_refused(), "{report}");
    (report, imported.files.first().unwrap().text.clone())
}

/// A spec with one of its bytes, lines or words changed.
fn changed(text: &str, at: usize, put: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = at % lines.len();
    let swapped = lines[line].replacen(['[', '"', ':', '('], put, 1 + at % 2);
    lines[line] = &swapped;
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_an_import_panic(text in "[a-z:{}\\[\\]\"'\n |>&*#-]{0,200}", at in 0..200_usize, put in "[\\PC]{0,4}") {
        for (peer, spec) in [(Peer::Sloth, SLOTH), (Peer::Pyrra, PYRRA), (Peer::OpenSlo, OPENSLO[0])] {
            let head = ["version: prometheus/v1", "apiVersion: pyrra.dev/v1alpha1", "apiVersion: openslo/v1"];
            for text in [changed(spec, at, &put), text.clone(), format!("{}\n{text}", head[at % 3])] {
                let (sources, imported) = imported(peer, &[&text]);
                let report = &imported.report;
                prop_assert!(report.text(&sources).ends_with("refused\n"));
                prop_assert!(report.refused == 0 || report.rows.iter().any(|row| row.kind == Kind::Cannot), "{text}");
            }
        }
    }
}
