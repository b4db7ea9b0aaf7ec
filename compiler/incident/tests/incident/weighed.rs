//! How much the verdicts hang on the weights that were chosen.

use std::fs;

use emberline_incident::{Weights, walk_with};

use crate::{build, public, synthetic};

/// Of so many synthetic cases, each weight walks one.
const FIFTH: usize = 5;

#[test]
fn verdicts_survive_other_weights() {
    let mut folders = Vec::new();
    let public = public::cases();
    for case in &public {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("context")).unwrap();
        for name in build::FILES {
            if let Ok(text) = fs::read_to_string(case.folder.join(name)) {
                fs::write(folder.path().join(name), text).unwrap();
            }
        }
        folders.push((folder, case.commit.clone()));
    }
    for case in synthetic::cases() {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        folders.push((folder, case.expected()));
    }
    let public = public.len();
    // Every weight walks the public cases, and a fifth of the synthetic ones in turn: all of them take minutes.
    let right = |number: usize, weights: &Weights| {
        let mut found = [(0, 0, 0), (0, 0, 0)];
        for (at, (folder, truth)) in folders.iter().enumerate() {
            if at >= public && at % FIFTH != number % FIFTH {
                continue;
            }
            let verdict = walk_with(folder.path(), weights).unwrap();
            let kind = &mut found[usize::from(at >= public)];
            kind.0 += usize::from(verdict.root_cause_commit == *truth);
            kind.1 += usize::from(verdict.root_cause_commit != *truth && verdict.certain);
            kind.2 += 1;
        }
        found
    };
    println!("weight        factor  public right  certain, wrong  synthetic right  certain, wrong");
    let row = |number: usize, name: &str, factor: f64, weights: &Weights| {
        let [(one, wrong, _), (other, false_, synthetic)] = right(number, weights);
        println!("{name:14}{factor:5.1}  {one:5} of {public:2}  {wrong:14}  {other:8} of {synthetic:2}  {false_:14}");
        (one, wrong)
    };
    row(0, "as chosen", 1.0, &Weights::default());
    for (which, name) in Weights::NAMES.iter().enumerate() {
        for factor in [0.7, 1.3] {
            let (one, wrong) = row(which, name, factor, &Weights::default().scaled(which, factor));
            assert!(one * 12 >= public * 10 && wrong == 0, "{name} × {factor}: {one} right, {wrong} certain and wrong");
        }
    }
}
