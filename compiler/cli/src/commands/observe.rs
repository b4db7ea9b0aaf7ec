//! `emberline observe`: what a source exports, as a draft of declarations or as a snapshot.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use emberline_core::model::{Observed, Policy};
use emberline_core::quantity::Date;
use emberline_core::source::Sources;
use emberline_core::spec::{self, Comments};
use emberline_observe::Taken;
use emberline_observe::draft;
use emberline_observe::gather::Limits;
use emberline_observe::prometheus::Wanted;

use super::source;
use crate::args::{Observe, Specs};
use crate::failure::{Failure, Result};
use crate::render::counted;
use crate::status::Status;
use crate::terminal;
use crate::world::{links, read, shown, write_file};

/// How a snapshot begins: what does not begin so is nobody's to replace.
const HEAD: &str = "# Written by `emberline observe`";
/// The most bytes of a snapshot. Specs of more than 1 MiB are refused.
const LONGEST: usize = 900 << 10;

/// Prints a draft, or writes a snapshot.
pub(crate) fn run(observe: &Observe, quiet: bool) -> Result<Status> {
    let wanted = Wanted {
        only: observe.r#match.iter().map(|text| only(text)).collect::<Result<_>>()?,
        service: observe.service.clone(),
        over: observe.over,
        now: super::now(),
        ..Wanted::default()
    };
    let place = observe.snapshot.as_deref().map(|name| place(observe.specs.first(), name)).transpose()?;
    let taken = source::take(&observe.source, &observe.access, &wanted)?;
    let today = observe.today.unwrap_or_else(super::today);
    match place {
        Some(place) => snapshot(observe, &taken, &place, today, quiet),
        None => {
            let observed = source::observed(&taken, Limits::SNAPSHOT, String::new(), today, observe.over);
            let drafted = draft::draft(&observed, &policy(&observe.specs));
            if !quiet {
                terminal::say(&format!(
                    "{} of {}; paste what your objectives read below the service's name",
                    counted(drafted.metrics.len(), "metric"),
                    source::name(&observe.source)
                ));
            }
            let text = terminal::clean(&drafted.text());
            terminal::print(|out| out.write_all(text.as_bytes()))?;
            Ok(Status::Clean)
        }
    }
}

/// `LABEL=VALUE`.
fn only(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((label, value)) if !label.trim().is_empty() => {
            Ok((label.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
        }
        _ => Err(Failure::new(format!("`{text}` does not say which label has which value"))
            .help("write `--match job=checkout`")),
    }
}

/// The policy of the specs, else the defaults: it says which labels need no declaration.
pub(super) fn policy(specs: &Specs) -> Policy {
    let sources = if specs.first().exists() { read::read(specs).map(|read| read.sources).ok() } else { None };
    emberline_core::resolve(&sources.unwrap_or_else(Sources::default)).model.policy
}

/// Where the snapshot of a name lies.
fn place(specs: &Path, name: &str) -> Result<PathBuf> {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !is_name {
        return Err(Failure::new(format!("`{name}` cannot be the name of a snapshot"))
            .help("begin with a letter or digit and go on with letters, digits, `-`, `_` and `.`"));
    }
    let folder = if specs.is_file() { specs.parent().unwrap_or(Path::new("")) } else { specs };
    let place = folder.join(spec::OBSERVED).join(format!("{name}.yaml"));
    links::lead_inside(folder, &place)?;
    match fs::read(&place) {
        Ok(bytes) if !bytes.starts_with(HEAD.as_bytes()) => {
            Err(Failure::new(format!("{} is no snapshot that emberline wrote", shown(&place)))
                .help("choose another name"))
        }
        Ok(_) => Ok(place),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(place),
        Err(cause) => Err(Failure::io("cannot read", &place, &cause)),
    }
}

fn snapshot(observe: &Observe, taken: &Taken, place: &Path, today: Date, quiet: bool) -> Result<Status> {
    let (text, observed) = fitting(observe, taken, today);
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))?;
    write_file(place, text.as_bytes())?;
    if !quiet {
        let series: u64 = observed.metrics.values().map(|seen| u64::from(seen.series)).sum();
        let cut = if observed.is_partial { ", and more that had no room: narrow it down with `--match`" } else { "" };
        terminal::say(&format!(
            "wrote {}: {} with {series} series{cut}; `emberline check` holds the specs against it",
            shown(place),
            counted(observed.metrics.len(), "metric")
        ));
    }
    Ok(Status::Clean)
}

/// The longest snapshot that fits into a file of specs.
fn fitting(observe: &Observe, taken: &Taken, today: Date) -> (String, Observed) {
    let mut limits = Limits::SNAPSHOT;
    loop {
        let observed = source::observed(taken, limits, String::new(), today, observe.over);
        let observed = Observed { service: observe.service.clone(), ..observed };
        let text = format!(
            "{HEAD}, for `emberline check`: take it again rather than edit it.\n{}",
            spec::write(&observed.written(), Comments::No)
        );
        if text.len() <= LONGEST || limits.metrics < 2 {
            return (text, observed);
        }
        // Rows go first, then values, then metrics: a name proves the most.
        limits = match limits {
            Limits { rows: 50.., .. } => Limits { rows: limits.rows / 4, ..limits },
            Limits { values: 20.., .. } => Limits { values: 10, rows: 5, ..limits },
            _ => Limits { values: 5, rows: 1, metrics: limits.metrics / 2, ..limits },
        };
    }
}
