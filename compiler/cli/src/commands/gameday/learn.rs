//! What slowed a drill, as a proposed note for the runbook, with the difference that it makes to the page.

use std::path::{Path, PathBuf};

use emberline_core::plan::{Place, Plan, links, names};
use emberline_drill::notes;
use emberline_drill::record::{Page, Record};
use emberline_pages::Notes;

use super::super::gate::Gate;
use crate::args::Specs;
use crate::failure::{Failure, Result};
use crate::terminal;
use crate::world::{diff, notes as notes_folder, shown, write_file};

/// Reads the record of a drill.
pub(super) fn read(path: &Path) -> Result<Record> {
    let text = std::fs::read_to_string(path).map_err(|cause| Failure::io("cannot read", path, &cause))?;
    serde_json::from_str(&text).map_err(|cause| {
        Failure::new(format!("{} is no record of a drill: {cause}", shown(path)))
            .help("name a file that `--series` or `--out` wrote: `walk-001.drill.json` or `drill.json`")
    })
}

/// Adds what a drill taught to the notes of its objective, and prints how that changes the page. `recorded` is the
/// file of the record, if it is kept.
pub(super) fn propose(specs: &Specs, record: &Record, recorded: Option<&Path>, quiet: bool) -> Result<()> {
    // The page that people read has the windows of production.
    let gate = Gate::open(specs, None)?;
    let drill = recorded.map(|path| linked(gate.plan.as_ref(), path));
    let Some((service, slo, lines)) = notes::learned(record, drill.as_deref()) else {
        if !quiet {
            terminal::say(&format!("{}: nothing slowed this drill, so there is nothing to note", record.id));
        }
        return Ok(());
    };
    let folder = specs.first();
    let name = format!("{}/{}", names::stem(&service), names::stem(&slo));
    let path = folder.join(notes_folder::FOLDER).join(format!("{name}.md"));
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|cause| Failure::io("cannot make the folder", parent, &cause))?;
    }
    let before = notes_folder::text_of(folder, &path)?;
    let after = notes::appended(&before, &lines);
    if after == before {
        if !quiet {
            terminal::say(&format!("{}: the note stands there already", shown(&path)));
        }
        return Ok(());
    }
    write_file(&path, after.as_bytes())?;
    if !quiet {
        terminal::say(&format!("{}: a proposed note; `emberline compile` puts it on the runbook", shown(&path)));
    }
    let (Some(plan), Some(page)) = (&gate.plan, &record.page) else { return Ok(()) };
    let mut learned = gate.notes.clone();
    learned.add(name, after);
    let change = change(plan, page, &gate.notes, &learned)?;
    terminal::print(|out| diff::print_lines(&change, out))
}

/// A record's file as Markdown: a link if the policy says where the repository is, else the path.
fn linked(plan: Option<&Plan>, path: &Path) -> String {
    let place = Place { path: below_here(path), line: 1 };
    match plan.and_then(|plan| links::source(&plan.console, &place)) {
        Some(address) => format!("[Record of the drill]({address})"),
        None => format!("Record of the drill: `{}`", place.path),
    }
}

/// A path relative to the working directory, with `/` between its parts.
fn below_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let below: PathBuf = path.strip_prefix(&here).unwrap_or(path).components().collect();
    shown(&below).trim_start_matches("./").to_owned()
}

/// The unified diff of the page of the alert that fired, rendered without and with the note.
fn change(plan: &Plan, page: &Page, before: &Notes, after: &Notes) -> Result<String> {
    let Some(unit) = plan.services.iter().position(|service| service.name == page.service) else {
        return Ok(String::new());
    };
    let render = |notes: &Notes| {
        emberline_pages::emit(plan, unit, notes).map_err(|fault| Failure::bug(format!("a page is faulty: {fault}")))
    };
    let (old, new) = (render(before)?, render(after)?);
    let changed = old.iter().zip(&new).filter(|(old, new)| old.path.ends_with(".md") && old.text != new.text);
    // The alert that fired has a page of its own, and the note stands on those of its siblings as well.
    let own = format!("-{}-{}.md", page.long_window, page.short_window);
    let shown = changed.min_by_key(|(old, _)| !old.path.ends_with(&own));
    Ok(shown.map_or_else(String::new, |(old, new)| diff::unified(&old.path, &old.text, &new.text)))
}
