//! What the demo's telemetry amounts to: the same load through a plain collector (`ci/cost/plain`, "before") and through the
//! generated ones ("after"), counted between the collector and the store.
//!
//! - `tap` stands in front of the real store, passes everything on, and counts what the store accepted.
//! - `plain` is the system that a person has who follows the collector's documentation; after it comes [`crate::system`].
//! - `truth` is what every request sent, taken down in front of any sampling, so that what is missing behind it shows.
//! - `side` runs the load through one of them and counts.
//!
//! Money is none of its business: `emberline cost` reads the counts.

mod plain;
mod side;
mod tap;
mod truth;

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::programs::Programs;

pub use side::{Kept, Red, Series, Side, Traces};
pub use tap::{Logs, Volume};

/// The load, the same on both sides.
#[derive(Debug, Clone, Serialize)]
pub struct Load {
    /// How many requests.
    pub requests: u64,
    /// Requests a second.
    pub rate: f64,
    /// The share of requests that fail, in percent.
    pub errors_percent: f64,
    /// The share of requests that are slow, in percent.
    pub slow_percent: f64,
    /// Same seed, same requests.
    pub seed: u64,
}

/// What was counted. Bytes are those of OTLP protobuf messages as the store accepted them, unpacked.
#[derive(Debug, Serialize)]
pub struct Measurement {
    /// What the numbers are.
    pub about: &'static str,
    /// The format of this file.
    pub version: u32,
    /// The day of the measurement, UTC.
    pub day: String,
    /// The load.
    pub load: Load,
    /// Through the plain configuration.
    pub before: Side,
    /// Through the generated configurations.
    pub after: Side,
}

const ABOUT: &str = "Counts of the demo's telemetry by ci/cost/measure: `before` through ci/cost/plain, `after` through \
                     generated/, under the same load. bytes: OTLP protobuf between the collector and the store, unpacked; \
                     wire_bytes: the same as sent, gzipped. Read by `emberline cost`.";

/// Measures both sides, one after the other, in `folder`; `say` is told what is being done.
///
/// # Errors
/// When a program does not come up or end, or the store does not get all there is in time.
pub fn measure(
    checkout: &Path,
    programs: &Programs,
    folder: &Path,
    load: &Load,
    day: String,
    mut say: impl FnMut(&str),
) -> Result<Measurement> {
    say("before: through ci/cost/plain");
    let before = side::before(checkout, programs, &folder.join("before"), load, &mut say).context("before")?;
    say("after: through generated/");
    let after = side::after(checkout, programs, &folder.join("after"), load, &mut say).context("after")?;
    Ok(Measurement { about: ABOUT, version: 1, day, load: load.clone(), before, after })
}
