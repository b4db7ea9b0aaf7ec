//! `emberline check`: the static gate.

use std::collections::HashSet;

use emberline_core::finding::Finding;
use emberline_core::{Needs, Order};

use super::gate::{Gate, show, status};
use super::known::without_known;
use super::source;
use super::summary::{self, Series};
use crate::args::Check;
use crate::failure::Result;
use crate::render::Report;
use crate::render::entry::entries;
use crate::status::Status;
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
    let before = match &check.changed_since {
        Some(revision) => {
            let base = read::read_at(&git::base(revision)?, specs)?;
            let changes = Changes::between(&base.sources, &read.sources);
            Some((changes, of(base)))
        }
        None => None,
    };
    let gate = of(read).with_notes(specs, check.staged)?;
    let (mut findings, held) = without_known(&gate.found(), &check.known, check.staged, quiet)?;
    if let Some((changes, before)) = &before {
        let old: HashSet<String> = entries(&before.found()).into_iter().map(|entry| entry.fingerprint).collect();
        let left = Report { sources: &gate.sources, findings: &findings, waived: 0 };
        findings = brought(&left, changes, &old);
    }
    let report = Report { sources: &gate.sources, findings: &findings, waived: gate.waived + held };
    show(&report, &check.reporting, !quiet)?;
    if let Some(path) = &check.summary {
        let series = Series {
            now: &gate.bounds,
            before: before.as_ref().map(|(_, before)| &before.bounds[..]),
            prices: gate.prices.as_ref(),
        };
        summary::append(path, &report, &series)?;
    }
    Ok(status(&findings, &check.reporting))
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
