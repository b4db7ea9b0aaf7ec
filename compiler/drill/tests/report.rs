//! Write-ups of a recorded drill, as people read them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use emberline_core::Order;
use emberline_core::model::Pace;
use emberline_core::plan::Plan;
use emberline_core::source::Sources;
use emberline_drill::evidence::{Asked, Evidence};
use emberline_drill::record::{Method, Page, Record, Verdict};
use emberline_drill::report::{Incident, definition, series_markdown};
use emberline_drill::series::{self, Kind};
use emberline_walk::source::{Labels, Point, Series};

/// The record of a drill in which the walk succeeded.
fn record() -> Record {
    serde_json::from_str(include_str!("report/latency.drill.json")).unwrap()
}

fn plan() -> Plan {
    let mut sources = Sources::default();
    sources.add(
        "slos/checkout.yaml",
        "version: emberline/v1\nservice: checkout\nowner: team-payments\nslos:\n  - name: latency\n    description: An order is \
         taken within 300 ms.\n    objective: 99%\n    sli:\n      events: {total: 'r{service_name=\"checkout\"}', bad: \
         'r{service_name=\"checkout\", code=\"500\"}'}\n",
    );
    let analysis = emberline_core::compile(&sources, Order { pace: Pace::Drill(Some(15)), ..Order::default() });
    analysis.plan.unwrap_or_else(|| panic!("{:?}", analysis.findings))
}

fn asked(title: &str, of: impl Fn(f64) -> f64, began: f64) -> Asked {
    let points = (0..80).map(|step| f64::from(step) * 2.0 - 40.0).map(|at| Point { time: began + at, value: of(at) });
    let series = vec![Series { labels: Labels::new(), points: points.collect() }];
    Asked { title: title.to_owned(), query: "q".to_owned(), step: 2.0, series }
}

fn evidence(record: &Record) -> Evidence {
    let bad = |at: f64| if (0.0..49.0).contains(&at) { 21.0 } else { 0.0 };
    Evidence {
        fired: serde_json::json!({"name": "ErrorBudgetBurn", "fires": true}),
        alerts: Some(asked("alerts of the objective", |_| 1.0, record.began)),
        base: vec![asked("events a second", |_| 40.0, record.began), asked("bad events a second", bad, record.began)],
        burns: vec![(asked("burn rate over 1h", |at| at.max(0.0), record.began), 14.4)],
    }
}

const RULES: &str = include_str!("report/rules.yaml");

fn with<T>(record: &Record, work: impl FnOnce(&Incident<'_>) -> T) -> T {
    let (evidence, plan) = (evidence(record), plan());
    let artefacts = [("walk.md".to_owned(), "# The walk\n".to_owned()), ("walk.json".to_owned(), "{}\n".to_owned())];
    work(&Incident {
        record,
        evidence: &evidence,
        artefacts: &artefacts,
        rules: RULES,
        change: "commit ba\n",
        plan: &plan,
    })
}

#[test]
fn the_incident() {
    let files = with(&record(), |incident| incident.files().unwrap());
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "incident.md",
        "drill.json",
        "fire.json",
        "clear.json",
        "alert.yaml",
        "change.patch",
        "plots/burn.svg",
        "plots/requests.svg",
        "walk/walk.md",
        "walk/walk.json",
    ];
    assert_eq!(names, expected);
    insta::assert_snapshot!("incident", files[0].1);
    // Every file that the page names exists.
    for target in files[0].1.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(names.contains(&target), "{target} leads nowhere");
    }
    assert!(files[4].1.contains("long_window: 1h") && !files[4].1.contains("long_window: 6h"), "{}", files[4].1);
    assert_eq!(serde_json::from_str::<Record>(&files[1].1).unwrap(), record());
}

#[test]
fn the_postmortem() {
    let text = with(&record(), |it| it.postmortem("2026-07-02-latency", "../../generated/incidents/latency/").unwrap());
    assert!(text.lines().count() < 75, "one page");
    // What the record cannot know is asked, not told.
    assert!(text.matches("Not answered yet.").count() >= 5, "{text}");
    for claim in ["Tests check", "review sees", "No test calls", "No step before production", "Nothing compared"] {
        assert!(!text.contains(claim), "{claim}: {text}");
    }
    insta::assert_snapshot!("postmortem", text);
}

#[test]
fn the_postmortem_of_an_outage_blames_no_commit() {
    let mut record = record();
    record.fault.outage = true;
    record.fault.name = "payments-killed".to_owned();
    record.fault.opened = emberline_drill::patch::Opened::default();
    record.release.bad = None;
    record.attempts[0].commit = None;
    record.attempts[0].what = "the outage is ended".to_owned();
    let search = record.search.as_mut().unwrap();
    (search.verdict, search.rank, search.suspects) = (Verdict::NoCodeChange, None, Vec::new());
    record.fires.met = Some(false);
    let text = with(&record, |it| it.postmortem("outage", "../../generated/incidents/outage/").unwrap());
    insta::assert_snapshot!("postmortem_of_an_outage", text);
}

#[test]
fn the_series() {
    let mut records = Vec::new();
    for index in 0..3_u32 {
        let mut walk = record();
        walk.id = Kind::of(&walk).id(index as usize);
        let mut trial = record();
        trial.without = vec!["traces".to_owned(), "profiles".to_owned()];
        trial.method = Method::Trial;
        trial.id = Kind::of(&trial).id(index as usize);
        trial.recovered = Some(150.0 + f64::from(index));
        records.extend([walk, trial]);
    }
    let summary = series::summary(&records, vec!["walk-002: `deploy` failed (exit status: 1)".to_owned()]);
    insta::assert_snapshot!("series", series_markdown(&summary, &records).unwrap());
}

#[test]
fn nobody_called_is_no_incident() {
    let mut record = record();
    record.page = None;
    assert!(with(&record, |incident| incident.files()).unwrap_err().0.contains("no alert fired"));
}

#[test]
fn a_rule_is_cut_out_whole() {
    let page: Page = record().page.unwrap();
    let rule = definition(RULES, &page);
    assert!(rule.starts_with("  - alert: ErrorBudgetBurn\n") && rule.contains("summary:"), "{rule}");
    assert_eq!(rule.matches("- alert:").count(), 1);
    assert_eq!(definition("groups: []\n", &page), "\n");
}
