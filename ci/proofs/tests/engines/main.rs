//! What other teams run, told to load what we compile: the light engines, which `ci/test` runs.
//!
//! `cargo test --profile services -p emberline-proofs --test engines -- --nocapture` shows what was measured. The heavy
//! ones, Thanos and Cortex, stand in `tests/heavy`.

mod kubernetes;
mod load;
mod perses;
mod replay;

use std::path::PathBuf;

use anyhow::Result;
use emberline_proofs::engines::compile;
use emberline_proofs::objectives::{self, POLICIES};
use emberline_proofs::random::Random;
use emberline_proofs::tools::workspace;
use tempfile::TempDir;

/// Objectives of each kind under each policy: above a thousand in all.
const OF_EACH_KIND: usize = 20;

/// A thousand random objectives, compiled by some targets: the folder, how many there are, and what was written below it
/// for each policy. Beside them stands what this repository has committed.
fn compiled(targets: &str) -> Result<(TempDir, usize, Vec<PathBuf>)> {
    let folder = tempfile::tempdir()?;
    let count = objectives::write(folder.path(), OF_EACH_KIND, &mut Random(17))?;
    let mut generated = vec![workspace().join("generated")];
    for number in 0..POLICIES.len() {
        let out = folder.path().join(format!("generated-{number}"));
        compile(&folder.path().join(number.to_string()), &out, targets)?;
        generated.push(out);
    }
    Ok((folder, count, generated))
}
