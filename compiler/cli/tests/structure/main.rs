//! The house stands: which file imports which, in every crate of the compiler, tests apart.
//!
//! Files that import each other can only be read together, so circles are few and small. A floor is what its crate's
//! `floors.txt` says; no import runs upward. Imports are counted by paths (`use`, `crate::a::b` in an expression or a type, the
//! arguments of macros) and end at the file that defines what they name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and prints what it counted"
)]

mod circles;
mod floors;
mod imports;
mod invented;
mod names;
mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use circles::circles;
use floors::Floors;
use imports::imports;
use names::{Crate, Files};

/// The most files that may import each other.
const LARGEST: usize = 5;
/// The most circles in all crates together.
const MOST: usize = 6;
/// Crates that are above these bars yet: their circles, and the files of the largest. These numbers only ever fall.
const ABOVE: &[(&str, usize, usize)] = &[];

/// The folders of the compiler's crates, by name.
fn crates() -> BTreeMap<String, PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let crates = entries.filter(|entry| entry.path().join("Cargo.toml").is_file());
    crates.map(|entry| (entry.file_name().into_string().unwrap(), entry.path())).collect()
}

/// The sources below a crate's `src`.
fn sources(folder: &Path) -> Files {
    let src = folder.join("src");
    let entries = ignore::WalkBuilder::new(&src).build().map(|entry| entry.unwrap().into_path());
    let sources = entries.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    sources
        .map(|path| (path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn files_that_import_each_other_are_few() {
    let (mut above, mut all) = (Vec::new(), 0);
    for (name, folder) in crates() {
        let imports = imports(&sources(&folder));
        let circles = circles(&imports);
        let largest = circles.first().map_or(0, |circle| circle.len());
        println!("{name}: {} files, {} circles, the largest of {largest}", imports.len(), circles.len());
        for circle in &circles {
            println!("  a circle of {}:", circle.len());
            for file in circle {
                let around: Vec<&str> =
                    imports[*file].iter().filter(|other| circle.contains(other)).map(String::as_str).collect();
                println!("    {file} imports {}", around.join(", "));
            }
        }
        match ABOVE.iter().find(|(of, ..)| *of == name) {
            Some((_, most, of)) => above.extend((circles.len() > *most || largest > *of).then_some(name)),
            None => {
                all += circles.len();
                above.extend((largest > LARGEST).then_some(name));
            }
        }
    }
    assert!(above.is_empty(), "{above:?} have larger circles than they may; run with --nocapture to see them");
    assert!(all <= MOST, "{all} circles, at most {MOST} are allowed; run with --nocapture to see them");
}

#[test]
fn no_import_runs_upward() {
    let mut faults = Vec::new();
    for (name, folder) in crates() {
        let Ok(text) = fs::read_to_string(folder.join("floors.txt")) else {
            faults.push(format!("{name} has no floors.txt"));
            continue;
        };
        let found = Floors::read(&text).faults(&imports(&sources(&folder)));
        println!("{name}: {} imports run upward", found.len());
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_file_belongs_to_its_crate() {
    for (name, folder) in crates() {
        let (_, left) = Crate::read(&sources(&folder), true);
        assert!(left.is_empty(), "{name}: no module declares {left:?}");
    }
}
