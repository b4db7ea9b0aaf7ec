//! `emberline compile`: every artefact of the specs, or with `--check` how the folder differs from them.

use std::path::{Path, PathBuf};

use emberline_core::code::STALE_ARTEFACT;
use emberline_core::finding::{Finding, Severity};
use emberline_core::source::Span;
use emberline_core::target::Target;
use emberline_core::{Needs, Order};
use rayon::prelude::*;

use super::gate::Gate;
use super::since::{self, Since};
use super::trees;
use crate::args::{Compile, Format, Known};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::render::counted;
use crate::status::Status;
use crate::terminal;
use crate::world::diff::{self, Difference, Kind};
use crate::world::emission::Emission;
use crate::world::stale::Reason;
use crate::world::{held, manifest, read, resolved, shown, write};

/// Checks the specs; if nothing stands against it, writes (or compares) the artefacts. Errors end it with exit status 1
/// whatever `--fail-on` says.
pub(crate) fn run(compile: &Compile, quiet: bool) -> Result<Status> {
    refuse_overlap(compile)?;
    let specs = &compile.specs;
    let only = (!compile.only.is_empty()).then_some(&compile.only[..]);
    let order = Order {
        today: Some(compile.reporting.today.unwrap_or_else(super::today)),
        team: compile.team.as_deref(),
        only,
        ..Order::default()
    };
    let read = read::read(specs)?;
    let revision = compile.changed_since.as_deref();
    let base = Order { needs: Needs::Findings, ..order };
    let since = revision.map(|revision| Since::open(revision, specs, &read.sources, base)).transpose()?;
    let mut gate = Gate::of(read, order).with_notes(specs, false)?;
    pass_over(compile, &mut gate, since.as_ref(), quiet)?;
    let has_errors = gate.findings.iter().any(|finding| finding.severity == Severity::Error);
    let is_refused = has_errors || gate.status(&compile.reporting) == Status::Findings;
    let plan = match gate.plan.take() {
        // The process ends when this returns: taking a plan of a large organisation apart would only delay that.
        Some(plan) if !is_refused => plan,
        None if !is_refused => return hold(compile, gate, since.as_ref(), quiet),
        _ => {
            gate.report(&compile.reporting, true)?;
            if !quiet {
                terminal::say("nothing was written");
            }
            return Ok(Status::Findings);
        }
    };
    let notes = std::mem::take(&mut gate.notes);
    let trees = trees::of(compile, plan, quiet)?;
    let emitters = trees::emitters(&trees);
    // Without `--only` the run answers for every target, and writes those that the policy asks for: what it no longer
    // asks for is stale.
    let emits: Vec<_> = trees
        .iter()
        .zip(&emitters)
        .map(|(tree, emitter)| {
            let notes = &notes;
            move |unit: usize, targets: &[Target]| tree.emit(emitter.as_ref(), unit, only.map(|_| targets), notes)
        })
        .collect();
    let outputs: Vec<Output<'_>> = trees
        .iter()
        .zip(&emits)
        .map(|(tree, emit)| Output {
            below: &tree.below,
            is_gone: tree.is_gone(),
            root: tree.root(&compile.out),
            emission: Emission { units: tree.units(), only, emit },
        })
        .collect();
    for output in &outputs {
        trees::refuse_links(&compile.out, &output.root)?;
    }
    if compile.check { compare(compile, gate, &outputs, quiet) } else { write(compile, gate, &outputs, quiet) }
}

/// A folder that is written by itself: the whole output, or the part of a team.
struct Output<'a> {
    /// Its path below the output folder, empty for the whole.
    below: &'a str,
    /// Whether its specs are gone.
    is_gone: bool,
    root: PathBuf,
    emission: Emission<'a>,
}

impl Output<'_> {
    /// A path below this folder as one below the output folder.
    fn path(&self, path: &str) -> String {
        if self.below.is_empty() { path.to_owned() } else { format!("{}/{path}", self.below) }
    }
}

/// Takes out the findings that `check` with the same baseline and revision passes over.
fn pass_over(compile: &Compile, gate: &mut Gate, since: Option<&Since>, quiet: bool) -> Result<()> {
    let known = Known { baseline: compile.baseline.clone(), update_baseline: false };
    let (findings, held) = since::counting(gate, since, &known, false, quiet)?;
    gate.findings = findings;
    gate.waived += held;
    Ok(())
}

/// Old errors stop the compilation, so nothing says what the artefacts should be. They must be what the revision has,
/// or what the manifest says: otherwise a change could hide behind an old error.
fn hold(compile: &Compile, mut gate: Gate, since: Option<&Since>, quiet: bool) -> Result<Status> {
    let out = &compile.out;
    let (differing, by) = match since {
        Some(since) => (held::differing_from(&since.commit, out)?, "the revision has"),
        None if compile.baseline.is_some() => (held::differing_from_manifest(out)?, "its manifest says"),
        None => return Err(Failure::bug("the specs have no plan and no fault")),
    };
    for path in &differing {
        let path = shown(&out.join(path));
        let message = format!("`{path}` is not what {by}, and old errors stop the compilation");
        let span = Span::new(gate.sources.add(path, ""), 0..0);
        let hint = "correct the errors that `emberline check` reports, then run `emberline compile`";
        gate.findings.push(Finding::new(&STALE_ARTEFACT, span, message).hint(hint));
    }
    if !quiet {
        terminal::say(&format!("old errors stop the compilation: {} is held against what {by}", shown(out)));
    }
    gate.report(&compile.reporting, false)?;
    Ok(gate.status(&compile.reporting))
}

/// Fails if artefacts would go among the specs or around them: they would be read as specs by the next run, and a stale
/// manifest would speak of the specs.
fn refuse_overlap(compile: &Compile) -> Result<()> {
    let out = &compile.out;
    let real_out = resolved(out)?;
    for specs in &compile.specs.specs {
        let real_specs = resolved(specs)?;
        let how = if real_specs == real_out {
            "is"
        } else if real_out.starts_with(&real_specs) {
            "lies inside"
        } else if real_specs.starts_with(&real_out) {
            "encloses"
        } else {
            continue;
        };
        return Err(Failure::new(format!(
            "the output folder {} {how} the folder of specs {}",
            shown(out),
            shown(specs)
        ))
        .help("name a folder beside the specs, such as `--out generated`; nothing was read or written"));
    }
    Ok(())
}

fn write(compile: &Compile, mut gate: Gate, outputs: &[Output<'_>], quiet: bool) -> Result<Status> {
    let progress = Progress::new("compiling", outputs.iter().map(|output| output.emission.units).sum(), quiet);
    let mut tally = write::Tally::default();
    let mut unknown_of = Vec::new();
    // Of several failures the first one by folder is told, whichever came first.
    let written: Vec<(&Output<'_>, Result<write::Tally>)> = outputs
        .par_iter()
        .filter(|output| output.emission.units > 0 || output.root.exists())
        .map(|output| (output, write::write(&output.root, &output.emission, compile.force, &|| progress.tick())))
        .collect();
    for (output, own) in written {
        let own = own?;
        tally.written += own.written;
        tally.unchanged += own.unchanged;
        tally.bytes += own.bytes;
        tally.removed.extend(own.removed.iter().map(|path| output.path(path)));
        if !own.unknown.is_empty() {
            unknown_of.push((output.path(manifest::NAME), own.unknown));
        }
        let is_left = output.is_gone && own.kept.is_empty() && compile.only.is_empty();
        tally.kept.extend(own.kept.into_iter().map(|(path, reason)| (output.path(&path), reason)));
        if is_left {
            trees::leave(&compile.out, &output.root)?;
        }
    }
    drop(progress);
    let mut tell = |path: &str, finding: &dyn Fn(Span) -> Finding| {
        let source = gate.sources.add(path, "");
        gate.findings.push(finding(Span::new(source, 0..0)));
    };
    for (path, reason) in &tally.kept {
        let path = shown(&compile.out.join(path));
        tell(&path, &|span| {
            // The person may want it, and the rest was written.
            let mut finding = kept(&path, *reason, &compile.out, span);
            finding.severity = Severity::Warning;
            finding
        });
    }
    for (path, lines) in &unknown_of {
        let path = shown(&compile.out.join(path));
        tell(&path, &|span| unknown(&path, lines, span));
    }
    let removed: Vec<String> = tally.removed.iter().map(|path| shown(&compile.out.join(path))).collect();
    if !quiet {
        for path in &removed {
            terminal::say(&terminal::clean(&format!("removed {path}: its spec is gone")));
        }
    }
    gate.report_compiled(&compile.reporting, removed)?;
    if !quiet {
        terminal::say(&format!(
            "{}: {} written ({} bytes), {} unchanged, {} removed",
            shown(&compile.out),
            counted(tally.written, "file"),
            tally.bytes,
            tally.unchanged,
            tally.removed.len()
        ));
    }
    Ok(gate.status(&compile.reporting))
}

fn compare(compile: &Compile, mut gate: Gate, outputs: &[Output<'_>], quiet: bool) -> Result<Status> {
    let progress = Progress::new("compiling", outputs.iter().map(|output| output.emission.units).sum(), quiet);
    let mut differing = Vec::new();
    for output in outputs {
        differing.push((output, diff::compare(&output.root, &output.emission, &|| progress.tick())?));
    }
    drop(progress);
    for (output, differences) in &differing {
        if compile.reporting.format == Format::Human {
            terminal::print(|out| diff::print(&output.root, &output.emission, differences, out))?;
        }
        for difference in differences {
            let path = shown(&output.root.join(&difference.path));
            let source = gate.sources.add(path.clone(), "");
            gate.findings.push(stale(&path, difference, &compile.out, Span::new(source, 0..0)));
        }
    }
    if differing.iter().all(|(_, differences)| differences.is_empty()) && !quiet {
        terminal::say(&format!("{} is what the specs compile to", shown(&compile.out)));
    }
    gate.report(&compile.reporting, false)?;
    Ok(gate.status(&compile.reporting))
}

/// The finding that a differing file is. It has no source text: the diff shows what is in it.
fn stale(path: &str, difference: &Difference, out: &Path, span: Span) -> Finding {
    let (message, hint) = match difference.kind {
        Kind::Missing => (format!("`{path}` is missing"), "run `emberline compile` and commit what it writes"),
        Kind::Changed => {
            (format!("`{path}` is not what the specs compile to"), "run `emberline compile` and commit what it writes")
        }
        Kind::Stale => {
            (format!("`{path}` belongs to a spec that is gone"), "run `emberline compile` and commit what it removes")
        }
        Kind::Kept(reason) => return kept(path, reason, out, span),
        Kind::Foreign => (
            format!("an artefact must go to `{path}`, but emberline did not write the file at this path"),
            "move the file away, or replace it with `emberline compile --force`",
        ),
    };
    Finding::new(&STALE_ARTEFACT, span, message).hint(hint)
}

/// The finding that a file is whose spec is gone and which may not be removed.
fn kept(path: &str, reason: Reason, out: &Path, span: Span) -> Finding {
    let why = match reason {
        Reason::Edited => "it is not what emberline wrote there",
        Reason::NoHash => "the manifest of an older release has no hash of it, so somebody may have edited it",
        Reason::Linked => "a folder on its path is a link",
    };
    let hint = format!("remove it, or move what you want to keep out of `{}`", shown(out));
    Finding::new(&STALE_ARTEFACT, span, format!("`{path}` belongs to a spec that is gone, and stays: {why}")).hint(hint)
}

/// How many lines of a manifest are named.
const NAMED: usize = 5;

/// The finding that lines of a manifest are which name files that the compiler never writes.
fn unknown(path: &str, lines: &[String], span: Span) -> Finding {
    let named: Vec<String> = lines.iter().take(NAMED).map(|line| format!("`{line}`")).collect();
    let more = lines.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("`{path}` listed files that emberline never writes: {}{more}", named.join(", "));
    let mut finding = Finding::new(&STALE_ARTEFACT, span, message)
        .note("the lines are gone from the list; the files were not touched")
        .hint("find out who added the lines: somebody may have wanted the files removed");
    finding.severity = Severity::Warning;
    finding
}
