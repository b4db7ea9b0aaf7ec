//! Perses's own linter, percli.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::tool;

/// What percli says against the resources of a folder; nothing if it takes all of them.
///
/// # Errors
/// When percli cannot be had or started.
pub fn faults(folder: &Path) -> Result<Option<String>> {
    let mut percli = Command::new(tool("percli")?);
    let output = percli.args(["lint", "-d"]).arg(folder).output().context("starting percli")?;
    let said = [output.stdout, output.stderr].concat();
    Ok((!output.status.success()).then(|| String::from_utf8_lossy(&said).into_owned()))
}
