//! What several teams write, side by side in one Alertmanager, one Grafana and one cluster of Kubernetes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod shell;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_yaml::Value;
use shell::Shell;

/// The organisation asks for every target that a team has a part in, and for alerts on the ruler.
const ORGANISATION: &str = "\
version: emberline/v1
runbook_url: https://run.example.com
targets: [rules, tests, operator, mimir, thanos, vmalert, grafana-rules, rollup, limits, alertmanager,
  alertmanager-config, grafana, grafana-configmaps, grafana-operator, grafana-kustomize, perses, runbooks]
rules: {shards: 2}
operator: {namespace: monitoring, matcher_strategy: None}
rulers: {grafana: {folder: Alerts}}
time_intervals:
  office: [{weekdays: ['monday:friday']}]
  night: [{times: [{start_time: '00:00', end_time: '06:00'}]}]
severities:
  page: {receiver: phone, mutes: [ticket]}
  ticket: {receiver: phone, active_time_intervals: [office], mute_time_intervals: [night]}
receivers: {phone: {webhook: 'http://all.example.com/'}, beat: {webhook: 'http://beat.example.com/'}}
templates: [/etc/all.tmpl]
watchers: {dead_man: beat}
";

/// A team that has other receivers and hours, one below another, and two whose names differ in one character.
const TEAMS: [(&str, &str); 5] = [
    (
        "web",
        "time_intervals: {office: [{weekdays: [tuesday]}]}\nreceivers: {phone: {webhook: 'http://web.example.com/'}}\n\
         templates: [/etc/web.tmpl]\n",
    ),
    ("pay", ""),
    ("pay/eu", "rules: {shards: 3}\n"),
    ("pay-eu", ""),
    ("pay_eu", ""),
];

fn put(shell: &Shell, path: &str, text: &str) {
    let path = shell.folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn spec(service: &str) -> String {
    let objective = |name: &str| {
        format!(
            "  - name: {name}\n    objective: 99.9%\n    sli: {{events: {{total: {service}_requests_total, bad: \
             '{service}_requests_total{{code=\"500\"}}'}}}}\n"
        )
    };
    format!(
        "version: emberline/v1\nservice: {service}\nmetrics:\n  {service}.requests: {{type: counter, labels: {{code: \
         {{values: ['200', '500']}}}}}}\nslos:\n{}{}",
        objective("availability"),
        objective("latency")
    )
}

/// The files that are compiled from the organisation and its teams, by their paths below the output.
fn compiled() -> BTreeMap<String, String> {
    let shell = Shell::new();
    put(&shell, "slos/policy.yaml", ORGANISATION);
    put(&shell, "slos/top.yaml", &spec("top"));
    for (number, (team, policy)) in TEAMS.iter().enumerate() {
        put(&shell, &format!("slos/{team}/policy.yaml"), &format!("version: emberline/v1\n{policy}"));
        put(&shell, &format!("slos/{team}/of{number}.yaml"), &spec(&format!("of{number}")));
    }
    let ran = shell.run("emberline compile --organisation");
    assert!(ran.status == 0, "{}{}", ran.out, ran.err);
    let root = shell.folder.path().join("generated");
    let entries = ignore::WalkBuilder::new(&root).standard_filters(false).build().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// The files of a target's folder, of all teams, with what they hold.
fn read(files: &BTreeMap<String, String>, target: &str) -> Vec<(String, Value)> {
    let below = format!("{target}/");
    let found = files.iter().filter(|(path, _)| {
        path.starts_with(&below) || path.find(&format!("/{below}")).is_some_and(|at| !path[..at].contains("runbooks"))
    });
    // JSON is YAML.
    found.map(|(path, text)| (path.clone(), serde_yaml::from_str(text).unwrap())).collect()
}

/// Fails if two files say the same of themselves.
fn unique(what: &str, named: Vec<(String, String)>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    assert!(named.len() > TEAMS.len(), "{what}: only {named:?}");
    for (path, name) in named {
        if let Some(other) = seen.insert(name.clone(), path.clone()) {
            panic!("{what} `{name}` is in {other} and in {path}");
        }
    }
}

#[test]
fn no_two_teams_write_the_same_object_dashboard_or_namespace() {
    let files = compiled();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for target in ["operator", "alertmanager-config", "grafana-configmaps", "grafana-operator"] {
        let named = read(&files, target).into_iter().map(|(path, object)| {
            let of = &object["metadata"];
            (path, format!("{} {:?} {}", text(&object["kind"]), of["namespace"], text(&of["name"])))
        });
        unique(target, named.collect());
    }
    let keys = read(&files, "grafana-configmaps").into_iter().map(|(path, object)| {
        let name = text(object["data"].as_mapping().unwrap().keys().next().unwrap());
        (path, format!("{} {name}", text(&object["metadata"]["annotations"]["grafana_folder"])))
    });
    unique("the sidecar's file", keys.collect());
    let boards = read(&files, "grafana/dashboards").into_iter().filter(|(path, _)| path.ends_with(".json"));
    unique("the uid", boards.map(|(path, board)| (path, text(&board["uid"]))).collect());
    let boards = read(&files, "perses").into_iter();
    unique("the dashboard", boards.map(|(path, board)| (path, text(&board["metadata"]["name"]))).collect());
    let namespaces = read(&files, "mimir").into_iter();
    unique("the namespace", namespaces.map(|(path, file)| (path, text(&file["namespace"]))).collect());
    let generated =
        read(&files, "grafana-kustomize").into_iter().filter(|(path, _)| path.ends_with("kustomization.yaml"));
    let mut names = Vec::new();
    for (path, file) in generated {
        let folder = path.strip_suffix("kustomization.yaml").unwrap();
        let mut listed = BTreeSet::new();
        for one in file["configMapGenerator"].as_sequence().unwrap() {
            names.push((path.clone(), text(&one["name"])));
            listed.insert(format!("{folder}{}", text(&one["files"][0])));
        }
        let there = files.keys().filter(|known| known.starts_with(folder) && known.ends_with(".json")).cloned();
        assert_eq!(listed, there.collect(), "{path}");
    }
    unique("the generated ConfigMap", names);
}

#[test]
fn alerts_on_the_ruler_are_the_organisations_alone() {
    let files = compiled();
    let mut folders = BTreeSet::new();
    for (path, text) in &files {
        let is_of_organisation = path.starts_with("organisation/");
        assert!(is_of_organisation || !path.contains("watchers"), "{path}");
        assert!(is_of_organisation || !text.contains("DeadMansSwitch"), "{path}");
        if let Some((folder, _)) = path.split_once("watchers") {
            folders.insert(folder.trim_start_matches("organisation/").to_owned());
        }
    }
    let expected = [
        "alertmanager-config/slo-",
        "mimir/",
        "operator/",
        "prometheus/rules/shard-0/",
        "prometheus/rules/shard-1/",
        "prometheus/tests/",
        "runbooks/",
        "thanos/shard-0/",
        "thanos/shard-1/",
        "vmalert/shard-0/",
        "vmalert/shard-1/",
    ];
    assert_eq!(folders.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    // They go to the organisation's receivers, whatever a team's are.
    let whole: Value = serde_yaml::from_str(&files["organisation/alertmanager/alertmanager.yaml"]).unwrap();
    let route = serde_yaml::to_string(&whole["route"]["routes"][0]).unwrap();
    assert!(route.contains("DeadMansSwitch") && route.contains("receiver: phone"), "{route}");
    assert!(!route.contains("web/"), "{route}");
}

#[test]
fn hours_and_templates_of_a_team_stand_beside_those_of_others() {
    let files = compiled();
    for path in ["organisation/alertmanager/alertmanager.yaml", "teams/web/alertmanager/fragment.yaml"] {
        let text = &files[path];
        let own = "- name: web/office\n  time_intervals:\n  - weekdays:\n    - tuesday\n";
        assert!(text.contains(own) && text.contains("- name: night\n"), "{path}: {text}");
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains("active_time_intervals: - web/office mute"), "{path}: {text}");
    }
    let whole = &files["organisation/alertmanager/alertmanager.yaml"];
    assert!(whole.contains("- name: office\n  time_intervals:\n  - weekdays:\n    - monday:friday\n"), "{whole}");
    assert!(whole.contains("templates:\n- /etc/all.tmpl\n- /etc/web.tmpl\n"), "{whole}");
    // One that inherits everything takes the organisation's names.
    let inherits = &files["teams/pay/alertmanager/fragment.yaml"];
    assert!(inherits.contains("- office\n") && !inherits.contains("pay/"), "{inherits}");
    // The operator's object of a team has the team's services alone.
    let object: Value = serde_yaml::from_str(&files["teams/web/alertmanager-config/slo.yaml"]).unwrap();
    let spec = &object["spec"];
    assert_eq!(object["metadata"]["name"], "slo-team-web");
    assert_eq!(spec["route"]["matchers"][1]["value"], "of0");
    assert_eq!(spec["inhibitRules"][0]["targetMatch"][1]["value"], "of0");
    assert_eq!(spec["route"]["routes"][1]["activeTimeIntervals"][0], "web/office");
    assert_eq!(spec["muteTimeIntervals"][1]["name"], "web/office");
}

#[test]
fn the_objectives_of_each_team_are_shared_by_the_teams_rulers() {
    let files = compiled();
    for (folder, service, shards) in [("", "top", 2), ("teams/web/", "of0", 2), ("teams/pay/eu/", "of2", 3)] {
        for target in ["prometheus/rules", "thanos", "vmalert", "operator"] {
            let start = format!("{folder}{target}/shard-");
            let found: Vec<&String> = files.keys().filter(|path| path.starts_with(&start)).collect();
            assert_eq!(found.len(), 2, "{target} of {service}: {found:?}");
            assert!(found.iter().all(|path| path.ends_with(&format!("/{service}.yaml"))), "{found:?}");
            let number = |path: &String| path[start.len()..].split('/').next().unwrap().parse::<u32>().unwrap();
            assert!(found.iter().all(|path| number(path) < shards), "{found:?}");
            let alerts: usize = found.iter().map(|path| files[*path].matches("slo: latency").count()).sum();
            assert!(alerts > 0, "{target} of {service}");
        }
    }
}
