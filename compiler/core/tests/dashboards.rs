//! Dashboards for what is there: no panel asks for what nobody declares, observes or selects by, whatever wraps them.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;

use emberline_core::emit::{Artefact, Emitter};
use emberline_core::source::Sources;
use emberline_core::target::Target;
use serde_json::Value;

/// A service with plain metrics of Prometheus: a counter, and a histogram whose labels are another set.
const PLAIN: &str = r#"
version: emberline/v1
service: shop
rollback: make undo
metrics:
  http_requests_total:
    type: counter
    labels: {code: {values: ["200", "500"]}, handler: {max_values: 5}, namespace: {max_values: 3}}
  http_request_duration_seconds:
    type: histogram
    buckets: [0.1, 0.25]
    labels: {handler: {max_values: 5}}
slos:
  - {name: availability, objective: 99.9%, sli: {events: {total: http_requests_total, bad: 'http_requests_total{code=~"5.."}'}}}
  - {name: latency, objective: 99%, sli: {latency: {metric: http_request_duration_seconds, threshold: 250ms}}}
"#;

fn emitted(spec: &str, policy: &str, targets: &[Target]) -> Vec<Artefact> {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", spec);
    sources.add("slos/policy.yaml", format!("version: emberline/v1\n{policy}"));
    let analysis = emberline_core::analyse(&sources, None);
    let said: Vec<&String> = analysis.findings.iter().map(|finding| &finding.message).collect();
    let plan = analysis.plan.unwrap_or_else(|| unreachable!("{said:?}"));
    Emitter::new(&plan).all(targets)
}

fn board(spec: &str, policy: &str, name: &str) -> Value {
    let artefacts = emitted(spec, policy, &[Target::Grafana]);
    let board = artefacts.iter().find(|artefact| artefact.path.ends_with(&format!("/{name}.json"))).unwrap();
    serde_json::from_str(&board.text).unwrap()
}

fn variables(board: &Value) -> Vec<&str> {
    board["templating"]["list"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

/// Every query of a board, behind the title of its panel.
fn queries(board: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for panel in board["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let text = ["expr", "query", "labelSelector"].iter().find_map(|key| target[key].as_str()).unwrap();
            found.push((panel["title"].as_str().unwrap().to_owned(), text.to_owned()));
        }
    }
    found
}

fn of<'q>(queries: &'q [(String, String)], title: &str) -> Vec<&'q str> {
    queries.iter().filter(|(of, _)| of == title).map(|(_, text)| text.as_str()).collect()
}

#[test]
fn plain_metrics_are_asked_by_their_own_labels_and_nothing_else_is() {
    let board = board(PLAIN, "", "shop");
    let asked = queries(&board);
    assert_eq!(
        of(&asked, "Rate"),
        [
            "sum by (handler) (rate(http_requests_total{namespace=~\"$namespace\"}[$__rate_interval]))",
            "sum by (handler) (rate(http_request_duration_seconds_count[$__rate_interval]))",
        ]
    );
    assert_eq!(of(&asked, "By outcome").len(), 1);
    assert!(
        of(&asked, "Duration")
            .iter()
            .all(|it| it.contains("sum by (le, handler) (rate(http_request_duration_seconds_bucket["))
    );
    assert!(of(&asked, "Errors")[0].contains("or on (handler)"), "{:?}", of(&asked, "Errors"));
    assert_eq!(variables(&board), ["datasource", "namespace"]);
    for (title, text) in &asked {
        assert!(!text.contains("traces_span_metrics") && !text.contains("service_name"), "{title}: {text}");
    }
    let kinds: BTreeSet<&str> =
        board["panels"].as_array().unwrap().iter().filter_map(|it| it["datasource"]["type"].as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["prometheus"]));
}

#[test]
fn signals_are_those_that_are_declared() {
    let policy = "targets: [grafana, collector]\ngrafana: {tempo: {}, loki: {uid: logs}}\n";
    let all = board(PLAIN, policy, "shop");
    assert_eq!(variables(&all), ["datasource", "tempo", "loki", "namespace"]);
    assert_eq!(all["templating"]["list"][2]["current"]["value"], "logs");
    assert_eq!(of(&queries(&all), "Rate of spans").len(), 1);
    assert!(of(&queries(&all), "Processor time").is_empty());
    // What a service says of itself counts more.
    let none = board(&PLAIN.replace("rollback:", "signals: []\nrollback:"), policy, "shop");
    assert_eq!(variables(&none), ["datasource", "namespace"]);
    assert!(of(&queries(&none), "Rate of spans").is_empty());
}

#[test]
fn a_label_that_the_policy_names_narrows_every_panel_down() {
    let named = "grafana: {tempo: {}, variables: [cluster]}\ntargets: [grafana, collector]\n";
    let board = board(PLAIN, named, "shop");
    assert_eq!(variables(&board), ["datasource", "tempo", "cluster", "namespace"]);
    for (title, text) in queries(&board) {
        let is_counted = title.starts_with("Series of") || title == "Traces of bad requests";
        assert!(is_counted || text.contains("cluster=~\"$cluster\""), "{title}: {text}");
    }
    let overview = self::board(PLAIN, named, "all.overview");
    assert_eq!(variables(&overview), ["datasource", "cluster"]);
    assert!(of(&queries(&overview), "Objectives by budget left")[0].contains("ratio{cluster=~\"$cluster\"}"));
}

#[test]
fn objects_of_kubernetes_have_names_and_sizes_that_it_takes() {
    let slos: String = (0..130)
        .map(|at| format!("  - {{name: s{at}, objective: 99%, sli: {{events: {{total: 't_total{{n=\"{at}\"}}', bad: 't_total{{n=\"{at}\",code=\"500\"}}'}}}}}}\n"))
        .collect();
    let spec = format!("version: emberline/v1\nservice: _Shop Of_\nslos:\n{slos}");
    let policy = "grafana: {folder: Ours, kubernetes: {namespace: monitoring}}\n";
    let targets = [Target::ConfigMaps, Target::GrafanaOperator, Target::Kustomize];
    let artefacts = emitted(&spec, policy, &targets);
    let mut names = BTreeSet::new();
    for artefact in artefacts.iter().filter(|artefact| artefact.path.ends_with(".yaml")) {
        // The most that Kubernetes takes of a ConfigMap, and etcd of any object.
        assert!(artefact.text.len() < 1024 * 1024, "{} has {} bytes", artefact.path, artefact.text.len());
        let object: Value = serde_yaml::from_str(&artefact.text).unwrap();
        let json = match object["kind"].as_str().unwrap() {
            "ConfigMap" => {
                assert_eq!(object["metadata"]["labels"]["grafana_dashboard"], "1");
                assert_eq!(object["metadata"]["annotations"]["grafana_folder"], "Ours");
                object["data"].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
            }
            "GrafanaDashboard" => object["spec"]["json"].as_str().unwrap().to_owned(),
            kind => {
                assert_eq!(kind, "Kustomization");
                let maps = object["configMapGenerator"].as_array().unwrap();
                let files: BTreeSet<String> =
                    maps.iter().map(|it| it["files"][0].as_str().unwrap().to_owned()).collect();
                let beside = artefacts.iter().filter_map(|it| it.path.strip_prefix("grafana-kustomize/"));
                assert_eq!(files, beside.filter(|it| it.ends_with(".json")).map(str::to_owned).collect());
                continue;
            }
        };
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let is_part = |part: &str| {
            let bytes = part.as_bytes();
            bytes.iter().all(|b| is_plain(*b) || *b == b'-')
                && bytes.first().is_some_and(|b| is_plain(*b))
                && bytes.last().is_some_and(|b| is_plain(*b))
        };
        assert!(name.split('.').all(is_part), "{name}");
        assert_eq!(object["metadata"]["namespace"], "monitoring");
        let board: Value = serde_json::from_str(&json).unwrap();
        assert!(names.insert((object["kind"].to_string(), name, board["uid"].to_string())));
    }
    // Three dashboards of 130 objectives, and those of all services, each in two kinds of objects.
    assert_eq!(names.len(), 10, "{names:?}");
    assert_eq!(names.iter().map(|(_, _, uid)| uid).collect::<BTreeSet<_>>().len(), 5);
}

#[test]
fn kubernetes_metadata_that_it_would_refuse_is_a_finding() {
    for wrong in
        ["namespace: Not_A_Name", "labels: {a b: c}", "instance: {a: 'b c'}", "folder_annotation: '-'", "project: a b"]
    {
        let mut sources = Sources::default();
        sources.add("slos/shop.yaml", PLAIN);
        sources.add("slos/policy.yaml", format!("version: emberline/v1\ngrafana: {{kubernetes: {{{wrong}}}}}\n"));
        let findings = emberline_core::analyse(&sources, None).findings;
        assert!(findings.iter().any(|finding| finding.code.id == "invalid-value"), "{wrong}: {findings:?}");
    }
}
