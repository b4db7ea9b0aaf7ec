//! The files of a drill: records, evidence, write-ups, notes.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use emberline_core::plan::{Plan, names};
use emberline_drill::cause::How;
use emberline_drill::chance::Chance;
use emberline_drill::drill::Drilled;
use emberline_drill::notes;
use emberline_drill::record::{Record, Verdict};
use emberline_drill::report::{Incident, series_markdown};
use emberline_drill::series;

use super::failure;
use super::folder::{make, put};
use super::session::Session;
use crate::failure::{Failure, Result};
use crate::terminal;
use crate::world::write::{NotCreated, create};
use crate::world::{shown, write_file};

/// The file that seals the seed of a series.
const SEED: &str = "seed.sealed";
/// What stands before it.
const SEALED: &str = "The following lines give away the faults of later drills. The seed of this series is ";

/// The seed of a series: that of its folder, or a new one, which is sealed there.
pub(super) fn seed(folder: &Path, given: Option<u64>) -> Result<u64> {
    make(folder)?;
    let path = folder.join(SEED);
    let sealed = std::fs::read_to_string(&path).ok();
    let known = sealed.as_deref().and_then(|text| text.trim().rsplit(' ').next()?.parse().ok());
    match (known, given) {
        (Some(known), Some(given)) if known != given => {
            Err(Failure::new(format!("the series in {} has another seed", shown(folder)))
                .help("leave `--seed` out to continue the series, or name another folder"))
        }
        (Some(known), _) => Ok(known),
        (None, given) => {
            let seed = given.unwrap_or_else(Chance::seed);
            write_file(&path, format!("{SEALED}{seed}\n").as_bytes())?;
            Ok(seed)
        }
    }
}

/// Keeps the record of a drill. If the search was wrong or not certain, its walk is kept too: JSON, page and drawings.
pub(super) fn keep(folder: &Path, drilled: &Drilled) -> Result<()> {
    let record = &drilled.record;
    let is_unsure = record.search.as_ref().is_some_and(|search| search.verdict == Verdict::NotCertain);
    if (is_unsure || !record.is_right()) && !drilled.artefacts.is_empty() {
        put(&folder.join(format!("{}.walk", record.id)), &drilled.artefacts)?;
    }
    write_file(&folder.join(series::file(&record.id)), &json(record)?)
}

/// Writes what all records of a folder say together; gives the table.
pub(super) fn summary(folder: &Path) -> Result<String> {
    let records = series::read(folder).map_err(failure)?;
    let summary = series::summary(&records, broken_off(folder));
    let table = series_markdown(&summary, &records).map_err(failure)?;
    write_file(&folder.join("series.json"), &json(&summary)?)?;
    write_file(&folder.join("series.md"), table.as_bytes())?;
    Ok(table)
}

/// Keeps why a drill broke off.
pub(super) fn broken(folder: &Path, id: &str, time: usize, why: &str) -> Result<()> {
    let first = why.lines().next().unwrap_or_default();
    write_file(&folder.join(format!("{id}.broken-{time}.txt")), format!("{first}\n\n{why}\n").as_bytes())
}

/// The drills that broke off, and why, in a line each.
fn broken_off(folder: &Path) -> Vec<String> {
    let mut lines: Vec<String> = folder
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let (id, _) = name.strip_suffix(".txt")?.split_once(".broken-")?;
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some(format!("{id}: {}", text.lines().next().unwrap_or_default()))
        })
        .collect();
    lines.sort();
    lines
}

/// Writes an incident's evidence, and proposes its postmortem.
pub(super) fn incident(
    out: &Path,
    page: Option<&Path>,
    drilled: &Drilled,
    session: &Session<'_>,
    plan: &Plan,
    quiet: bool,
) -> Result<()> {
    let record = &drilled.record;
    let Some(paged) = &record.page else {
        terminal::say(&format!("no alert fired, so there is no incident to write into {}", shown(out)));
        return Ok(());
    };
    let rules = session.generated.join("prometheus/rules").join(format!("{}.yaml", names::stem(&paged.service)));
    let rules = std::fs::read_to_string(&rules).map_err(|cause| Failure::io("cannot read", &rules, &cause))?;
    let change = record.release.bad.as_deref().map(|bad| session.repository.show(bad)).transpose();
    let change = change.map_err(failure)?.unwrap_or_default();
    let (evidence, artefacts) = (&drilled.evidence, &drilled.artefacts);
    let incident = Incident { record, evidence, artefacts, rules: &rules, change: &change, plan };
    let files = incident.files().map_err(failure)?;
    crate::commands::walk::clear(&out.join("walk"), artefacts)?;
    put(out, &files)?;
    if !quiet {
        terminal::say(&format!("{}: {} files of evidence", shown(out), files.len()));
    }
    let Some(page) = page else { return Ok(()) };
    let name = page.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = format!("{}/", relative(page.parent().unwrap_or(Path::new(".")), out)?);
    let text = incident.postmortem(&name, &folder).map_err(failure)?;
    let written = match create(page, &text) {
        Ok(()) => page.to_owned(),
        Err(NotCreated::Failed(failed)) => return Err(failed),
        Err(NotCreated::Exists) => {
            // Somebody may have edited it.
            let beside = PathBuf::from(format!("{}.new", page.display()));
            write_file(&beside, text.as_bytes())?;
            beside
        }
    };
    if !quiet {
        terminal::say(&format!("{}: a postmortem to edit", shown(&written)));
    }
    Ok(())
}

/// The sealed fault and how the drill went, once the drill is over.
pub(super) fn opened(record: &Record) -> String {
    let seconds = |at: Option<f64>| at.map_or_else(|| "–".to_owned(), |at| format!("{at:.0} s"));
    let mut text = String::new();
    let fault = &record.fault;
    let what = if fault.outage { "no code change" } else { fault.opened.kind.as_str() };
    let _ = writeln!(text, "{}: fault {} ({what})", record.id, fault.name);
    if let Some(sealed) = &fault.sealed {
        let _ = writeln!(text, "  sealed     sha256 {sealed}");
    }
    for bad in record.release.faulty() {
        let subject = record.release.commits.iter().find(|commit| commit.id == bad).map_or("", |it| &it.subject);
        let _ = writeln!(text, "  faulty     {} {subject}", bad.get(..12).unwrap_or(bad));
    }
    let answer = match &record.search {
        None => "no alert fired".to_owned(),
        Some(search) => {
            let rank = search.rank.map_or_else(String::new, |rank| format!(", faulty commit at rank {rank}"));
            let sure = match (search.confident_and_wrong, search.verdict) {
                (true, _) => ", CERTAIN AND WRONG",
                (false, Verdict::Commit | Verdict::NoCodeChange) => ", right",
                _ => "",
            };
            format!("{}{rank}{sure}, in {:.1} s", search.verdict.said(), search.seconds)
        }
    };
    let _ = writeln!(text, "  answer     {answer}");
    let _ = writeln!(text, "  MTTD       {} from the end of the change", seconds(record.detected));
    let _ = writeln!(
        text,
        "  MTTR       {}, after {}",
        seconds(record.recovered),
        notes::counted(record.attempts.len(), "rollback")
    );
    let _ = writeln!(text, "  cause      {}", found(record));
    for (what, times) in [("fires", &record.fires), ("resolves", &record.clears)] {
        let met = match times.met {
            Some(true) => "in time",
            Some(false) => "TOO LATE",
            None => "not judged",
        };
        let (measured, computed, limit) = (seconds(times.measured), seconds(times.computed), seconds(times.limit));
        let _ = writeln!(text, "  {what:<10} {measured}, computed {computed}, at the latest {limit}: {met}");
    }
    terminal::clean(&text)
}

/// How the cause was found, in a line.
fn found(record: &Record) -> String {
    let Some(cause) = &record.cause else { return "not looked for".to_owned() };
    let Some(at) = cause.found else {
        return format!("not found, with {} deployed", notes::counted(cause.probes.len(), "version"));
    };
    let by = match cause.how {
        How::Search => "named by the search",
        How::Bisect => "found by deploying versions",
        How::OneByOne => "the commit whose revert helped",
        How::NoRelease => "no release is the cause",
        How::NotFound => "not found",
    };
    let faulty = record.release.faulty().count();
    let all = match (cause.right, cause.all) {
        (false, _) => ", WRONG".to_owned(),
        (true, false) => format!(", {} of {faulty} faulty commits", cause.commits.len()),
        (true, true) => String::new(),
    };
    format!("known after {at:.0} s, {by}{all}")
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_string_pretty(value);
    Ok((text.map_err(|cause| Failure::bug(format!("a record cannot be written: {cause}")))? + "\n").into_bytes())
}

/// The way from one folder to another, with `/` between parts.
fn relative(from: &Path, to: &Path) -> Result<String> {
    let here = std::env::current_dir().map_err(|cause| Failure::new(format!("cannot tell where this is: {cause}")))?;
    let parts = |path: &Path| {
        let mut parts: Vec<String> = Vec::new();
        for component in here.join(path).components() {
            match component {
                Component::ParentDir => drop(parts.pop()),
                Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
                _ => {}
            }
        }
        parts
    };
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    Ok(up.chain(to[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_of_a_series_stays() {
        let folder = tempfile::tempdir().unwrap();
        let series = folder.path().join("drills");
        assert_eq!(seed(&series, Some(42)).unwrap(), 42);
        assert_eq!(seed(&series, None).unwrap(), 42);
        assert!(seed(&series, Some(43)).unwrap_err().what.contains("another seed"));
        let other = folder.path().join("other");
        assert_eq!(seed(&other, None).unwrap(), seed(&other, None).unwrap());
    }

    #[test]
    fn the_way_from_a_page_to_its_evidence() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to)).unwrap();
        assert_eq!(way("slos/incidents", "generated/incidents/a"), "../../generated/incidents/a");
        assert_eq!(way(".", "a/../b"), "b");
        assert_eq!(way("/x/y", "/x/y/z"), "z");
    }

    #[test]
    fn why_drills_broke_off_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        broken(folder.path(), "walk-003", 1, "`deploy` failed\nline\n").unwrap();
        assert_eq!(broken_off(folder.path()), ["walk-003: `deploy` failed"]);
        let text = summary(folder.path()).unwrap();
        assert!(text.contains("walk-003: `deploy` failed"), "{text}");
    }
}
