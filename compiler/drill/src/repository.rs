//! The drill's clone of the repository.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use emberline_walk::source::{Answer, Trouble};

/// A clone that belongs to the drill alone.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
}

/// The output of git.
struct Said {
    well: bool,
    out: String,
    err: String,
}

impl Repository {
    /// Clones a repository at its `HEAD` into a new folder, without uncommitted changes.
    ///
    /// # Errors
    /// When git fails.
    pub fn clone(from: &Path, to: &Path) -> Answer<Self> {
        let head = demand(from, &["rev-parse", "HEAD"], None)?;
        let from_text = from.to_string_lossy().into_owned();
        let to_text = to.to_string_lossy().into_owned();
        demand(Path::new("."), &["clone", "--quiet", "--no-checkout", "--", &from_text, &to_text], None)?;
        let clone = Self { folder: to.to_owned() };
        for (key, value) in [
            ("user.name", "Gameday"),
            ("user.email", "gameday@localhost"),
            ("commit.gpgsign", "false"),
            ("core.hooksPath", "/dev/null"),
        ] {
            clone.git(&["config", key, value])?;
        }
        clone.go_to(head.trim())?;
        Ok(clone)
    }

    /// An earlier clone, reset to the current `HEAD` of its origin. Build results in it stay.
    ///
    /// # Errors
    /// When the folder is not a clone of that origin.
    pub fn open(clone: &Path, origin: &Path) -> Answer<Self> {
        let head = demand(origin, &["rev-parse", "HEAD"], None)?;
        let opened = Self { folder: clone.to_owned() };
        // An interrupted drill may have left a patch half applied.
        for half in [["am", "--abort"], ["revert", "--abort"], ["merge", "--abort"]] {
            run(clone, &half, None)?;
        }
        let origin =
            origin.canonicalize().map_err(|cause| Trouble(format!("cannot resolve {}: {cause}", origin.display())))?;
        opened.git(&["fetch", "--quiet", &origin.to_string_lossy(), "HEAD"])?;
        opened.go_to(head.trim())?;
        Ok(opened)
    }

    /// The path of the clone.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// When git fails.
    pub fn head(&self) -> Answer<String> {
        Ok(self.git(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// Checks a revision out, and discards local changes.
    ///
    /// # Errors
    /// When there is no such revision.
    pub fn go_to(&self, revision: &str) -> Answer<()> {
        self.git(&["checkout", "--quiet", "--force", "--detach", revision]).map(drop)
    }

    /// Applies a mail as a commit; `None` if it conflicts, and then nothing has changed.
    ///
    /// # Errors
    /// When git fails.
    pub fn take(&self, mail: &str) -> Answer<Option<String>> {
        let arguments = ["am", "--quiet", "--3way", "--keep-cr", "--committer-date-is-author-date"];
        let said = run(&self.folder, &arguments, Some(mail))?;
        if said.well {
            return self.head().map(Some);
        }
        run(&self.folder, &["am", "--abort"], None)?;
        Ok(None)
    }

    /// Merges `side` into `main` with a resolution of its own: a diff on top of the clean merge. `None` if either does
    /// not fit, and then nothing has changed. The commit gets this message, author and date.
    ///
    /// # Errors
    /// When git fails.
    pub fn merge(&self, main: &str, side: &str, diff: &str, message: &str, by: (&str, &str)) -> Answer<Option<String>> {
        self.go_to(main)?;
        let merged = run(&self.folder, &["merge", "--no-ff", "--no-commit", "--quiet", side], None)?;
        let fits = merged.well && run(&self.folder, &["apply", "--index", "--3way", "-"], Some(diff))?.well;
        if !fits {
            self.go_to(main)?;
            return Ok(None);
        }
        let (author, date) = by;
        let (author, date) = (format!("--author={author}"), format!("--date={date}"));
        self.git(&["commit", "--quiet", "--no-verify", &author, &date, "-m", message])?;
        // The committer's date is that of the author, as `git am` leaves it.
        run_at(&self.folder, &["commit", "--quiet", "--amend", "--no-edit", "--no-verify"], by.1)?;
        self.head().map(Some)
    }

    /// Reverts a commit on top of `tip`; `None` on a conflict, and then nothing has changed.
    ///
    /// # Errors
    /// When git fails.
    pub fn revert(&self, tip: &str, commit: &str) -> Answer<Option<String>> {
        self.go_to(tip)?;
        // A merge is reverted against its first parent: what was there before.
        let is_merge = self.find(&format!("{commit}^2"))?.is_some();
        let mainline: &[&str] = if is_merge { &["-m", "1"] } else { &[] };
        let arguments = [&["revert", "--no-edit"], mainline, &[commit]].concat();
        if run(&self.folder, &arguments, None)?.well {
            return self.head().map(Some);
        }
        run(&self.folder, &["revert", "--abort"], None)?;
        self.go_to(tip)?;
        Ok(None)
    }

    /// The full id of a commit in any spelling; `None` if there is no such commit.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn find(&self, written: &str) -> Answer<Option<String>> {
        let commit = format!("{}^{{commit}}", written.trim());
        let said = run(&self.folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], None)?;
        Ok(said.well.then(|| said.out.trim().to_owned()))
    }

    /// When a revision was committed, in unix seconds.
    ///
    /// # Errors
    /// When the revision is unknown.
    pub fn time(&self, revision: &str) -> Answer<f64> {
        Ok(self.git(&["log", "-1", "--format=%ct", revision])?.trim().parse().unwrap_or_default())
    }

    /// The commits of `to` that `from` lacks, the newest first: ids, subjects and times (unix seconds).
    ///
    /// # Errors
    /// When a revision is unknown.
    pub fn between(&self, from: &str, to: &str) -> Answer<Vec<(String, String, i64)>> {
        let out = self.git(&["log", "--format=%H%x09%ct%x09%s", &format!("{from}..{to}")])?;
        let commits = out.lines().filter_map(|line| {
            let mut parts = line.splitn(3, '\t');
            let (id, time, subject) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
            Some((id.to_owned(), subject.to_owned(), time.parse().unwrap_or_default()))
        });
        Ok(commits.collect())
    }

    /// The revisions of `to` after `from` on its first line of parents, oldest first: what can have been deployed.
    ///
    /// # Errors
    /// When a revision is unknown.
    pub fn versions(&self, from: &str, to: &str) -> Answer<Vec<String>> {
        let out = self.git(&["rev-list", "--first-parent", "--reverse", &format!("{from}..{to}")])?;
        Ok(out.lines().map(str::to_owned).collect())
    }

    /// Whether a revision holds a commit.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn holds(&self, revision: &str, commit: &str) -> Answer<bool> {
        Ok(run(&self.folder, &["merge-base", "--is-ancestor", commit, revision], None)?.well)
    }

    /// The files that a commit touches; of a merge, those that differ from both parents.
    ///
    /// # Errors
    /// When the commit is unknown.
    pub fn touched(&self, commit: &str) -> Answer<Vec<String>> {
        let out = self.git(&["diff-tree", "--no-commit-id", "--name-only", "-r", "-z", "-c", "--root", commit])?;
        Ok(out.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
    }

    /// A commit with its message and its changes, for people.
    ///
    /// # Errors
    /// When the commit is unknown.
    pub fn show(&self, commit: &str) -> Answer<String> {
        self.git(&["show", "--no-color", "--no-ext-diff", "--format=fuller", commit])
    }

    fn git(&self, arguments: &[&str]) -> Answer<String> {
        demand(&self.folder, arguments, None)
    }
}

fn demand(folder: &Path, arguments: &[&str], input: Option<&str>) -> Answer<String> {
    let said = run(folder, arguments, input)?;
    if said.well {
        return Ok(said.out);
    }
    let command = arguments.first().copied().unwrap_or_default();
    let why = said.err.trim().lines().next().unwrap_or("no reason given").to_owned();
    Err(Trouble(format!("git {command} failed in {}: {why}", folder.display())))
}

/// Runs git with a date for the committer.
fn run_at(folder: &Path, arguments: &[&str], date: &str) -> Answer<Said> {
    let mut git = Command::new("git");
    git.env("GIT_COMMITTER_DATE", date);
    spawn(&mut git, folder, arguments, None)
}

fn run(folder: &Path, arguments: &[&str], input: Option<&str>) -> Answer<Said> {
    spawn(&mut Command::new("git"), folder, arguments, input)
}

fn spawn(git: &mut Command, folder: &Path, arguments: &[&str], input: Option<&str>) -> Answer<Said> {
    let failed = |cause: std::io::Error| Trouble(format!("cannot run git: {cause}"));
    let mut child = git
        .arg("-C")
        .arg(folder)
        .args(arguments)
        // Variables of a surrounding git hook would point git at another repository.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let pipe = child.stdin.take();
    let output = std::thread::scope(|scope| {
        if let (Some(mut pipe), Some(input)) = (pipe, input) {
            scope.spawn(move || {
                // If git has ended, its exit status gives the reason.
                let _ = pipe.write_all(input.as_bytes());
            });
        }
        child.wait_with_output().map_err(failed)
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Said { well: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) })
}
