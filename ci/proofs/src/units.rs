//! The generated unit tests: where they stand, and what promtool says of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

use crate::tools::tool;

/// The unit tests of one objective and the rules that they load.
pub struct Unit {
    /// The objective's own rules.
    pub rules: PathBuf,
    /// The test files, the fastest first.
    pub tests: Vec<PathBuf>,
}

/// The unit tests of objectives below a folder like `generated/prometheus/tests`, by path.
///
/// # Errors
/// When the folder cannot be read or holds none.
pub fn units(folder: &Path) -> Result<Vec<Unit>> {
    let mut rules = Vec::new();
    for service in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let service = service?;
        // Stems of services have no dot; `watchers.d` holds the tests of alerts on the ruler, which ci/proofs/tests/watchers.rs
        // has fire in a real one.
        if service.file_name().to_string_lossy().contains('.') {
            continue;
        }
        for file in std::fs::read_dir(service.path())? {
            rules.push(file?.path());
        }
    }
    rules.retain(|path| path.extension().is_some_and(|end| end == "rules"));
    rules.sort();
    ensure!(!rules.is_empty(), "{} holds no unit test", folder.display());
    let unit = |rules: PathBuf| {
        let tests = ["windows.yaml", "yaml"].map(|end| rules.with_extension(end));
        Unit { tests: tests.into_iter().filter(|path| path.is_file()).collect(), rules }
    };
    Ok(rules.into_iter().map(unit).collect())
}

/// What promtool made of a test file.
pub struct Verdict {
    /// Whether every test of it passed.
    pub passed: bool,
    /// Processor time that promtool took.
    pub took: Duration,
    /// What it printed.
    pub printed: String,
}

/// Runs one test file.
///
/// # Errors
/// When promtool cannot be had or started.
pub fn run(test: &Path) -> Result<Verdict> {
    static PROMTOOL: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let promtool = PROMTOOL.get_or_init(|| tool("promtool").map_err(|error| format!("{error:#}")));
    let promtool = promtool.as_ref().map_err(|error| anyhow::Error::msg(error.clone()))?;
    let log = tempfile::NamedTempFile::new().context("making a log")?;
    let (out, err) = (log.reopen()?, log.reopen()?);
    let mut command = Command::new(promtool);
    command.args(["test", "rules"]).arg(test).stdin(Stdio::null()).stdout(out).stderr(err);
    let child = command.spawn().with_context(|| format!("starting {command:?}"))?;
    let used = child.wait4()?;
    let took = used.rusage.utime + used.rusage.stime;
    let printed = String::from_utf8_lossy(&std::fs::read(log.path())?).into_owned();
    Ok(Verdict { passed: used.status.success(), took, printed })
}
