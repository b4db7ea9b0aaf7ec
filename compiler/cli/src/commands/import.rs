//! `emberline import`: specs of other tools, written as specs of ours, and a report.

use std::fs;
use std::path::{Path, PathBuf};

use emberline_core::source::Sources;
use emberline_import::{File, Peer, import};

use super::init;
use crate::args::{Import, ImportFormat};
use crate::failure::{Failure, Result};
use crate::render::counted;
use crate::status::Status;
use crate::terminal;
use crate::world::{links, read, shown, write};

/// Imports everything that can be, and says what cannot.
pub(crate) fn run(order: &Import, quiet: bool) -> Result<Status> {
    let peer = Peer::from(order.peer);
    let sources = sources(&order.paths)?;
    let heads = |file: &File| init::head(&order.out, &from(peer, file));
    // Every head has as many lines.
    let lines = init::head(&order.out, "\n").lines().count();
    let imported = import(&sources, peer, lines);
    if !order.dry_run {
        let places: Vec<PathBuf> = imported.files.iter().map(|file| order.out.join(&file.name)).collect();
        if let Some(taken) = places.iter().find(|place| place.symlink_metadata().is_ok()) {
            return Err(Failure::new(format!("{} exists already", shown(taken)))
                .help("name another folder with `--out`; nothing was written"));
        }
        for (file, place) in imported.files.iter().zip(&places) {
            let text = format!("{}{}", heads(file), file.text);
            write::create(place, &text).map_err(|failure| match failure {
                write::NotCreated::Exists => Failure::new(format!("{} exists already", shown(place))),
                write::NotCreated::Failed(failure) => failure,
            })?;
        }
    }
    let report = match order.format {
        ImportFormat::Human => imported.report.text(&sources),
        ImportFormat::Json => imported.report.json(&sources),
    };
    let report = terminal::clean(&report);
    terminal::print(|out| out.write_all(report.as_bytes()))?;
    if !quiet && !order.dry_run && !imported.files.is_empty() {
        let written = counted(imported.files.len(), "spec");
        terminal::say(&format!("wrote {written} to {}; next: `emberline compile`", shown(&order.out)));
    }
    Ok(if imported.report.has_refused() { Status::Findings } else { Status::Clean })
}

/// Where a spec comes from, as a comment of one line.
fn from(peer: Peer, file: &File) -> String {
    let all = file.from.iter().map(|path| path.replace(char::is_control, " ")).collect::<Vec<_>>().join(", ");
    format!("# Imported from {}: {all}\n", peer.name())
}

/// The texts of all files, in the order of their paths.
fn sources(paths: &[PathBuf]) -> Result<Sources> {
    let mut files = Vec::new();
    for path in paths {
        let about = fs::metadata(path).map_err(|cause| Failure::io("cannot read", path, &cause))?;
        match about.is_dir() {
            true => files.extend(links::files(path, &["yaml", "yml"])?),
            false => files.push(path.clone()),
        }
    }
    files.sort();
    files.dedup();
    let mut sources = Sources::default();
    for path in files {
        sources.add(shown(&path), contents(&path)?);
    }
    Ok(sources)
}

fn contents(path: &Path) -> Result<String> {
    String::from_utf8(read::contents(path)?).map_err(|_| Failure::new(format!("{} is not UTF-8", shown(path))))
}
