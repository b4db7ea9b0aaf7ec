//! What `emberline gameday` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Specs;

/// What a drill does, for `--help`.
pub(super) const ABOUT: &str = "\
Run a drill: inject an unknown fault, wait for the alert, walk, roll back, and time every step.

The drill clones the repository at its HEAD into a scratch folder and compiles the specs with the time scale of the policy's \
`drill`. The command `start` starts the system, and healthy traffic passes. Then the drill deploys a release of harmless commits \
with one hidden faulty commit, or causes an outage. It measures the time until the alert fires, until the walk names a commit, \
until the revert is deployed, until the objective recovers, and until the alert resolves.

The policy declares all commands of a drill: see `emberline schema policy`, field `drill`. Patches in its folder `faults` are \
faults, and patches in `faults/honest` hide them. `--sealed` takes any other patch. The seed selects fault and history, and is \
printed at the end.

Exit status: 0 if the answer was right, or uncertain and found by trying; 1 if no alert fired, if the answer was certain and \
wrong, or if no suspect was the root cause; 2 if the drill broke off.";

/// `emberline gameday`.
#[derive(Debug, Args)]
pub(crate) struct Gameday {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// How many drills
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) drills: usize,
    /// Inject this fault instead of a random one: the name of a patch in the policy's `faults`
    #[arg(long, value_name = "NAME", group = "chosen")]
    pub(crate) fault: Option<String>,
    /// Inject this patch as the fault: any file that `git am` or `git apply` accepts
    #[arg(long, value_name = "FILE", group = "chosen")]
    pub(crate) sealed: Option<PathBuf>,
    /// Cause this outage: one of the policy's `outages`
    #[arg(long, value_name = "NAME", group = "chosen")]
    pub(crate) outage: Option<String>,
    /// Select fault and history by this seed [default: random, printed at the end]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Leave these signals out. Without traces, commits are reverted one at a time, newest first
    #[arg(long, value_name = "SIGNAL,…", value_delimiter = ',')]
    pub(crate) without: Vec<Signal>,
    /// Let a person search for the root cause and type in the commit
    #[arg(long, conflicts_with = "without")]
    pub(crate) answer: bool,
    /// Compress windows by this factor instead of the policy's
    #[arg(long, value_name = "N")]
    pub(crate) time_scale: Option<u32>,
    /// How many harmless commits [default: 3 to 6, random]
    #[arg(long, value_name = "N")]
    pub(crate) honest: Option<usize>,
    /// Healthy traffic before each fault
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) warm_up: u32,
    /// The time limit for the alert [default: the long window of the fastest alert, plus 120]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) patience: Option<u32>,
    /// The severity that counts as detection
    #[arg(long, value_name = "NAME", default_value = "page")]
    pub(crate) severity: String,
    /// Exit 1 also if the alert fired or resolved later than computed, if the first answer lacks the faulty commit or its
    /// function, or if the search took more than 30 s
    #[arg(long, conflicts_with = "without")]
    pub(crate) strict: bool,
    /// Restart the system for each drill, so that no long window holds earlier errors
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Keep a record of each drill in this folder, continue an unfinished series, and write `series.md` and `series.json`
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["out", "chosen"])]
    pub(crate) series: Option<PathBuf>,
    /// Write the incident's evidence into this folder, such as generated/incidents/NAME
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Propose a postmortem in this file, such as slos/incidents/NAME.md; an existing file stays, and the new one gets the ending .new
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) incident: Option<PathBuf>,
    /// Add what slowed the search to the notes of the objective, which `emberline compile` puts on the runbook
    #[arg(long)]
    pub(crate) learn: bool,
    /// The repository to clone [default: that of the specs]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository: Option<PathBuf>,
    /// Work in this folder and keep it [default: a temporary folder, kept only if the drill breaks off]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) scratch: Option<PathBuf>,
}

/// A signal that a drill can leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Signal {
    /// Traces
    Traces,
    /// Log lines
    Logs,
    /// Profiles
    Profiles,
}

impl Signal {
    /// The word in records.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Profiles => "profiles",
        }
    }
}
