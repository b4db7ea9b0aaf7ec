//! What `emberline gameday` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Specs;

/// What a drill does, for `--help`.
pub(super) const ABOUT: &str = "\
Run a drill: inject an unknown fault, wait for the alert, walk, roll back, and time every step.

The drill clones the repository at HEAD into a scratch folder, and compiles the specs with the time scale of the policy's \
`drill`. The command `start` brings the system up, and healthy traffic passes. Then the drill deploys a release of harmless \
commits with one fault among them. Now and then the fault is no commit, but a part of the system that goes away.

The drill does what on-call does. As soon as the walk suspects a release, it keeps the evidence and rolls the whole last \
release back. If that does not help, older releases follow. After recovery it looks for the commit: it deploys versions in \
the order of suspicion. So the time to recover and the time to the cause are two figures.

The policy names the commands of your system. `emberline schema policy` describes `drill` and the variables that its commands \
get. Patches below `faults` are faults, and patches in its folder `honest` hide them. One drill of two has a fault that a \
rollback of the last release does not mend, if there are any: an outage, or a fault of an older release. The seed draws the \
fault and the history, and is printed at the end.

`--sealed` takes faults from anybody: a patch, several in mbox form, or a `.tar.gz` of patches, from a file or an address. \
Its SHA-256 is printed at the start, and the fault at the end. `X-Fault-…` headers name kind, function, file and service; \
without them the truth is the commit that the patch became.

Exit status 0: the objective recovered by what the walk led to, or by the next rollback. Exit status 1: no alert fired, the \
walk was certain and wrong, or only the last resort helped. Exit status 2: the drill broke off.";

/// `emberline gameday`.
#[derive(Debug, Args)]
pub(crate) struct Gameday {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// How many drills
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) drills: usize,
    /// Use this fault instead of a random one: the name of a patch below the policy's `faults`; `a+b` for two at once
    #[arg(long, value_name = "NAME", group = "chosen")]
    pub(crate) fault: Option<String>,
    /// Draw from these faults of another person: a patch, a mailbox of patches, or a `.tar.gz` of patches
    #[arg(long, value_name = "FILE|URL", conflicts_with_all = ["fault", "outage"])]
    pub(crate) sealed: Option<String>,
    /// Use this fault that is no commit: one of the policy's `outages`
    #[arg(long, value_name = "NAME", group = "chosen")]
    pub(crate) outage: Option<String>,
    /// Draw fault and history with this seed [default: a random one, printed at the end]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Roll back this first: the whole last release, or one suspect after the other
    #[arg(long, value_name = "WHAT", default_value = "release")]
    pub(crate) mitigate: Mitigate,
    /// Deploy at most this many versions after recovery to find the commit; 0 for none
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) probes: usize,
    /// Walk without these signals; without traces there is no walk, and metrics alone order the commits
    #[arg(long, value_name = "SIGNAL,…", value_delimiter = ',')]
    pub(crate) without: Vec<Signal>,
    /// Let a person search for the root cause and type the commit
    #[arg(long, conflicts_with = "without")]
    pub(crate) answer: bool,
    /// Compress windows and intervals by this factor [default: the policy's]
    #[arg(long, value_name = "N")]
    pub(crate) time_scale: Option<u32>,
    /// How many harmless commits [default: three to six, at random]
    #[arg(long, value_name = "N")]
    pub(crate) honest: Option<usize>,
    /// Healthy traffic before each fault
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) warm_up: u32,
    /// How long to wait for the alert [default: the long window of the fastest page, and two minutes]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) patience: Option<u32>,
    /// The severity that counts as detection
    #[arg(long, value_name = "NAME", default_value = "page")]
    pub(crate) severity: String,
    /// Also exit 1 if the alert fired or resolved later than computed, or if the walk took over 30 s or did not name the
    /// commit and its function first
    #[arg(long, conflicts_with = "without")]
    pub(crate) strict: bool,
    /// Restart the system before each drill, so that no window holds errors of an earlier drill
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Record each drill in this folder, continue a series there, and write `series.md` and `series.json`
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["out", "fault", "outage"])]
    pub(crate) series: Option<PathBuf>,
    /// Write the incident's evidence into this folder, such as generated/incidents/NAME
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Propose a postmortem in this file, such as slos/incidents/NAME.md; an existing file stays, with the new one beside it
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) incident: Option<PathBuf>,
    /// Propose what slowed the search as a note of the objective, and print how it changes the runbook page
    #[arg(long)]
    pub(crate) learn: bool,
    /// The same for a drill that was recorded, without a new drill
    #[arg(long, value_name = "RECORD", conflicts_with_all = ["chosen", "series", "out", "answer", "without"])]
    pub(crate) learn_from: Option<PathBuf>,
    /// The repository to clone [default: that of the specs]
    #[arg(long, value_name = "PATH")]
    pub(crate) repository: Option<PathBuf>,
    /// Work in this folder and keep it [default: a temporary folder, which stays only if the drill breaks off]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) scratch: Option<PathBuf>,
}

/// What a drill rolls back first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mitigate {
    /// The whole last release, then older ones
    Release,
    /// One suspect after the other, each watched
    OneCommit,
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
