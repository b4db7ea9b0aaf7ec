//! How many synthetic incidents are explained.

use emberline_incident::walk;

use crate::build::Case;
use crate::shown::{self, Known, Tally};
use crate::{changed, late, operational, varied};

/// All synthetic cases.
pub(crate) fn cases() -> Vec<Case> {
    changed::cases().into_iter().chain(operational::cases()).chain(varied::cases()).chain(late::cases()).collect()
}

#[test]
fn synthetic_incidents_are_explained() {
    let cases = cases();
    assert!(cases.len() >= 20);
    let names = |of: Vec<Case>| of.iter().map(|case| case.name).collect::<Vec<_>>();
    let sets = [("late", names(late::cases())), ("varied", names(varied::cases())), ("first", names(cases.clone()))];
    let mut tallies = [Tally::default(); 3];
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let found = walk(folder.path()).unwrap();
        let commit = case.expected();
        let known = Known { name: case.name, commit: &commit, first: case.first };
        shown::print(&known, &found);
        let set = sets.iter().position(|(_, names)| names.contains(&case.name)).unwrap();
        tallies[set].add(&known, &found);
    }
    println!("written by the author of the walk: weaker evidence");
    for ((set, _), tally) in sets.iter().zip(tallies) {
        tally.print(&format!("synthetic, {set}"));
        assert_eq!(tally.sure_and_wrong, 0);
        assert!(tally.right * 10 >= tally.cases * 8, "{tally:?}");
    }
}
