//! How long an editor waits for findings after a key, among many files.
//!
//! ```text
//! cargo bench -p emberline --bench lsp            # 1,000 files with 3 objectives each
//! cargo bench -p emberline --bench lsp -- 2000 3  # files, objectives of each
//! ```
//!
//! The time runs from writing `didChange` to reading the diagnostics of that version, through both pipes. Prints; nothing
//! here fails on a time. The first figures are of keys at once behind another, the second of keys between which the whole
//! run ends.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "compile/specs.rs"]
#[expect(dead_code, reason = "the folders of other benchmarks")]
mod specs;

use std::error::Error;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use emberline_lsp::client::Client;
use serde_json::json;

/// Keys of each row.
const KEYS: i64 = 200;
/// Same specs every time.
const SEED: u64 = 0x0E3B_E211;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let files = words.first().copied().unwrap_or(1_000);
    let each = words.get(1).copied().unwrap_or(3);
    let folder = tempfile::tempdir()?;
    let root = folder.path().canonicalize()?;
    specs::write_in_files(&root.join("slos"), files * each, each, SEED)?;
    let path = fs::read_dir(root.join("slos"))?.next().ok_or("no spec")??.path();
    let text = fs::read_to_string(&path)?;
    let mut client = Client::start(Command::new(env!("CARGO_BIN_EXE_emberline")).arg("lsp"))?;
    client.initialize(&root)?;
    let uri = client.open(&path, &text)?;
    client.told("textDocument/publishDiagnostics", |it| it.get("uri").is_some_and(|it| *it == uri))?;
    let other = text.replacen("objective: 99.9%", "objective: 99.95%", 1);
    let key = |version: i64| json!({"text": if version % 2 == 0 { &other } else { &text }});
    println!("{files} files of {each} objectives:");
    print("keys at once", client.keys(&uri, 2..2 + KEYS, key)?);
    let mut slow = Vec::new();
    for version in 0..20 {
        thread::sleep(Duration::from_millis(700));
        slow.extend(client.keys(&uri, 1_000 + version..1_001 + version, key)?);
    }
    print("a key now and then", slow);
    client.end()?;
    Ok(())
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let place = (share * times.len().saturating_sub(1) as f64) as usize;
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!("{what:<20} median {:>6.1} ms, 95% {:>6.1} ms, longest {:>6.1} ms", at(0.5), at(0.95), at(1.0));
}
