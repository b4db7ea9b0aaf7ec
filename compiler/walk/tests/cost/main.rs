//! How long a walk takes on a large system, and how much memory. Run by hand, with printed figures:
//! `cargo test -p emberline-walk --test cost -- --ignored --nocapture`
//!
//! A store answers over HTTP with 2,000 traces of 500 spans and one of a million. The repository has 10,000 commits. The
//! bar is 30 s.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]
#![expect(clippy::print_stdout, reason = "figures to read")]

mod history;
mod store;
mod telemetry;

use std::time::Instant;

use emberline_core::plan::Plan;
use emberline_core::source::Sources as Specs;
use emberline_walk::source::{Git, Logs, Metrics, Profiles, Sources, Tempo, Traces};
use emberline_walk::{self as walk, Question, Verdict, Walk};
use telemetry::Telemetry;

/// When the fault begins, and when the walk is made, unix seconds.
pub(crate) const ONSET: f64 = 1_780_000_000.0;
pub(crate) const NOW: f64 = ONSET + 1_200.0;
/// The bar, in seconds.
const BAR: f64 = 30.0;

const SPEC: &str = "version: emberline/v1
service: checkout
metrics:
  http.server.request.duration:
    {type: histogram, unit: s, buckets: [0.1, 0.3, 1], labels: {http.route: {values: ['/checkout']}}}
slos:
  - name: latency
    objective: 99%
    window: 30d
    sli: {latency: {metric: http.server.request.duration, threshold: 300ms, selector: '{http_route=\"/checkout\"}'}}
";

fn plan() -> Plan {
    let mut specs = Specs::default();
    specs.add("slos/checkout.yaml", SPEC);
    let analysis = emberline_core::analyse(&specs, None);
    analysis.plan.unwrap_or_else(|| panic!("{:?}", analysis.findings))
}

/// The peak of this process's memory in MiB, where the system tells it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1_024
}

/// The processor time of this process and of git, in seconds. A busy machine lengthens only the time by the clock.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(4);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Forgets the peak so far.
fn forget() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Walks and exports, and prints the figures. `range` is the number of commits of the release.
fn measure(repository: &history::Repository, range: usize, giant: store::Giant) -> Walk {
    let plan = plan();
    let telemetry = Telemetry;
    let good = repository.before(range);
    let tempo = Tempo::new(&store::serve(&good, &repository.head(), giant));
    let git = Git::new(repository.path());
    let sources = Sources {
        metrics: &telemetry as &dyn Metrics,
        traces: Some(&tempo as &dyn Traces),
        logs: Some(&telemetry as &dyn Logs),
        profiles: Some(&telemetry as &dyn Profiles),
        history: Some(&git),
        repositories: None,
        deployments: None,
    };
    let question = Question { plan: &plan, alert: None, now: NOW };
    forget();
    let (began, busy) = (Instant::now(), cpu());
    let found = walk::walk(&question, &sources);
    let (walked, used) = (began.elapsed(), cpu() - busy);
    println!(
        "walk of a release of {range} commits, {giant:?}: {:.1} s, of processors {used:.1} s, peak {} MiB: {}",
        walked.as_secs_f64(),
        peak(),
        found.headline
    );
    forget();
    let (began, busy) = (Instant::now(), cpu());
    let frozen = walk::freeze(&question, &sources, &found).unwrap();
    let bytes: usize = frozen.files.iter().map(|(_, text)| text.len()).sum();
    let (exported, written) = (began.elapsed(), cpu() - busy);
    println!(
        "  export: {:.1} s, of processors {written:.1} s, peak {} MiB, {} KiB",
        exported.as_secs_f64(),
        peak(),
        bytes / 1_024
    );
    frozen.notes.iter().for_each(|note| println!("  {note}"));
    // The fakes do not wait, so on an idle machine both times are about the same.
    assert!(used < BAR && written < BAR, "{used} {written}");
    found
}

#[test]
#[ignore = "takes a minute; run by hand"]
fn a_million_spans_and_ten_thousand_commits() {
    let began = Instant::now();
    let repository = history::Repository::new(10_000);
    println!("a repository of 10,000 commits: {:.1} s, peak {} MiB", began.elapsed().as_secs_f64(), peak());
    let found = measure(&repository, 40, store::Giant::Absent);
    assert_eq!((found.verdict, found.suspects[0].commit.id.as_str()), (Verdict::Commit, repository.guilty()));
    // A trace that is too long for an answer must not hide the others.
    let found = measure(&repository, 40, store::Giant::TooLong);
    assert_eq!((found.verdict, found.suspects[0].commit.id.as_str()), (Verdict::Commit, repository.guilty()));
    let found = measure(&repository, 40, store::Giant::Long);
    assert_eq!(found.suspects[0].commit.id, repository.guilty());
    measure(&repository, 9_990, store::Giant::TooLong);
}
