//! The system as a drill has it: started in the foreground with history behind it, and changed by other processes while it runs.
//!
//! - [`run`] is the foreground: it starts everything, writes a good past and serves changes until it is asked to end.
//! - `outage` begins and ends faults that are no commits.
//! - [`deploy`] builds a checkout, or takes what `artifacts` kept of the same tree, and asks the foreground to run it.
//!
//! What a drill is told by its environment stands in [`Setting`]; `emberline gameday` is one who tells it.

mod artifacts;
mod control;
mod deploy;
mod history;
mod outage;
mod run;

pub use control::{Change, Outage, ask};
pub use deploy::deploy;
pub use run::run;

use std::path::PathBuf;

use anyhow::{Context, Result};

/// The services that a deployment can replace.
pub const SERVICES: [&str; 3] = ["frontend", "checkout", "payments"];

/// What stands in the environment of a drill's commands.
#[derive(Debug, Clone)]
pub struct Setting {
    /// `EMBERLINE_DATA`: the drill's folder.
    pub data: PathBuf,
    /// `EMBERLINE_REVISION`: the commit that the working directory is a checkout of.
    pub revision: String,
}

impl Setting {
    /// Reads it.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn read() -> Result<Self> {
        Ok(Self { data: PathBuf::from(variable("EMBERLINE_DATA")?), revision: variable("EMBERLINE_REVISION")? })
    }

    /// Where the programs of the revision are kept.
    fn release(&self) -> PathBuf {
        self.data.join("releases").join(&self.revision)
    }
}

/// A variable of the environment.
///
/// # Errors
/// When it is missing.
pub fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set: this is a command of a drill"))
}
