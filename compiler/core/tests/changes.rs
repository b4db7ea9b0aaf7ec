//! What kinds of change mean: `changes/cases.txt` has each with every line that it shows. Changes without a meaning show
//! none, and leave every generated file as it was.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::change::{Change, Kind, State, between, files};
use emberline_core::emit::Emitter;
use emberline_core::quantity::Date;
use emberline_core::source::Sources;
use emberline_core::weaker::of_specs;
use emberline_core::{Analysis, Order, compile};

/// Files of a folder of specs by name.
type Folder = BTreeMap<String, String>;

/// A kind of change.
struct Case {
    title: &'static str,
    edits: Vec<[String; 3]>,
    expected: Vec<&'static str>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("changes/cases.txt");
    let case = |part: &'static str| {
        let mut lines = part.lines();
        let title = lines.next().unwrap();
        let (mut edits, mut expected) = (Vec::new(), Vec::new());
        for line in lines.filter(|line| !line.is_empty()) {
            match line.strip_prefix("> ") {
                Some(line) => expected.push(line),
                None => edits.push(edit(line)),
            }
        }
        Case { title, edits, expected }
    };
    text.split("\n== ").skip(1).map(case).collect()
}

fn edit(line: &str) -> [String; 3] {
    let read = |text: &str| text.replace("\\n", "\n").replace("\\|", "|");
    let (file, rest) = line.split_once(" | ").unwrap();
    let (before, after) = rest.split_once(" |").unwrap();
    [file.to_owned(), read(before), read(after.strip_prefix(' ').unwrap_or(after))]
}

fn base() -> Folder {
    [
        ("cart.yaml", include_str!("changes/base/cart.yaml")),
        ("checkout.yaml", include_str!("changes/base/checkout.yaml")),
        ("policy.yaml", include_str!("changes/base/policy.yaml")),
        ("prices.yaml", include_str!("changes/base/prices.yaml")),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

impl Case {
    fn applied(&self) -> Folder {
        let mut folder = base();
        for [file, before, after] in &self.edits {
            match before.as_str() {
                "+" => assert!(folder.insert(file.clone(), after.clone()).is_none(), "{}", self.title),
                "-" => assert!(folder.remove(file).is_some(), "{}", self.title),
                before => {
                    let text = folder.get_mut(file).unwrap();
                    assert!(text.contains(before), "{}: {before}", self.title);
                    *text = text.replacen(before, after, 1);
                }
            }
        }
        folder
    }
}

/// The specs of a folder, and what they compile to.
fn compiled(folder: &Folder, title: &str) -> (Sources, Analysis) {
    let mut sources = Sources::default();
    sources.lie_in("slos", "slos");
    for (name, text) in folder {
        sources.add(format!("slos/{name}"), text.clone());
    }
    let today = Date::parse("2026-11-27").ok();
    let analysis = compile(&sources, Order { today, ..Order::default() });
    let said: Vec<&String> = analysis.findings.iter().map(|finding| &finding.message).collect();
    assert!(analysis.plan.is_some(), "{title}: {said:?}");
    (sources, analysis)
}

/// Every generated file by path.
fn emitted(analysis: &mut Analysis) -> Folder {
    let plan = analysis.plan.as_mut().unwrap();
    plan.forget_places();
    let targets = plan.targets.clone();
    Emitter::new(plan).all(&targets).into_iter().map(|file| (file.path, file.text)).collect()
}

fn changes(before: &(Sources, Analysis), after: &(Sources, Analysis)) -> Vec<Change> {
    let [old, new] = [before, after].map(|(sources, analysis)| State {
        sources,
        plan: analysis.plan.as_ref(),
        bounds: &analysis.bounds,
        prices: analysis.prices.as_ref(),
    });
    between(old, new, &of_specs(&before.0, &after.0))
}

#[test]
fn each_kind_of_change_is_described() {
    let before = compiled(&base(), "base");
    let mut wrong = String::new();
    for case in cases() {
        let told = changes(&before, &compiled(&case.applied(), case.title));
        let lines: Vec<String> = told.iter().map(|change| format!("{:?}: {}", change.kind, change.line())).collect();
        if lines != case.expected {
            let shown = |lines: &[String]| lines.iter().map(|line| format!("> {line}\n")).collect::<String>();
            wrong.push_str(&format!("== {}\n{}\n", case.title, shown(&lines)));
        }
    }
    assert!(wrong.is_empty(), "the diff says:\n{wrong}");
}

#[test]
fn enough_kinds_are_described_and_each_once() {
    let cases = cases();
    let titles: BTreeSet<&str> = cases.iter().map(|case| case.title).collect();
    assert_eq!(titles.len(), cases.len());
    let (with, without): (Vec<_>, Vec<_>) = cases.iter().partition(|case| !case.expected.is_empty());
    assert!(with.len() >= 40 && without.len() >= 5, "{} {}", with.len(), without.len());
    // No two kinds of change read alike.
    let told: BTreeSet<_> = with.iter().map(|case| &case.expected).collect();
    assert_eq!(told.len(), with.len());
}

#[test]
fn a_change_without_meaning_changes_no_file() {
    let mut before = compiled(&base(), "base");
    let old = emitted(&mut before.1);
    for case in cases().into_iter().filter(|case| case.expected.is_empty()) {
        let mut after = compiled(&case.applied(), case.title);
        assert_eq!(files(&old, &emitted(&mut after.1)), [], "{}", case.title);
    }
    let mut fewer = old.clone();
    fewer.retain(|path, _| path.contains("checkout"));
    fewer.values_mut().take(1).for_each(|text| text.push('#'));
    let told = files(&old, &fewer);
    assert!(!told.is_empty() && told.iter().all(|change| change.kind == Kind::Files), "{told:?}");
}
