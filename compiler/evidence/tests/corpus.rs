//! Recall and false positives of the detectors. To print the figures:
//!
//! ```text
//! cargo test --release -p emberline-evidence --test corpus -- --nocapture
//! ```
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the figures, speed among them, are what the test is for"
)]

#[path = "corpus/mod.rs"]
mod generator;

use std::collections::BTreeMap;
use std::time::Instant;

use emberline_evidence::sensitive::{Origin, scan};
use generator::{Dice, Field, innocent, sensitive};

/// The number of sensitive fields and of innocent fields.
const TRUE: usize = 12_000;
const INNOCENT: usize = 300_000;

/// For each kind: the number of fields, the number of fields with a hit, and a few that were judged wrongly.
type Tally = BTreeMap<&'static str, (usize, usize, Vec<String>)>;

fn judge(fields: &[Field], wrong: bool) -> Tally {
    let mut tally = Tally::new();
    for field in fields {
        let found = !scan(&field.text, Origin::Telemetry).is_empty();
        let (many, hits, examples) = tally.entry(field.kind).or_default();
        *many += 1;
        *hits += usize::from(found);
        if found == wrong && examples.len() < 3 {
            examples.push(field.text.clone());
        }
    }
    tally
}

fn total(tally: &Tally) -> (usize, usize) {
    tally.values().fold((0, 0), |(many, hits), (more, found, _)| (many + more, hits + found))
}

#[test]
fn of_a_hundred_ninety_nine_are_found_and_of_ten_thousand_one_is_wrong_at_most() {
    let mut dice = Dice::new(0x5eed);
    let planted: Vec<Field> = (0..TRUE).map(|_| sensitive(&mut dice)).collect();
    let plain: Vec<Field> = (0..INNOCENT).map(|_| innocent(&mut dice)).collect();
    let recall = judge(&planted, false);
    let start = Instant::now();
    let alarms = judge(&plain, true);
    let seconds = start.elapsed().as_secs_f64();
    for (kind, (many, hits, missed)) in &recall {
        println!("planted   {kind:<16} {hits:>6} of {many:>6} {}", missed.join(" | "));
    }
    for (kind, (many, hits, wrong)) in &alarms {
        println!("innocent  {kind:<16} {hits:>6} of {many:>6} {}", wrong.join(" | "));
    }
    let ((many, hits), (fields, wrong)) = (total(&recall), total(&alarms));
    let bytes: usize = plain.iter().map(|field| field.text.len()).sum();
    println!("recall {:.3}% of {many}", 100.0 * hits as f64 / many as f64);
    println!("false positives {wrong} of {fields}: {:.2} in 10,000", 10_000.0 * wrong as f64 / fields as f64);
    println!("{:.1} million fields a second, {:.0} MB/s", fields as f64 / seconds / 1e6, bytes as f64 / seconds / 1e6);
    assert!(hits * 100 >= many * 99, "recall is {hits} of {many}");
    assert!(wrong * 10_000 <= fields, "{wrong} false positives of {fields}");
}
