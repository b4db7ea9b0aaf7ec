//! The bar on what an SLO costs Prometheus.

use emberline_proofs::cost::{a_cycle, measure};
use emberline_proofs::tools::compile;

use emberline_proofs::spec;

/// Samples in a 30 s cycle, one SLO over 100 raw series with thirty days of history. 8,555 were measured when the rules
/// were designed; a rule that reads raw series over a long window is 35,000 or more.
const BAR: f64 = 9_000.0;

#[test]
fn an_slo_over_a_hundred_series_stays_below_the_bar() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let rules = compile(
        &[("checkout.yaml", spec::CHECKOUT), ("policy.yaml", spec::EVERY_15_SECONDS)],
        "checkout",
        folder.path(),
    )?;
    let costs = measure(&rules, 100)?;
    for group in &costs {
        println!(
            "cost: {}: {} samples an evaluation, {:.2} evaluations a cycle",
            group.name, group.samples, group.share
        );
    }
    let total = a_cycle(&costs);
    println!("cost: 100 raw series: {total:.0} samples in 30 s (bar {BAR:.0})");
    // The budget alone reads 30 days of five-minute steps on both sides; less would mean that history was missing.
    assert!(total > 4_000.0, "{total} samples: the windows did not find their history");
    assert!(total <= BAR, "{total} samples in a 30 s cycle, above the bar of {BAR}");
    Ok(())
}
