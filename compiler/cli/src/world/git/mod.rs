//! Asks git what commits and the index hold. Only git itself knows the user's configuration, work trees and object
//! formats. A judged repository may come from anybody, so no program that its configuration names may run. Git never
//! compares the work tree, since that runs filters; it never shows a diff, since that runs converters; and it never
//! connects, since that runs helpers.

mod changed;
mod index;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{resolved, shown};
use crate::failure::{Failure, Result};
pub(crate) use changed::changed;
pub(crate) use index::{At, Below, Listed, below, content, is_outside, is_top, staged, staged_below, staged_file};

/// The merge base: the last commit that the work tree and `revision` have in common.
pub(crate) fn base(revision: &str) -> Result<String> {
    let help = "fetch it first (in GitHub Actions: actions/checkout with `fetch-depth: 0`), or name another revision";
    let commit = format!("{revision}^{{commit}}");
    let verified = ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], None)?;
    let Some(commit) = verified else {
        if ask(&["rev-parse", "--git-dir"], None)?.is_none() {
            return Err(Failure::new("this folder is not in a git repository")
                .help("run emberline in a work tree, or leave `--changed-since` out"));
        }
        return Err(Failure::new(format!("git knows no commit `{revision}`")).help(help));
    };
    let commit = text(commit).trim().to_owned();
    match ask(&["merge-base", &commit, "HEAD"], None)? {
        Some(common) => Ok(text(common).trim().to_owned()),
        None => Err(Failure::new(format!("`{revision}` and this work tree have no commit in common")).help(help)),
    }
}

/// A path in two forms: as git knows it, without links, and as the user named it.
struct Named {
    /// The path to ask git for.
    asked: PathBuf,
    /// The prefix of the paths in git's answers. `shown` is the prefix that users see instead; both are equal if the
    /// path has no link.
    answered: String,
    shown: String,
}

impl Named {
    fn new(path: &Path) -> Result<Self> {
        let (real, here) = (resolved(path)?, resolved(Path::new("."))?);
        let shown = shown(path);
        // Git has no relative path from here to a file that lies elsewhere.
        let below = real.strip_prefix(&here).map(super::shown).unwrap_or_else(|_| shown.clone());
        let asked = if below == shown { path.to_owned() } else { PathBuf::from(&below) };
        Ok(Self { asked, answered: below, shown })
    }

    /// A path from git's answer, as users see it.
    fn name(&self, path: String) -> String {
        if self.answered == self.shown {
            return path;
        }
        let rest = if self.answered == "." { Some(path.as_str()) } else { path.strip_prefix(&self.answered) };
        match rest.map(|rest| rest.trim_start_matches('/')) {
            None => path,
            Some("") => self.shown.clone(),
            Some(rest) if self.shown == "." => rest.to_owned(),
            Some(rest) => format!("{}/{rest}", self.shown),
        }
    }
}

/// The files below `path` as a commit has them: paths as shown, and bytes. A link to one of these files has the bytes
/// of that file. A link that leads elsewhere is left out, because the commit holds only its path.
pub(crate) fn files(commit: &str, path: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let name = Named::new(path)?;
    let path = name.asked.to_string_lossy();
    let listed = demand(&["ls-tree", "-r", "-z", commit, "--", &path], None)?;
    let mut named = Vec::new();
    let mut links = BTreeSet::new();
    for line in text(listed).split('\0') {
        let Some((about, path)) = line.split_once('\t') else { continue };
        let mut about = about.split(' ');
        if let (Some(mode), Some("blob"), Some(id)) = (about.next(), about.next(), about.next()) {
            if mode == LINK {
                links.insert(path.to_owned());
            }
            named.push((path.to_owned(), id.to_owned()));
        }
    }
    let mut files = blobs(named)?;
    if !links.is_empty() {
        let known: BTreeMap<String, Vec<u8>> = files.iter().cloned().collect();
        files.retain_mut(|(path, bytes)| match followed(path, &known, &links) {
            Some(end) => {
                bytes.clone_from(end);
                true
            }
            None => false,
        });
    }
    for (path, _) in &mut files {
        *path = name.name(std::mem::take(path));
    }
    Ok(files)
}

/// One file as a commit has it; `None` if the commit does not hold it, as it holds nothing outside of the work tree.
pub(crate) fn file(commit: &str, path: &Path) -> Result<Option<Vec<u8>>> {
    if is_outside(path)? {
        return Ok(None);
    }
    let shown = shown(path);
    Ok(files(commit, path)?.into_iter().find(|(path, _)| *path == shown).map(|(_, bytes)| bytes))
}

/// The mode of a link. The bytes of a link are its target path.
const LINK: &str = "120000";

/// The most links in a row, as in Linux; more links are a circle.
const LINKS_AT_MOST: usize = 40;

/// The bytes of the file that a path leads to; `None` if the path leads out of `known` or in a circle.
fn followed<'f>(path: &str, known: &'f BTreeMap<String, Vec<u8>>, links: &BTreeSet<String>) -> Option<&'f Vec<u8>> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_AT_MOST {
        let bytes = known.get(&path)?;
        if !links.contains(&path) {
            return Some(bytes);
        }
        path = led(&path, std::str::from_utf8(bytes).ok()?)?;
    }
    None
}

/// The path to which a link with the content `to` leads, by names alone; `None` for an absolute target.
fn led(link: &str, to: &str) -> Option<String> {
    if to.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|part| *part != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// The contents of objects, from one call of git.
fn blobs(named: Vec<(String, String)>) -> Result<Vec<(String, Vec<u8>)>> {
    let ids: String = named.iter().map(|(_, id)| format!("{id}\n")).collect();
    let bytes = demand(&["cat-file", "--batch"], Some(ids.into_bytes()))?;
    let mut files = Vec::with_capacity(named.len());
    let mut rest = bytes.as_slice();
    for (path, id) in named {
        let broken = || absent(&path, &id);
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size: usize = header.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(broken)?;
        let content = rest.get(end + 1..end + 1 + size).ok_or_else(broken)?;
        files.push((path, content.to_vec()));
        rest = rest.get(end + 2 + size..).unwrap_or_default();
    }
    Ok(files)
}

/// Runs git; if git fails, its message becomes the failure.
fn demand(arguments: &[&str], input: Option<Vec<u8>>) -> Result<Vec<u8>> {
    let output = run(arguments, input)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(refused(&output))
}

/// The failure to report when git refuses a request.
fn refused(output: &Output) -> Failure {
    let said = said(output);
    let failure = Failure::new(format!("git failed: {said}"));
    match said.strip_prefix("detected dubious ownership in repository at ") {
        Some(folder) => failure.help(format!(
            "if you trust the folder and its configuration: `git config --global --add safe.directory {}`",
            folder.trim_matches('\'')
        )),
        None if said.contains("promisor remote") || said.contains("not allowed") => {
            failure.help("a partial clone leaves objects out, and emberline fetches none: clone without `--filter`")
        }
        None => failure,
    }
}

/// Runs git; `None` if its exit status is not zero.
fn ask(arguments: &[&str], input: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    let output = run(arguments, input)?;
    Ok(output.status.success().then_some(output.stdout))
}

fn run(arguments: &[&str], input: Option<Vec<u8>>) -> Result<Output> {
    let mut child = command(None)
        // Paths are literal names, not patterns.
        .arg("--literal-pathspecs")
        .args(arguments)
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| failed(&cause))?;
    // Git answers while it reads the input, and blocks once its output pipe is full. So a thread of its own writes the
    // input.
    let pipe = child.stdin.take();
    std::thread::scope(|scope| {
        if let (Some(mut pipe), Some(input)) = (pipe, input) {
            scope.spawn(move || {
                // If git has ended, its exit status gives the reason.
                let _ = pipe.write_all(&input);
            });
        }
        child.wait_with_output().map_err(|cause| failed(&cause))
    })
}

/// Git with settings for untrusted repositories. It starts no program from a configuration, opens no connection, writes
/// no index, and prompts nobody. Its language is English, because some answers differ only by their words.
fn command(folder: Option<&Path>) -> Command {
    let mut command = Command::new("git");
    if let Some(folder) = folder {
        // The variables of a git hook name the repository of the working directory, and are wrong for any other folder.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
            command.env_remove(variable);
        }
        command.arg("-C").arg(folder);
    }
    command.args([
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "--no-pager",
        "--no-replace-objects",
    ]);
    command.env_remove("GIT_EXTERNAL_DIFF").env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", NO_PROTOCOL);
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command
}

/// The only protocol that git may use, which none can be. A partial clone would fetch what it lacks, and older releases
/// of git do so in spite of `GIT_NO_LAZY_FETCH`. A remote of any other name here could name an alias of the repository
/// as its helper; no alias holds a line break.
const NO_PROTOCOL: &str = "\n";

/// The failure to report when the repository lacks an object.
fn absent(path: &str, id: &str) -> Failure {
    Failure::new(format!("git has no content of {path} ({id})"))
        .help("a partial clone leaves contents out, and emberline fetches none: clone without `--filter`")
}

fn failed(cause: &std::io::Error) -> Failure {
    match cause.kind() {
        ErrorKind::NotFound => Failure::new("cannot run git: there is no such program")
            .help("install git: it knows what a repository holds, what is staged and what has changed"),
        _ => Failure::new(format!("cannot run git: {cause}")),
    }
}

/// The first line that git wrote to standard error.
fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    said.trim().lines().next().unwrap_or("it does not say why").trim_start_matches("fatal: ").to_owned()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_within_what_is_known() {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let known: BTreeMap<_, _> = [
            file("slos/real.yaml", "spec"),
            file("slos/deep/up.yaml", "../real.yaml"),
            file("slos/twice.yaml", "./deep//up.yaml"),
            file("slos/out.yaml", "../secret"),
            file("slos/absolute.yaml", "/etc/passwd"),
            file("slos/round.yaml", "round.yaml"),
            file("../slos/far.yaml", "../slos/near.yaml"),
            file("../slos/near.yaml", "spec"),
        ]
        .into();
        let links = known.keys().filter(|path| !known[*path].starts_with(b"spec")).cloned().collect();
        for path in ["slos/real.yaml", "slos/deep/up.yaml", "slos/twice.yaml", "../slos/far.yaml"] {
            assert_eq!(followed(path, &known, &links).unwrap(), b"spec", "{path}");
        }
        for path in ["slos/out.yaml", "slos/absolute.yaml", "slos/round.yaml"] {
            assert_eq!(followed(path, &known, &links), None, "{path}");
        }
    }
}
