//! `emberline compile`: every artefact of the specs, or with `--check` how the folder differs from them.

use std::mem::ManuallyDrop;

use emberline_core::code::STALE_ARTEFACT;
use emberline_core::emit::Emitter;
use emberline_core::finding::{Finding, Severity};
use emberline_core::plan::Plan;
use emberline_core::source::Span;
use emberline_core::target::Target;

use super::gate::Gate;
use crate::args::{Compile, Format};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::render::counted;
use crate::status::Status;
use crate::terminal;
use crate::world::diff::{self, Difference, Kind};
use crate::world::emission::Emission;
use crate::world::{shown, write};

/// Checks the specs; if nothing stands against it, writes (or compares) the artefacts. Errors end it with exit status 1
/// whatever `--fail-on` says.
pub(crate) fn run(compile: &Compile, quiet: bool) -> Result<Status> {
    let mut gate = Gate::open(&compile.specs.specs, compile.reporting.today, true)?;
    let has_errors = gate.findings.iter().any(|finding| finding.severity == Severity::Error);
    let is_refused = has_errors || gate.status(&compile.reporting) == Status::Findings;
    let plan = match gate.plan.take() {
        // The process ends when this returns: taking a plan of a large organisation apart would only delay that.
        Some(plan) if !is_refused => ManuallyDrop::new(plan),
        None if !is_refused => return Err(Failure::bug("the specs have no plan and no fault")),
        _ => {
            gate.report(&compile.reporting, true)?;
            if !quiet {
                terminal::say("nothing was written");
            }
            return Ok(Status::Findings);
        }
    };
    let notes = std::mem::take(&mut gate.notes);
    let only = (!compile.only.is_empty()).then_some(&compile.only[..]);
    // Without `--only` the run answers for every target, and writes those that the policy asks for: what it no longer
    // asks for is stale.
    let emitter = Emitter::new(&plan);
    let emit = |unit: usize, targets: &[_]| {
        let targets = if only.is_some() { targets } else { &plan.targets };
        let mut artefacts = emitter.unit(unit, targets);
        if targets.contains(&Target::Runbooks) {
            artefacts.extend(emberline_pages::emit(&plan, unit, &notes).map_err(Failure::bug)?);
        }
        Ok(artefacts)
    };
    let emission = Emission { units: plan.units(), only, emit: &emit };
    if compile.check {
        compare(compile, gate, &plan, &emission, quiet)
    } else {
        write(compile, &gate, &plan, &emission, quiet)
    }
}

fn write(compile: &Compile, gate: &Gate, plan: &Plan, emission: &Emission<'_>, quiet: bool) -> Result<Status> {
    let progress = Progress::new(plan.units(), quiet);
    let tally = write::write(&compile.out, emission, compile.force, &|| progress.tick())?;
    drop(progress);
    gate.report(&compile.reporting, false)?;
    if !quiet {
        terminal::say(&format!(
            "{}: {} written ({} bytes), {} unchanged, {} removed",
            shown(&compile.out),
            counted(tally.written, "file"),
            tally.bytes,
            tally.unchanged,
            tally.removed
        ));
    }
    Ok(Status::Clean)
}

fn compare(compile: &Compile, mut gate: Gate, plan: &Plan, emission: &Emission<'_>, quiet: bool) -> Result<Status> {
    let progress = Progress::new(plan.units(), quiet);
    let differences = diff::compare(&compile.out, emission, &|| progress.tick())?;
    drop(progress);
    if compile.reporting.format == Format::Human {
        terminal::print(|out| diff::print(&compile.out, emission, &differences, out))?;
    }
    for difference in &differences {
        let path = shown(&compile.out.join(&difference.path));
        let source = gate.sources.add(path.clone(), "");
        gate.findings.push(stale(&path, difference, Span::new(source, 0..0)));
    }
    if differences.is_empty() && !quiet {
        terminal::say(&format!("{} is what the specs compile to", shown(&compile.out)));
    }
    gate.report(&compile.reporting, false)?;
    Ok(gate.status(&compile.reporting))
}

/// The finding that a differing file is. It has no source text: the diff shows what is in it.
fn stale(path: &str, difference: &Difference, span: Span) -> Finding {
    let (message, hint) = match difference.kind {
        Kind::Missing => (format!("`{path}` is missing"), "run `emberline compile` and commit what it writes"),
        Kind::Changed => {
            (format!("`{path}` is not what the specs compile to"), "run `emberline compile` and commit what it writes")
        }
        Kind::Stale => {
            (format!("`{path}` is left of a spec that is gone"), "run `emberline compile` and commit what it removes")
        }
        Kind::Foreign => (
            format!("an artefact must go to `{path}`, but emberline did not write what stands there"),
            "move it away, or replace it with `emberline compile --force`",
        ),
    };
    Finding::new(&STALE_ARTEFACT, span, message).hint(hint)
}
