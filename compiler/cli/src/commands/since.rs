//! `--changed-since`: what a change brought to the specs, and what was there before it.

use std::collections::HashSet;

use emberline_core::Order;
use emberline_core::finding::Finding;
use emberline_core::source::Sources;
use emberline_core::weaker::{Weakening, of_specs};

use super::conceal;
use super::gate::Gate;
use super::known::{Judged, without_known};
use crate::args::{Known, Specs};
use crate::failure::Result;
use crate::render::Report;
use crate::render::entry::entries;
use crate::weaker;
use crate::world::changes::Changes;
use crate::world::{git, read};

/// The findings that count: the baseline does not hold them, and the change since a commit brought them. Beside them, how
/// many the baseline holds. `check` and `compile` judge by the same ones.
pub(super) fn counting(
    gate: &Gate,
    since: Option<&Since>,
    known: &Known,
    staged: bool,
    quiet: bool,
) -> Result<(Vec<Finding>, usize)> {
    let judged = Judged { staged, base: since.map(|since| since.commit.as_str()) };
    let (findings, held) = without_known(&gate.found(), known, judged, quiet)?;
    Ok(match since {
        Some(since) => (since.brought(&Report { sources: &gate.sources, findings: &findings, waived: 0 }), held),
        None => (findings, held),
    })
}

/// The state that a change departed from.
pub(super) struct Since {
    /// The commit.
    pub(super) commit: String,
    /// The specs as the commit has them.
    pub(super) before: Gate,
    /// Its texts as people wrote them: those of `before` are without secrets.
    texts: Sources,
    changes: Changes,
}

impl Since {
    /// The last commit that the work tree and `revision` have in common, beside the specs as they are `now`. `order` says
    /// what of the commit's specs is needed.
    pub(super) fn open(revision: &str, specs: &Specs, now: &Sources, order: Order<'_>) -> Result<Self> {
        let commit = git::base(revision)?;
        let base = read::read_at(&commit, specs)?;
        let (texts, changes) = (base.sources.clone(), Changes::between(&base.sources, now));
        let before = Gate::of(base, order);
        Ok(Self { commit, before, texts, changes })
    }

    /// What the change brought: findings on its lines, and findings that were not there before. A line that nobody
    /// touched can be at fault too, once what it refers to is gone.
    fn brought(&self, report: &Report<'_>) -> Vec<Finding> {
        let old: HashSet<String> = entries(&self.before.found()).into_iter().map(|entry| entry.fingerprint).collect();
        entries(report)
            .iter()
            .zip(report.findings)
            .filter(|(entry, _)| {
                let place = &entry.place;
                self.changes.touch(place.path, place.line, place.end_line) || !old.contains(&entry.fingerprint)
            })
            .map(|(_, finding)| finding.clone())
            .collect()
    }

    /// The specs as the commit has them: their texts as people wrote them, and what they compile to.
    pub(super) fn into_before(self) -> (Sources, Gate) {
        (self.texts, self.before)
    }

    /// What weakens the gate: in the specs, and in other files of the repository. Values are shown without secrets.
    pub(super) fn weakenings(&self, now: &Sources) -> Result<Vec<Weakening>> {
        let mut found = of_specs(&self.texts, now);
        let both = self.texts.iter().chain(now.iter());
        let specs: HashSet<&str> = both.map(|(_, source)| source.path.as_str()).collect();
        git::changed(&self.commit, &mut |changed| {
            if !specs.contains(changed.path.as_str()) {
                found.extend(weaker::of_file(&changed));
            }
        })?;
        for Weakening { place, before, after, .. } in &mut found {
            for text in [Some(place), before.as_mut(), after.as_mut()].into_iter().flatten() {
                *text = conceal::text(text, &[]);
            }
        }
        Ok(found)
    }
}
