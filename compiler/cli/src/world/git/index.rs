//! Reads the index: which files of the work tree git tracks, and the content of the next commit.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{
    LINK, LINKS_AT_MOST, Named, Output, absent, ask, blobs, command, demand, failed, led, refused, said, text,
};
use crate::failure::{Failure, Result};
use crate::world::shown;

/// Git's view of a folder.
#[derive(Debug)]
pub(crate) enum Below {
    /// The folder is not in a repository.
    NoRepository,
    /// The folder is in a work tree whose rules ignore it.
    Ignored,
    /// The files of the work tree below the folder.
    Files(Vec<Listed>),
}

/// A path relative to the requested folder, and the kind of entry at that path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) path: PathBuf,
    pub(crate) at: At,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    /// A file or a link that git tracks or does not ignore.
    File,
    /// A tracked file that a sparse work tree leaves out, with the id of its content.
    Sparse(String),
    /// A nested repository: a submodule, or a repository that nobody has added.
    Repository,
}

/// The files below a folder that git tracks, or neither tracks nor ignores. Ignore rules do not hide tracked files. A
/// repository that git refuses to read, or without a work tree, is a failure. Otherwise an incomplete scan would look
/// like a clean one.
pub(crate) fn below(folder: &Path) -> Result<Below> {
    let from = (folder != Path::new(".")).then_some(folder);
    let git = |arguments: &[&str]| -> Result<Output> {
        command(from).args(arguments).stdin(Stdio::null()).output().map_err(|cause| failed(&cause))
    };
    let inside = match git(&["rev-parse", "--is-inside-work-tree"]) {
        Ok(inside) => inside,
        // Without git, a folder outside of any repository can still be read.
        Err(_) if !lies_in_repository(folder) => return Ok(Below::NoRepository),
        Err(failure) => return Err(failure),
    };
    if !inside.status.success() {
        // If a `.git` file leads nowhere, git's message lacks the words about parent folders.
        return match said(&inside).starts_with("not a git repository (or any") {
            true => Ok(Below::NoRepository),
            false => Err(refused(&inside)),
        };
    }
    if !inside.stdout.starts_with(b"true") {
        return Err(Failure::new(format!(
            "{} is a repository without a work tree, or git's own folder",
            shown(folder)
        ))
        .help("scan a work tree: a clone, or one made by `git worktree add`"));
    }
    let ignored = git(&["check-ignore", "--quiet", "--no-index", "."])?;
    match ignored.status.code() {
        Some(0) => return Ok(Below::Ignored),
        Some(1) => {}
        _ => return Err(refused(&ignored)),
    }
    let listed = git(&["ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard"])?;
    if !listed.status.success() {
        return Err(refused(&listed));
    }
    // Git skips a folder that it cannot open, with only a warning.
    let warnings = String::from_utf8_lossy(&listed.stderr);
    if let Some(warning) = warnings.lines().find_map(|line| line.strip_prefix("warning: could not open directory ")) {
        return Err(
            Failure::new(format!("cannot read the folder {warning}")).help("make it readable, or have git ignore it")
        );
    }
    let mut files: Vec<Listed> = listed.stdout.split(|byte| *byte == 0).filter_map(entry).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    // Git lists an unmerged path once for each side.
    files.dedup_by(|a, b| a.path == b.path);
    Ok(Below::Files(files))
}

/// Parses one line of `ls-files`: `H 100644 ID 0<TAB>PATH` for tracked files, `? PATH` for others.
fn entry(line: &[u8]) -> Option<Listed> {
    let (tag, rest) = (line.first()?, line.get(2..)?);
    if *tag == b'?' {
        let (path, at) = match rest.strip_suffix(b"/") {
            Some(folder) => (folder, At::Repository),
            None => (rest, At::File),
        };
        return Some(Listed { path: path_of(path), at });
    }
    let tab = rest.iter().position(|byte| *byte == b'\t')?;
    let about = String::from_utf8_lossy(&rest[..tab]).into_owned();
    let mut about = about.split(' ');
    let at = match (about.next()?, about.next()?) {
        ("160000", _) => At::Repository,
        (_, id) if *tag == b'S' => At::Sparse(id.to_owned()),
        _ => At::File,
    };
    Some(Listed { path: path_of(&rest[tab + 1..]), at })
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn lies_in_repository(folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.ancestors().any(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// Reads the files that the next commit will add or change, one by one, as the index has them. All such files are read,
/// whichever folder of the work tree is the working directory.
pub(crate) fn staged(mut each: impl FnMut(String, &mut dyn Read) -> Result<()>) -> Result<()> {
    let base = match ask(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], None)? {
        Some(head) => text(head).trim().to_owned(),
        // Before the first commit, the base is the empty tree.
        None => empty_tree()?,
    };
    let raw = demand(&differing("--diff-filter=d", &base, &[]), None).map_err(|failure| match failure.help {
        None => Failure::new(format!("git cannot say what is staged: {}", failure.what))
            .help("run it in the work tree of a repository"),
        Some(_) => failure,
    })?;
    let raw = text(raw);
    let prefix = prefix()?;
    let mut named = Vec::new();
    let mut fields = raw.split('\0');
    while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
        let about: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        match about.as_slice() {
            [.., "U"] => return Err(unmerged(path)),
            // A submodule has a commit id, not a text.
            [_, mode, _, id, _] if *mode != "160000" => named.push((relative(&prefix, path), (*id).to_owned())),
            _ => {}
        }
    }
    stream(named, &mut each)
}

/// Reads the content of one object.
pub(crate) fn content(folder: &Path, id: &str) -> Result<Vec<u8>> {
    let from = (folder != Path::new(".")).then_some(folder);
    let output = command(from).args(["cat-file", "blob", id]).stdin(Stdio::null()).output();
    let output = output.map_err(|cause| failed(&cause))?;
    if output.status.success() { Ok(output.stdout) } else { Err(refused(&output)) }
}

/// The wanted files below `path`, as the index has them: paths as shown, and bytes. A link stands for the indexed file
/// that it leads to. A link to a folder is skipped.
pub(crate) fn staged_below(path: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, Vec<u8>)>> {
    let named = Named::new(path)?;
    let mut entries = staged_entries(&named.asked.to_string_lossy())?;
    entries.retain(|path, _| is_wanted(&named.name(path.clone())));
    let links: Vec<String> = entries.iter().filter(|(_, entry)| entry.is_link).map(|(path, _)| path.clone()).collect();
    for link in links {
        let Some(entry) = entries.remove(&link) else { continue };
        if let Some(id) = target(&link, entry.id)? {
            entries.insert(link, Entry { id, is_link: false });
        }
    }
    blobs(entries.into_iter().map(|(path, entry)| (named.name(path), entry.id)).collect())
}

struct Entry {
    id: String,
    is_link: bool,
}

fn staged_entries(path: &str) -> Result<BTreeMap<String, Entry>> {
    let listed = text(demand(&["ls-files", "-z", "--stage", "--", path], None)?);
    let mut entries = BTreeMap::new();
    for line in listed.split('\0') {
        let Some((about, path)) = line.split_once('\t') else { continue };
        match about.split(' ').collect::<Vec<_>>().as_slice() {
            // A submodule has a commit id, not a text.
            ["160000", ..] => {}
            [mode, id, "0"] => {
                entries.insert(path.to_owned(), Entry { id: (*id).to_owned(), is_link: *mode == LINK });
            }
            _ => return Err(unmerged(path)),
        }
    }
    let held = held(path)?;
    entries.retain(|path, _| held.contains(path));
    Ok(entries)
}

/// The id of the indexed file that a link leads to; `None` for a folder.
fn target(link: &str, id: String) -> Result<Option<String>> {
    let (mut from, mut id) = (link.to_owned(), id);
    for _ in 0..LINKS_AT_MOST {
        let Some((_, to)) = blobs(vec![(from.clone(), id)])?.pop() else { break };
        let to = String::from_utf8_lossy(&to);
        let Some(next) = led(&from, &to) else {
            from = to.into_owned();
            break;
        };
        from = next;
        // The index holds no path outside of the work tree, and git reports an error for one.
        let mut entries = staged_entries(&from)?;
        match entries.remove(&from) {
            Some(Entry { id: next, is_link: true }) => id = next,
            Some(Entry { id, is_link: false }) => return Ok(Some(id)),
            None if !entries.is_empty() => return Ok(None),
            None => break,
        }
    }
    Err(Failure::new(format!("{link} is a link to what the index does not hold: {from}"))
        .help("stage the file itself, or what the link leads to"))
}

/// The arguments that list how the index differs from a tree. Git reads objects alone: in the work tree it would run
/// filters, and in submodules whatever their own configurations name.
pub(super) fn differing<'a>(filter: &'a str, tree: &'a str, paths: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "diff-index",
        "--cached",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--ita-invisible-in-index",
        "--ignore-submodules=none",
        "--no-relative",
        filter,
        tree,
        "--",
    ];
    arguments.extend(paths);
    arguments
}

/// The id of the empty tree, which depends on the repository's hash algorithm; empty outside of a repository.
fn empty_tree() -> Result<String> {
    let tree = ask(&["hash-object", "-t", "tree", "--stdin"], Some(Vec::new()))?;
    Ok(tree.map(|tree| text(tree).trim().to_owned()).unwrap_or_default())
}

/// The paths below `path` that the next commit will hold. `git add --intent-to-add` puts others into the index.
fn held(path: &str) -> Result<BTreeSet<String>> {
    let prefix = prefix()?;
    let tree = empty_tree()?;
    let raw = text(demand(&differing("--diff-filter=d", &tree, &[path]), None)?);
    Ok(raw.split('\0').skip(1).step_by(2).map(|path| relative(&prefix, path)).collect())
}

/// The working directory, relative to the top of the work tree: empty there, else with a slash at its end.
pub(super) fn prefix() -> Result<String> {
    Ok(text(demand(&["rev-parse", "--show-prefix"], None)?).trim_end_matches('\n').to_owned())
}

/// A path of the work tree, relative to the working directory `prefix`, as `git ls-files` prints it.
pub(super) fn relative(prefix: &str, path: &str) -> String {
    let (mut prefix, mut path) = (prefix, path);
    while let Some((folder, rest)) = prefix.split_once('/') {
        let Some(below) = path.strip_prefix(folder).and_then(|path| path.strip_prefix('/')) else { break };
        (prefix, path) = (rest, below);
    }
    format!("{}{path}", "../".repeat(prefix.matches('/').count()))
}

/// One file as the index has it; `None` if the index does not hold it. A file outside of the work tree is read from
/// disk.
pub(crate) fn staged_file(path: &Path) -> Result<Option<Vec<u8>>> {
    if is_outside(path)? {
        return std::fs::read(path).map(Some).map_err(|cause| Failure::io("cannot read", path, &cause));
    }
    Ok(staged_below(path, |_| true)?.pop().map(|(_, bytes)| bytes))
}

/// Whether a file lies outside of the work tree.
pub(crate) fn is_outside(path: &Path) -> Result<bool> {
    let top = text(demand(&["rev-parse", "--show-toplevel"], None)?);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The index may hold a folder that no longer exists in the work tree.
    Ok(folder.canonicalize().is_ok_and(|real| !real.starts_with(top.trim_end_matches('\n'))))
}

fn unmerged(path: &str) -> Failure {
    Failure::new(format!("{path} is not merged: the index holds several versions of it"))
        .help("resolve the conflict and `git add` the file")
}

/// Reads contents one by one and passes each on as a stream, so that memory never holds a whole file.
fn stream(named: Vec<(String, String)>, each: &mut dyn FnMut(String, &mut dyn Read) -> Result<()>) -> Result<()> {
    let mut child = command(None)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|cause| failed(&cause))?;
    let (Some(mut ask), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Failure::bug("git has no pipes"));
    };
    let mut answers = BufReader::with_capacity(64 << 10, answers);
    let run = || -> Result<()> {
        for (path, id) in named {
            let broken = || absent(&path, &id);
            ask.write_all(format!("{id}\n").as_bytes()).and_then(|()| ask.flush()).map_err(|_| broken())?;
            let mut header = String::new();
            answers.read_line(&mut header).map_err(|_| broken())?;
            let size: u64 =
                header.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(broken)?;
            let mut content = answers.by_ref().take(size);
            each(path.clone(), &mut content)?;
            // Discards the unread rest of a content, so that it is not taken for the next answer. A line end follows
            // the content.
            std::io::copy(&mut content, &mut std::io::sink()).map_err(|_| broken())?;
            if content.limit() > 0 {
                return Err(broken());
            }
            answers.read_exact(&mut [0]).map_err(|_| broken())?;
        }
        Ok(())
    };
    let ran = run();
    drop(ask);
    if ran.is_err() {
        // Git may be in the middle of an answer that nobody will read.
        let _ = child.kill();
    }
    let _ = child.wait();
    ran
}

/// Whether a folder is the top of its own work tree.
pub(crate) fn is_top(folder: &Path) -> Result<bool> {
    let asked = ["rev-parse", "--show-cdup"];
    let output = command(Some(folder)).args(asked).stdin(Stdio::null()).output().map_err(|cause| failed(&cause))?;
    if output.status.success() { Ok(output.stdout.trim_ascii().is_empty()) } else { Err(refused(&output)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_as_git_prints_them() {
        for (prefix, path, expected) in [
            ("", "slos/a.yaml", "slos/a.yaml"),
            ("slos/", "slos/a.yaml", "a.yaml"),
            ("slos/deep/", "slos/a.yaml", "../a.yaml"),
            ("slos/", "slos2/a.yaml", "../slos2/a.yaml"),
            ("a/b/c/", "a/x/c/y", "../../x/c/y"),
        ] {
            assert_eq!(relative(prefix, path), expected, "{prefix} {path}");
        }
    }
}
