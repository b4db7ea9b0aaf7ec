//! Commands of a drill. Each runs in its own process group, with a time limit, and writes its output to a file.
//!
//! Output goes to files rather than pipes, because processes that a command leaves behind keep a pipe open for ever.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::clock::interrupted;
use super::group;
use emberline_walk::source::{Answer, Trouble};

/// The pause between two checks of a process.
const LOOK: Duration = Duration::from_millis(50);
/// How many lines of a log an error shows.
const TAIL: usize = 25;

/// A command and where it runs.
#[derive(Debug, Clone)]
pub struct Order<'o> {
    /// The name of the command in messages.
    pub name: &'o str,
    /// The command line for `sh -c`.
    pub line: &'o str,
    /// The working directory of the command.
    pub folder: &'o Path,
    /// Variables added to the environment.
    pub variables: &'o [(&'o str, String)],
    /// The folder for output: `NAME.out` holds the output of this run alone, and `NAME.log` that of all runs.
    pub logs: &'o Path,
}

/// A running process with all its children.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    out: PathBuf,
    log: PathBuf,
}

impl Order<'_> {
    /// Starts the command.
    ///
    /// # Errors
    /// When there is no shell, or the output file cannot be created.
    pub fn start(&self) -> Answer<Running> {
        let out = self.logs.join(format!("{}.out", self.name));
        let log = self.logs.join(format!("{}.log", self.name));
        let failed = |cause: io::Error| Trouble(format!("cannot run `{}`: {cause}", self.line));
        let stdout = File::create(&out).map_err(failed)?;
        let stderr = OpenOptions::new().create(true).append(true).open(&log).map_err(failed)?;
        let mut command = Command::new("sh");
        command.arg("-c").arg(self.line).current_dir(self.folder);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        group::own(&mut command);
        let child = command.spawn().map_err(failed)?;
        Ok(Running { name: self.name.to_owned(), child, out, log })
    }

    /// Runs the command to its end and returns its standard output.
    ///
    /// # Errors
    /// When the command fails, takes longer than `limit`, or the drill is interrupted. The error shows the last lines
    /// of output.
    pub fn run(&self, limit: Duration, ended: &AtomicBool) -> Answer<String> {
        let mut running = self.start()?;
        let began = Instant::now();
        loop {
            if let Some(status) = running.status()? {
                if status.success() {
                    return Ok(running.printed());
                }
                return Err(running.trouble(&format!("failed ({status})")));
            }
            if ended.load(Ordering::Relaxed) {
                running.end(Duration::from_secs(5));
                return Err(interrupted());
            }
            if began.elapsed() > limit {
                running.end(Duration::from_secs(5));
                return Err(running.trouble(&format!("did not end within {} s", limit.as_secs())));
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Running {
    /// The exit status of the process, if it has ended.
    ///
    /// # Errors
    /// When the system cannot tell whether the process has ended.
    pub fn status(&mut self) -> Answer<Option<ExitStatus>> {
        self.child.try_wait().map_err(|cause| Trouble(format!("cannot see whether {} runs: {cause}", self.name)))
    }

    /// The standard output so far.
    #[must_use]
    pub fn printed(&self) -> String {
        std::fs::read(&self.out).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// A failure of the command, with its last lines of output.
    #[must_use]
    pub fn trouble(&self, what: &str) -> Trouble {
        Trouble(format!("`{}` {what}; its last lines:\n{}", self.name, tail(&self.log)))
    }

    /// Asks the process and its children to end; kills the rest after `limit`.
    pub fn end(&mut self, limit: Duration) {
        group::ask_to_end(&mut self.child);
        let began = Instant::now();
        while began.elapsed() < limit {
            // An error does not matter here, because the loop checks whether processes are left.
            let _ = self.child.try_wait();
            if group::is_gone(&mut self.child) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        group::kill(&mut self.child);
    }
}

/// The last lines of a log.
#[must_use]
pub fn tail(log: &Path) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn order<'o>(folder: &'o Path, line: &'o str, variables: &'o [(&'o str, String)]) -> Order<'o> {
        Order { name: "toy", line, folder, variables, logs: folder }
    }

    #[test]
    fn what_it_prints_and_why_it_fails() {
        let folder = tempfile::tempdir().unwrap();
        let ended = AtomicBool::new(false);
        let limit = Duration::from_secs(20);
        let variables = [("TOY", "spam and eggs".to_owned())];
        let printed = order(folder.path(), "echo \"$TOY\"", &variables).run(limit, &ended).unwrap();
        assert_eq!(printed, "spam and eggs\n");
        let trouble = order(folder.path(), "echo no >&2; exit 3", &[]).run(limit, &ended).unwrap_err();
        assert!(trouble.0.contains("exit status: 3") && trouble.0.ends_with("no"), "{trouble}");
    }

    #[test]
    fn what_takes_too_long_ends_with_all_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let ended = AtomicBool::new(false);
        let line = "sleep 300 & echo $! > child; wait";
        let trouble = order(folder.path(), line, &[]).run(Duration::from_millis(600), &ended).unwrap_err();
        assert!(trouble.0.contains("did not end"), "{trouble}");
        let child: i32 = std::fs::read_to_string(folder.path().join("child")).unwrap().trim().parse().unwrap();
        let gone = || {
            let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            state.is_empty() || state.contains(") Z ")
        };
        let began = Instant::now();
        while !gone() && began.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(LOOK);
        }
        assert!(gone(), "the child outlived its group");
    }

    #[test]
    fn what_it_leaves_running_does_not_hold_it_up() {
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        let mut running = order(folder.path(), "sleep 300 & echo $!", &[]).start().unwrap();
        while running.status().unwrap().is_none() {
            std::thread::sleep(LOOK);
        }
        assert!(began.elapsed() < Duration::from_secs(60) && !running.printed().is_empty());
        running.end(Duration::from_secs(5));
    }

    #[test]
    fn an_interrupt_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let ended = AtomicBool::new(true);
        let trouble = order(folder.path(), "sleep 300", &[]).run(Duration::from_secs(300), &ended).unwrap_err();
        assert_eq!(trouble, interrupted());
    }
}
