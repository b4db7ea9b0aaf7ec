//! `emberline cost`, and what `roi` shares with it: specs and volumes in, an answer out.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use emberline_core::finding::Severity;
use emberline_core::plan::bounds::total;
use emberline_core::source::Sources;
use emberline_core::{Meaning, Needs, Order, compile};
use emberline_money::bill::{self, Bill};
use emberline_money::change;
use emberline_money::measured::Measured;
use emberline_money::terms::Terms;
use emberline_money::{Fault, Form};
use serde::Serialize;

use super::gate::show;
use crate::args::{Cost, FailOn, Format, ReportFormat, Reporting, Specs};
use crate::failure::{Failure, Result};
use crate::render::Report;
use crate::status::Status;
use crate::terminal;
use crate::world::{git, read, shown};

/// A measurement is a page of numbers; nothing that is longer is one.
const READ_AT_MOST: u64 = 1 << 20;

/// Why money cannot be counted, as a failure of the command.
pub(super) fn failed(Fault { what, help }: Fault) -> Failure {
    Failure { what, help }
}

/// Shows the bill, or what a change does to it.
pub(crate) fn run(cost: &Cost, quiet: bool) -> Result<Status> {
    let Some(meant) = meant(&cost.specs)? else { return Ok(Status::Findings) };
    let measured = measured(&cost.volumes.measured)?;
    let terms = terms(&meant)?;
    if let Some(revision) = &cost.changed_since {
        let base = git::base(revision)?;
        let before = Meant::of(read::read_at(&base, &cost.specs)?);
        // Where there were no prices, the change of volumes is what can be told.
        let old = self::terms(&before).unwrap_or_else(|_| Terms { bound: Some(before.bound), ..terms.clone() });
        let change = change::change(&measured, &old, &terms).map_err(failed)?;
        put(cost.format, &change, |form| change.show(form))?;
        return Ok(Status::Clean);
    }
    let bill = bill::bill(&shown(&cost.volumes.measured), &measured, &terms).map_err(failed)?;
    put(cost.format, &bill, |form| bill.show(form))?;
    Ok(sound(&bill, quiet))
}

/// Specs with what they mean, and the most series that they allow.
pub(super) struct Meant {
    pub(super) sources: Sources,
    meaning: Meaning,
    bound: u64,
}

impl Meant {
    fn of(specs: read::Specs) -> Self {
        let read::Specs { sources, cut } = specs;
        let mut meaning = emberline_core::resolve(&sources);
        read::replace_cut(&mut meaning.findings, cut);
        let order = Order { today: Some(super::today()), needs: Needs::Findings, ..Order::default() };
        let bound = total(&compile(&sources, order).bounds);
        Self { sources, meaning, bound }
    }
}

/// The specs; `None` once faults in them were shown.
pub(super) fn meant(specs: &Specs) -> Result<Option<Meant>> {
    let meant = Meant::of(read::read(specs)?);
    let faults = &meant.meaning.findings;
    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        show(&Report { sources: &meant.sources, findings: faults, waived: 0 }, &reporting, true)?;
        return Ok(None);
    }
    Ok(Some(meant))
}

/// What money is counted by.
pub(super) fn terms(meant: &Meant) -> Result<Terms> {
    Terms::of(&meant.meaning, Some(meant.bound)).map_err(failed)
}

/// What was measured.
pub(super) fn measured(path: &Path) -> Result<Measured> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(READ_AT_MOST).read_to_string(&mut text));
    read.map_err(|cause| {
        Failure::io("cannot read the measurement", path, &cause)
            .help("`ci/cost/measure` measures the demo; `--measured` names another file")
    })?;
    Measured::parse(&shown(path), &text).map_err(failed)
}

/// Cheaper telemetry that has lost an error is no saving, and a pipeline should stop at it.
pub(super) fn sound(bill: &Bill, quiet: bool) -> Status {
    if bill.intact.missing.is_empty() {
        return Status::Clean;
    }
    if !quiet {
        terminal::say(&format!("failed or slow traces are missing: {}", bill.intact.missing.join("; ")));
    }
    Status::Findings
}

/// Writes an answer to standard output.
pub(super) fn put<T: Serialize>(
    format: ReportFormat,
    answer: &T,
    show: impl FnOnce(Form) -> std::result::Result<String, Fault>,
) -> Result<()> {
    let text = match format {
        ReportFormat::Human => terminal::clean(&show(Form::Text).map_err(failed)?),
        ReportFormat::Markdown => show(Form::Markdown).map_err(failed)?,
        ReportFormat::Json => serde_json::to_string_pretty(answer).map_err(Failure::bug)? + "\n",
    };
    terminal::print(|out| out.write_all(text.as_bytes()))
}
