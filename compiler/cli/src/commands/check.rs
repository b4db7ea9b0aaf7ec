//! `emberline check`: the static gate.

use emberline_core::{Needs, Order};

use super::gate::{Gate, show, status};
use super::since::{self, Since};
use super::source;
use super::summary::{self, Series};
use crate::args::Check;
use crate::failure::Result;
use crate::render::Report;
use crate::status::Status;
use crate::world::read;

/// Reports everything that is wrong with the specs, or what a change brought.
pub(crate) fn run(check: &Check, quiet: bool) -> Result<Status> {
    let specs = &check.specs;
    let read = if check.staged { read::read_staged(specs)? } else { read::read(specs)? };
    let today = check.reporting.today.unwrap_or_else(super::today);
    let against = source::against(&check.against, &read.sources, today)?;
    let order = Order { today: Some(today), needs: Needs::Findings, against: against.as_ref(), ..Order::default() };
    let revision = check.changed_since.as_deref();
    let since = revision.map(|revision| Since::open(revision, specs, &read.sources, order)).transpose()?;
    let weaker = since.as_ref().map(|since| since.weakenings(&read.sources)).transpose()?;
    let gate = Gate::of(read, order).with_notes(specs, check.staged)?;
    let (findings, held) = since::counting(&gate, since.as_ref(), &check.known, check.staged, quiet)?;
    let report = Report { sources: &gate.sources, findings: &findings, waived: gate.waived + held };
    show(&report, &check.reporting, !quiet)?;
    if let Some(weaker) = weaker.as_ref().filter(|_| !quiet) {
        summary::say_weaker(weaker);
    }
    if let Some(path) = &check.summary {
        let series = Series {
            now: &gate.bounds,
            before: since.as_ref().map(|since| &since.before.bounds[..]),
            prices: gate.prices.as_ref(),
        };
        summary::append(path, &report, &series, weaker.as_deref())?;
    }
    Ok(status(&findings, &check.reporting))
}
