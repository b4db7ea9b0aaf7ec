//! The compiled rules load in a real Prometheus, and each evaluates without an error.

use std::time::Duration;

use emberline_proofs::exporter::Exporter;
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::Labels;
use emberline_proofs::tools::compile;

use emberline_proofs::spec;

#[test]
fn every_rule_of_a_service_evaluates_without_an_error() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let rules = compile(
        &[("checkout.yaml", spec::CHECKOUT), ("policy.yaml", spec::EVERY_15_SECONDS)],
        "checkout",
        folder.path(),
    )?;
    let exporter = Exporter::start(|| {
        // Both sides are there from the start: a rule that fails only on data must fail here.
        "http_requests_total{service=\"checkout\",code=\"200\"} 100\n\
         http_requests_total{service=\"checkout\",code=\"500\"} 0\n"
            .to_owned()
    })?;
    let config = Config::default().rules(&rules.path).scrape("checkout", exporter.address(), Labels::new());
    let prometheus = Prometheus::start(&config)?;
    // The slowest group is evaluated every two minutes, at a phase that its name decides.
    let health = prometheus.evaluated_rules(Duration::from_secs(180))?;
    let expected: usize = rules.groups.iter().map(|group| group.rules.len()).sum();
    println!("load: {} rules evaluated", health.len());
    assert_eq!(health.len(), expected, "rules that Prometheus holds, against rules in the file");
    let sick: Vec<_> = health.iter().filter(|rule| rule.health != "ok").collect();
    assert!(sick.is_empty(), "rules that do not evaluate: {sick:#?}");
    Ok(())
}
