//! `emberline alertmanager`: our part of Alertmanager's configuration, in the file of a team that runs one.

use std::path::Path;

use emberline_core::emit::Fragment;
use emberline_core::finding::Severity;
use emberline_core::merge::{Refused, merge};
use emberline_core::source::Sources;
use emberline_evidence::sensitive::{self, Origin, Values};

use super::conceal;
use super::gate::Gate;
use crate::args::{Alertmanager, FailOn, Format, Reporting};
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::{diff, replaced, shown};

/// Shows how the file would change, or writes it. Faults of the specs end it with exit status 1 and nothing written.
pub(crate) fn run(alertmanager: &Alertmanager, quiet: bool) -> Result<Status> {
    let Some(ours) = ours(alertmanager)? else { return Ok(Status::Findings) };
    let file = &alertmanager.file;
    let before = replaced::read(file)?;
    let after = merge(&before, &ours).map_err(|refused| failure(file, &before, refused))?;
    let say = |what: &str| {
        if !quiet {
            terminal::say(&format!("{}: {what}", shown(file)));
        }
    };
    if after == before {
        say("nothing to change");
        return Ok(Status::Clean);
    }
    // The lines around ours may hold a key of somebody, which the whole file tells better than a part of it.
    let mut values = Values::default();
    values.add(&before, &sensitive::scan(&before, Origin::File));
    let change = conceal::text(&diff::unified(&shown(file), &before, &after), &[&values]);
    terminal::print(|out| diff::print_lines(&change, out))?;
    if alertmanager.check {
        say("not what the specs ask for; `--write` instead of `--check` writes it");
        return Ok(Status::Findings);
    }
    if !alertmanager.write {
        say("nothing was written; `--write` writes it");
        return Ok(Status::Clean);
    }
    replaced::replace(file, &before, &after)?;
    say("written; `amtool check-config` checks the whole, and Alertmanager reads it on SIGHUP or `/-/reload`");
    Ok(Status::Clean)
}

/// Our part by the specs; `None` once faults in them were shown.
fn ours(alertmanager: &Alertmanager) -> Result<Option<Fragment>> {
    if alertmanager.remove {
        return Ok(Some(Fragment::default()));
    }
    let gate = Gate::open(&alertmanager.specs, None)?;
    let is_refused = gate.findings.iter().any(|finding| finding.severity == Severity::Error);
    match gate.plan.as_ref().filter(|_| !is_refused) {
        Some(plan) => Ok(Some(Fragment::of(&plan.alertmanager))),
        None => {
            gate.report(&Reporting { format: Format::Human, fail_on: FailOn::Error, today: None }, true)?;
            Ok(None)
        }
    }
}

/// Why the file cannot be edited, with the place.
fn failure(file: &Path, text: &str, refused: Refused) -> Failure {
    let Refused { at, what, help } = refused;
    let mut sources = Sources::default();
    let id = sources.add(shown(file), text);
    let place = sources.get(id).position(at);
    Failure::new(format!("{}:{}:{}: {what}", shown(file), place.line, place.column))
        .help(format!("{help}; nothing was written"))
}
