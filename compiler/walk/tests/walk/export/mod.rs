//! Exports of incidents: every file fits the layout, has the evidence that the walk used, and no personal data.

mod layout;
mod masked;

use emberline_walk::source::{Answer, Deployed, Deployments, Git, History, Logs, Profiles, Sources, Traces};
use emberline_walk::{self as walk, Frozen, Question};
use serde_json::{Value, json};

use crate::certain::{Fault, fault, quadratic};
use crate::world::{NOW, ONSET, Shape, World};
use layout::fitting;

/// Deployments as a log tells them.
struct Told(Vec<Deployed>);

impl Deployments for Told {
    fn name(&self) -> String {
        "the log /var/lib/shop/deployments.jsonl".into()
    }

    fn between(&self, start: f64, end: f64) -> Answer<Vec<Deployed>> {
        Ok(self.0.iter().filter(|one| (start..=end).contains(&one.time)).cloned().collect())
    }
}

/// Walks in a world and exports.
fn export(
    world: &World,
    history: Option<&dyn History>,
    deployments: Option<&dyn Deployments>,
) -> Result<Frozen, String> {
    let sources = Sources {
        metrics: world,
        traces: world.has_traces.then_some(world as &dyn Traces),
        logs: world.has_logs.then_some(world as &dyn Logs),
        profiles: world.has_profiles.then_some(world as &dyn Profiles),
        history,
        repositories: None,
        deployments,
    };
    let question = Question { plan: &world.plan, alert: None, now: NOW };
    walk::freeze(&question, &sources, &walk::walk(&question, &sources))
}

/// Payments that fail since a currency is refused.
fn declining() -> (World, Fault) {
    let path = "services/payments/src/rpc.rs";
    let fault = fault(path, "        _ => cents,\n", "        _ => return Err(Failure::Declined),\n");
    let mut world = World::new();
    world.fires("checkout", "availability");
    let error = Some(("Declined", "card refused for order 4711", "payments::rpc::smallest_units", path, 24));
    world.traffic(&fault.good, &fault.head, &Shape { error, ..Shape::default() });
    (world, fault)
}

fn texts<'v>(document: &'v Value, field: &str) -> Vec<&'v str> {
    document.as_array().unwrap().iter().filter_map(|it| it[field].as_str()).collect()
}

#[test]
fn a_slow_incident_has_all_of_its_evidence() {
    let (world, fault) = quadratic();
    let git = Git::new(fault.repository.path());
    let deployed = Told(vec![
        Deployed { time: ONSET - 86_400.0, service: "checkout".into(), revision: fault.good.clone() },
        Deployed { time: ONSET - 9.0, service: "checkout".into(), revision: fault.head.clone() },
        Deployed { time: ONSET - 8.0, service: "elsewhere".into(), revision: "1".into() },
    ]);
    let frozen = export(&world, Some(&git), Some(&deployed)).unwrap();
    let files = fitting(&frozen);
    let alert = &files["alert.json"];
    assert_eq!(
        (alert["service"].as_str(), alert["metric"].as_str()),
        (Some("checkout"), Some("latency_bad_event_ratio"))
    );
    assert!(alert["observed"].as_f64().unwrap() > 0.5, "{alert}");
    let metrics = texts(&files["metrics.csv"], "metric");
    for metric in [
        "latency_bad_event_ratio",
        "latency_burn_rate_1h",
        "requests_per_sec{/checkout}",
        "request_error_ratio{/checkout}",
        "request_duration_p99_ms{/checkout}",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total_per_sec",
        "pool_connections{state=idle}",
    ] {
        assert!(metrics.contains(&metric), "{metric} of {metrics:?}");
    }
    let spans = files["traces.json"].as_array().unwrap();
    let is_slow = |span: &&Value| {
        span["service"] == "checkout" && span["kind"] == "server" && span["duration_ms"].as_f64() > Some(300.0)
    };
    assert_eq!(spans.iter().filter(is_slow).count(), 10);
    let healthy = spans.iter().filter(|span| span["name"] == "POST /buy").count() - 10;
    assert!(healthy >= 8, "{healthy}");
    assert!(
        spans
            .iter()
            .any(|span| span["code.line.number"].is_u64() && span["resource"]["vcs.ref.head.revision"].is_string())
    );
    let profiles = &files["profiles.json"];
    assert!(
        profiles["services"][0]["before"].as_u64() > Some(0) && profiles["requests"].as_array().unwrap().len() >= 8
    );
    let commits = &files["context/commits.json"];
    assert_eq!(texts(commits, "sha").len(), 6);
    let guilty = commits.as_array().unwrap().iter().find(|it| it["sha"] == fault.commit.as_str()).unwrap();
    assert_eq!((&guilty["author"], &guilty["message"]), (&json!("author-1"), &json!("Tidy up")));
    let diff = guilty["diff"].as_str().unwrap();
    assert!(
        diff.starts_with("@@ services/checkout/src/pricing.rs @@\n-        best = best.max(saved(first, lines));\n+"),
        "{diff}"
    );
    let deploys = &files["context/deploys.json"];
    assert_eq!(texts(deploys, "commit_sha"), [&fault.good, &fault.head]);
    assert_eq!(files["context/flags.json"], json!([]));
    assert_eq!(files["walk.json"]["verdict"], "commit");
    // Slow requests without a log line: the file is absent, and the export says so.
    assert!(!files.contains_key("logs.ndjson") && frozen.notes.iter().any(|note| note.contains("logs.ndjson")));
    let again = export(&world, Some(&git), Some(&deployed)).unwrap();
    assert_eq!(again, frozen, "the same incident gives the same bytes");
}

#[test]
fn a_failing_incident_has_log_lines_and_patterns() {
    let (world, fault) = declining();
    let git = Git::new(fault.repository.path());
    let frozen = export(&world, Some(&git), None).unwrap();
    let files = fitting(&frozen);
    let lines = &files["logs.ndjson"];
    assert!(texts(lines, "severity_text").contains(&"ERROR") && !texts(lines, "trace_id").is_empty());
    let pattern = &files["patterns.json"][0];
    assert!(pattern["count"].as_u64() >= Some(8) && pattern["sentiment"] == "negative", "{pattern}");
    assert!(pattern["delta_vs_baseline"].as_str().unwrap().starts_with('+'));
    let spans = files["traces.json"].as_array().unwrap();
    assert!(spans.iter().any(|span| span["status"] == "ERROR" && span["status_message"].is_string()));
    assert!(spans.iter().any(|span| span["events"][0]["attributes"]["exception.type"].is_string()));
}

#[test]
fn absent_sources_are_absent_files() {
    let (mut world, _) = quadratic();
    (world.has_traces, world.has_profiles, world.has_logs) = (false, false, false);
    let frozen = export(&world, None, None).unwrap();
    let files = fitting(&frozen);
    let names: Vec<&str> = files.keys().copied().collect();
    assert_eq!(names, ["alert.json", "context/flags.json", "metrics.csv", "walk.json"]);
    let notes = frozen.notes.join("\n");
    for absent in ["traces.json", "profiles.json", "context/commits.json", "context/deploys.json"] {
        assert!(notes.contains(absent), "{absent}: {notes}");
    }
    assert_eq!(files["walk.json"]["export"]["notes"], json!(frozen.notes));
}

#[test]
fn without_an_alert_there_is_no_incident() {
    let why = export(&World::new(), None, None).unwrap_err();
    assert!(why.contains("no error budget burns"), "{why}");
    let (mut world, _) = quadratic();
    world.is_away = true;
    assert!(export(&world, None, None).is_err());
}
