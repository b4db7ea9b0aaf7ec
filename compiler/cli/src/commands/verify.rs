//! `emberline verify`: captures of telemetry against what the specs declare.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use emberline_core::Meaning;
use emberline_core::finding::{self, Severity};
use emberline_core::waive;
use emberline_evidence::capture::{self, Capture, Hint, RecordKind, Room};
use emberline_evidence::judge::{self, Sampled, Shown, Verdict, judge};
use emberline_evidence::replay::Replay;
use emberline_evidence::sensitive::Origin;

use super::conceal;
use super::gate::{show, status};
use crate::args::{Format, Records, Stage, Verify};
use crate::failure::{Failure, Result};
use crate::render::{Json, Renderer, Report, counted};
use crate::status::Status;
use crate::terminal;
use crate::world::{read, shown};

/// The most metrics whose time series are printed.
const MOST_SHOWN: usize = 10;

/// Reads every capture as one, and judges it. Findings of faulty specs are shown instead.
pub(crate) fn run(verify: &Verify, quiet: bool) -> Result<Status> {
    let read::Specs { mut sources, cut } = read::read(&verify.specs)?;
    let Meaning { model, telemetry, findings: mut faults } = emberline_core::resolve(&sources);
    read::replace_cut(&mut faults, cut);
    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        conceal::report(&mut sources, &mut faults, Origin::File);
        show(&Report { sources: &sources, findings: &faults, waived: 0 }, &verify.reporting, true)?;
        return Ok(Status::Findings);
    }
    if model.services.is_empty() {
        return Err(Failure::new(format!("{} declares no service", verify.specs.shown()))
            .help("`emberline init` writes a first spec"));
    }
    let stage = match verify.stage {
        Stage::Raw => judge::Stage::Raw,
        Stage::Redacted => judge::Stage::Redacted,
        Stage::Kept => judge::Stage::Kept,
    };
    let aside = || tempfile::tempfile().map(|file| Box::new(file) as Box<dyn Room>);
    let mut capture = Capture::new(stage != judge::Stage::Raw, Replay::of(&telemetry), Box::new(aside));
    for path in &verify.captures {
        take_up(&mut capture, path, verify.signal)?;
    }
    let verdict = judge(&mut capture, &model, stage);
    let Verdict { mut findings, is_inconclusive, series, left_out, sampled } =
        verdict.map_err(|cause| Failure::new(format!("cannot read a temporary file: {cause}")))?;
    if !quiet {
        terminal::say(&(summary(&capture, sampled, stage) + &bounds(series)));
        if left_out > 0 {
            terminal::say(&format!("faults left out, because thousands of their code are shown: {left_out}"));
        }
    }
    let today = verify.reporting.today.unwrap_or_else(super::today);
    // A capture shows some of what can happen: that it has nothing to waive does not make a waiver unused.
    let waived = waive::apply(&sources, &model.waivers(), Some(today), true, &mut findings);
    finding::sort(&mut findings);
    conceal::report(&mut sources, &mut findings, Origin::Telemetry);
    let report = Report { sources: &sources, findings: &findings, waived };
    match verify.reporting.format {
        Format::Json => {
            let format = Json { records: Some(capture.counts), ..Json::default() };
            terminal::print(|out| format.render(&report, out))?;
        }
        _ => show(&report, &verify.reporting, !quiet)?,
    }
    Ok(if is_inconclusive { Status::Inconclusive } else { status(&findings, &verify.reporting) })
}

/// How much was read and how much was skipped, and what sampling would make of it.
fn summary(capture: &Capture, sampled: Sampled, stage: judge::Stage) -> String {
    let counts = capture.counts;
    let of = |count: u64, what: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), what);
    let mut said = format!(
        "read {} in {}, {}, {} with {} and {} with {}: {} of {}",
        of(counts.spans.read, "span"),
        of(sampled.traces, "trace"),
        of(counts.logs.read, "log record"),
        of(counts.points.read, "data point"),
        of(counts.exemplars, "exemplar"),
        of(counts.profiles.read, "profile"),
        of(counts.profile_links, "link"),
        counted(capture.labels.len(), "label"),
        counted(capture.services.len(), "service")
    );
    let skipped: Vec<String> = RecordKind::ALL
        .iter()
        .map(|kind| (counts.of(*kind).skipped, kind.word()))
        .chain([(counts.unknown, "record of an unknown signal")])
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| match (count, what.strip_prefix("record ")) {
            (2.., Some(rest)) => format!("{count} records {rest}"),
            _ => of(count, what),
        })
        .collect();
    said += &match skipped.as_slice() {
        [] => "\nskipped nothing".to_owned(),
        skipped => format!("\nskipped {}", skipped.join(", ")),
    };
    if stage != judge::Stage::Kept && sampled.traces > 0 {
        let rest = sampled.traces - sampled.kept;
        let share = capture.baseline_percent();
        said += &format!(
            "\nsampling keeps {} for errors or slowness, and {share}% of the other {rest}",
            of(sampled.kept, "trace")
        );
    }
    said
}

/// The metrics with the most time series, and what the specs bound.
fn bounds(mut series: Vec<Shown>) -> String {
    if series.is_empty() {
        return String::new();
    }
    let undeclared = series.iter().filter(|shown| shown.bound.is_none()).count();
    let all = series.len();
    series.sort_by(|a, b| (b.seen, &a.metric, &a.service).cmp(&(a.seen, &b.metric, &b.service)));
    series.truncate(MOST_SHOWN);
    let mut said = "\ntime series of an instance, as seen and as the specs bound them:".to_owned();
    for Shown { service, metric, seen, bound } in &series {
        // Names come from the capture, and may hold anything.
        let plain = |name: &str| {
            let start: String = name.chars().take(100).collect();
            terminal::clean(&conceal::cause(&start)).replace('\n', " ")
        };
        let (service, metric) = (plain(service), plain(metric));
        let bound = bound.map_or("not declared".to_owned(), |bound| format!("at most {bound}"));
        said += &format!("\n  {metric} of {service}: {seen} seen, {bound}");
    }
    if all > series.len() {
        said += &format!("\n  and {}, with fewer", counted(all - series.len(), "other metric"));
    }
    if undeclared > 0 {
        said += &format!("\n  no spec declares {undeclared} of {}", counted(all, "metric"));
    }
    said
}

fn take_up(capture: &mut Capture, path: &Path, signal: Option<Records>) -> Result<()> {
    let from: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|cause| Failure::io("cannot read", path, &cause))?)
    };
    let given = signal.map(|signal| match signal {
        Records::Traces => RecordKind::Spans,
        Records::Logs => RecordKind::Logs,
        Records::Metrics => RecordKind::Points,
        Records::Profiles => RecordKind::Profiles,
    });
    let name = path.file_stem().and_then(|stem| RecordKind::of_name(&stem.to_string_lossy()));
    capture::read_as(capture, from, Hint { given, name }).map_err(|fault| {
        Failure::new(format!(
            "{}:{} is not OTLP: {}",
            shown(path),
            fault.record,
            conceal::cause(&fault.cause.to_string())
        ))
        .help("captures are what the collector's `file` exporter writes: JSON lines or protobuf, plain, gzip or zstd")
    })
}
