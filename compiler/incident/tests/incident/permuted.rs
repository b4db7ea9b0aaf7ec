//! What must not matter: names of services, authors, ids, messages, the order of lines, and files beside the case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use emberline_incident::{Verdict, walk};
use serde_json::Value;

use crate::build::FILES;
use crate::{build, public, synthetic};

type Files = BTreeMap<String, String>;

fn every_case() -> Vec<(String, String, Files)> {
    let mut cases = Vec::new();
    for case in public::cases() {
        let read = |name: &str| Some((name.to_owned(), fs::read_to_string(case.folder.join(name)).ok()?));
        cases.push((case.name.clone(), case.commit.clone(), FILES.iter().filter_map(|name| read(name)).collect()));
    }
    for case in synthetic::cases() {
        let files = case.files().into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        cases.push((case.name.to_owned(), case.expected(), files));
    }
    cases
}

fn walked(files: &Files) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    walk(folder.path()).unwrap()
}

fn write(folder: &Path, files: &Files) {
    fs::create_dir_all(folder.join("context")).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Another order that depends on nothing but the texts.
fn shuffled<T>(mut items: Vec<T>, text: impl Fn(&T) -> String) -> Vec<T> {
    items.sort_by_key(|item| build::sha(&text(item)));
    items
}

fn reordered(files: &Files) -> Files {
    let mut files = files.clone();
    for (name, text) in &mut files {
        if name == "metrics.csv" {
            let mut rows: Vec<&str> = text.lines().collect();
            let head = rows.remove(0);
            *text = format!("{head}\n{}\n", shuffled(rows, |row| (*row).to_owned()).join("\n"));
        } else if name == "logs.ndjson" {
            *text = shuffled(text.lines().collect(), |row: &&str| (*row).to_owned()).join("\n");
        } else if name != "alert.json" {
            let mut list: Vec<Value> = serde_json::from_str(text).unwrap();
            list = shuffled(list, |item| item.to_string());
            *text = serde_json::to_string(&list).unwrap();
        }
    }
    files
}

/// Ids, authors and messages of commits that say nothing.
fn neutral(files: &Files) -> (Files, BTreeMap<String, String>) {
    let mut ids = BTreeMap::new();
    let mut files = files.clone();
    let mut commits: Vec<Value> = serde_json::from_str(&files["context/commits.json"]).unwrap();
    for (at, commit) in commits.iter_mut().enumerate() {
        let old = commit["sha"].as_str().unwrap().to_owned();
        let new = build::sha(&format!("neutral{at}"));
        commit["sha"] = Value::from(new.clone());
        commit["author"] = Value::from(format!("author-{at}"));
        commit["message"] = Value::from("a change");
        ids.insert(old, new);
    }
    files.insert("context/commits.json".to_owned(), serde_json::to_string(&commits).unwrap());
    let deploys = files.get_mut("context/deploys.json").unwrap();
    for (old, new) in &ids {
        *deploys = deploys.replace(old, new);
    }
    (files, ids)
}

/// Services under other names, in every file. Parts of longer words stay.
fn renamed(files: &Files) -> (Files, BTreeMap<String, String>) {
    let mut services = BTreeSet::new();
    for row in files.get("metrics.csv").into_iter().flat_map(|text| text.lines().skip(1)) {
        services.extend(row.split(',').nth(1).map(str::to_owned));
    }
    for name in ["patterns.json", "traces.json", "context/deploys.json", "context/flags.json"] {
        let list: Vec<Value> = serde_json::from_str(&files[name]).unwrap();
        services.extend(list.iter().filter_map(|item| item["service"].as_str().map(str::to_owned)));
    }
    services.retain(|name| !name.starts_with("kube"));
    let names: BTreeMap<String, String> = services
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, format!("unit-{}", (b'a' + at as u8) as char)))
        .collect();
    let mut files = files.clone();
    for (name, text) in &mut files {
        // Paths and code keep their own names, as they do where a service is called otherwise than its folder.
        if name != "context/commits.json" {
            for (old, new) in &names {
                *text = replaced(text, old, new);
            }
        }
    }
    (files, names)
}

/// Replaces whole names. A name in front of a dot, as in `orders.placed.v1`, is a part of another one: commits keep
/// their texts, so a topic that is called after a service would be torn from the line that writes it.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, after) = (&rest[..at], &rest[at + old.len()..]);
        let inside = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        let dotted = after.strip_prefix('.').is_some_and(|after| after.starts_with(inside));
        let whole = !before.ends_with(inside) && !after.starts_with(inside) && !dotted;
        out += before;
        out += if whole { new } else { old };
        rest = after;
    }
    out + rest
}

#[test]
fn the_order_of_lines_means_nothing() {
    for (name, _, files) in every_case() {
        let (one, other) = (walked(&files), walked(&reordered(&files)));
        assert_eq!(one.root_cause_commit, other.root_cause_commit, "{name}");
        assert_eq!((one.certain, &one.blast_radius), (other.certain, &other.blast_radius), "{name}");
        assert!((one.confidence - other.confidence).abs() < 1e-6, "{name}");
        assert_eq!(one.first_failing_service, other.first_failing_service, "{name}");
    }
}

#[test]
fn authors_ids_and_messages_mean_nothing() {
    for (name, _, files) in every_case() {
        let one = walked(&files);
        let (other, ids) = neutral(&files);
        let other = walked(&other);
        let expected = ids.get(&one.root_cause_commit).unwrap_or(&one.root_cause_commit);
        assert_eq!(*expected, other.root_cause_commit, "{name}");
        assert!((one.confidence - other.confidence).abs() < 1e-6, "{name}");
    }
}

#[test]
fn names_of_services_mean_nothing() {
    for (name, _, files) in every_case() {
        let one = walked(&files);
        let (other, names) = renamed(&files);
        let other = walked(&other);
        assert_eq!(one.root_cause_commit, other.root_cause_commit, "{name}");
        assert_eq!(one.certain, other.certain, "{name}: {} {}", one.confidence, other.confidence);
        assert_eq!(names.get(&one.first_failing_service), Some(&other.first_failing_service), "{name}");
    }
}

#[test]
fn two_walks_of_a_case_are_the_same() {
    for (name, _, files) in every_case() {
        let json = |verdict: &Verdict| serde_json::to_string(verdict).unwrap();
        assert_eq!(json(&walked(&files)), json(&walked(&files)), "{name}");
    }
}

#[test]
fn an_answer_beside_the_case_is_not_opened() {
    let (_, _, files) = every_case().pop().unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files);
    let without = walk(folder.path()).unwrap();
    fs::write(folder.path().join("ground_truth.json"), [0xff, 0xfe, b'{']).unwrap();
    fs::write(folder.path().join("profiles.json"), "{").unwrap();
    fs::create_dir(folder.path().join("walk.json")).unwrap();
    let with = walk(folder.path()).unwrap();
    assert_eq!(serde_json::to_string(&without).unwrap(), serde_json::to_string(&with).unwrap());
}
