//! How many synthetic incidents are explained.

use emberline_incident::walk;

use crate::build::Case;
use crate::shown::{self, Known, Tally};
use crate::{changed, operational, varied};

/// All synthetic cases.
pub(crate) fn cases() -> Vec<Case> {
    changed::cases().into_iter().chain(operational::cases()).chain(varied::cases()).collect()
}

#[test]
fn synthetic_incidents_are_explained() {
    let cases = cases();
    assert!(cases.len() >= 20);
    let varied: Vec<&str> = varied::cases().iter().map(|case| case.name).collect();
    let (mut old, mut new) = (Tally::default(), Tally::default());
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let found = walk(folder.path()).unwrap();
        let commit = case.expected();
        let known = Known { name: case.name, commit: &commit, first: case.first };
        shown::print(&known, &found);
        if varied.contains(&case.name) { new.add(&known, &found) } else { old.add(&known, &found) }
    }
    println!("written by the author of the walk: weaker evidence");
    old.print("synthetic");
    new.print("synthetic, varied");
    for tally in [old, new] {
        assert_eq!(tally.sure_and_wrong, 0);
        assert!(tally.right * 10 >= tally.cases * 8, "{tally:?}");
    }
}
