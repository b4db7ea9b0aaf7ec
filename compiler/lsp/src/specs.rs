//! The specs as the server keeps them, and what it told the editor of each.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use emberline_core::finding::Finding;
use emberline_core::kept::{Copy, Kept, Whole};
use emberline_core::source::{SourceId, Sources};

use crate::worker::Fresh;

/// A folder of specs, read and kept.
pub(crate) struct Specs {
    pub(crate) kept: Kept,
    places: Vec<PathBuf>,
    ids: HashMap<PathBuf, SourceId>,
    cut: Vec<Finding>,
    /// Sources that changed since the last whole run began.
    changed: Vec<SourceId>,
}

impl Specs {
    /// The specs, and every finding.
    pub(crate) fn of(fresh: Fresh) -> (Self, Vec<Finding>) {
        let Fresh { kept, places, cut, findings } = fresh;
        let ids = kept.sources().iter().zip(&places).map(|((id, _), place)| (place.clone(), id)).collect();
        (Self { kept, places, ids, cut, changed: Vec::new() }, findings)
    }

    /// The source at a resolved path.
    pub(crate) fn id(&self, place: &Path) -> Option<SourceId> {
        self.ids.get(place).copied()
    }

    /// Where a source lies.
    pub(crate) fn place(&self, id: SourceId) -> Option<&Path> {
        let at = self.sources().iter().position(|(known, _)| known == id)?;
        self.places.get(at).map(PathBuf::as_path)
    }

    /// Every source with its place.
    pub(crate) fn all(&self) -> impl Iterator<Item = (SourceId, &Path)> {
        self.sources().iter().zip(&self.places).map(|((id, _), place)| (id, place.as_path()))
    }

    pub(crate) fn sources(&self) -> &Sources {
        self.kept.sources()
    }

    /// Replaces a text; says whether it differed.
    pub(crate) fn replace(&mut self, id: SourceId, text: &str) -> bool {
        if self.sources().get(id).text == text {
            return false;
        }
        self.cut.retain(|finding| finding.label.span.source != id);
        self.kept.replace(id, text);
        self.changed.push(id);
        true
    }

    /// The findings of one source.
    pub(crate) fn own(&mut self, id: SourceId) -> Vec<Finding> {
        let mut findings = self.kept.own(id);
        let cut: Vec<_> = self.cut.iter().filter(|finding| finding.label.span.source == id).cloned().collect();
        if !cut.is_empty() {
            findings = cut;
        }
        findings
    }

    /// What a whole run needs, which begins now.
    pub(crate) fn begin(&mut self) -> (Copy, Vec<Finding>) {
        self.changed.clear();
        (self.kept.copy(), self.cut.clone())
    }

    /// Takes what a whole run found.
    pub(crate) fn take(&mut self, whole: Whole) {
        self.changed.dedup();
        let _ = self.kept.take(whole, &self.changed);
    }
}
