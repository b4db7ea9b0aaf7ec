//! The `emberline` command: arguments in, files and findings out, an exit status.
//!
//! The compiler is `emberline-core`, a pure function; this crate is its edge. `args` is what was typed, `commands` what
//! is done, `world` the file system, `render` findings as text, `terminal` the two output streams, `weaker` what a
//! change takes from the gate.

mod args;
mod commands;
mod failure;
mod panics;
mod preview;
mod progress;
#[cfg(test)]
mod reference;
mod render;
mod shown;
mod status;
mod terminal;
mod weaker;
mod world;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use status::Status;

/// A plan is many small texts: over 10,000 objectives `check` takes two thirds of the processor time and 6/7 of
/// the memory that it takes with the allocator of glibc.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(panics::guard(run) as u8)
}

fn run() -> Status {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => {
            // Help and the version are answers too; where they cannot be printed, nobody is listening.
            let _ = answer.print();
            return if answer.use_stderr() { Status::Failed } else { Status::Clean };
        }
    };
    terminal::choose_color(arguments.color);
    let quiet = arguments.quiet;
    let outcome = match arguments.command {
        Command::Init(init) => commands::init::run(&init, quiet),
        Command::Import(import) => commands::import::run(&import, quiet),
        Command::Check(check) => commands::check::run(&check, quiet),
        Command::Compile(compile) => commands::compile::run(&compile, quiet),
        Command::Diff(diff) => commands::diff::run(&diff, quiet),
        Command::Backtest(backtest) => commands::backtest::run(&backtest, quiet),
        Command::Budget(budget) => commands::budget::run(&budget, quiet),
        Command::Codeowners(codeowners) => commands::codeowners::run(&codeowners, quiet),
        Command::Alertmanager(alertmanager) => commands::alertmanager::run(&alertmanager, quiet),
        Command::Scan(scan) => commands::scan::run(&scan, quiet),
        Command::Observe(observe) => commands::observe::run(&observe, quiet),
        Command::Verify(verify) => commands::verify::run(&verify, quiet),
        Command::Preview(preview) => commands::preview::run(&preview, quiet),
        Command::Walk(walk) => commands::walk::run(&walk, quiet),
        Command::Gameday(gameday) => commands::gameday::run(&gameday, quiet),
        Command::Cost(cost) => commands::cost::run(&cost, quiet),
        Command::Roi(roi) => commands::roi::run(&roi, quiet),
        Command::Explain(explain) => commands::explain::run(&explain),
        Command::Schema(schema) => commands::schema::run(&schema),
        Command::Lsp(lsp) => commands::lsp::run(lsp),
        Command::Mcp(mcp) => commands::mcp::run(*mcp),
        Command::Completions(completions) => commands::completions::run(&completions),
    };
    outcome.unwrap_or_else(|failure| {
        terminal::say_failure(&commands::conceal::failure(failure));
        Status::Failed
    })
}
