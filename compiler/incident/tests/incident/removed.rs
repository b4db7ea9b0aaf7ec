//! Verdicts where evidence is missing, and how honest their confidence is.

use std::collections::BTreeMap;
use std::fs;

use emberline_incident::walk;

use crate::{build, public, synthetic};

/// Which files are taken away.
const REMOVED: [&[&str]; 8] = [
    &[],
    &["logs.ndjson"],
    &["metrics.csv"],
    &["traces.json"],
    &["patterns.json"],
    &["logs.ndjson", "patterns.json"],
    &["metrics.csv", "traces.json"],
    &["logs.ndjson", "patterns.json", "traces.json", "context/flags.json"],
];

struct Outcome {
    confidence: f64,
    right: bool,
    certain: bool,
}

fn outcomes() -> BTreeMap<&'static str, Vec<Outcome>> {
    let mut cases: Vec<(&'static str, String, BTreeMap<String, String>)> = Vec::new();
    for case in public::cases() {
        let mut files = BTreeMap::new();
        for name in build::FILES {
            if let Ok(text) = fs::read_to_string(case.folder.join(name)) {
                files.insert(name.to_owned(), text);
            }
        }
        cases.push(("public", case.commit, files));
    }
    for case in synthetic::cases() {
        let files = case.files().into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        cases.push(("synthetic", case.expected(), files));
    }
    let mut found: BTreeMap<&'static str, Vec<Outcome>> = BTreeMap::new();
    for (kind, truth, files) in &cases {
        for removed in REMOVED {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("context")).unwrap();
            for (name, text) in files.iter().filter(|(name, _)| !removed.contains(&name.as_str())) {
                fs::write(folder.path().join(name), text).unwrap();
            }
            let verdict = walk(folder.path()).unwrap();
            let right = verdict.root_cause_commit == *truth;
            found.entry(kind).or_default().push(Outcome {
                confidence: verdict.confidence,
                right,
                certain: verdict.certain,
            });
        }
    }
    found
}

fn brier(outcomes: &[&Outcome]) -> f64 {
    let error = |one: &&Outcome| (one.confidence - f64::from(u8::from(one.right))).powi(2);
    outcomes.iter().map(error).sum::<f64>() / outcomes.len() as f64
}

/// The middle 95% of the share of right verdicts in samples with replacement, with a fixed seed.
fn interval(outcomes: &[&Outcome]) -> (f64, f64) {
    let mut state = 42_u64;
    let mut shares: Vec<f64> = (0..1000)
        .map(|_| {
            let right = (0..outcomes.len())
                .filter(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    outcomes[(state >> 33) as usize % outcomes.len()].right
                })
                .count();
            right as f64 / outcomes.len() as f64
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    (shares[25], shares[974])
}

#[test]
fn confidence_is_honest_where_evidence_is_missing() {
    let all = outcomes();
    let every: Vec<&Outcome> = all.values().flatten().collect();
    for (kind, outcomes) in
        all.iter().map(|(kind, all)| (*kind, all.iter().collect::<Vec<_>>())).chain([("all", every.clone())])
    {
        let right = outcomes.iter().filter(|one| one.right).count();
        println!("{kind}: {right} of {} right", outcomes.len());
        println!("  confidence   verdicts  mean  right  95% of bootstrap");
        for (low, high) in [(0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)] {
            let bin: Vec<&Outcome> =
                outcomes.iter().copied().filter(|one| (low..high).contains(&one.confidence)).collect();
            if bin.is_empty() {
                continue;
            }
            let mean = bin.iter().map(|one| one.confidence).sum::<f64>() / bin.len() as f64;
            let share = bin.iter().filter(|one| one.right).count() as f64 / bin.len() as f64;
            let (least, most) = interval(&bin);
            println!("  {low:.1} to {high:.1}   {:8}  {mean:.2}  {share:.2}   {least:.2} to {most:.2}", bin.len());
        }
        let base = right as f64 / outcomes.len() as f64;
        println!("  Brier score {:.3}, of the base rate {:.3}", brier(&outcomes), base * (1.0 - base));
        println!(
            "  certain {}, certain and wrong {}",
            outcomes.iter().filter(|one| one.certain).count(),
            outcomes.iter().filter(|one| one.certain && !one.right).count()
        );
        assert!(brier(&outcomes) < base * (1.0 - base), "{kind}: the confidence says less than the base rate");
        let sure: Vec<&&Outcome> = outcomes.iter().filter(|one| one.confidence >= 0.9).collect();
        let wrong = sure.iter().filter(|one| !one.right).count();
        assert!(wrong * 10 <= sure.len(), "{kind}: {wrong} of {} sure verdicts are wrong", sure.len());
    }
    assert!(every.len() >= 150, "{}", every.len());
}
