//! `emberline completions`: what a shell needs to complete this command line.

use clap::CommandFactory;

use crate::args::{Arguments, Completions};
use crate::failure::Result;
use crate::status::Status;
use crate::terminal;

/// Prints the script.
pub(crate) fn run(completions: &Completions) -> Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "emberline", &mut script);
    terminal::print(|out| out.write_all(&script))?;
    Ok(Status::Clean)
}
