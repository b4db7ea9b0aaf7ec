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
    /// An outage, by the name for `inject`.
    Outage(String),
}

impl Fault {
    /// The name of the fault.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Patch(patch) => &patch.name,
            Self::Outage(name) => name,
        }
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

    /// The fault with a name.
    ///
    /// # Errors
    /// When no fault has this name.
    pub fn fault(&self, name: &str) -> Answer<Fault> {
        let found = self.faults.iter().find(|patch| patch.name == name);
        let listed = || self.faults.iter().map(|patch| patch.name.as_str()).collect::<Vec<_>>().join(", ");
        found
            .map(|patch| Fault::Patch(patch.clone()))
            .ok_or_else(|| Trouble(format!("there is no fault `{name}`; known faults: {}", listed())))
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

    /// The fault of drill `index` (from 0) of a series with this seed, drawn without replacement from a bag of all
    /// faults and one outage. An empty bag is refilled, so a series meets every fault in an unknown order.
    ///
    /// # Errors
    /// When there is nothing to draw.
    pub fn draw(&self, seed: u64, index: usize) -> Answer<Fault> {
        let bag = self.faults.len() + usize::from(!self.outages.is_empty());
        if bag == 0 {
            return Err(Trouble(
                "there is no fault to draw: the policy's `drill` needs `faults` or `outages`".to_owned(),
            ));
        }
        let (round, within) = (index / bag, index % bag);
        let mut chance = Chance::new(seed ^ (round as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut faults: Vec<Fault> = self.faults.iter().cloned().map(Fault::Patch).collect();
        if let Some(outage) = self.outages.get(chance.below(self.outages.len())) {
            faults.push(Fault::Outage(outage.clone()));
        }
        chance.shuffle(&mut faults);
        faults.into_iter().nth(within).ok_or_else(|| Trouble("the bag of faults is empty".to_owned()))
    }
}

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
            indices.map(|index| catalogue.draw(seed, index).unwrap().name().to_owned()).collect()
        };
        for round in 0..8 {
            let drawn: BTreeSet<String> = names(42, round * 5..round * 5 + 5).into_iter().collect();
            assert_eq!(drawn.len(), 5, "{drawn:?}");
            assert!(drawn.contains("x") != drawn.contains("y"));
        }
        assert_eq!(names(42, 0..20), names(42, 0..20));
        assert_ne!(names(42, 0..20), names(43, 0..20));
        assert_ne!(names(42, 0..5), names(42, 5..10));
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
