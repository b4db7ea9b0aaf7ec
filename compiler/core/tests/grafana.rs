//! Dashboards say what they mean under any name: each PromQL expression parses and selects by the name as meant, nothing is
//! left for Grafana to fill in that we did not put there, and both forms hold the same panels.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;

use emberline_core::emit::{Artefact, Emitter};
use emberline_core::source::Sources;
use emberline_core::target::Target;
use serde_json::Value;

/// A service whose names are as odd as they may be.
const SPEC: &str = r#"
version: emberline/v1
service: "shop \"x\" <b>{{ y }}</b> ${__from} $z \\ 日本"
description: "Sells <script>alert(1)</script> ${__to}"
calls: [{service: "pay $z", kind: sync}]
metrics:
  http.requests:
    type: counter
    labels:
      http.route: {values: ["/", "/buy ${__from}"]}
      kind: {max_values: 3}
slos:
  - name: "a \"quoted\" ${__interval} {{ slo }}"
    description: "Works for ${__all_variables}"
    objective: 99%
    sli: {events: {total: 'http_requests_total{http_route="/buy ${__from}"}', bad: 'http_requests_total{http_route="/buy ${__from}",kind="x"}'}}
"#;

const CALLED: &str = r#"
version: emberline/v1
service: "pay $z"
metrics:
  pay.requests: {type: counter, labels: {kind: {max_values: 3}}}
slos:
  - {name: a, objective: 99%, sli: {events: {total: pay_requests_total, bad: 'pay_requests_total{kind="x"}'}}}
"#;

fn emitted(form: &str) -> Vec<Artefact> {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    sources.add("slos/pay.yaml", CALLED);
    let policy = "targets: [grafana, collector]\nrunbook_url: https://runbooks.example.com/x/\n\
        grafana: {url: https://g.example.com, tempo: {}, loki: {}, pyroscope: {}, dashboards: ";
    sources.add("slos/policy.yaml", format!("version: emberline/v1\n{policy}{form}}}\n"));
    let analysis = emberline_core::analyse(&sources, None);
    let said: Vec<&String> = analysis.findings.iter().map(|finding| &finding.message).collect();
    let plan = analysis.plan.unwrap_or_else(|| unreachable!("{said:?}"));
    Emitter::new(&plan).all(&[Target::Grafana])
}

fn dashboards(form: &str) -> Vec<Value> {
    let artefacts = emitted(form);
    let boards = artefacts.iter().filter(|artefact| artefact.path.ends_with(".json"));
    boards.map(|artefact| serde_json::from_str(&artefact.text).unwrap()).collect()
}

/// Calls `work` with each text of a value, and the key that it stands under.
fn texts(value: &Value, key: &str, work: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => work(key, text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, key, work)),
        Value::Object(fields) => fields.iter().for_each(|(key, field)| texts(field, key, work)),
        _ => {}
    }
}

#[test]
fn expressions_parse_and_mean_the_names_as_written() {
    let mut matched = BTreeSet::new();
    let mut count = 0;
    for board in dashboards("classic") {
        for panel in board["panels"].as_array().unwrap() {
            if panel["datasource"]["type"] != "prometheus" {
                continue;
            }
            for target in panel["targets"].as_array().unwrap() {
                let text = target["expr"].as_str().unwrap().replace("[$__rate_interval]", "[5m]");
                assert!(!text.contains('$'), "{text}");
                let expr = promql_parser::parser::parse(&text).unwrap_or_else(|fault| unreachable!("{text}: {fault}"));
                names(&expr, &mut matched);
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count}");
    // The parser keeps an escape that Prometheus would resolve.
    let shop = "shop \"x\" <b>{{ y }}</b> ${__from} $z \\ 日本";
    assert!(matched.contains(shop), "{matched:?}");
}

/// Values of the labels that hold a service's name.
fn names(expr: &promql_parser::parser::Expr, found: &mut BTreeSet<String>) {
    use promql_parser::parser::Expr;
    match expr {
        Expr::VectorSelector(selector) => {
            let named = selector.matchers.matchers.iter().filter(|m| m.name == "service" || m.name == "service_name");
            found.extend(named.map(|matcher| matcher.value.clone()));
        }
        Expr::MatrixSelector(selector) => names(&Expr::VectorSelector(selector.vs.clone()), found),
        Expr::Aggregate(aggregate) => names(&aggregate.expr, found),
        Expr::Call(call) => call.args.args.iter().for_each(|argument| names(argument, found)),
        Expr::Binary(binary) => {
            names(&binary.lhs, found);
            names(&binary.rhs, found);
        }
        Expr::Paren(inner) => names(&inner.expr, found),
        _ => {}
    }
}

#[test]
fn grafana_finds_no_variable_but_ours() {
    for board in dashboards("classic").iter().chain(&dashboards("v2")) {
        texts(board, "", &mut |key, text| {
            let mut rest = text;
            while let Some(at) = rest.find('$') {
                let after = &rest[at + 1..];
                let ours = match key {
                    "expr" => after.starts_with("__rate_interval]"),
                    "url" => {
                        let known = [
                            "{__from}%22",
                            "{__to}%22",
                            "{__field.labels.",
                            "{tempo}%22",
                            "{loki}%22",
                            "{pyroscope}%22",
                        ];
                        known.iter().any(|known| after.starts_with(known))
                    }
                    // The data source that whoever looks has chosen.
                    "uid" | "name" => ["{datasource}", "{tempo}", "{loki}", "{pyroscope}"].contains(&after),
                    "query" => after.starts_with("{__field.labels."),
                    _ => after.starts_with('\u{2060}'),
                };
                assert!(ours, "{key}: {text}");
                rest = after;
            }
        });
    }
}

#[test]
fn both_forms_hold_the_same_panels_and_uids_are_their_own() {
    let (classic, resources) = (dashboards("classic"), dashboards("v2"));
    assert_eq!(classic.len(), 4);
    let mut uids = BTreeSet::new();
    for (classic, resource) in classic.iter().zip(&resources) {
        assert_eq!(classic["uid"], resource["metadata"]["name"]);
        assert!(uids.insert(classic["uid"].as_str().unwrap().to_owned()));
        let mut titles: Vec<&str> = Vec::new();
        for panel in classic["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row") {
            titles.push(panel["title"].as_str().unwrap());
            let place = &panel["gridPos"];
            assert!(place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap() <= 24, "{place}");
        }
        let elements = resource["spec"]["elements"].as_object().unwrap();
        let others: Vec<&str> = elements.values().map(|it| it["spec"]["title"].as_str().unwrap()).collect();
        assert_eq!(titles, others);
    }
}

#[test]
fn provisioning_is_yaml_whose_dollars_are_doubled() {
    let artefacts = emitted("classic");
    let sources = artefacts.iter().find(|artefact| artefact.path.contains("datasources")).unwrap();
    let document: Value = serde_yaml::from_str(&sources.text).unwrap();
    let mut found = 0;
    texts(&document, "", &mut |_, text| {
        found += text.matches("$$").count();
        assert!(!text.replace("$$", "").contains('$'), "{text}");
    });
    assert!(found >= 5);
    let uids: BTreeSet<&str> =
        document["datasources"].as_array().unwrap().iter().map(|source| source["uid"].as_str().unwrap()).collect();
    texts(&document, "", &mut |key, text| assert!(key != "datasourceUid" || uids.contains(text), "{text}"));
}
