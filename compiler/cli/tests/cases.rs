//! What people get to see for what they wrote: one folder a case, each a test of its own.
//!
//! ```text
//! tests/cases/<code>/<what is wrong>/slos/*.yaml    what somebody wrote: the smallest specs that show it
//! tests/cases/<code>/<what is wrong>/findings.txt   what `emberline check` prints for it, and its exit status
//! ```
//!
//! `cases/clean` holds specs without any finding. A new case is a new folder with `slos/`; the other file is written by
//!
//! ```text
//! EMBERLINE_BLESS=1 cargo test -p emberline --test cases
//! ```
//!
//! which renews every case: read the difference as a user would before you commit it. Is the place exact, is the cause
//! said, is there one action, and is it one finding a fault? One case runs with `cargo test --test cases -- <its name>`.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

/// The folder of the specs that are all right.
const CLEAN: &str = "clean";
/// The day of every case: waivers have expired or not, whenever the tests run.
const TODAY: &str = "2026-11-24";
/// Codes that `check` cannot report, with the test that covers each.
const ELSEWHERE: &[(&str, &str)] = &[
    ("stale-artefact", "tests/cli.rs: a_stale_tree_fails_the_check_and_is_left_alone"),
    ("secret-in-file", "tests/scan.rs: what_is_found_is_never_shown_whole"),
    ("pii-in-file", "tests/scan.rs: what_is_found_is_never_shown_whole"),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var_os("EMBERLINE_BLESS").is_some_and(|value| !value.is_empty());
    let mut trials = Vec::new();
    let mut covered = BTreeSet::from([CLEAN.to_owned()]);
    for group in folders(&root) {
        covered.insert(name(&group));
        for case in folders(&group) {
            let group = name(&group);
            let title = format!("{group}/{}", name(&case));
            trials.push(Trial::test(title, move || judge(&case, &group, bless)));
        }
    }
    trials.push(Trial::test("every_code_has_a_case", move || every_code_has_a_case(&covered)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs `emberline check` in the folder of a case and compares what it prints.
fn judge(case: &Path, group: &str, bless: bool) -> Result<(), Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_emberline"))
        .args(["check", "--color", "never", "--today", TODAY])
        .current_dir(case)
        .env_clear()
        .output()?;
    let status = output.status.code().ok_or("a signal ended it")?;
    let printed = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    let fitting = match group {
        CLEAN => status == 0 && printed.starts_with("no findings"),
        code => status < 2 && printed.contains(&format!("[{code}]: ")),
    };
    let found = format!("{printed}exit status {status}\n");
    if !fitting {
        return Err(format!("this is not a case of `{group}`:\n{found}").into());
    }
    let path = case.join("findings.txt");
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    if bless {
        return Ok(fs::write(&path, found)?);
    }
    let diff = similar::TextDiff::from_lines(&expected, &found);
    let diff = diff.unified_diff().header("findings.txt", "emberline check").to_string();
    Err(format!("{diff}\nif this is better, EMBERLINE_BLESS=1 cargo test -p emberline --test cases").into())
}

fn every_code_has_a_case(covered: &BTreeSet<String>) -> Result<(), Failed> {
    let elsewhere = ELSEWHERE.iter().map(|(code, _)| (*code).to_owned());
    let covered: BTreeSet<String> = covered.iter().cloned().chain(elsewhere).collect();
    // What captures show is tested in `compiler/evidence/tests/captures.rs`.
    let of_specs =
        emberline_core::code::all().into_iter().filter(|code| !emberline_core::code::shown_by_captures(code));
    let known = of_specs.map(|code| code.id.to_owned()).chain([CLEAN.to_owned()]);
    let known: BTreeSet<String> = known.collect();
    let missing: Vec<&String> = known.difference(&covered).collect();
    let foreign: Vec<&String> = covered.difference(&known).collect();
    match missing.is_empty() && foreign.is_empty() {
        true => Ok(()),
        false => Err(format!("codes without a case: {missing:?}; folders named after no code: {foreign:?}").into()),
    }
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
