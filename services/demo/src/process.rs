//! One program of the system: started with its output in a log file, asked whether it is ready, ended by its id.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::ask;

/// How long a program may take until it is ready; collectors open their queues on disk first.
const READY: Duration = Duration::from_secs(60);
/// How long a program may take to end by itself: services send what they still hold.
const END: Duration = Duration::from_secs(20);

/// How long a new version has until it waits for its predecessor's address.
const WARM_UP: Duration = Duration::from_millis(500);

/// What a program is started with, so that it can be started again after a fault.
pub struct Program {
    name: String,
    path: PathBuf,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    log: PathBuf,
    /// Answers 200 once the program serves; without it, started is ready.
    ready: Option<String>,
    /// How far its files may reach, in bytes.
    file_limit: Option<u64>,
    child: Option<Child>,
}

impl Program {
    /// A program that has not been started. What it prints is appended to `log`.
    #[must_use]
    pub fn new(name: &str, path: PathBuf, log: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            path,
            args: Vec::new(),
            env: BTreeMap::new(),
            log,
            ready: None,
            file_limit: None,
            child: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<T: Into<String>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Names the address that answers 200 once the program serves.
    #[must_use]
    pub fn ready_at(mut self, url: String) -> Self {
        self.ready = Some(url);
        self
    }

    /// Its name, as people see it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Starts it and waits until it serves.
    ///
    /// # Errors
    /// When it does not start, ends early or is not ready in time; with the last lines that it printed.
    pub fn start(&mut self) -> Result<()> {
        self.child = Some(self.spawn()?);
        self.wait_until_ready()
    }

    /// Replaces it by another version, which takes the address over as the old one leaves it: what is under way is answered
    /// by the old one, and nobody is refused for longer than a moment.
    ///
    /// # Errors
    /// When the new one does not come up; the old one is gone then.
    pub fn replace(&mut self, path: PathBuf) -> Result<()> {
        self.path = path;
        let new = self.spawn()?;
        // It opens its databases and exporters meanwhile, and then waits for the address.
        sleep(WARM_UP);
        if let Some(mut old) = self.child.replace(new) {
            end(&mut old);
        }
        self.wait_until_ready()
    }

    /// Where its program is.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Sets a variable for its next start.
    pub fn set_env(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// Sets the value of an argument for its next start.
    ///
    /// # Errors
    /// When it is started without that argument.
    pub fn set_arg(&mut self, name: &str, value: &str) -> Result<()> {
        let place = self.args.iter().position(|arg| arg == name).map(|at| at + 1);
        match place.and_then(|at| self.args.get_mut(at)) {
            Some(arg) => value.clone_into(arg),
            None => bail!("{} has no argument {name}", self.name),
        }
        Ok(())
    }

    /// Halts it where it stands, or lets it go on. A program that does not run is left alone.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pause(&mut self, halts: bool) -> Result<()> {
        let pid = self.child.as_ref().and_then(|child| i32::try_from(child.id()).ok()).and_then(Pid::from_raw);
        let Some(pid) = pid else { return Ok(()) };
        let signal = if halts { Signal::STOP } else { Signal::CONT };
        kill_process(pid, signal).with_context(|| format!("pausing {}", self.name))
    }

    /// Lets no file of it grow beyond so many bytes, or lifts that: what it writes fails then, as on a full disk. The limit is
    /// its successors' as well, since a new version gets no more room.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn limit_files(&mut self, bytes: Option<u64>) -> Result<()> {
        self.file_limit = bytes;
        self.child.as_ref().map_or(Ok(()), |child| self.limit(child))
    }

    fn limit(&self, child: &Child) -> Result<()> {
        let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return Ok(()) };
        // The upper limit stays, so that the lower one can be lifted again without privileges.
        let maximum = rustix::process::getrlimit(Resource::Fsize).maximum;
        let limit = Rlimit { current: self.file_limit.or(maximum), maximum };
        prlimit(Some(pid), Resource::Fsize, limit).with_context(|| format!("limiting the files of {}", self.name))?;
        Ok(())
    }

    fn spawn(&self) -> Result<Child> {
        let log = || OpenOptions::new().create(true).append(true).open(&self.log);
        let open = |log: std::io::Result<std::fs::File>| log.with_context(|| format!("opening {}", self.log.display()));
        let mut command = Command::new(&self.path);
        command.args(&self.args).envs(&self.env).stdin(Stdio::null()).stdout(open(log())?).stderr(open(log())?);
        // A group of its own: an interrupt at the terminal goes to the demo alone, which then ends all in good order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().with_context(|| format!("starting {}: {}", self.name, self.path.display()))?;
        if self.file_limit.is_some() {
            self.limit(&child)?;
        }
        Ok(child)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let Some(ready) = self.ready.clone() else { return Ok(()) };
        let began = Instant::now();
        while !ask::answers(&ready) {
            if let Some(status) = self.ended()? {
                bail!("{} ended ({status}) before it served {ready}; its last lines:\n{}", self.name, self.log_tail());
            }
            if began.elapsed() > READY {
                bail!("{} did not serve {ready} within {READY:?}; its last lines:\n{}", self.name, self.log_tail());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else { return Ok(None) };
        child.try_wait().with_context(|| format!("looking after {}", self.name))
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it does not within `limit`, or fails.
    pub fn finish(&mut self, limit: Duration) -> Result<()> {
        let began = Instant::now();
        loop {
            match self.ended()? {
                Some(status) if status.success() => break,
                Some(status) => bail!("{} failed ({status}); its last lines:\n{}", self.name, self.log_tail()),
                None if self.child.is_none() => bail!("{} was not started", self.name),
                None if began.elapsed() > limit => bail!("{} still ran after {limit:?}", self.name),
                None => sleep(Duration::from_millis(50)),
            }
        }
        self.child = None;
        Ok(())
    }

    /// Asks it to end, and waits; one that will not is killed. A program that does not run is left alone.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            end(&mut child);
        }
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // Both fail only when it is gone; the wait leaves no zombie behind.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// What it printed, from first to last start.
    #[must_use]
    pub fn printed(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_else(|error| format!("(no log: {error})"))
    }

    /// The last lines that it printed, for an error that has to explain itself.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let text = self.printed();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }
}

/// Asks a process to end, waits, and kills it where it will not.
fn end(child: &mut Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may be gone already, which is what we want. A paused program hears it only once it goes on.
        let _ = kill_process(pid, Signal::TERM);
        let _ = kill_process(pid, Signal::CONT);
    }
    let began = Instant::now();
    while matches!(child.try_wait(), Ok(None)) && began.elapsed() < END {
        sleep(Duration::from_millis(20));
    }
    // Both fail only when it is gone; the wait leaves no zombie behind.
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_paused_program_does_nothing_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let ticks = "while true; do echo x; sleep 0.02; done";
        let mut program = Program::new("ticks", "/bin/sh".into(), log).args(["-c", ticks]);
        program.start().unwrap();
        let grows = |program: &Program, limit: Duration| {
            let (before, began) = (program.printed().len(), Instant::now());
            while began.elapsed() < limit {
                if program.printed().len() > before {
                    return true;
                }
                sleep(Duration::from_millis(20));
            }
            false
        };
        assert!(grows(&program, Duration::from_secs(20)));
        program.pause(true).unwrap();
        sleep(Duration::from_millis(200));
        assert!(!grows(&program, Duration::from_millis(400)));
        program.pause(false).unwrap();
        assert!(grows(&program, Duration::from_secs(20)));
        // It ends when it is told that its file may not grow: `ci/drill/start` has that signal ignored, tests have not.
        program.limit_files(Some(0)).unwrap();
        sleep(Duration::from_millis(200));
        assert!(!grows(&program, Duration::from_millis(400)));
        program.limit_files(None).unwrap();
        program.stop();
        program.set_arg("-c", "exit 0").unwrap();
        assert!(program.set_arg("--none", "x").is_err());
        program.pause(true).unwrap();
        let began = Instant::now();
        program.stop();
        assert!(began.elapsed() < END, "a paused program had to be killed");
        program.start().unwrap();
        program.finish(Duration::from_secs(20)).unwrap();
    }
}
