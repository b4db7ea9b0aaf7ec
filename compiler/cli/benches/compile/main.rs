//! How long the released program takes over folders of specs, how much memory it holds, and what it writes.
//!
//! ```text
//! cargo bench -p emberline --bench compile                            # 100, 1,000 and 10,000 objectives
//! cargo bench -p emberline --bench compile -- 1000                    # one size
//! cargo bench -p emberline --bench compile -- generate FOLDER 10000   # only the specs, for a profiler
//! cargo bench -p emberline --bench compile -- site                    # the runbooks of 1,000 services
//! cargo bench -p emberline --bench compile -- teams                   # 40 teams with 400 services, three policies deep
//! cargo bench -p emberline --bench compile -- sloth PROGRAM 10000     # rules in turns with Sloth, seven pairs
//! ```
//!
//! Prints; nothing here fails on a time. Wall times on a busy machine are upper bounds, hence the minimum beside the
//! median, and the processor time, which neighbours disturb least. "Into an empty folder" is a new one each time, and
//! nothing is deleted before the end: after many files were deleted ext4 looks long for inodes, whoever asks.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod sloth;
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
/// The size at which one changed file among many is measured.
const MANY: usize = 10_000;
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
    /// Whether the output folder is a new one in each run; `None` for a job that writes nothing.
    fresh: Option<bool>,
    only_rules: bool,
}

const JOBS: [Job; 5] = [
    Job { name: "check", fresh: None, only_rules: true },
    Job { name: "rules into an empty folder", fresh: Some(true), only_rules: true },
    Job { name: "rules over existing ones", fresh: Some(false), only_rules: true },
    Job { name: "every artefact into an empty folder", fresh: Some(true), only_rules: false },
    Job { name: "every artefact over existing ones", fresh: Some(false), only_rules: false },
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["generate", folder, slos] = words.as_slice() {
        return Ok(specs::write(Path::new(folder), slos.parse()?, SEED)?);
    }
    if words == ["site"] {
        return site();
    }
    if words == ["teams"] {
        return teams();
    }
    if let ["sloth", program, slos] = words.as_slice() {
        return beside_sloth(Path::new(program), slos.parse()?);
    }
    let sizes: Vec<usize> = words.iter().map(|word| word.parse()).collect::<std::result::Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    println!(
        "{:<9}{:<38}{:>9}{:>9}{:>9}{:>10}{:>10}{:>9}",
        "SLOs", "", "min ms", "median", "cpu ms", "SLOs/s", "MB out", "MiB peak"
    );
    let folder = tempfile::tempdir()?;
    let mut last: Option<(usize, Vec<Duration>)> = None;
    for slos in sizes {
        let fastest = size(slos, &folder.path().join(slos.to_string()))?;
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
fn size(slos: usize, folder: &Path) -> Result<Vec<Duration>> {
    let specs = folder.join("slos");
    specs::write(&specs, slos, SEED)?;
    let mut fastest = Vec::new();
    for job in &JOBS {
        let count = if slos >= 10_000 { 5 } else { 9 };
        let mut runs = Vec::new();
        let mut out = folder.join(job.name);
        if job.fresh == Some(false) {
            run(&mut command(job, &specs, &out))?;
        }
        for number in 0..count {
            if job.fresh == Some(true) {
                out = folder.join(format!("{} {number}", job.name));
            }
            runs.push(run(&mut command(job, &specs, &out))?);
        }
        let written = if job.fresh.is_some() { bytes(&out)? } else { 0 };
        let least = print(job.name, slos, &mut runs, written);
        fastest.push(least);
    }
    if slos == MANY {
        one_changed(&specs, slos)?;
    }
    Ok(fastest)
}

/// Services of the site that is measured, and objectives of each.
const SITE: (usize, usize) = (1_000, 3);

/// The runbook pages of a large organisation, each time into a new folder.
fn site() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    specs::write_in_files(&specs, SITE.0 * SITE.1, SITE.1, SEED)?;
    for number in 1..=5 {
        let out = folder.path().join(format!("site {number}"));
        let mut compile = Command::new(env!("CARGO_BIN_EXE_emberline"));
        compile
            .arg("compile")
            .arg("--quiet")
            .arg("--specs")
            .arg(&specs)
            .arg("--out")
            .arg(&out)
            .args(["--only", "runbooks"]);
        let run = run(compile.stdout(Stdio::null()))?;
        println!(
            "site: {} services with {} objectives each in {:.2} s ({:.2} s of processor time), {:.0} MB",
            SITE.0,
            SITE.1,
            run.wall.as_secs_f64(),
            run.processor.as_secs_f64(),
            bytes(&out)? as f64 / 1e6
        );
    }
    Ok(())
}

/// Teams, their services, and the objectives of each.
const TEAMS: (usize, usize, usize) = (40, 400, 3);

/// What every team of an organisation compiles to: by default what everyone has use for, each time into a new folder, then
/// over existing files.
fn teams() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    specs::write_teams(&specs, TEAMS, SEED)?;
    for (what, more) in [
        ("all teams", &[][..]),
        ("with what they share", &["--organisation"]),
        ("one team", &["--team", "div-0/team-00"]),
    ] {
        let mut runs = Vec::new();
        let mut written = 0;
        for number in 1..=5 {
            let out = folder.path().join(format!("{what} {number}"));
            let compile = || {
                let mut compile = Command::new(env!("CARGO_BIN_EXE_emberline"));
                compile.args(["compile", "--quiet"]).arg("--specs").arg(&specs).arg("--out").arg(&out).args(more);
                run(compile.stdout(Stdio::null()))
            };
            runs.push((compile()?, compile()?));
            written = bytes(&out)?;
        }
        runs.sort_by_key(|(new, _)| new.wall);
        let ((new, again), (median, _)) = (runs[0], runs[runs.len() / 2]);
        println!(
            "{what:<22}{} teams, {} services: {:.2} s into a new folder (median {:.2} s, {:.2} s of processor time), \
             {:.2} s over existing files, {:.0} MB, {:.0} MiB peak",
            TEAMS.0,
            TEAMS.1,
            new.wall.as_secs_f64(),
            median.wall.as_secs_f64(),
            new.processor.as_secs_f64(),
            again.wall.as_secs_f64(),
            written as f64 / 1e6,
            new.peak as f64 / 1024.0 / 1024.0
        );
    }
    Ok(())
}

/// The rules of as many objectives, ours and Sloth's in turns, so that both meet the same machine.
fn beside_sloth(program: &Path, slos: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    specs::write(&ours, slos, SEED)?;
    sloth::write(&theirs, slos)?;
    println!("{:>6}{:>12}{:>9}{:>9}{:>17}{:>9}", "pair", "Sloth ms", "ours ms", "times", "every artefact", "times");
    let mut times = Vec::new();
    for pair in 1..=7 {
        let out = |what: &str| folder.path().join(format!("{what} {pair}"));
        let sloth = run(&mut sloth::command(program, &theirs, &out("sloth"))?)?.wall.as_secs_f64() * 1e3;
        let [rules, all] = [&JOBS[1], &JOBS[3]]
            .map(|job| run(&mut command(job, &ours, &out(job.name))).map(|run| run.wall.as_secs_f64() * 1e3));
        let (rules, all) = (rules?, all?);
        println!("{pair:>6}{sloth:>12.0}{rules:>9.0}{:>9.1}{all:>17.0}{:>9.1}", sloth / rules, sloth / all);
        times.push(sloth / rules);
    }
    times.sort_by(f64::total_cmp);
    println!("rules {:.1} times as fast as Sloth's in the median pair, {:.1} in the worst", times[3], times[0]);
    Ok(())
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
    command.arg(if job.fresh.is_some() { "compile" } else { "check" }).arg("--quiet").arg("--specs").arg(specs);
    if job.fresh.is_some() {
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
