//! How much the verdicts hang on the weights that were chosen.

use std::fs;

use emberline_incident::{Weights, walk_with};

use crate::{build, public, synthetic};

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
    let (public, all) = (public.len(), folders.len());
    let right = |weights: &Weights| {
        let mut found = [(0, 0), (0, 0)];
        for (at, (folder, truth)) in folders.iter().enumerate() {
            let verdict = walk_with(folder.path(), weights).unwrap();
            let kind = &mut found[usize::from(at >= public)];
            kind.0 += usize::from(verdict.root_cause_commit == *truth);
            kind.1 += usize::from(verdict.root_cause_commit != *truth && verdict.certain);
        }
        found
    };
    println!("weight        factor  public right  certain, wrong  synthetic right  certain, wrong");
    let row = |name: &str, factor: f64, weights: &Weights| {
        let [(one, wrong), (other, false_)] = right(weights);
        println!(
            "{name:14}{factor:5.1}  {one:5} of {public:2}  {wrong:14}  {other:8} of {:2}  {false_:14}",
            all - public
        );
        (one, wrong)
    };
    row("as chosen", 1.0, &Weights::default());
    for (which, name) in Weights::NAMES.iter().enumerate() {
        for factor in [0.7, 1.3] {
            let (one, wrong) = row(name, factor, &Weights::default().scaled(which, factor));
            assert!(one * 12 >= public * 10 && wrong == 0, "{name} × {factor}: {one} right, {wrong} certain and wrong");
        }
    }
}
