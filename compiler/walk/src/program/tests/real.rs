//! Real code: reads every file below some folders, by hand.
//!
//! `EMBERLINE_SOURCES=folder:folder cargo test -p emberline-walk --lib real -- --ignored --nocapture`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::super::{Language, Program, grammar, parse};

/// What was read in one language.
#[derive(Default)]
struct Sum {
    files: usize,
    bytes: usize,
    items: usize,
    broken: usize,
    refused: usize,
    seconds: f64,
    slowest: f64,
}

#[test]
#[ignore = "reads the folders in EMBERLINE_SOURCES"]
#[allow(clippy::print_stdout)]
fn every_file_is_read() {
    let folders = std::env::var("EMBERLINE_SOURCES").unwrap();
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut left: Vec<PathBuf> = folders.split(':').map(PathBuf::from).collect();
    while let Some(path) = left.pop() {
        if path.is_symlink() {
            continue;
        }
        if let Ok(entries) = std::fs::read_dir(&path) {
            left.extend(entries.flatten().map(|entry| entry.path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            read(&path, text, &mut sums);
        }
    }
    assert!(!sums.is_empty(), "no source code in {folders}");
    for (language, sum) in sums {
        let mega = sum.bytes as f64 / 1e6;
        println!(
            "{language}: {} files, {mega:.1} MB, {} items, {:.2}% with errors, {} not parsed, {:.3} s/MB, slowest {:.2} s",
            sum.files,
            sum.items,
            100.0 * sum.broken as f64 / sum.files as f64,
            sum.refused,
            sum.seconds / mega,
            sum.slowest
        );
    }
}

fn read(path: &Path, text: String, sums: &mut BTreeMap<String, Sum>) {
    let path = path.to_string_lossy();
    let language = Language::of(&path);
    let Some(grammar) = grammar::Grammar::of(language) else { return };
    let sum = sums.entry(format!("{language:?}")).or_default();
    match parse::parse(&text, grammar) {
        Some(tree) => sum.broken += usize::from(tree.root_node().has_error()),
        None => sum.refused += 1,
    }
    (sum.files, sum.bytes) = (sum.files + 1, sum.bytes + text.len());
    let begin = Instant::now();
    let program = Program::of(&path, text);
    let seconds = begin.elapsed().as_secs_f64();
    (sum.seconds, sum.slowest) = (sum.seconds + seconds, sum.slowest.max(seconds));
    sum.items += program.items.len();
    for item in &program.items {
        assert!(item.tokens.end <= program.tokens.len() && item.first <= item.last, "{path}: {item:?}");
    }
}
