//! How other processes change the running system: a line of JSON each way over a socket in the drill's folder.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// Who asks says it at once, and waits no longer than the slowest change takes.
const SAYING: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(240);

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Run these programs, by service, as the given commit.
    Deploy {
        /// The commit.
        revision: String,
        /// A program for each service.
        programs: BTreeMap<String, PathBuf>,
    },
    /// Begin or end an outage.
    Inject {
        /// What breaks.
        outage: Outage,
        /// Whether it begins.
        begins: bool,
    },
}

/// A fault that is no commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outage {
    /// Payments is killed and stays away.
    PaymentsKilled,
    /// Payments hangs: it takes connections and answers nothing.
    PaymentsPaused,
    /// Checkout runs with a configuration that sends payments where nobody listens.
    CheckoutMisconfigured,
    /// A flag of payments is turned on, and each payment takes longer than customers wait.
    FlagPaymentScreening,
    /// The files of the order database cannot grow any more.
    OrdersDiskFull,
    /// More than a hundred times the usual traffic arrives.
    TrafficSurge,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// The services that were touched.
    Done(Vec<String>),
    /// Why it could not be done.
    Failed(String),
}

fn place(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// The side of the running system.
#[derive(Debug)]
pub(super) struct Control(UnixListener);

impl Control {
    /// Begins to listen in the drill's folder. A socket that nobody answers is what a killed drill left.
    pub(super) fn listen(data: &Path) -> Result<Self> {
        let place = place(data);
        if UnixStream::connect(&place).is_ok() {
            bail!("{} is in use: another drill runs in this folder", place.display());
        }
        match std::fs::remove_file(&place) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing {}", place.display()));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&place).with_context(|| format!("listening on {}", place.display()))?;
        listener.set_nonblocking(true).context("listening without waiting")?;
        Ok(Self(listener))
    }

    /// Answers what is asked now, if anything is. A request that cannot be read harms only who sent it.
    pub(super) fn serve(&self, change: impl FnOnce(Change) -> Result<Vec<String>>) {
        let Ok((mut stream, _)) = self.0.accept() else { return };
        let outcome = match heard(&stream).and_then(change) {
            Ok(services) => Outcome::Done(services),
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        if let Ok(line) = serde_json::to_string(&outcome) {
            // Who asked may be gone; the change is made all the same.
            let _ = writeln!(stream, "{line}");
        }
    }
}

fn heard(stream: &UnixStream) -> Result<Change> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(SAYING))?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).context("reading what is asked")?;
    serde_json::from_str(&line).context("understanding what is asked")
}

/// Asks the system that runs in `data`, and gives the services that were touched.
///
/// # Errors
/// When none runs there, or it could not do it.
pub fn ask(data: &Path, change: &Change) -> Result<Vec<String>> {
    let place = place(data);
    let mut stream = UnixStream::connect(&place).with_context(|| format!("no system runs in {}", data.display()))?;
    stream.set_read_timeout(Some(ANSWER))?;
    writeln!(stream, "{}", serde_json::to_string(change)?).context("asking the system")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).context("waiting for the system")?;
    match serde_json::from_str(&line).context("understanding the system")? {
        Outcome::Done(services) => Ok(services),
        Outcome::Failed(why) => bail!("{why}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_socket_that_was_left_is_taken_over_and_a_live_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        drop(Control::listen(folder.path()).unwrap());
        // A process that another test begins holds the socket until it is another program.
        let begun = std::time::Instant::now();
        let _alive = loop {
            match Control::listen(folder.path()) {
                Err(_) if begun.elapsed() < SAYING => std::thread::yield_now(),
                listened => break listened.unwrap(),
            }
        };
        let said = Control::listen(folder.path()).unwrap_err().to_string();
        assert!(said.contains("is in use"), "{said}");
    }
}
