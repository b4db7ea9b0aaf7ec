//! The table behind the bar: what one SLO costs a real Prometheus in a 30 s cycle, over 1, 100 and 1,000 raw series.
//!
//! Counts samples, not seconds: the figures are the same on every machine. `cargo bench -p emberline-proofs`.

use emberline_proofs::cost::{a_cycle, measure};
use emberline_proofs::spec;
use emberline_proofs::tools::compile;

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let rules = compile(
        &[("checkout.yaml", spec::CHECKOUT), ("policy.yaml", spec::EVERY_15_SECONDS)],
        "checkout",
        folder.path(),
    )?;
    println!("{:>12} {:>24} {:>24}", "raw series", "every evaluation", "samples in a 30 s cycle");
    for raw in [1, 100, 1_000] {
        let costs = measure(&rules, raw)?;
        let fast: u64 = costs.iter().filter(|group| group.share >= 1.0).map(|group| group.samples).sum();
        println!("{raw:>12} {fast:>24} {:>24.0}", a_cycle(&costs));
    }
    Ok(())
}
