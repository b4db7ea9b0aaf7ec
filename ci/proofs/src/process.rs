//! Programs under test: free ports, a guard that ends a process when it goes out of scope, and bounded waiting.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A port that is free on 127.0.0.1. It stays so until its program binds it: it lies below those that systems give to
/// outgoing connections (from 32768 on Linux), and no second call of this process gets it.
///
/// # Errors
/// When the machine has no port to give.
pub fn free_port() -> Result<u16> {
    const RANGE: Range<u16> = 20_000..32_000;
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one(()) >> 1));
    RANGE
        .map(|_| NEXT.fetch_add(1, Ordering::Relaxed) % u64::from(RANGE.end - RANGE.start))
        .filter_map(|place| u16::try_from(place).ok().map(|place| RANGE.start + place))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .with_context(|| format!("no port of {RANGE:?} is free"))
}

/// A running program. Dropping it ends that one process, by its id; what it printed stays in the log.
pub struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command` with everything it prints going to `log`.
    ///
    /// # Errors
    /// When the log cannot be made or the program does not start.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let err = out.try_clone().with_context(|| format!("sharing {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .with_context(|| format!("starting {name}: {command:?}"))?;
        Ok(Self { name: name.to_owned(), child, log: log.to_owned() })
    }

    /// The last lines that the program printed, for an error that has to explain itself.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_else(|error| format!("(no log: {error})"));
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }

    /// Asks `ready` until it says yes; fails when the program ends first or `limit` is over.
    ///
    /// # Errors
    /// Either of the two, with the end of the log.
    pub fn wait_until(&mut self, what: &str, limit: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let started = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait().with_context(|| format!("looking after {}", self.name))? {
                bail!("{} ended ({status}) before it was {what}; its last lines:\n{}", self.name, self.log_tail());
            }
            if started.elapsed() > limit {
                bail!("{} was not {what} after {limit:?}; its last lines:\n{}", self.name, self.log_tail());
            }
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as ended; the wait leaves no zombie behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end and gives its standard output.
///
/// # Errors
/// When it does not start, or exits with anything but 0; the error holds all that it printed.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed ({}):\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{command:?} printed something else than text"))
}
