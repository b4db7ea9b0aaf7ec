//! Frozen incidents: from a folder of exported evidence to the change that caused an incident, without any server.
//!
//! A case is a folder with `alert.json` and, where they were exported, `logs.ndjson`, `metrics.csv`, `patterns.json`,
//! `traces.json` and `context/{commits,deploys,flags}.json`. Other files stay closed.
//!
//! - `read` holds the evidence; a malformed line is a [`Fault`] with its place.
//! - `symptoms` says what the evidence shows, `effects` says what each diff does.
//! - `explain` is the table of mechanisms between both; `rank` weighs commits and operational causes with [`Weights`].
//! - [`Verdict`] is the result, and [`human`] its text.

mod clock;
mod effects;
mod explain;
mod fault;
mod place;
mod rank;
mod read;
mod series;
mod show;
mod sign;
mod symptoms;
mod verdict;
mod weights;
mod words;

use std::path::Path;

pub use fault::Fault;
pub use show::{human, markdown};
pub use verdict::{Because, Seeing, Suspect, Verdict};
pub use weights::Weights;

/// Walks the case of a folder.
///
/// # Errors
///
/// If a file of the case cannot be read or is malformed.
pub fn walk(folder: &Path) -> Result<Verdict, Fault> {
    walk_with(folder, &Weights::default())
}

/// Walks the case of a folder with other weights, as tests of the weights do.
///
/// # Errors
///
/// As [`walk`].
pub fn walk_with(folder: &Path, weights: &Weights) -> Result<Verdict, Fault> {
    let case = read::case(folder)?;
    let seen = symptoms::seen(&case);
    let ranked = rank::rank(&case, &seen, weights);
    verdict::verdict(&case, &seen, &ranked).ok_or_else(|| Fault::new("alert.json", None, "the case has no evidence"))
}
