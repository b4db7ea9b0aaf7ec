//! How many spans a second the evidence gate reads, beside decoding alone, and how much memory a large capture takes.
//!
//! ```text
//! cargo bench -p emberline --bench verify              # both
//! cargo bench -p emberline --bench verify -- speed     # beside prost, in turns, on one thread
//! cargo bench -p emberline --bench verify -- memory    # ten million spans through the program, in order and shuffled
//! ```
//!
//! Prints; nothing here fails on a time. Traces have nine spans of four services, each with eight attributes.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod traces;

use std::error::Error;
use std::io::{BufWriter, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use emberline_core::source::Sources;
use emberline_evidence::capture::{self, Capture, Room};
use emberline_evidence::judge::{Stage, judge};
use emberline_evidence::replay::Replay;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use wait4::Wait4;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Traces of the comparison.
const TRACES: u64 = 40_000;
/// Spans of the large capture: ten million, in whole traces.
const LARGE: u64 = 10_000_008;
/// Spans of one export request.
const BATCH: u64 = 512;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let asked = |what: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == what);
    if asked("speed") {
        speed()?;
    }
    if asked("memory") {
        memory("in order", |at| at)?;
        // Every number once, neighbours far apart: a step that has no factor in common with the count.
        memory("shuffled", |at| at.wrapping_mul(6_700_417) % LARGE)?;
    }
    Ok(())
}

/// Decoding by prost alone against reading, searching and judging, in turns over the same bytes.
fn speed() -> Result<()> {
    let spans = TRACES * traces::SPANS;
    let messages: Vec<Vec<u8>> =
        traces::requests(spans, BATCH, |at| at).map(|request| request.encode_to_vec()).collect();
    let framed: Vec<u8> = messages.iter().flat_map(|message| frame(message)).collect();
    println!("{spans} spans with 8 attributes, {:.0} bytes a span", framed.len() as f64 / spans as f64);
    println!("{:>6}{:>14}{:>16}{:>16}{:>8}", "pair", "prost/s", "verify/s", "judged/s", "times");
    let mut times = Vec::new();
    for pair in 1..=7 {
        let started = Instant::now();
        for message in &messages {
            std::hint::black_box(ExportTraceServiceRequest::decode(message.as_slice())?);
        }
        let prost = started.elapsed().as_secs_f64();
        let meaning = emberline_core::resolve(&specs());
        let aside = || tempfile::tempfile().map(|file| Box::new(file) as Box<dyn Room>);
        let mut capture = Capture::new(true, Replay::of(&meaning.telemetry), Box::new(aside));
        let started = Instant::now();
        capture::read(&mut capture, framed.as_slice()).map_err(|fault| fault.cause)?;
        let read = started.elapsed().as_secs_f64();
        let verdict = judge(&mut capture, &meaning.model, Stage::Redacted)?;
        let judged = started.elapsed().as_secs_f64();
        assert!(verdict.findings.is_empty() && verdict.sampled.traces == TRACES, "{verdict:?}");
        let rate = |seconds: f64| spans as f64 / seconds;
        println!("{pair:>6}{:>14.0}{:>16.0}{:>16.0}{:>8.2}", rate(prost), rate(read), rate(judged), judged / prost);
        times.push(judged / prost);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "reading and judging takes {:.2} times as long as decoding by prost in the median pair, {:.2} at worst",
        times[3], times[6]
    );
    Ok(())
}

/// Peak memory and time of the program over a capture that is made while it reads.
fn memory(order: &str, place: impl Fn(u64) -> u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let specs = specs();
    for (_, source) in specs.iter() {
        let path = folder.path().join(&source.path);
        std::fs::create_dir_all(path.parent().ok_or("a spec has a folder")?)?;
        std::fs::write(path, &source.text)?;
    }
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_emberline"))
        .args(["verify", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut pipe = BufWriter::with_capacity(1 << 20, child.stdin.take().ok_or("its input is piped")?);
    for request in traces::requests(LARGE, BATCH, place) {
        pipe.write_all(&frame(&request.encode_to_vec()))?;
    }
    drop(pipe);
    let out = std::io::read_to_string(child.stdout.take().ok_or("its output is piped")?)?;
    let used = child.wait4()?;
    assert!(out.starts_with("no findings"), "{out}");
    println!(
        "{LARGE} spans {order}: {} MiB at most, {:.0} s ({:.0} s of processor time, making the spans apart)",
        used.rusage.maxrss >> 20,
        started.elapsed().as_secs_f64(),
        (used.rusage.utime + used.rusage.stime).as_secs_f64()
    );
    Ok(())
}

/// A message behind its length, as the collector's file exporter writes it.
fn frame(message: &[u8]) -> Vec<u8> {
    [&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes(), message].concat()
}

/// Specs of the services whose spans these are.
fn specs() -> Sources {
    let mut sources = Sources::default();
    let slo = "slos:\n  - {name: a, objective: 99%, sli: {events: {total: t, bad: 't{code=\"5\"}'}}}\n";
    for (at, service) in traces::SERVICES.iter().enumerate() {
        let calls = match traces::SERVICES.get(at + 1) {
            Some(next) => format!("calls:\n  - {{service: {next}, kind: sync}}\n"),
            None => String::new(),
        };
        sources.add(format!("slos/{service}.yaml"), format!("version: emberline/v1\nservice: {service}\n{calls}{slo}"));
    }
    sources
}
