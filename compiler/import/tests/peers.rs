//! Every spec of a peer below a folder imports, or is refused with place and reason, and what is imported compiles.
//!
//! The files are not part of the repository. `EMBERLINE_PEERS` names another folder, and `EMBERLINE_PEERS_OUT` one for the
//! rules and unit tests that the imported specs compile to, so that promtool can judge them: `ci/import/run` does both.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test reads files, may stop at the first surprise, and says what it counted"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use emberline_core::emit::Emitter;
use emberline_core::plan::Plan;
use emberline_core::source::{SourceId, Sources};
use emberline_core::target::Target;
use emberline_core::{Order, compile, yaml};
use emberline_import::{Imported, Kind, Peer, Row, import, recognised};

/// What became of every file.
#[derive(Default)]
struct Table {
    files: usize,
    /// Files whose text another file has.
    twins: usize,
    /// Files that are no spec of any peer.
    others: usize,
    documents: usize,
    whole: usize,
    part: usize,
    refused: usize,
    /// Files that are the peer's and state no objective, such as a data source.
    without: usize,
    imported: usize,
    not_imported: usize,
    /// How many files are refused for a reason, and the first place.
    reasons: BTreeMap<String, (usize, String)>,
}

/// The YAML files below a folder.
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

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// The peer of a text, how many of its documents are the peer's, and why the text is no YAML.
fn peer(text: &str) -> (Option<Peer>, usize, Option<String>) {
    let mut sources = Sources::default();
    let parsed = yaml::parse(sources.add("peer.yaml", text), text);
    let own: Vec<Peer> = parsed.documents.iter().filter_map(recognised).collect();
    let broken = parsed.findings.first().map(|finding| finding.message.clone());
    (own.first().copied(), own.len(), broken)
}

/// Imports a file alone; if it refers to objects that it lacks, beside those of its folder.
fn imported(path: &Path, peer: Peer) -> (Sources, SourceId, Imported) {
    let mut sources = Sources::default();
    let id = sources.add(path.to_string_lossy(), text(path));
    let alone = import(&sources, peer, 0);
    if !alone.report.rows.iter().any(|row| row.why.starts_with("no file that was read has")) {
        return (sources, id, alone);
    }
    for beside in files(path.parent().unwrap()).iter().filter(|beside| *beside != path) {
        let text = text(beside);
        // Objectives of others are counted where they stand.
        if self::peer(&text).0 == Some(peer) && !text.lines().any(|line| line.trim_end() == "kind: SLO") {
            sources.add(beside.to_string_lossy(), text);
        }
    }
    let imported = import(&sources, peer, 0);
    (sources, id, imported)
}

/// A reason without what differs from file to file.
fn kind_of(row: &Row) -> String {
    let whole = format!("{}: {}", row.what, row.why);
    let parts = whole.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { "`…`" } else { part });
    parts.collect()
}

impl Table {
    /// Judges a file, and gives the specs that it becomes.
    fn add(&mut self, path: &Path, name: &str) -> Option<Sources> {
        let (peer, documents, broken) = peer(&text(path));
        let Some(peer) = peer else {
            match broken.filter(|_| is_marked(&text(path))) {
                Some(why) => {
                    self.refused += 1;
                    self.reasons.entry(format!("this YAML is refused: {why}")).or_insert((0, name.to_owned())).0 += 1;
                }
                None => self.others += 1,
            }
            return None;
        };
        self.documents += documents;
        let (sources, id, Imported { files, report }) = imported(path, peer);
        let reasons: Vec<&Row> =
            report.rows.iter().filter(|row| row.kind == Kind::Cannot && row.at.source == id).collect();
        assert!(report.refused == 0 || reasons.iter().all(|row| !row.why.is_empty()), "{name}");
        assert!(report.refused == 0 || !reasons.is_empty(), "{name}: refused without a reason");
        self.imported += report.imported;
        self.not_imported += report.refused;
        match (report.imported, reasons.is_empty()) {
            (0, true) => self.without += 1,
            (_, true) => self.whole += 1,
            (0, false) => self.refused += 1,
            (_, false) => self.part += 1,
        }
        for kind in reasons.iter().map(|row| kind_of(row)).collect::<BTreeSet<_>>() {
            let first = reasons.iter().find(|row| kind_of(row) == kind).unwrap();
            let line = sources.get(id).position(first.at.start as usize).line;
            self.reasons.entry(kind).or_insert_with(|| (0, format!("{name}:{line}"))).0 += 1;
        }
        let mut own = Sources::default();
        for file in &files {
            own.add(format!("slos/{}", file.name), file.text.clone());
        }
        (!files.is_empty()).then_some(own)
    }

    fn shown(&self) -> String {
        let Self { files, twins, others, documents, whole, part, refused, without, imported, not_imported, reasons } =
            self;
        let specs = whole + part + refused;
        let mut out = format!(
            "{files} files: {twins} repeat another's text, {others} are of no peer, {without} state no objective\n\
             {specs} specs with objectives, of {documents} documents: {whole} import whole, {part} in part, {refused} refused\n\
             {imported} objectives imported and compiled, {not_imported} refused\n"
        );
        let mut reasons: Vec<_> = reasons.iter().collect();
        reasons.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (kind, (count, first)) in reasons {
            out.push_str(&format!("{count:5} {kind}\n      first in {first}\n"));
        }
        out
    }
}

/// Whether a text that is no YAML is meant for a peer.
fn is_marked(text: &str) -> bool {
    ["sloth.slok.dev/", "prometheus/v1", "pyrra.dev/", "openslo/v1"].iter().any(|mark| text.contains(mark))
}

#[test]
fn published_files_import_or_are_refused_with_a_reason() {
    let folder = std::env::var("EMBERLINE_PEERS")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peers"), PathBuf::from);
    let out = std::env::var("EMBERLINE_PEERS_OUT").ok().map(PathBuf::from);
    let mut table = Table::default();
    let mut seen = BTreeSet::new();
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned();
        table.files += 1;
        if !seen.insert(text(&path)) {
            table.twins += 1;
            continue;
        }
        let Some(own) = table.add(&path, &name) else { continue };
        let analysis = compile(&own, Order::default());
        let plan = analysis.plan.as_ref();
        assert!(plan.is_some(), "{name}\n{:#?}", analysis.findings);
        if let (Some(out), Some(plan)) = (&out, plan) {
            let folder = out.join(name.replace(['/', '\\'], "_"));
            for (_, file) in own.iter() {
                fs::create_dir_all(folder.join("slos")).unwrap();
                fs::write(folder.join(&file.path), &file.text).unwrap();
            }
            emitted(plan, &folder);
        }
    }
    match table.files {
        0 => println!("skipped: no files of peers at {}", folder.display()),
        _ => println!("{}", table.shown()),
    }
}

/// Writes the rules and unit tests of a plan below a folder.
fn emitted(plan: &Plan, folder: &Path) {
    for artefact in Emitter::new(plan).all(&[Target::Rules, Target::Tests]) {
        let place = folder.join(&artefact.path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, artefact.text).unwrap();
    }
}
