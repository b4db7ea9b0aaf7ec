//! What was typed on the command line, and nothing else: no file is looked at and no default is computed here.

mod access;
mod alertmanager;
mod backtest;
mod budget;
mod codeowners;
mod diff;
mod gameday;
mod import;
mod lsp;
mod mcp;
mod money;
mod observe;
mod report;
mod specs;
mod walk;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use emberline_core::finding::Severity;
use emberline_core::quantity::Date;
use emberline_core::target::Target;

pub(crate) use access::Access;
pub(crate) use alertmanager::Alertmanager;
pub(crate) use backtest::Backtest;
pub(crate) use budget::{Budget, Unknown};
pub(crate) use codeowners::Codeowners;
pub(crate) use diff::Diff;
pub(crate) use gameday::{Gameday, Mitigate, Signal};
pub(crate) use import::{Import, ImportFormat};
pub(crate) use lsp::Lsp;
pub(crate) use mcp::Mcp;
pub(crate) use money::{Cost, Roi};
pub(crate) use observe::{Against, Observe};
pub(crate) use report::ReportFormat;
pub(crate) use specs::Specs;
pub(crate) use walk::Walk;

/// Compiles service-level objectives into rules, alerts and their proofs.
///
/// Findings go to standard output in every format. Progress and failures go to standard error.
#[derive(Debug, Parser)]
#[command(
    name = "emberline",
    version,
    arg_required_else_help = true,
    after_help = "Exit status: 0 clean, 1 findings at or above --fail-on, 2 the tool could not do its work,\n\
                  3 inconclusive: a capture has not enough data to judge.\n\
                  Start with `emberline init`, then `emberline compile`."
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to colour the output; `auto` honours NO_COLOR and whether it goes to a terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Print findings and failures only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// The commands, in the order people meet them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first spec for a service
    #[command(after_help = "Example: emberline init checkout")]
    Init(Init),
    #[command(long_about = import::ABOUT, after_help = "Example: emberline import sloth slo/ --out slos")]
    /// Write specs for the objectives of Sloth, Pyrra or OpenSLO, and report what became of each field
    Import(Import),
    /// Report every fault of the specs, and write nothing
    #[command(after_help = "Example: emberline check --format json --fail-on warning")]
    Check(Check),
    /// Check the specs, then write every artefact, unless a finding is an error
    #[command(after_help = "Example: emberline compile --check    (in a pull request: is generated/ current?)")]
    Compile(Compile),
    /// Say what a change of the specs means: objectives, alerts, times, budget, cost, gate
    #[command(after_help = "Example: emberline diff HEAD~1 --format markdown")]
    Diff(Diff),
    #[command(
        long_about = backtest::ABOUT,
        after_help = "Example: emberline backtest --against http://127.0.0.1:9090 --days 7"
    )]
    /// Replay the rules over the history of a Prometheus: which alerts would have fired, and at which target
    Backtest(Box<Backtest>),
    #[command(
        long_about = budget::ABOUT,
        after_help = "Example: emberline budget --against http://127.0.0.1:9090 --service checkout --fail-below 10%"
    )]
    /// Say how much error budget each objective has left, and fail below a share: a gate for deployments
    Budget(Box<Budget>),
    /// Merge our routes, inhibitions and receivers into the Alertmanager configuration of a team
    #[command(after_help = "Example: emberline alertmanager alertmanager.yml --write")]
    Alertmanager(Alertmanager),
    /// Merge the owners of teams' folders into the CODEOWNERS of the repository
    #[command(after_help = "Example: emberline codeowners --write")]
    Codeowners(Codeowners),
    #[command(long_about = observe::ABOUT, after_help = "Example: emberline observe http://127.0.0.1:9090 --service checkout")]
    /// Say what a source of metrics really exports: as a draft of `metrics:`, or as a snapshot
    Observe(Observe),
    /// Check captured telemetry against the specs: traces, joined signals, labels, personal data
    #[command(after_help = "Example: emberline verify traces.jsonl logs.jsonl metrics.jsonl")]
    Verify(Verify),
    /// Find secrets and personal data in files, or in the next commit
    #[command(after_help = "Example: emberline scan --staged    (in a pre-commit hook)")]
    Scan(Scan),
    /// Serve the runbook pages on this machine, with live numbers from a Prometheus
    #[command(after_help = "Example: emberline preview --prometheus http://127.0.0.1:9090")]
    Preview(Preview),
    /// Go from a firing alert to the commit: objective, requests, trace, profile, blame
    #[command(after_help = "Example: emberline walk --prometheus http://127.0.0.1:9090 --store http://127.0.0.1:8085")]
    Walk(Box<Walk>),
    /// Run a drill: inject an unknown fault, wait for the alert, walk, roll back, and time every step
    #[command(long_about = gameday::ABOUT, after_help = "Example: emberline gameday --drills 1")]
    Gameday(Gameday),
    /// Price the telemetry of a million requests, before and after, with the arithmetic
    #[command(after_help = "Example: emberline cost")]
    Cost(Cost),
    /// Compute what the walk is worth: minutes saved × revenue a minute × incidents a year − cost
    #[command(after_help = "Example: emberline roi")]
    Roi(Roi),
    /// Explain a finding's code and how to fix it, or list all codes
    #[command(after_help = "Example: emberline explain unbounded-label")]
    Explain(Explain),
    /// Print the JSON Schema with which editors complete and check specs
    #[command(after_help = "Example: emberline schema policy > policy.schema.json")]
    Schema(Schema),
    #[command(long_about = lsp::ABOUT, after_help = "Example: emberline lsp --specs slos    (an editor starts it)")]
    /// Serve an editor: findings while you type, hover texts, completion, and the way to the rules
    Lsp(Lsp),
    #[command(long_about = mcp::ABOUT, after_help = "Example: emberline mcp --against http://127.0.0.1:9090    (an assistant starts it)")]
    /// Serve an assistant: objectives, budgets, codes, backtests and walks as tools that only read
    Mcp(Box<Mcp>),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example: emberline completions bash > ~/.local/share/bash-completion/completions/emberline"
    )]
    Completions(Completions),
}

/// How findings are shown, and which of them fail the run.
#[derive(Debug, Args)]
pub(crate) struct Reporting {
    /// How findings are written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// The lowest severity that makes the exit status 1; errors always stop `compile`
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// The day on which waivers are judged, for tests and for looking ahead [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", hide = true, value_parser = day)]
    pub(crate) today: Option<Date>,
}

/// `emberline init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Name of the service, as its telemetry has it in `service.name` [default: the name of this folder]
    pub(crate) service: Option<String>,
    /// Folder that the spec is written to
    #[arg(long, value_name = "FOLDER", default_value = "slos")]
    pub(crate) specs: PathBuf,
    /// How the service's metrics are named
    #[arg(long, value_name = "NAMES", default_value = "prometheus", conflicts_with = "against")]
    pub(crate) names: Names,
    /// Write the spec for what this source exports: a server's address, a file, or `-`
    #[arg(long, value_name = "SOURCE")]
    pub(crate) against: Option<String>,
    #[command(flatten)]
    pub(crate) access: Access,
}

/// How a service's metrics are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Names {
    /// As client libraries of Prometheus name them, with the labels `job` and `code`
    Prometheus,
    /// As OpenTelemetry's HTTP servers name them, with `service_name` and `http_response_status_code`
    Opentelemetry,
}

/// `emberline check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Report only findings on lines changed since this revision, and findings that the revision did not have
    #[arg(long, value_name = "REVISION")]
    pub(crate) changed_since: Option<String>,
    /// Judge the specs that the next commit will hold, as the index has them, rather than files
    #[arg(long)]
    pub(crate) staged: bool,
    #[command(flatten)]
    pub(crate) known: Known,
    #[command(flatten)]
    pub(crate) against: Against,
    /// Append a summary in Markdown to this file, such as $GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `emberline preview`.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Where to listen; the default is reachable from this machine only
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8484")]
    pub(crate) listen: std::net::SocketAddr,
    /// The Prometheus, or a store with its API, that keeps what the rules record; the preview only reads from it
    #[arg(long, value_name = "URL")]
    pub(crate) prometheus: Option<String>,
    /// File (YAML or JSON) that names stores, each with its tenant and credentials, of which the metrics' are used
    #[arg(long, value_name = "FILE", conflicts_with = "prometheus")]
    pub(crate) stores: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) access: Access,
}

/// `emberline verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// OTLP as JSON lines or protobuf, plain, gzip or zstd, read as one capture; `-` for standard input
    #[arg(value_name = "CAPTURE", required = true)]
    pub(crate) captures: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Where the telemetry was captured: raw may hold personal data, kept lacks sampled traces
    #[arg(long, value_name = "STAGE", default_value = "redacted")]
    pub(crate) stage: Stage,
    /// The signal of protobuf messages that fit several signals; the others are recognised
    #[arg(long, value_name = "SIGNAL")]
    pub(crate) signal: Option<Records>,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// A signal of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Records {
    /// Spans
    Traces,
    /// Log records
    Logs,
    /// Data points
    Metrics,
    /// Profiles
    Profiles,
}

/// Where on its way telemetry was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// As services send it
    Raw,
    /// After redaction, before sampling
    Redacted,
    /// After sampling
    Kept,
}

/// Findings that do not count because they were there before the gate.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// Leave out the findings that this file lists
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Remove corrected findings from the baseline, or write the first baseline; never add a finding
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,
}

/// `emberline compile`.
#[derive(Debug, Args)]
pub(crate) struct Compile {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Folder that artefacts are written to
    #[arg(long, value_name = "FOLDER", default_value = "generated")]
    pub(crate) out: PathBuf,
    /// Write only what this team's folder of specs compiles to; faults of other teams do not stop it
    #[arg(long, value_name = "TEAM", conflicts_with = "organisation")]
    pub(crate) team: Option<String>,
    /// Write what all teams share as well: collector, retention, Alertmanager, the dashboards of everything
    #[arg(long)]
    pub(crate) organisation: bool,
    /// Write only these kinds of artefact
    #[arg(long, value_name = "TARGET,…", value_delimiter = ',', value_parser = target_parser())]
    pub(crate) only: Vec<Target>,
    /// Write nothing; print how the folder differs from the compiled specs, and exit 1 if it does
    #[arg(long)]
    pub(crate) check: bool,
    /// With --check, pass over findings of the specs that `check` with the same revision passes over
    #[arg(long, value_name = "REVISION", requires = "check")]
    pub(crate) changed_since: Option<String>,
    /// With --check, pass over findings of the specs that this file lists
    #[arg(long, value_name = "FILE", requires = "check")]
    pub(crate) baseline: Option<PathBuf>,
    /// Replace files that emberline did not write
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `emberline scan`.
#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Files and folders; in a repository, what git tracks or would add below a folder [default: this folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Scan the index of git: what the next commit will hold
    #[arg(long, conflicts_with = "paths")]
    pub(crate) staged: bool,
    #[command(flatten)]
    pub(crate) known: Known,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

/// `emberline explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Code of a finding, such as `unbounded-label`; without one, every code is listed
    pub(crate) code: Option<String>,
    /// Print Markdown, for a wiki or a pull request
    #[arg(long)]
    pub(crate) markdown: bool,
}

/// `emberline schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which file the schema describes
    #[arg(default_value = "service")]
    pub(crate) kind: SchemaKind,
}

/// `emberline completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

/// What a JSON Schema can be printed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// One service with its objectives.
    Service,
    /// The organisation's policy.yaml.
    Policy,
    /// The organisation's prices.yaml.
    Prices,
    /// A snapshot of what a source exports.
    Observed,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: the source with the fault underlined.
    Human,
    /// For programs; the fields are stable.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Commands that GitHub Actions shows beside the lines of a pull request.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// `JUnit` XML: a test case for each finding.
    Junit,
}

/// The mildest severity that fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails the run.
    pub(crate) fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => severity >= Severity::Note,
            Self::Never => false,
        }
    }
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|malformed| format!("expected {}", malformed.expected))
}

/// The words of `--only` come from core, so a new target needs no line here.
fn target_parser() -> impl TypedValueParser<Value = Target> {
    PossibleValuesParser::new(Target::ALL.iter().map(|target| target.word()))
        .try_map(|word| Target::of_word(&word).ok_or("not a target"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn definitions_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn only_takes_a_list() {
        let arguments = Arguments::try_parse_from(["emberline", "compile", "--only", "rules,schema"]).unwrap();
        let Command::Compile(compile) = arguments.command else { panic!("not compile") };
        assert_eq!(compile.only, [Target::Rules, Target::Schema]);
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Arguments::command().get_subcommands() {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(text.starts_with("Example: emberline "), "{} has no example", command.get_name());
        }
    }
}
