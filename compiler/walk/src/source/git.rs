//! The history of the source code. The client runs git itself, because only git handles work trees, partial clones and
//! a person's configuration.
//!
//! Revisions and paths come from telemetry and from names of functions, so they are not trusted. The client first
//! resolves every revision to a full id behind `--end-of-options`. Every path stands behind `--`, and git takes it
//! literally.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::command::{self, Ran};
use super::{Answer, BlamedLine, Change, Commit, History, Trouble, patch};

/// The most commits that a range returns.
const MOST_COMMITS: &str = "--max-count=5000";

/// The most merges that are looked into. Git merges each of them again.
const MOST_MERGES: &str = "--max-count=60";

/// The most objects whose ids begin alike that are looked at.
const MOST_ALIKE: usize = 50;

/// A git repository.
#[derive(Debug)]
pub struct Git {
    folder: PathBuf,
    /// The top of the work tree, or the folder itself without a work tree. Paths are relative to the top.
    top: OnceLock<PathBuf>,
}

impl Git {
    /// `folder` lies within a work tree, or is a bare repository.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), top: OnceLock::new() }
    }

    fn trouble(&self, what: &str) -> Trouble {
        Trouble(format!("{} {what}", self.name()))
    }

    fn run(&self, arguments: &[&str]) -> Answer<Ran> {
        let top = match self.top.get() {
            Some(top) => top,
            None => {
                let shown = self.run_in(&self.folder, &["rev-parse", "--show-toplevel"])?;
                let path = command::text(&shown.output);
                let path = path.strip_suffix('\n').unwrap_or(&path);
                let top = if shown.status == Some(0) && !path.is_empty() { path.into() } else { self.folder.clone() };
                self.top.get_or_init(|| top)
            }
        };
        self.run_in(top, arguments)
    }

    fn run_in(&self, folder: &Path, arguments: &[&str]) -> Answer<Ran> {
        if arguments.iter().any(|argument| argument.contains('\0')) {
            return Err(self.trouble("cannot be asked for a name with a NUL"));
        }
        command::git(folder, arguments).map_err(|why| self.trouble(&why))
    }

    /// The output of a git run that has to succeed.
    fn demand(&self, arguments: &[&str]) -> Answer<Vec<u8>> {
        let ran = self.run(arguments)?;
        if ran.status == Some(0) {
            return Ok(ran.output);
        }
        let why = if ran.complaint.is_empty() { "no reason given" } else { &ran.complaint };
        Err(self.trouble(&format!("fails: {why}")))
    }

    /// The full id of a revision; an error if the revision is unknown.
    fn known(&self, revision: &str) -> Answer<String> {
        let unknown = || self.trouble(&format!("knows no revision `{revision}`; fetch the history of a shallow clone"));
        self.resolve(revision)?.ok_or_else(unknown)
    }

    /// The merges of a range whose own resolution changes something, each with the files that it changes. Clean merges
    /// bring in what other commits did.
    fn merges(&self, range: &str) -> Answer<Vec<(String, Vec<String>)>> {
        // `--remerge-diff` (git 2.35) compares with what git merges by itself. It needs a place for temporary objects.
        // `--cc` is older, and names the files that differ from all parents.
        let listed = |how: &str| {
            let format = "--format=%x00%x00%H%x00";
            let arguments =
                ["log", "-z", format, "--merges", how, "--name-only", "--no-color", MOST_MERGES, range, "--"];
            self.run(&arguments)
        };
        let mut ran = listed("--remerge-diff")?;
        if ran.status != Some(0) {
            ran = listed("--cc")?;
        }
        if ran.status != Some(0) {
            return Ok(Vec::new());
        }
        let told = command::text(&ran.output);
        let mut merges: Vec<(String, Vec<String>)> = Vec::new();
        for field in told.split('\0').map(|field| field.trim_matches('\n')).filter(|field| !field.is_empty()) {
            match merges.last_mut() {
                _ if is_id(field) => merges.push((field.to_owned(), Vec::new())),
                Some((_, files)) => files.push(field.to_owned()),
                None => {}
            }
        }
        merges.retain(|(_, files)| !files.is_empty());
        Ok(merges)
    }

    /// What a merge changes by itself, as a patch.
    fn resolution(&self, merge: &str) -> Answer<Vec<u8>> {
        let again =
            self.run(&patch_of(&["show", "--format=", "--no-notes", "--no-relative", "--remerge-diff"], merge, &[]))?;
        if again.status == Some(0) {
            return Ok(again.output);
        }
        // Without `--remerge-diff`, the files that differ from all parents are shown against the first parent.
        let files: Vec<String> = self.merges(&format!("{merge}^!"))?.into_iter().flat_map(|(_, files)| files).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        self.demand(&patch_of(&TREE, merge, &files))
    }

    /// Files of a revision below a path, each with the id of its object.
    fn files(&self, revision: &str, path: &str) -> Answer<Vec<(String, String)>> {
        let revision = self.known(revision)?;
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", &revision, "--"];
        if !path.is_empty() {
            arguments.push(path);
        }
        let listed = command::text(&self.demand(&arguments)?);
        // `100644 blob ID\tPATH`. A submodule has a commit instead of a blob; a symbolic link has the mode 120000.
        let file = |entry: &str| {
            let (about, path) = entry.split_once('\t')?;
            let mut about = about.split(' ');
            let (mode, kind, id) = (about.next()?, about.next()?, about.next()?);
            (kind == "blob" && mode.starts_with("100")).then(|| (path.to_owned(), id.to_owned()))
        };
        Ok(listed.split('\0').filter_map(file).collect())
    }
}

/// A commit against its first parent. A first commit shows everything.
const TREE: [&str; 6] = ["diff-tree", "-r", "--root", "--no-commit-id", "--diff-merges=first-parent", "--no-relative"];

/// The arguments that show a commit as a patch without context lines, whatever a person has set.
fn patch_of<'a>(how: &[&'a str], commit: &'a str, files: &'a [String]) -> Vec<&'a str> {
    let form = [
        "-p",
        "-M",
        "--unified=0",
        "--inter-hunk-context=0",
        "--diff-algorithm=histogram",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--submodule=short",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        commit,
        "--",
    ];
    how.iter().copied().chain(form).chain(files.iter().map(String::as_str)).collect()
}

/// A path as git writes it; `None` if the path leads out of the repository.
fn within(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!path.starts_with('/') && !parts.contains(&"..")).then(|| parts.join("/"))
}

impl History for Git {
    fn name(&self) -> String {
        format!("git in {}", self.folder.display())
    }

    fn resolve(&self, revision: &str) -> Answer<Option<String>> {
        if revision.is_empty() {
            return Ok(None);
        }
        let commit = format!("{revision}^{{commit}}");
        let ran = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let id = command::text(&ran.output).trim().to_owned();
        if ran.status == Some(0) && is_id(&id) {
            return Ok(Some(id));
        }
        self.demand(&["rev-parse", "--git-dir"])?;
        Ok(None)
    }

    fn tags(&self) -> Answer<Vec<String>> {
        let told = command::text(&self.demand(&["tag", "--list"])?);
        Ok(told.lines().map(str::to_owned).collect())
    }

    fn beginning(&self, digits: &str) -> Answer<Vec<String>> {
        // Git wants four digits, and no more than a full id has.
        if !(4..=64).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let ran = self.run(&["rev-parse", &format!("--disambiguate={digits}")])?;
        let told = command::text(&ran.output);
        let mut commits = Vec::new();
        for id in told.lines().filter(|id| is_id(id)).take(MOST_ALIKE) {
            // A tree or a blob may begin with these digits too.
            let kind = self.run(&["cat-file", "-t", id])?;
            if command::text(&kind.output).trim() == "commit" {
                commits.push(id.to_owned());
            }
        }
        Ok(commits)
    }

    fn commits(&self, from: &str, to: &str) -> Answer<Vec<Commit>> {
        let range = format!("{}..{}", self.known(from)?, self.known(to)?);
        let format = "--format=%H%x00%s%x00%an%x00%ct%x00%P";
        let arguments =
            ["log", "-z", format, "--no-patch", "--no-color", "--encoding=UTF-8", MOST_COMMITS, &range, "--"];
        let told = command::text(&self.demand(&arguments)?);
        let fields: Vec<&str> = told.split('\0').collect();
        let commit = |fields: &[&str]| match fields {
            [id, subject, author, time, parents] if is_id(id) => {
                let (id, subject, author) = ((*id).to_owned(), (*subject).to_owned(), (*author).to_owned());
                Some((Commit { id, subject, author, time: time.parse().ok()? }, parents.contains(' ')))
            }
            _ => None,
        };
        let mut commits: Vec<(Commit, bool)> = fields.chunks(5).filter_map(commit).collect();
        if commits.iter().any(|(_, is_merge)| *is_merge) {
            // Merging again may take too long. Then the other commits are still known.
            let merges = self.merges(&range).unwrap_or_default();
            commits.retain(|(commit, is_merge)| !is_merge || merges.iter().any(|(id, _)| *id == commit.id));
        }
        Ok(commits.into_iter().map(|(commit, _)| commit).collect())
    }

    fn changes(&self, commit: &str) -> Answer<Vec<Change>> {
        let commit = self.known(commit)?;
        let is_merge = self.resolve(&format!("{commit}^2"))?.is_some();
        let patch = if is_merge { self.resolution(&commit)? } else { self.demand(&patch_of(&TREE, &commit, &[]))? };
        Ok(patch::changes(&command::text(&patch)))
    }

    fn file(&self, revision: &str, path: &str) -> Answer<Option<String>> {
        let Some(path) = within(path).filter(|path| !path.is_empty()) else { return Ok(None) };
        let files = self.files(revision, &path)?;
        let Some((_, id)) = files.into_iter().find(|(found, _)| *found == path) else { return Ok(None) };
        Ok(Some(command::text(&self.demand(&["cat-file", "blob", &id])?)))
    }

    fn paths(&self, revision: &str, folder: &str) -> Answer<Vec<String>> {
        let Some(folder) = within(folder) else { return Ok(Vec::new()) };
        Ok(self.files(revision, &folder)?.into_iter().map(|(path, _)| path).collect())
    }

    /// Lines that moved within a file, or between files of one commit, count for their first commit. Lines that only
    /// changed in whitespace do as well.
    fn blame(&self, revision: &str, path: &str, first: usize, last: usize) -> Answer<Vec<BlamedLine>> {
        let revision = self.known(revision)?;
        let Some(path) = within(path) else {
            return Err(self.trouble(&format!("has no `{path}`, which leads out of the repository")));
        };
        let first = first.max(1);
        if last < first {
            return Ok(Vec::new());
        }
        let lines = format!("-L{first},{last}");
        // The repository may tell blame to ignore commits. These commits wrote their lines all the same, so an empty
        // name clears the list.
        let arguments =
            ["blame", "--porcelain", "--ignore-revs-file=", "-w", "-M", "-C", &lines, &revision, "--", &path];
        Ok(blamed(&self.demand(&arguments)?))
    }
}

/// Reads git's porcelain format. The header of a line is its commit and its number before and after. Facts about the
/// commit follow at its first line. Then the content follows behind a tab.
fn blamed(porcelain: &[u8]) -> Vec<BlamedLine> {
    let header = |line: &[u8]| {
        let line = std::str::from_utf8(line).ok()?;
        let mut fields = line.split(' ');
        let (commit, _, after) = (fields.next()?, fields.next()?, fields.next()?);
        Some(BlamedLine { line: after.parse().ok()?, commit: is_id(commit).then(|| commit.to_owned())? })
    };
    let (mut lines, mut found) = (Vec::new(), None);
    for line in porcelain.split(|byte| *byte == b'\n') {
        if line.starts_with(b"\t") {
            lines.extend(found.take());
        } else if found.is_none() {
            found = header(line);
        }
    }
    lines
}

/// Whether a text is a full commit id, in SHA-1 or SHA-256.
fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_within_the_repository() {
        for (path, kept) in [("a/b", Some("a/b")), ("./a//b/", Some("a/b")), ("", Some("")), ("-x", Some("-x"))] {
            assert_eq!(within(path).as_deref(), kept, "{path}");
        }
        for path in ["/a", "../a", "a/../b", "a/.."] {
            assert_eq!(within(path), None, "{path}");
        }
    }

    #[test]
    fn blame_is_read_between_facts() {
        let id = "0123456789012345678901234567890123456789";
        let told = format!(
            "{id} 7 1 2\nauthor a\nsummary {id} 1 9\nfilename x\n\tone\n{id} 8 2\n\t{id} 3 3\nnonsense\n{id} x\n"
        );
        let lines = blamed(told.as_bytes());
        assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 2]);
        assert!(lines.iter().all(|line| line.commit == id));
        assert_eq!(blamed(b"\xff\xfe\n\t\n"), []);
    }
}
