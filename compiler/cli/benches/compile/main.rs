//! How long the released program takes over folders of specs, how much memory it holds, and what it writes.
//!
//! ```text
//! cargo bench -p emberline --bench compile                            # 100, 1,000 and 10,000 objectives
//! cargo bench -p emberline --bench compile -- 1000                    # one size
//! cargo bench -p emberline --bench compile -- generate FOLDER 10000   # only the specs, for a profiler
//! ```
//!
//! Prints; nothing here fails on a time. Wall times on a busy machine are upper bounds, hence the minimum beside the
//! median, and the processor time, which neighbours disturb least.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod specs;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Objectives in all.
const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// Sloth v0.16 over 10,000 objectives in 1,000 files, on two cores (field/compilers.md).
const SLOTH: Duration = Duration::from_millis(4_980);
const SLOTH_SIZE: usize = 10_000;
/// Same specs every time.
const SEED: u64 = 0x0E3B_E211;

/// One run of the program.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    processor: Duration,
    peak: u64,
}

/// What is measured: its name, and the arguments that differ.
struct Job {
    name: &'static str,
    /// Whether the output folder is emptied before each run; `None` for a job that writes nothing.
    empties: Option<bool>,
    only_rules: bool,
}

const JOBS: [Job; 5] = [
    Job { name: "check", empties: None, only_rules: true },
    Job { name: "rules into an empty folder", empties: Some(true), only_rules: true },
    Job { name: "rules over existing ones", empties: Some(false), only_rules: true },
    Job { name: "every artefact into an empty folder", empties: Some(true), only_rules: false },
    Job { name: "every artefact over existing ones", empties: Some(false), only_rules: false },
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["generate", folder, slos] = words.as_slice() {
        return Ok(specs::write(Path::new(folder), slos.parse()?, SEED)?);
    }
    let sizes: Vec<usize> = words.iter().map(|word| word.parse()).collect::<std::result::Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    println!(
        "{:<9}{:<38}{:>9}{:>9}{:>9}{:>10}{:>10}{:>9}",
        "SLOs", "", "min ms", "median", "cpu ms", "SLOs/s", "MB out", "MiB peak"
    );
    let mut last: Option<(usize, Vec<Duration>)> = None;
    for slos in sizes {
        let fastest = size(slos)?;
        if let Some((fewer, before)) = &last {
            let times = slos as f64 / *fewer as f64;
            println!("         growth for {times} times as many objectives (linear is {times}):");
            for ((job, now), then) in JOBS.iter().zip(&fastest).zip(before) {
                println!("           {:<36}{:>9.1}", job.name, now.as_secs_f64() / then.as_secs_f64());
            }
        }
        last = Some((slos, fastest));
    }
    Ok(())
}

/// Measures every job over one folder; the fastest wall time of each.
fn size(slos: usize) -> Result<Vec<Duration>> {
    let folder = tempfile::tempdir()?;
    let (specs, out) = (folder.path().join("slos"), folder.path().join("generated"));
    specs::write(&specs, slos, SEED)?;
    let mut fastest = Vec::new();
    for job in &JOBS {
        let count = if slos >= 10_000 { 5 } else { 9 };
        let mut runs = Vec::new();
        for _ in 0..count {
            if job.empties == Some(true) && out.exists() {
                fs::remove_dir_all(&out)?;
            }
            runs.push(run(&mut command(job, &specs, &out))?);
        }
        let written = if job.empties.is_some() { bytes(&out)? } else { 0 };
        let least = print(job.name, slos, &mut runs, written);
        if slos == SLOTH_SIZE && job.empties == Some(true) {
            println!(
                "{:<9}{:>38} {:.1}× as fast as Sloth's rules alone",
                "",
                "",
                SLOTH.as_secs_f64() / least.as_secs_f64()
            );
        }
        fastest.push(least);
    }
    if slos == SLOTH_SIZE {
        one_changed(&specs, slos)?;
    }
    Ok(fastest)
}

/// What a person waits for who saved one file among many.
fn one_changed(specs: &Path, slos: usize) -> Result<()> {
    let file = specs.join("svc-0500.yaml");
    let text = fs::read_to_string(&file)?;
    let mut runs = Vec::new();
    for objective in ["99.91%", "99.92%", "99.93%", "99.94%", "99.96%", "99.97%", "99.98%"] {
        fs::write(&file, text.replacen("objective: 99.9%", &format!("objective: {objective}"), 1))?;
        runs.push(run(&mut command(&JOBS[0], specs, specs))?);
    }
    fs::write(&file, text)?;
    print("check with one changed file", slos, &mut runs, 0);
    Ok(())
}

fn command(job: &Job, specs: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emberline"));
    command.arg(if job.empties.is_some() { "compile" } else { "check" }).arg("--quiet").arg("--specs").arg(specs);
    if job.empties.is_some() {
        command.arg("--out").arg(out);
        if job.only_rules {
            command.args(["--only", "rules"]);
        }
    }
    command.stdout(Stdio::null()).stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> Result<Run> {
    let start = Instant::now();
    let ended = command.spawn()?.wait4()?;
    let wall = start.elapsed();
    if !ended.status.success() {
        return Err(format!("{command:?}: {}", ended.status).into());
    }
    Ok(Run { wall, processor: ended.rusage.utime + ended.rusage.stime, peak: ended.rusage.maxrss })
}

/// A line of the table; returns the fastest wall time.
fn print(name: &str, slos: usize, runs: &mut [Run], written: u64) -> Duration {
    runs.sort_by_key(|run| run.processor);
    let processor = runs[0].processor;
    let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default();
    runs.sort_by_key(|run| run.wall);
    let (least, median) = (runs[0].wall, runs[runs.len() / 2].wall);
    println!(
        "{slos:<9}{name:<38}{:>9.1}{:>9.1}{:>9.1}{:>10.0}{:>10.1}{:>9.1}",
        least.as_secs_f64() * 1e3,
        median.as_secs_f64() * 1e3,
        processor.as_secs_f64() * 1e3,
        slos as f64 / least.as_secs_f64(),
        written as f64 / 1e6,
        peak as f64 / f64::from(1 << 20),
    );
    least
}

/// The bytes of every file below a folder.
fn bytes(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        sum += if about.is_dir() { bytes(&entry.path())? } else { about.len() };
    }
    Ok(sum)
}
