//! How many synthetic incidents are explained.

use std::env;

use emberline_incident::walk;

use crate::build::Case;
use crate::{changed, operational};

/// All synthetic cases.
pub(crate) fn cases() -> Vec<Case> {
    changed::cases().into_iter().chain(operational::cases()).collect()
}

#[test]
fn synthetic_incidents_are_explained() {
    let cases = cases();
    assert!(cases.len() >= 20);
    let (mut right, mut first, mut sure_and_wrong) = (0, 0, Vec::new());
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let found = walk(folder.path()).unwrap();
        let good = found.root_cause_commit == case.expected();
        right += usize::from(good);
        first += usize::from(found.first_failing_service == case.first);
        if found.certain && !good {
            sure_and_wrong.push(case.name);
        }
        println!(
            "{:20} {} {:.3} {} first {} ({}) {} — {}",
            case.name,
            if good { "right" } else { "WRONG" },
            found.confidence,
            if found.certain { "certain" } else { "unsure " },
            found.first_failing_service,
            found.first_failing_service == case.first,
            found.remediation,
            found.mechanism
        );
        if env::var_os("SHOW").is_some() {
            for suspect in found.suspects.iter().take(3) {
                println!("    {} {:.3} {:?}", &suspect.sha[..8], suspect.confidence, suspect.mechanism);
                for reason in &suspect.reasons_for {
                    println!("        + {} ({})", reason.what, reason.place);
                }
                for reason in &suspect.reasons_against {
                    println!("        - {} ({})", reason.what, reason.place);
                }
            }
            for reason in &found.reasons_for {
                println!("    verdict + {} ({})", reason.what, reason.place);
            }
            for reason in &found.reasons_against {
                println!("    verdict - {} ({})", reason.what, reason.place);
            }
            for fact in found.facts.iter().take(8) {
                println!("    * {} {} [{}]", fact.symptom, fact.what, fact.place);
            }
        }
    }
    println!(
        "{right} of {} right, {first} first failing service; written by the author of the walk: weaker evidence",
        cases.len()
    );
    assert!(sure_and_wrong.is_empty(), "certain and wrong: {sure_and_wrong:?}");
    assert!(right * 10 >= cases.len() * 8, "{right} of {}", cases.len());
}
