//! Broken cases: an error with its place, never a panic.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use emberline_incident::walk;

use crate::build::{self, FILES};
use crate::synthetic;

fn random(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// A text with some bytes cut, doubled, swapped or replaced.
fn mutated(text: &str, state: &mut u64) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random(state) % 6 {
        if bytes.is_empty() {
            break;
        }
        let at = random(state) % bytes.len();
        let end = (at + random(state) % 40).min(bytes.len());
        match random(state) % 7 {
            0 => drop(bytes.drain(at..end)),
            1 => bytes[at] = (random(state) % 256) as u8,
            2 => bytes.truncate(at),
            3 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => drop(bytes.splice(at..end, "é🔥\u{0}-+@@".bytes())),
            5 => drop(bytes.splice(at..at, "999999999999999999999".bytes())),
            _ => drop(bytes.splice(at..end, [b'"', b'\\', b'\n'])),
        }
    }
    bytes
}

#[test]
fn mutated_files_never_panic() {
    let cases = synthetic::cases();
    let folder = tempfile::tempdir().unwrap();
    let mut state = 7;
    let mut refused = 0;
    for round in 0..300 {
        let case = &cases[round % cases.len()];
        case.write(folder.path());
        let files = case.files();
        for _ in 0..=random(&mut state) % 2 {
            let name = FILES[random(&mut state) % FILES.len()];
            fs::write(folder.path().join(name), mutated(&files[name], &mut state)).unwrap();
        }
        match walk(folder.path()) {
            Ok(verdict) => assert!((0.0..=1.0).contains(&verdict.confidence), "{}", verdict.confidence),
            Err(fault) => {
                refused += 1;
                assert!(!fault.why.is_empty() && FILES.contains(&&*fault.file), "{fault}");
            }
        }
    }
    assert!(refused > 20 && refused < 300, "{refused}");
}

/// A case that is whole but for one file.
fn with(name: &str, text: &str) -> Result<emberline_incident::Verdict, emberline_incident::Fault> {
    let folder = tempfile::tempdir().unwrap();
    synthetic::cases()[0].write(folder.path());
    fs::write(folder.path().join(name), text).unwrap();
    walk(folder.path())
}

#[test]
fn a_malformed_line_has_its_place() {
    let good = "timestamp,service,metric,value\n2026-03-02T08:00:00Z,a,m,1\n";
    for (name, text, expected) in [
        ("metrics.csv", format!("{good}2026-03-02T08:01:00Z,a,m,many\n"), "metrics.csv:3: `many` is no number"),
        ("metrics.csv", format!("{good}soon,a,m,1\n"), "metrics.csv:3: `soon` is no instant"),
        ("metrics.csv", format!("{good}2026-03-02T08:01:00Z,a\n"), "metrics.csv:3: the line has 2 cells"),
        ("metrics.csv", "a,b\n".to_owned(), "metrics.csv:1: the header names no"),
        ("logs.ndjson", "{\"timestamp\":\"2026-03-02T08:00:00Z\"}\n{oops\n".to_owned(), "logs.ndjson:2: no JSON"),
        ("logs.ndjson", "{\"msg\":\"x\"}\n".to_owned(), "logs.ndjson:1: `timestamp` is missing"),
        ("traces.json", "{}".to_owned(), "traces.json:1: the file is no list"),
        ("context/commits.json", "[{}]".to_owned(), "context/commits.json: commit 1 has no `sha`"),
        (
            "context/deploys.json",
            "[{\"timestamp\":\"x\"}]".to_owned(),
            "context/deploys.json: deployment 1: \"x\" is no instant",
        ),
        ("alert.json", "[]".to_owned(), "alert.json:1: an alert is an object"),
    ] {
        let fault = with(name, &text).unwrap_err().to_string();
        assert!(fault.starts_with(expected), "{fault}");
    }
}

#[test]
fn a_case_needs_its_alert_only() {
    let folder = tempfile::tempdir().unwrap();
    assert!(walk(folder.path()).unwrap_err().to_string().starts_with("alert.json: the file is missing"));
    fs::write(folder.path().join("alert.json"), "{\"service\":\"a\",\"unknown\":[1]}").unwrap();
    let verdict = walk(folder.path()).unwrap();
    assert_eq!((verdict.root_cause_commit.as_str(), verdict.certain), ("none", false));
    assert_eq!(verdict.not_looked_at.len(), FILES.len() - 1);
    assert!(walk(Path::new("/nowhere/at/all")).is_err());
}

#[test]
fn a_large_case_takes_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let case = &synthetic::cases()[0];
    let mut files = case.files();
    let mut list: Vec<serde_json::Value> = serde_json::from_str(&files["context/commits.json"]).unwrap();
    let diff = format!("@@ a.go @@\n{}", "-\told := db.Get(ctx, 5)\n+\tnew := db.Get(ctx, 6)\n".repeat(200));
    for at in 0..60 {
        list.push(serde_json::json!({"sha": build::sha(&format!("big{at}")), "timestamp": "2026-03-02T08:10:00Z", "files_changed": ["a.go"], "diff": diff}));
    }
    files.insert("context/commits.json", serde_json::to_string(&list).unwrap());
    let lines = files["logs.ndjson"].repeat(300);
    files.insert("logs.ndjson", lines);
    build::write(folder.path(), &files);
    let began = Instant::now();
    let verdict = walk(folder.path()).unwrap();
    // A debug build on a busy machine; a release build is some twenty times as fast.
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    println!("{:?}, {}", began.elapsed(), verdict.mechanism);
}
