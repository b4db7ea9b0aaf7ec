//! What `check` and `compile` share: read the specs, analyse them, show what was found.

use std::path::PathBuf;

use emberline_core::code::UNKNOWN_REFERENCE;
use emberline_core::finding::{Finding, Severity};
use emberline_core::model::{Pace, Prices};
use emberline_core::plan::Plan;
use emberline_core::plan::bounds::ServiceBound;
use emberline_core::quantity::Date;
use emberline_core::source::{Sources, Span};
use emberline_core::suggest;
use emberline_core::target::Target;
use emberline_core::{Analysis, Order, compile};
use emberline_evidence::sensitive::Origin;
use emberline_pages::{Notes, Unclaimed};

use super::conceal;
use crate::args::{Format, Reporting, Specs};
use crate::failure::Result;
use crate::render::{self, Report};
use crate::status::Status;
use crate::terminal;
use crate::world::{notes, read};

/// All that is known of the specs.
pub(super) struct Gate {
    /// Their texts.
    pub(super) sources: Sources,
    /// What is wrong with them, sorted.
    pub(super) findings: Vec<Finding>,
    /// How many findings are accepted.
    pub(super) waived: usize,
    /// The most series of each service.
    pub(super) bounds: Vec<ServiceBound>,
    /// What telemetry costs, where the specs say so.
    pub(super) prices: Option<Prices>,
    /// What they compile to; absent while any finding is an error, and where nobody asked.
    pub(super) plan: Option<Plan>,
    /// What people learned, kept beside the specs.
    pub(super) notes: Notes,
}

/// What a system under drill loads: rules, collectors, stores and Alertmanager. Proofs are for the real windows, pages and
/// dashboards for people, and other forms of the rules would be held against intervals that nobody's ruler has.
pub(super) const LOADED: &[Target] =
    &[Target::Rules, Target::Collector, Target::Retention, Target::Limits, Target::Alertmanager];

impl Gate {
    /// Reads, analyses and plans the specs.
    pub(super) fn open(specs: &Specs, today: Option<Date>) -> Result<Self> {
        let order = Order { today: Some(today.unwrap_or_else(super::today)), ..Order::default() };
        Self::of(read::read(specs)?, order).with_notes(specs, false)
    }

    /// The same in the time of a drill, for the targets that its system loads.
    pub(super) fn open_at(specs: &Specs, pace: Pace, only: &[Target]) -> Result<Self> {
        let order = Order { today: Some(super::today()), pace, only: Some(only), ..Order::default() };
        Ok(Self::of(read::read(specs)?, order))
    }

    /// Reads the notes beside the specs.
    pub(super) fn with_notes(mut self, specs: &Specs, is_staged: bool) -> Result<Self> {
        let folders = notes::folders(specs, &self.sources);
        self.notes = if is_staged { notes::read_staged(&folders)? } else { notes::read(&folders)? };
        self.misplaced_notes(&folders);
        Ok(self)
    }

    /// Warns of notes that belong to no page: their service or objective is gone, or their name is misspelt.
    fn misplaced_notes(&mut self, folders: &[PathBuf]) {
        // A faulty declaration may lack a name.
        if self.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return;
        }
        let names = self.bounds.iter().map(|it| (it.service.as_str(), it.slos.iter().map(|slo| slo.slo.as_str())));
        for Unclaimed { path, known } in self.notes.unclaimed(names) {
            let name = notes::path(folders, &path);
            let source = self.sources.add(name.clone(), "");
            let hint = suggest::did_you_mean(&path, known.iter().map(String::as_str)).unwrap_or_else(|| {
                format!("name it after a service or an objective, such as `{}.md`", known.first().map_or("", |it| it))
            });
            let message = format!("`{name}` belongs to no runbook page: no service and no objective has this name");
            let mut finding = Finding::new(&UNKNOWN_REFERENCE, Span::new(source, 0..0), message).hint(hint);
            // What people wrote is not lost, and the rest compiles.
            finding.severity = Severity::Warning;
            self.findings.push(finding);
        }
    }

    /// Analyses specs that were read.
    pub(super) fn of(specs: read::Specs, order: Order<'_>) -> Self {
        let read::Specs { mut sources, cut } = specs;
        // Where the texts that findings quote come from.
        let origin = if order.against.is_some() { Origin::Telemetry } else { Origin::File };
        let Analysis { mut findings, waived, bounds, prices, mut plan } = compile(&sources, order);
        if read::replace_cut(&mut findings, cut) {
            plan = None;
        }
        conceal::report(&mut sources, &mut findings, origin);
        Self { sources, findings, waived, bounds, prices, plan, notes: Notes::default() }
    }

    /// What there is to show.
    pub(super) fn found(&self) -> Report<'_> {
        Report { sources: &self.sources, findings: &self.findings, waived: self.waived }
    }

    /// Prints the findings. Programs get their document in any case; people are told that nothing was found if `always`.
    pub(super) fn report(&self, reporting: &Reporting, always: bool) -> Result<()> {
        show(&self.found(), reporting, always)
    }

    /// Prints the findings of a run that wrote, and for programs the files that it removed.
    pub(super) fn report_compiled(&self, reporting: &Reporting, removed: Vec<String>) -> Result<()> {
        let report = self.found();
        if report.findings.is_empty() && reporting.format == Format::Human {
            return Ok(());
        }
        terminal::print(|out| render::compiled(reporting.format, removed).render(&report, out))
    }

    /// The exit status that the findings ask for.
    pub(super) fn status(&self, reporting: &Reporting) -> Status {
        status(&self.findings, reporting)
    }
}

/// Prints a report.
pub(super) fn show(report: &Report<'_>, reporting: &Reporting, always: bool) -> Result<()> {
    if report.findings.is_empty() && !always && reporting.format == Format::Human {
        return Ok(());
    }
    terminal::print(|out| render::renderer(reporting.format).render(report, out))
}

/// The exit status that findings ask for.
pub(super) fn status(findings: &[Finding], reporting: &Reporting) -> Status {
    let fails = findings.iter().any(|finding| reporting.fail_on.fails(finding.severity));
    if fails { Status::Findings } else { Status::Clean }
}
