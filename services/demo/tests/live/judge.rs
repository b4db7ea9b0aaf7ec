//! Collects what does not hold, so that one run tells everything.

use std::path::Path;

#[derive(Default)]
pub(crate) struct Judge {
    faults: Vec<String>,
    asked: usize,
}

impl Judge {
    pub(crate) fn holds(&mut self, it: bool, otherwise: impl FnOnce() -> String) {
        self.asked += 1;
        if !it {
            self.faults.push(otherwise());
        }
    }

    pub(crate) fn verdict(self) {
        assert!(self.asked > 0);
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}

/// The ends of all programs' logs.
pub(crate) fn logs(folder: &Path) -> String {
    let mut all = String::new();
    let entries = std::fs::read_dir(folder.join("data/logs")).into_iter().flatten().flatten();
    for entry in entries {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        all += &format!("--- {}\n{}\n", entry.path().display(), lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    all
}
