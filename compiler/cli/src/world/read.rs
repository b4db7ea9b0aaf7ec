//! Reads specs: a folder (or one file) → `Sources`, in an order that does not depend on the file system.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use emberline_core::code::INVALID_YAML;
use emberline_core::finding::{self, Finding};
use emberline_core::source::{Sources, Span};
use rayon::prelude::*;

use super::{links, shown};
use crate::args::Specs as Given;
use crate::failure::{Failure, Result};

/// The most bytes read of one spec, so that a huge file cannot fill the memory. Core refuses specs above 1 MiB anyway.
const READ_AT_MOST: u64 = 2 << 20;

/// The specs of a run.
#[derive(Debug, Default)]
pub(crate) struct Specs {
    /// Every spec's text, in the order of their paths.
    pub(crate) sources: Sources,
    /// Findings about files that are not UTF-8. The source of such a file holds the part before the first bad byte, so
    /// that its names resolve. Core's findings in a truncated file are unreliable.
    pub(crate) cut: Vec<Finding>,
}

/// Reads every spec below the folders, or one that is a file itself, and the policy above them.
pub(crate) fn read(given: &Given) -> Result<Specs> {
    read_open(given, &[])
}

/// The same with the texts of editors, by paths as people are shown them: each stands for its file, which need not exist.
pub(crate) fn read_open(given: &Given, open: &[(PathBuf, &str)]) -> Result<Specs> {
    let folders = given.folders()?;
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for (folder, _) in &folders {
        files.extend(find(folder)?.into_iter().map(|path| (shown(&path), path)));
    }
    if let Some(policy) = &given.policy {
        files.push((shown(policy), policy.clone()));
    }
    files.extend(open.iter().map(|(path, _)| (shown(path), path.clone())));
    files.sort();
    // One folder may lie in another.
    files.dedup_by(|one, other| one.0 == other.0);
    let text_of =
        |path: &Path| open.iter().find(|(edited, _)| edited == path).map(|(_, text)| text.as_bytes().to_vec());
    let texts: Vec<Vec<u8>> =
        files.par_iter().map(|(_, path)| text_of(path).map_or_else(|| contents(path), Ok)).collect::<Result<_>>()?;
    let mut read = Specs::default();
    for (folder, team) in folders.iter().filter(|(folder, _)| folder.is_dir()) {
        read.lie_in(folder, team);
    }
    for ((path, _), bytes) in files.into_iter().zip(texts) {
        read.add(path, bytes);
    }
    read.stand_above(given);
    Ok(read)
}

/// The specs below a folder, or one file, as if they lay where the first of `place` does: two states of one folder then have
/// the same paths.
pub(crate) fn read_as(folder: &Path, place: &Given) -> Result<Specs> {
    let Specs { sources, cut } = read(&Given { specs: vec![folder.to_owned()], policy: place.policy.clone() })?;
    let (from, to) = (shown(folder), shown(place.first()));
    let moved = |path: &str| {
        let rest = if from == "." { Some(path) } else { path.strip_prefix(&from) };
        let rest = rest.filter(|rest| from == "." || rest.is_empty() || rest.starts_with('/'));
        match rest.map(|rest| rest.trim_start_matches('/')) {
            None => path.to_owned(),
            Some("") => to.clone(),
            Some(rest) if to == "." => rest.to_owned(),
            Some(rest) => format!("{to}/{rest}"),
        }
    };
    let mut read = Specs { cut, ..Specs::default() };
    if folder.is_dir() {
        read.lie_in(place.first(), "");
    }
    for (_, source) in sources.iter() {
        read.sources.add(moved(&source.path), source.text.clone());
    }
    read.stand_above(place);
    Ok(read)
}

/// The specs as a commit has them; none if the commit has no such folders. A policy of another repository is as it is now.
pub(crate) fn read_at(commit: &str, given: &Given) -> Result<Specs> {
    let mut read = Specs::default();
    let is_spec = |path: &str| {
        let hidden = path.split('/').any(|part| part.starts_with('.') && part != "..");
        (path.ends_with(".yaml") || path.ends_with(".yml")) && !hidden
    };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (folder, team) in given.folders()? {
        let found: Vec<_> = super::git::files(commit, folder)?.into_iter().filter(|(path, _)| is_spec(path)).collect();
        if !found.iter().all(|(path, _)| *path == shown(folder)) {
            read.lie_in(folder, &team);
        }
        files.extend(found);
    }
    if let Some(policy) = &given.policy {
        let text =
            if super::git::is_outside(policy)? { Some(contents(policy)?) } else { super::git::file(commit, policy)? };
        files.extend(text.map(|text| (shown(policy), text)));
    }
    files.sort();
    files.dedup_by(|one, other| one.0 == other.0);
    for (path, bytes) in files {
        read.add(path, bytes);
    }
    read.stand_above(given);
    Ok(read)
}

/// The specs as the index has them, including the policy and the prices.
pub(crate) fn read_staged(given: &Given) -> Result<Specs> {
    let mut read = Specs::default();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (folder, team) in given.folders()? {
        let named = shown(folder);
        let is_spec = |path: &str| {
            let below = path.strip_prefix(&named).unwrap_or(path);
            let hidden = below.split('/').any(|part| part.starts_with('.') && part != ".." && part != ".");
            path == named || ((path.ends_with(".yaml") || path.ends_with(".yml")) && !hidden)
        };
        let found = super::git::staged_below(folder, is_spec)?;
        if found.is_empty() {
            return Err(Failure::new(format!("the index holds no spec (*.yaml or *.yml) below {named}"))
                .help("`git add` the specs; `--specs` names another folder"));
        }
        if !found.iter().all(|(path, _)| *path == named) {
            read.lie_in(folder, &team);
        }
        files.extend(found);
    }
    if let Some(policy) = &given.policy {
        files.extend(super::git::staged_file(policy)?.map(|text| (shown(policy), text)));
    }
    files.sort();
    files.dedup_by(|one, other| one.0 == other.0);
    for (path, bytes) in files {
        read.add(path, bytes);
    }
    read.stand_above(given);
    Ok(read)
}

/// Replaces core's findings in files that are not UTF-8 by the findings in `cut`, because core saw only a truncated
/// text. Returns whether there are such files.
pub(crate) fn replace_cut(findings: &mut Vec<Finding>, cut: Vec<Finding>) -> bool {
    let is_any = !cut.is_empty();
    if is_any {
        findings.retain(|finding| !cut.iter().any(|one| one.label.span.source == finding.label.span.source));
        findings.extend(cut);
        finding::sort(findings);
    }
    is_any
}

impl Specs {
    /// Tells the sources that specs of a team lie in a folder. The folder may exist only in the index and not in the work
    /// tree.
    fn lie_in(&mut self, specs: &Path, team: &str) {
        let real = specs.canonicalize().or_else(|_| std::path::absolute(specs)).ok();
        if let Some(name) = real.as_deref().and_then(Path::file_name) {
            let prefix = shown(specs);
            self.sources.lie_in_of(if prefix == "." { String::new() } else { prefix }, name.to_string_lossy(), team);
        }
    }

    /// Tells the sources which file is the policy above all folders.
    fn stand_above(&mut self, given: &Given) {
        let Some(path) = given.policy.as_deref().map(shown) else { return };
        let found = self.sources.iter().find(|(_, source)| source.path == path).map(|(id, _)| id);
        if let Some(id) = found {
            self.sources.stand_above(id);
        }
    }

    fn add(&mut self, path: String, bytes: Vec<u8>) {
        let whole = (bytes.len() as u64) < READ_AT_MOST;
        let error = match String::from_utf8(bytes) {
            Ok(text) => {
                self.sources.add(path, text);
                return;
            }
            Err(error) => error,
        };
        let fault = error.utf8_error();
        let good = fault.valid_up_to();
        let mut bytes = error.into_bytes();
        let bad = bytes.get(good).copied().unwrap_or_default();
        bytes.truncate(good);
        let source = self.sources.add(path, String::from_utf8(bytes).unwrap_or_default());
        // A character that the reading limit splits is not a fault of the file. Core will report that the file is too
        // long.
        if whole || fault.error_len().is_some() {
            self.cut.push(
                Finding::new(
                    &INVALID_YAML,
                    Span::new(source, good..good),
                    format!("expected UTF-8 text, found the byte 0x{bad:02x}"),
                )
                .label("the text ends here for every reader of UTF-8")
                .hint("save the file as UTF-8"),
            );
        }
    }
}

/// The spec files below `specs`, or `specs` itself if it is a file.
fn find(specs: &Path) -> Result<Vec<PathBuf>> {
    let remedy = "`emberline init` writes a first spec; `--specs` names another folder";
    let about = std::fs::metadata(specs).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => Failure::new(format!("there is no folder of specs at {}", shown(specs))).help(remedy),
        _ => Failure::io("cannot read", specs, &cause),
    })?;
    if !about.is_dir() {
        return Ok(vec![specs.to_owned()]);
    }
    let files = links::files(specs, &["yaml", "yml"])?;
    if files.is_empty() {
        return Err(Failure::new(format!("there is no spec (*.yaml or *.yml) below {}", shown(specs))).help(remedy));
    }
    Ok(files)
}

/// The bytes of a file, as many as specs may have.
pub(crate) fn contents(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            let size = file.metadata().map_or(0, |about| about.len().min(READ_AT_MOST));
            bytes.reserve_exact(usize::try_from(size).unwrap_or_default());
            file.take(READ_AT_MOST).read_to_end(&mut bytes)
        })
        .map_err(|cause| Failure::io("cannot read", path, &cause))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(specs: &Path) -> Result<Specs> {
        read(&Given::of(specs))
    }

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn names(folder: &Path, specs: &Specs) -> Vec<String> {
        let prefix = format!("{}/", shown(folder));
        specs.sources.iter().map(|(_, source)| source.path.replace(&prefix, "")).collect()
    }

    #[test]
    fn specs_are_sorted_and_nothing_else_is_read() {
        let folder = folder(&[
            ("b.yaml", b"b"),
            ("a.yml", b"a"),
            ("deep/er/c.yaml", b"c"),
            ("notes/readme.md", b"m"),
            (".hidden.yaml", b"h"),
            (".git/x.yaml", b"g"),
            (".gitignore", b"*.yaml"),
            (".ignore", b"*.yaml"),
        ]);
        let specs = read_in(folder.path()).unwrap();
        assert_eq!(names(folder.path(), &specs), ["a.yml", "b.yaml", "deep/er/c.yaml"]);
        assert!(specs.cut.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_count_and_loops_do_not_matter() {
        let folder = folder(&[("real.txt", b"x")]);
        let link = |from: &str, to: &str| std::os::unix::fs::symlink(from, folder.path().join(to)).unwrap();
        link("real.txt", "a.yaml");
        link(".", "loop");
        link(".", "loop.yaml");
        assert_eq!(names(folder.path(), &read_in(folder.path()).unwrap()), ["a.yaml"]);
        // The folder itself may be a link.
        let outer = tempfile::tempdir().unwrap();
        let specs = outer.path().join("specs");
        std::os::unix::fs::symlink(folder.path(), &specs).unwrap();
        assert_eq!(names(&specs, &read_in(&specs).unwrap()), ["a.yaml"]);
        // An error names a link that leads nowhere; the tests of `links` cover more cases.
        link("nowhere", "broken.yaml");
        assert!(read_in(folder.path()).unwrap_err().what.contains("broken.yaml"));
    }

    #[test]
    fn one_file_is_enough() {
        let folder = folder(&[("spec.txt", b"x")]);
        assert_eq!(read_in(&folder.path().join("spec.txt")).unwrap().sources.iter().len(), 1);
    }

    #[test]
    fn a_missing_and_an_empty_folder_name_the_remedy() {
        let empty = tempfile::tempdir().unwrap();
        let failure = read_in(empty.path()).unwrap_err();
        assert!(failure.what.starts_with("there is no spec"), "{failure:?}");
        let failure = read_in(&empty.path().join("slos")).unwrap_err();
        assert!(failure.help.unwrap().contains("emberline init"));
    }

    #[test]
    fn the_first_bad_byte_is_the_place() {
        let folder = folder(&[("a.yaml", b"one\ntw\xffo\n"), ("b.yaml", b"fine")]);
        let specs = read_in(folder.path()).unwrap();
        let [finding] = &specs.cut[..] else { panic!("{:?}", specs.cut) };
        let (start, _) = specs.sources.positions(finding.label.span);
        assert_eq!((start.line, start.column), (2, 3));
        assert_eq!(finding.message, "expected UTF-8 text, found the byte 0xff");
    }

    #[test]
    fn a_huge_file_is_read_in_part_and_left_to_core() {
        // Each character has 3 bytes, so that the limit falls inside a character.
        let folder = folder(&[("a.yaml", "€".repeat(1 << 20).as_bytes())]);
        let specs = read_in(folder.path()).unwrap();
        assert!(specs.cut.is_empty());
        let length = specs.sources.iter().next().unwrap().1.text.len() as u64;
        assert!(length > 1 << 20 && length <= READ_AT_MOST);
    }
}
