//! The faults that a drill can draw, and the honest commits that it hides them among.

use std::path::{Path, PathBuf};

use emberline_core::model;

use super::chance::Chance;
use super::patch::Patch;
use emberline_walk::source::{Answer, Trouble};

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A commit.
    Patch(Patch),
    /// Several commits at once.
    Several(Vec<Patch>),
    /// An outage, by the name for `inject`.
    Outage(String),
}

impl Fault {
    /// The name of the fault.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Outage(name) => name.clone(),
            _ => self.patches().iter().map(|patch| patch.name.as_str()).collect::<Vec<_>>().join("+"),
        }
    }

    /// The commits of the fault; none for an outage.
    #[must_use]
    pub fn patches(&self) -> &[Patch] {
        match self {
            Self::Patch(patch) => std::slice::from_ref(patch),
            Self::Several(patches) => patches,
            Self::Outage(_) => &[],
        }
    }

    /// Seconds until the fault takes effect, if it was deployed before the last release.
    #[must_use]
    pub fn onset(&self) -> Option<f64> {
        self.patches().iter().filter_map(Patch::onset).max_by(f64::total_cmp)
    }
}

/// Faults and honest commits.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Faults that are commits, by name.
    pub faults: Vec<Patch>,
    /// Harmless commits, by name.
    pub honest: Vec<Patch>,
    /// Outages, by name.
    pub outages: Vec<String>,
}

impl Catalogue {
    /// Reads the patches of a drill from the root of its repository.
    ///
    /// # Errors
    /// When the folder or a patch cannot be read.
    pub fn read(root: &Path, drill: &model::Drill) -> Answer<Self> {
        let mut catalogue = Self { outages: drill.outages.clone(), ..Self::default() };
        if let Some(folder) = &drill.faults {
            let folder = root.join(folder);
            catalogue.faults = patches(&folder)?;
            let honest = folder.join("honest");
            if honest.is_dir() {
                catalogue.honest = patches(&honest)?;
            }
        }
        Ok(catalogue)
    }

    /// The fault with a name, or several at once: `a+b`.
    ///
    /// # Errors
    /// When no fault has this name.
    pub fn fault(&self, name: &str) -> Answer<Fault> {
        let listed = || self.faults.iter().map(|patch| patch.name.as_str()).collect::<Vec<_>>().join(", ");
        let mut patches = Vec::new();
        for one in name.split('+') {
            let found = self.faults.iter().find(|patch| patch.name == one);
            let found =
                found.ok_or_else(|| Trouble(format!("there is no fault `{one}`; known faults: {}", listed())))?;
            patches.push(found.clone());
        }
        Ok(if patches.len() == 1 { Fault::Patch(patches.remove(0)) } else { Fault::Several(patches) })
    }

    /// The outage with a name.
    ///
    /// # Errors
    /// When no outage has this name.
    pub fn outage(&self, name: &str) -> Answer<Fault> {
        let listed = || self.outages.join(", ");
        match self.outages.iter().any(|outage| outage == name) {
            true => Ok(Fault::Outage(name.to_owned())),
            false => Err(Trouble(format!("the policy's `drill` has no outage `{name}`; known outages: {}", listed()))),
        }
    }

    /// The fault of drill `index` (from 0) of a series with this seed. Of two drills one, by chance, has a fault that a
    /// rollback of the last release mends, and the other has none such: an outage, or a fault of an older release. Each
    /// kind is drawn without replacement, so a series meets every fault in an unknown order. If one kind has no faults,
    /// all are of the other.
    ///
    /// # Errors
    /// When there is nothing to draw.
    pub fn draw(&self, seed: u64, index: usize) -> Answer<Fault> {
        let all = self.faults.iter().cloned().map(Fault::Patch);
        let (mut elsewhere, last): (Vec<Fault>, Vec<Fault>) = all.partition(|fault| fault.onset().is_some());
        elsewhere.extend(self.outages.iter().cloned().map(Fault::Outage));
        let pair = Chance::new(seed ^ MIX.wrapping_mul(1 + index as u64 / 2)).below(2);
        let (faults, place) = match (last.is_empty(), elsewhere.is_empty()) {
            (true, true) => {
                return Err(Trouble(
                    "there is no fault to draw: the policy's `drill` needs `faults` or `outages`".to_owned(),
                ));
            }
            (false, true) => (last, index),
            (true, false) => (elsewhere, index),
            (false, false) if index % 2 == pair => (last, index / 2),
            (false, false) => (elsewhere, index / 2),
        };
        let (round, within) = (place / faults.len(), place % faults.len());
        let mut faults = faults;
        Chance::new(seed ^ (round as u64).wrapping_mul(MIX)).shuffle(&mut faults);
        faults.into_iter().nth(within).ok_or_else(|| Trouble("the bag of faults is empty".to_owned()))
    }
}

/// Spreads small numbers over all bits of a seed.
const MIX: u64 = 0x2545_f491_4f6c_dd1d;

/// Every `.patch` and `.diff` of a folder, by name.
fn patches(folder: &Path) -> Answer<Vec<Patch>> {
    let failed = |cause: std::io::Error| Trouble(format!("cannot read the folder {}: {cause}", folder.display()));
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "patch" || ending == "diff") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| Patch::read(path)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use std::collections::BTreeSet;

    fn catalogue() -> Catalogue {
        let patch = |name: &str| Patch::new(name, "");
        Catalogue {
            faults: ["a", "b", "c", "d"].map(patch).to_vec(),
            honest: Vec::new(),
            outages: vec!["x".into(), "y".into()],
        }
    }

    #[test]
    fn a_series_meets_every_fault_once_a_round_in_an_order_of_its_own() {
        let catalogue = catalogue();
        let names = |seed: u64, indices: std::ops::Range<usize>| -> Vec<String> {
            indices.map(|index| catalogue.draw(seed, index).unwrap().name()).collect()
        };
        for round in 0..8 {
            let drawn = names(42, round * 8..round * 8 + 8);
            let all: BTreeSet<&String> = drawn.iter().collect();
            assert_eq!(all.len(), 6, "four commits once, two outages twice: {drawn:?}");
        }
        assert_eq!(names(42, 0..20), names(42, 0..20));
        assert_ne!(names(42, 0..20), names(43, 0..20));
        assert_ne!(names(42, 0..8), names(42, 8..16));
    }

    #[test]
    fn faults_that_a_rollback_does_not_mend_are_drawn_as_often() {
        let mut catalogue = catalogue();
        catalogue.faults.push(Patch::new("late", "X-Fault-Onset: 90\n"));
        let mut first = 0;
        for pair in 0..100 {
            let mends = |index: usize| {
                let fault = catalogue.draw(7, 2 * pair + index).unwrap();
                !fault.patches().is_empty() && fault.onset().is_none()
            };
            assert_ne!(mends(0), mends(1), "pair {pair}");
            first += usize::from(mends(0));
        }
        assert!((30..70).contains(&first), "nobody may guess from the number of a drill: {first}");
    }

    #[test]
    fn a_name_can_hold_several_faults() {
        let both = catalogue().fault("a+c").unwrap();
        assert_eq!((both.patches().len(), both.name().as_str()), (2, "a+c"));
        assert!(catalogue().fault("a+z").unwrap_err().0.contains("no fault `z`"));
    }

    #[test]
    fn names_are_looked_up() {
        let catalogue = catalogue();
        assert_eq!(catalogue.fault("b").unwrap().name(), "b");
        assert!(catalogue.fault("z").unwrap_err().0.contains("a, b, c, d"));
        assert!(catalogue.outage("z").unwrap_err().0.contains("x, y"));
        assert!(Catalogue::default().draw(1, 0).is_err());
    }

    #[test]
    fn patches_are_read_from_the_folders() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("f/honest")).unwrap();
        for name in ["f/b.patch", "f/a.diff", "f/README.md", "f/honest/h.patch"] {
            std::fs::write(root.path().join(name), "diff --git a/x b/x\n").unwrap();
        }
        let drill = model::Drill {
            time_scale: 1,
            faults: Some("f".into()),
            start: String::new(),
            deploy: String::new(),
            rollback: String::new(),
            inject: None,
            outages: Vec::new(),
        };
        let catalogue = Catalogue::read(root.path(), &drill).unwrap();
        let names = |patches: &[Patch]| patches.iter().map(|patch| patch.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&catalogue.faults), names(&catalogue.honest)),
            (vec!["a".into(), "b".into()], vec!["h".into()])
        );
    }
}
