//! `emberline check`: the static gate.

use std::collections::HashSet;

use emberline_core::finding::Finding;
use emberline_core::source::Sources;
use emberline_core::{Needs, Order};

use super::conceal;
use super::gate::{Gate, show, status};
use super::known::{Judged, without_known};
use super::source;
use super::summary::{self, Series};
use crate::args::Check;
use crate::failure::Result;
use crate::render::Report;
use crate::render::entry::entries;
use crate::status::Status;
use crate::weaker::{self, Weakening};
use crate::world::changes::Changes;
use crate::world::{git, read};

/// Reports everything that is wrong with the specs, or what a change brought.
pub(crate) fn run(check: &Check, quiet: bool) -> Result<Status> {
    let specs = &check.specs.specs;
    let read = if check.staged { read::read_staged(specs)? } else { read::read(specs)? };
    let today = check.reporting.today.unwrap_or_else(super::today);
    let against = source::against(&check.against, &read.sources, today)?;
    let order = Order { today: Some(today), needs: Needs::Findings, against: against.as_ref(), ..Order::default() };
    let of = |specs| Gate::of(specs, order);
    let mut weaker = None;
    let before = match &check.changed_since {
        Some(revision) => {
            let commit = git::base(revision)?;
            let base = read::read_at(&commit, specs)?;
            let changes = Changes::between(&base.sources, &read.sources);
            weaker = Some(weakenings(&commit, &base.sources, &read.sources)?);
            Some((commit, changes, of(base)))
        }
        None => None,
    };
    let gate = of(read).with_notes(specs, check.staged)?;
    let base = before.as_ref().map(|(commit, _, _)| commit.as_str());
    let (mut findings, held) =
        without_known(&gate.found(), &check.known, Judged { staged: check.staged, base }, quiet)?;
    if let Some((_, changes, before)) = &before {
        let old: HashSet<String> = entries(&before.found()).into_iter().map(|entry| entry.fingerprint).collect();
        let left = Report { sources: &gate.sources, findings: &findings, waived: 0 };
        findings = brought(&left, changes, &old);
    }
    let report = Report { sources: &gate.sources, findings: &findings, waived: gate.waived + held };
    show(&report, &check.reporting, !quiet)?;
    if let Some(weaker) = weaker.as_ref().filter(|_| !quiet) {
        summary::say_weaker(weaker);
    }
    if let Some(path) = &check.summary {
        let series = Series {
            now: &gate.bounds,
            before: before.as_ref().map(|(_, _, before)| &before.bounds[..]),
            prices: gate.prices.as_ref(),
        };
        summary::append(path, &report, &series, weaker.as_deref())?;
    }
    Ok(status(&findings, &check.reporting))
}

/// What weakens the gate since a commit: in the specs, and in other files of the repository. Values are shown without
/// secrets.
fn weakenings(commit: &str, before: &Sources, after: &Sources) -> Result<Vec<Weakening>> {
    let mut found = weaker::of_specs(before, after);
    let specs: HashSet<&str> = before.iter().chain(after.iter()).map(|(_, source)| source.path.as_str()).collect();
    git::changed(commit, &mut |changed| {
        if !specs.contains(changed.path.as_str()) {
            found.extend(weaker::of_file(&changed));
        }
    })?;
    for weakening in &mut found {
        let Weakening { place, before, after, .. } = weakening;
        for text in [Some(place), before.as_mut(), after.as_mut()].into_iter().flatten() {
            *text = conceal::text(text, &[]);
        }
    }
    Ok(found)
}

/// What a change brought: findings on its lines, and findings that were not there before. A line that nobody touched can
/// be at fault too, once what it refers to is gone.
fn brought(report: &Report<'_>, changes: &Changes, old: &HashSet<String>) -> Vec<Finding> {
    entries(report)
        .iter()
        .zip(report.findings)
        .filter(|(entry, _)| {
            let place = &entry.place;
            changes.touch(place.path, place.line, place.end_line) || !old.contains(&entry.fingerprint)
        })
        .map(|(_, finding)| finding.clone())
        .collect()
}
