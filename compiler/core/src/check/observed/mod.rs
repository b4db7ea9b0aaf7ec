//! Specs against what is really exported: a snapshot, or the source that `check --against` asked.
//!
//! ```text
//! Observed ──view──▶ what one service can read ──┬─declared─▶ its metrics: type, unit, buckets, labels, interval
//!                                                └─indicator▶ its objectives: metric, labels, values, buckets, sums
//! ```
//!
//! What is missing from the source may only be reported where its absence proves something: never of values that were too
//! many to be listed, never of a source that was cut, and never of failures that have not happened yet.

mod declared;
mod gone;
mod indicator;
mod interval;
mod selector;
mod stale;
mod sums;
mod view;

pub(crate) use stale::stale;

use super::{Context, added};
use crate::code::{self, Code};
use crate::finding::Finding;
use view::{Known, View};

/// What only a source can show.
pub(super) static CODES: &[&Code] = &[
    &code::METRIC_NOT_FOUND,
    &code::LABEL_NOT_FOUND,
    &code::VALUE_NOT_FOUND,
    &code::BUCKET_NOT_FOUND,
    &code::TYPE_MISMATCH,
    &code::SELECTOR_MATCHES_NOTHING,
    &code::NEVER_BAD,
    &code::BAD_EXCEEDS_TOTAL,
    &code::SCRAPE_INTERVAL_MISMATCH,
    &code::DUPLICATE_SERIES,
    &code::STALE_SNAPSHOT,
];

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(view) = View::of(context) else { return };
    let first = findings.len();
    let misread = declared::run(context, &view, findings);
    for (slo, _) in context.slos() {
        let before = findings.len();
        indicator::run(context, &view, slo, &misread, findings);
        added::note(slo, &mut findings[before..]);
    }
    interval::run(context, &view, findings);
    // Specs alone can disagree on a unit as well.
    let is_observed = |finding: &&mut Finding| CODES.contains(&finding.code) || finding.code == &code::UNIT_MISMATCH;
    findings[first..].iter_mut().filter(is_observed).for_each(|finding| {
        finding.notes.push(view.by());
    });
}

/// Whether the series of a name have a label, by what was observed; `None` where no source has such series.
pub(super) fn shows_label(context: &Context<'_>, series: &str, label: &str) -> Option<bool> {
    let series = View::of(context)?.series(series)?;
    Some(!matches!(series.label(label), Known::Absent))
}

/// Leaves out what is less than is known of the same place: a name that nothing exports needs no declaration.
pub(super) fn settle(findings: &mut Vec<Finding>) {
    let known = [&code::METRIC_NOT_FOUND, &code::TYPE_MISMATCH];
    let places: Vec<_> = findings.iter().filter(|it| known.contains(&it.code)).map(|it| it.label.span).collect();
    findings.retain(|finding| *finding.code != code::UNDECLARED_METRIC || !places.contains(&finding.label.span));
}
