//! Each log record goes to the tier of its own severity, also where one resource has all of them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use emberline_proofs::collector::{Place, Sink, generated};
use emberline_proofs::otlp::{self, any, attribute};
use serde_json::json;

/// Severity numbers of OTLP and the tiers that the policy says: from `error` on, from `info` on, the rest. A record
/// without a severity is 0.
const TIERS: [(u8, &str); 12] = [
    (0, "debug"),
    (1, "debug"),
    (5, "debug"),
    (8, "debug"),
    (9, "info"),
    (10, "info"),
    (13, "info"),
    (16, "info"),
    (17, "error"),
    (20, "error"),
    (21, "error"),
    (24, "error"),
];

#[test]
fn records_go_to_the_tier_of_their_severity() -> Result<()> {
    for config in ["gateway", "single"] {
        let folder = tempfile::tempdir()?;
        let mut sink = Sink::new("store", folder.path())?;
        sink.start()?;
        let gateway =
            Place::new(config, &generated(config), folder.path())?.with("STORE_ENDPOINT", sink.place().http());
        let _running = gateway.start()?;
        let records: Vec<_> = TIERS
            .iter()
            .map(|(severity, _)| {
                json!({"timeUnixNano": otlp::now().to_string(), "severityNumber": severity, "body": any(&json!(format!("severity {severity}")))})
            })
            .collect();
        gateway.send("logs", &otlp::logs("checkout", &records))?;
        let messages = sink.wait_for("logs", "every record", Duration::from_secs(20), |messages| {
            otlp::records(messages).count() >= TIERS.len()
        })?;
        let mut arrived: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (resource, record) in otlp::records(&messages) {
            let body = record["body"]["stringValue"].as_str().unwrap_or_default();
            arrived.entry(body.to_owned()).or_default().push(attribute(resource, "retention.tier").unwrap_or("none"));
        }
        for (severity, tier) in TIERS {
            let tiers = arrived.get(&format!("severity {severity}"));
            ensure!(tiers == Some(&vec![tier]), "{config}: severity {severity} came in {tiers:?}, not once in {tier}");
        }
    }
    println!(
        "collector: tiers: {} severities of one resource, each once in its tier, by gateway and single",
        TIERS.len()
    );
    Ok(())
}
