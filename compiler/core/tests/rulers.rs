//! What rulers beside Prometheus are given, held against what each of them documents.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "tests read files and may panic")]

mod specs;

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::analyse;
use emberline_core::emit::Emitter;
use emberline_core::plan::Plan;
use emberline_core::source::Sources;
use emberline_core::target::Target;
use serde::Deserialize;
use serde_json::Value;

fn plan(service: &str, policy: &str) -> Plan {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", format!("version: emberline/v1\nservice: shop_a\n{service}"));
    sources.add("slos/policy.yaml", format!("version: emberline/v1\n{policy}"));
    let analysis = analyse(&sources, None);
    analysis.plan.unwrap_or_else(|| panic!("{:#?}", analysis.findings))
}

/// Objectives of counters, the last of them late.
fn slos(count: usize) -> String {
    let slo = |n| {
        let late = if n == 0 { "\n  delay: 2m" } else { "" };
        format!(
            "- name: s{n}\n  objective: 99%{late}\n  sli: {{events: {{total: 'a_total{{op=\"{n}\"}}', bad: \
             'a_total{{op=\"{n}\",code=\"5\"}}'}}}}\n"
        )
    };
    format!("slos:\n{}", (0..count).map(slo).collect::<String>())
}

/// The files of a target: path and content.
fn files(plan: &Plan, target: Target) -> Vec<(String, Value)> {
    let artefacts = Emitter::new(plan).all(&[target]);
    artefacts.into_iter().map(|it| (it.path, serde_yaml::from_str(&it.text).unwrap())).collect()
}

fn groups(file: &Value) -> Vec<Value> {
    file.get("groups").or_else(|| file.get("spec")?.get("groups")).unwrap().as_array().unwrap().clone()
}

fn fields(group: &Value) -> BTreeSet<&str> {
    group.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn mimir_gets_a_namespace_a_service_and_tenants_where_asked() {
    let plan = plan(&slos(2), "rulers: {mimir: {namespace_prefix: team-, source_tenants: [eu, us]}}\n");
    let files = files(&plan, Target::Mimir);
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].1["namespace"], "team-shop_a");
    for group in groups(&files[0].1) {
        assert_eq!(group["source_tenants"], serde_json::json!(["eu", "us"]));
        assert!(group["rules"].as_array().unwrap().len() <= 20);
    }
}

#[test]
fn thanos_says_what_a_partial_response_means() {
    for (policy, strategy) in [("", "abort"), ("rulers: {thanos: {partial_response: warn}}\n", "warn")] {
        let plan = plan(&slos(1), policy);
        let groups = groups(&files(&plan, Target::Thanos)[0].1);
        assert!(
            groups.iter().all(|group| group["partial_response_strategy"] == strategy && group["query_offset"] == "0s")
        );
    }
}

/// Fields and functions that vmalert 1.151 refuses, and the shorter range of its `rate`.
#[test]
fn vmalert_gets_nothing_that_it_refuses() {
    let plan = plan(&slos(1), "scrape_interval: 15s\nrulers: {vmalert: {eval_delay: 10s}}\n");
    let groups = groups(&files(&plan, Target::Vmalert)[0].1);
    let known = BTreeSet::from(["name", "interval", "eval_offset", "params", "rules"]);
    assert!(groups.iter().all(|group| fields(group) == known));
    let first = groups[0]["rules"][0]["expr"].as_str().unwrap();
    assert!(first.contains("[1m] offset 2m"), "the objective's delay is longer than the store's: {first}");
    let all = analyse(&specs::all(), None).plan.unwrap();
    for (path, file) in files(&all, Target::Vmalert) {
        let text = file.to_string();
        assert!(!text.contains("histogram_count(") && !text.contains("query_offset"), "{path}");
    }
    let text: String = files(&all, Target::Vmalert).iter().map(|(_, file)| file.to_string()).collect();
    assert!(text.contains("vmrange"), "an objective of a native histogram is there");
}

/// Every word of an expression that some rule of the file records.
fn recorded_in<'e>(expr: &'e str, records: &BTreeMap<String, usize>) -> Vec<(&'e str, usize)> {
    let words = expr.split(|c: char| !(c.is_ascii_alphanumeric() || "_:".contains(c)));
    words.filter_map(|word| Some((word, *records.get(word)?))).collect()
}

/// What a rule of vmalert reads, a group below has recorded, and the store had the time to show it.
#[test]
fn groups_of_vmalert_are_layers_with_time_between_them() {
    for (policy, delay, evaluation) in [
        ("", "30s", 30_000),
        ("rulers: {vmalert: {eval_delay: 10s}}\nevaluation_interval: 15s\n", "10s", 15_000),
        ("evaluation_interval: 60s\nscrape_interval: 30s\n", "30s", 60_000),
    ] {
        let plan = plan(&slos(2).replace("  delay: 2m\n", ""), policy);
        let groups = groups(&files(&plan, Target::Vmalert)[0].1);
        let names: BTreeSet<_> = groups.iter().map(|group| group["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), groups.len(), "each group has a name of its own");
        for slo in ["s0", "s1"] {
            let mut own: Vec<&Value> = groups.iter().filter(|it| it["name"].as_str().unwrap().contains(slo)).collect();
            let layer =
                |group: &Value| group["name"].as_str().unwrap().split_once('~').unwrap().1.parse::<u64>().unwrap();
            let top = own.iter().map(|group| layer(group)).max().unwrap();
            assert!(top >= 3, "alerts read windows, those read counts, and those the base");
            assert!(own.is_sorted_by_key(|group| layer(group)), "lower layers stand first");
            own.dedup_by_key(|group| layer(group));
            let at = |group: &Value| millis(group["eval_offset"].as_str().unwrap()) % evaluation;
            for pair in own.windows(2) {
                let apart = (evaluation + at(pair[1]) - at(pair[0])) % evaluation;
                assert_eq!(
                    apart,
                    7_000 * (layer(pair[1]) - layer(pair[0])) % evaluation,
                    "{policy}: {:?}",
                    pair[1]["name"]
                );
            }
            let mut records = BTreeMap::new();
            for group in groups.iter().filter(|it| it["name"].as_str().unwrap().contains(slo)) {
                assert!(millis(group["eval_offset"].as_str().unwrap()) < millis(group["interval"].as_str().unwrap()));
                assert_eq!(group["params"], serde_json::json!({"latency_offset": ["1ms"]}));
                let place = usize::try_from(layer(group)).unwrap();
                for rule in group["rules"].as_array().unwrap() {
                    let expr = rule["expr"].as_str().unwrap();
                    let read = recorded_in(expr, &records);
                    assert!(read.iter().all(|(_, below)| *below < place), "{expr} of layer {place} reads {read:?}");
                    let is_raw = expr.contains("a_total");
                    assert_eq!(is_raw, expr.contains(&format!("offset {delay}")), "raw series are read late: {expr}");
                    if let Some(record) = rule["record"].as_str() {
                        records.insert(record.to_owned(), place);
                    }
                }
            }
        }
    }
}

/// A duration of whole seconds or minutes, in milliseconds.
fn millis(text: &str) -> u64 {
    let (minutes, seconds) = text.split_once('m').unwrap_or(("0", text));
    let number = |text: &str| if text.is_empty() { 0 } else { text.trim_end_matches('s').parse::<u64>().unwrap() };
    (number(minutes) * 60 + number(seconds)) * 1000
}

/// The fields of a rule of Grafana's provisioning format: `AlertRuleV1` of
/// `pkg/services/provisioning/alerting/rules_types.go`, and the page "Use configuration files to provision alerting
/// resources" of its documentation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Managed {
    uid: String,
    title: String,
    condition: String,
    data: Vec<Query>,
    no_data_state: String,
    exec_err_state: String,
    r#for: String,
    #[serde(default)]
    keep_firing_for: Option<String>,
    annotations: std::collections::BTreeMap<String, String>,
    labels: std::collections::BTreeMap<String, String>,
    is_paused: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Query {
    ref_id: String,
    relative_time_range: RelativeTimeRange,
    datasource_uid: String,
    model: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelativeTimeRange {
    from: u32,
    to: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ManagedGroup {
    org_id: u32,
    name: String,
    folder: String,
    interval: String,
    rules: Vec<Managed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Provisioned {
    api_version: u32,
    groups: Vec<ManagedGroup>,
}

#[test]
fn grafanas_rules_have_the_fields_of_its_format() {
    let plan = analyse(&specs::all(), None).plan.unwrap();
    let (mut uids, mut titles, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for artefact in Emitter::new(&plan).all(&[Target::GrafanaRules]) {
        let file: Provisioned = serde_yaml::from_str(&artefact.text).unwrap();
        assert_eq!(file.api_version, 1);
        for group in file.groups {
            assert!(group.org_id == 1 && !group.folder.is_empty() && names.insert(group.name));
            assert!(["10s", "20s", "30s", "1m"].contains(&&*group.interval), "{}", group.interval);
            for rule in group.rules {
                let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
                assert!(rule.uid.len() <= 40 && rule.uid.bytes().all(is_plain) && uids.insert(rule.uid.clone()));
                assert!(titles.insert(rule.title.clone()), "{}", rule.title);
                assert_eq!((rule.condition.as_str(), rule.data.len()), ("B", 2));
                assert!(["NoData", "Alerting", "OK"].contains(&&*rule.no_data_state));
                assert!(["Error", "Alerting", "OK"].contains(&&*rule.exec_err_state));
                assert!(
                    !rule.r#for.is_empty() && rule.keep_firing_for.is_none_or(|it| !it.is_empty()) && !rule.is_paused
                );
                for query in &rule.data {
                    assert_eq!(query.model["refId"], query.ref_id);
                    assert_eq!(query.model["datasource"]["uid"], query.datasource_uid);
                    assert!(query.relative_time_range.from >= query.relative_time_range.to);
                }
                // A lone `$` would be filled in from the environment.
                for text in rule.annotations.values().chain(rule.labels.values()).chain([&rule.title]) {
                    assert!(!text.replace("$$", "").contains('$'), "{text}");
                }
            }
        }
    }
    assert!(uids.len() > 20);
}

#[test]
fn an_object_of_the_operator_is_never_too_large_and_loses_no_group() {
    let plan = plan(&slos(60), "operator: {namespace: slo, namespaces: {shop_a: shop}, labels: {role: alert-rules}}\n");
    let whole = groups(&files(&plan, Target::Rules)[0].1);
    let artefacts = Emitter::new(&plan).all(&[Target::Operator]);
    assert!(artefacts.len() > 1 && artefacts.iter().all(|it| it.text.len() <= 400 * 1024));
    let objects = files(&plan, Target::Operator);
    let split: Vec<Value> = objects.iter().flat_map(|(_, object)| groups(object)).collect();
    assert_eq!(split, whole);
    let names: BTreeSet<&str> = objects.iter().map(|(_, it)| it["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), objects.len());
    assert!(objects.iter().all(|(_, it)| it["metadata"]["namespace"] == "shop"));
    // DNS subdomain names, RFC 1123.
    let is_name = |part: &str| {
        part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    assert!(names.iter().all(|name| name.split('.').all(is_name)), "{names:?}");
}

#[test]
fn shards_have_every_objective_once() {
    let whole = plan(&slos(40), "");
    let sharded = plan(&slos(40), "rules: {shards: 3}\noperator: {labels: {role: alert-rules}}\n");
    for target in [Target::Rules, Target::Thanos, Target::Vmalert, Target::Operator] {
        let names = |plan| {
            let all = files(plan, target).into_iter().flat_map(|(_, file)| groups(&file));
            let mut names: Vec<String> = all.map(|group| group["name"].to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&sharded), names(&whole), "{target:?}");
        let folders: BTreeSet<String> =
            files(&sharded, target).into_iter().map(|(path, _)| path.rsplit_once('/').unwrap().0.to_owned()).collect();
        assert_eq!(folders.len(), 3, "{folders:?}");
    }
    // All groups of an objective stand together.
    for (_, file) in files(&sharded, Target::Rules) {
        for group in groups(&file) {
            let name = group["name"].as_str().unwrap().split('/').take(2).collect::<Vec<_>>().join("/");
            let parts =
                groups(&file).iter().filter(|it| it["name"].as_str().unwrap().starts_with(&format!("{name}/"))).count();
            assert!(parts >= 1, "{name} lacks its other groups");
        }
    }
    for (path, object) in files(&sharded, Target::Operator) {
        let shard = object["metadata"]["labels"]["slo-shard"].as_str().unwrap();
        assert!(path.contains(&format!("/shard-{shard}/")), "{path}");
    }
}

#[test]
fn what_only_asks_for_is_checked() {
    let mut sources = Sources::default();
    sources.add(
        "slos/shop.yaml",
        "version: emberline/v1\nservice: shop\nslos:\n- name: s\n  objective: 99%\n  alerting: {annotations: {graph: '{{ \
         graphLink \"up\" }}', now: '{{ $value }}'}}\n  sli: {expr: {total: 'histogram_count(sum(rate(a[5m])))', bad: \
         'sum(rate(b_total[5m]))'}}\n",
    );
    let found = |only: &[Target]| -> Vec<String> {
        let order = emberline_core::Order { only: Some(only), ..Default::default() };
        let findings = emberline_core::compile(&sources, order).findings;
        findings.iter().filter(|it| it.code.id == "not-in-dialect").map(|it| it.message.clone()).collect()
    };
    assert!(found(&[Target::Rules]).is_empty());
    assert_eq!(found(&[Target::Vmalert]).len(), 2, "{:?}", found(&[Target::Vmalert]));
    assert_eq!(found(&[Target::GrafanaRules]).len(), 1, "{:?}", found(&[Target::GrafanaRules]));
}
