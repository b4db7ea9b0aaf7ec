//! Every file that the peers publish and that lies beside this repository imports, or is refused with place and reason.
//!
//! The files are not part of the repository. `EMBERLINE_PEERS` names another folder, and `EMBERLINE_PEERS_OUT` one for the
//! rules and unit tests that the imported specs compile to, so that promtool can judge them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test reads files, may stop at the first surprise, and says what it counted"
)]

use std::fs;
use std::path::{Path, PathBuf};

use emberline_core::emit::Emitter;
use emberline_core::plan::Plan;
use emberline_core::source::Sources;
use emberline_core::target::Target;
use emberline_core::{Order, compile, yaml};
use emberline_import::{Imported, Kind, Peer, import, recognised};

/// The files below a folder that are a peer's.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            found.push(entry);
        }
    }
    found.sort();
    found
}

fn imported(path: &Path) -> Option<(Sources, Imported)> {
    let mut sources = Sources::default();
    let text = fs::read_to_string(path).unwrap();
    let id = sources.add(path.file_name().unwrap().to_string_lossy(), text.clone());
    let peer: Peer = yaml::parse(id, &text).documents.iter().find_map(recognised)?;
    let imported = import(&sources, peer, 0);
    Some((sources, imported))
}

#[test]
fn published_files_import_or_are_refused_with_a_reason() {
    let folder = std::env::var("EMBERLINE_PEERS")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peers"), PathBuf::from);
    let out = std::env::var("EMBERLINE_PEERS_OUT").ok().map(PathBuf::from);
    let files = files(&folder);
    if files.is_empty() {
        println!("skipped: no files of peers at {}", folder.display());
        return;
    }
    let (mut clean, mut partly, mut refused) = (0, 0, 0);
    for path in &files {
        let Some((sources, Imported { files, report })) = imported(path) else {
            println!("{}: of no peer", path.display());
            continue;
        };
        let reasons = report.rows.iter().filter(|row| row.kind == Kind::Cannot);
        assert!(report.refused == 0 || reasons.clone().all(|row| !row.why.is_empty()), "{}", path.display());
        assert!(report.refused == 0 || reasons.count() > 0, "{}: refused without a reason", path.display());
        match (report.imported, report.has_refused()) {
            (_, false) => clean += 1,
            (0, true) => refused += 1,
            (_, true) => partly += 1,
        }
        if report.has_refused() {
            let text = report.text(&sources);
            let lines = text.lines().filter(|line| line.contains(": cannot: ") || line.ends_with("refused"));
            println!("{}\n{}", path.display(), lines.map(|line| format!("    {line}\n")).collect::<String>());
        }
        let mut own = Sources::default();
        for file in &files {
            own.add(format!("slos/{}", file.name), file.text.clone());
        }
        if files.is_empty() {
            continue;
        }
        let analysis = compile(&own, Order::default());
        let plan = analysis.plan.as_ref();
        assert!(plan.is_some(), "{}\n{:#?}", path.display(), analysis.findings);
        if let (Some(out), Some(plan)) = (&out, plan) {
            let folder = out.join(path.file_stem().unwrap());
            for file in &files {
                fs::create_dir_all(folder.join("slos")).unwrap();
                fs::write(folder.join("slos").join(&file.name), &file.text).unwrap();
            }
            emitted(plan, &folder);
        }
    }
    println!("{clean} import whole, {partly} in part, {refused} refused");
}

/// Writes the rules and unit tests of a plan below a folder.
fn emitted(plan: &Plan, folder: &Path) {
    for artefact in Emitter::new(plan).all(&[Target::Rules, Target::Tests]) {
        let place = folder.join(&artefact.path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, artefact.text).unwrap();
    }
}
