//! `emberline diff`: what a change of the specs means. Core compares the two plans; here both are read, and the outcome is
//! shown.

mod artefacts;
mod show;

use std::path::Path;

use emberline_core::Order;
use emberline_core::change::{Change, State, between, files};
use emberline_core::finding::Severity;
use emberline_core::source::Sources;
use emberline_core::weaker::{Weakening, of_specs};

use super::conceal;
use super::gate::{Gate, show as show_findings};
use super::since::Since;
use crate::args::{Diff, FailOn, Format, Reporting, Specs};
use crate::failure::{Failure, Result};
use crate::render::Report;
use crate::status::Status;
use crate::terminal;
use crate::world::read;

/// A state of the specs: its texts as people wrote them, and what they compile to.
struct Side {
    texts: Sources,
    gate: Gate,
}

impl Side {
    fn of(read: read::Specs, order: Order<'_>) -> Self {
        Self { texts: read.sources.clone(), gate: Gate::of(read, order) }
    }

    fn state(&self) -> State<'_> {
        State {
            sources: &self.texts,
            plan: self.gate.plan.as_ref(),
            bounds: &self.gate.bounds,
            prices: self.gate.prices.as_ref(),
        }
    }
}

/// Shows what changes from one state of the specs to the other.
pub(crate) fn run(diff: &Diff, quiet: bool) -> Result<Status> {
    let order = Order { today: Some(diff.today.unwrap_or_else(super::today)), ..Order::default() };
    let (before, after, weaker) = match folder(diff) {
        Some(old) => folders(old, &after(diff)?, order)?,
        None => revision(diff, order)?,
    };
    if after.gate.findings.iter().any(|finding| finding.severity == Severity::Error) {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        let report = Report { sources: &after.gate.sources, findings: &after.gate.findings, waived: after.gate.waived };
        show_findings(&report, &reporting, true)?;
        return Ok(Status::Findings);
    }
    let mut changes = between(before.state(), after.state(), &weaker);
    let is_partial = before.gate.plan.is_none();
    if let (Some(old), Some(new)) = (before.gate.plan, after.gate.plan) {
        let [old, new] = artefacts::of([old, new])?;
        changes.extend(files(&old, &new));
    }
    changes.iter_mut().for_each(concealed);
    if is_partial && !quiet {
        terminal::say("the specs before the change do not compile: only their fields are compared");
    }
    show::put(diff.format, &changes)?;
    Ok(Status::Clean)
}

/// The folder of specs before the change, unless a revision is meant.
fn folder(diff: &Diff) -> Option<&Path> {
    let path = Path::new(&diff.before);
    let is_spec = path.is_file() && path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    (diff.after.is_some() || path.is_dir() || is_spec).then_some(path)
}

/// The specs after the change.
fn after(diff: &Diff) -> Result<Specs> {
    let specs = match &diff.after {
        Some(folder) => vec![folder.clone()],
        None => diff.specs.specs.clone(),
    };
    if specs.len() > 1 {
        return Err(Failure::new("a folder is compared with one folder of specs, not with several")
            .help("name both folders: `emberline diff OLD NEW`"));
    }
    Ok(Specs { specs, policy: diff.specs.policy.clone() })
}

fn folders(old: &Path, new: &Specs, order: Order<'_>) -> Result<(Side, Side, Vec<Weakening>)> {
    let before = Side::of(read::read_as(old, new)?, order);
    let after = Side::of(read::read(new)?, order);
    let weaker = of_specs(&before.texts, &after.texts);
    Ok((before, after, weaker))
}

fn revision(diff: &Diff, order: Order<'_>) -> Result<(Side, Side, Vec<Weakening>)> {
    let after = Side::of(read::read(&diff.specs)?, order);
    let since = Since::open(&diff.before, &diff.specs, &after.texts, order)?;
    let weaker = since.weakenings(&after.texts)?;
    let (texts, gate) = since.into_before();
    Ok((Side { texts, gate }, after, weaker))
}

/// A spec can hold a secret, and a diff is published.
fn concealed(change: &mut Change) {
    let Change { subject, alert, what, before, after, note, .. } = change;
    let sides = [alert, before, after, note].into_iter().filter_map(Option::as_mut);
    for text in [subject, what].into_iter().chain(sides) {
        *text = conceal::text(text, &[]);
    }
}
