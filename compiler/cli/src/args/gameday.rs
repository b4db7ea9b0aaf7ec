//! What `emberline gameday` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Specs;

/// What a drill does, for `--help`.
pub(super) const ABOUT: &str = "\
Drill it: inject an unknown fault, wait for the page, walk, roll back, and time every step.

A drill goes like this. The repository is cloned as of its HEAD into a scratch folder, and the specs are compiled for it with \
the time scale of the policy's `drill`. `start` brings the system up, and healthy traffic passes. Then a release is deployed: \
some commits that do no harm, and somewhere among them one that nobody has told you about (or, now and then, something that is no \
commit at all is taken away). From there on it is timed: until the page, until the walk has named a commit, until its revert has \
been deployed, until the objective is kept again, until the alert has cleared.

The commands that do all this are yours: `emberline schema policy` says what `drill:` takes, and what its commands are told and \
must answer. Patches below `faults` are faults, those in its folder `honest` hide them; `--sealed` takes any other patch that \
somebody has written for you. The seed draws fault and history, and is printed when all is over.

Exit status: 0 where what was named was right, or was said to be uncertain and found by trying; 1 where nobody was called, where \
the answer was sure and wrong, or where nothing that it named helped; 2 where the drill broke off.";

/// `emberline gameday`.
#[derive(Debug, Args)]
pub(crate) struct Gameday {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// How many drills
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) drills: usize,
    /// Take this fault rather than one by chance: the name of a patch below the policy's `faults`
    #[arg(long, value_name = "NAME", group = "chosen")]
    pub(crate) fault: Option<String>,
    /// Take a patch that somebody has sealed for you: any file that `git am` or `git apply` takes
    #[arg(long, value_name = "FILE", group = "chosen")]
    pub(crate) sealed: Option<PathBuf>,
    /// Take this fault that is no commit: one of the policy's `outages`
    #[arg(long, value_name = "NAME", group = "chosen")]
    pub(crate) outage: Option<String>,
    /// Draw fault and history with this seed [default: one that is told at the end]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Do without these signals. Without traces nothing leads to a commit: they are taken back one at a time, newest first
    #[arg(long, value_name = "SIGNAL,…", value_delimiter = ',')]
    pub(crate) without: Vec<Signal>,
    /// Let a person look for the cause: the commit is typed in
    #[arg(long, conflicts_with = "without")]
    pub(crate) answer: bool,
    /// Compress lengths of time by this factor rather than the policy's
    #[arg(long, value_name = "N")]
    pub(crate) time_scale: Option<u32>,
    /// How many commits that do no harm [default: three to six, by chance]
    #[arg(long, value_name = "N")]
    pub(crate) honest: Option<usize>,
    /// Healthy traffic before each fault
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) warm_up: u32,
    /// How long the page is waited for [default: the long window of the fastest page, and two minutes]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) patience: Option<u32>,
    /// The severity that calls somebody
    #[arg(long, value_name = "NAME", default_value = "page")]
    pub(crate) severity: String,
    /// Exit 1 as well where the page or its clearing was late by what is computed, where the commit at fault or its function was
    /// not named at once, or where the search took more than 30 s of its own
    #[arg(long, conflicts_with = "without")]
    pub(crate) strict: bool,
    /// Start the system anew for each drill, so that no long window holds errors of the drill before
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Keep a record of each drill in this folder, go on where it stops, and write `series.md` and `series.json` of all
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["out", "chosen"])]
    pub(crate) series: Option<PathBuf>,
    /// Write the incident's evidence into this folder, such as generated/incidents/NAME
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Propose a postmortem in this file, such as slos/incidents/NAME.md; one that is there stays, and the new one is put beside it
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) incident: Option<PathBuf>,
    /// Add what slowed the search to the notes of the objective, from where the next compilation puts it on the runbook
    #[arg(long)]
    pub(crate) learn: bool,
    /// The repository to clone [default: that of the specs]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository: Option<PathBuf>,
    /// Work in this folder and leave it there [default: a temporary one, which stays only if the drill breaks off]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) scratch: Option<PathBuf>,
}

/// A signal that a drill can do without.
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
