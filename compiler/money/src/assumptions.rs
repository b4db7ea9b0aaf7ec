//! The assumptions of a bill, in sentences.

use emberline_prose::amount::{fixed, grouped};

use super::measured::Measured;
use super::terms::{Terms, Traffic};

/// The assumptions of a bill.
pub(crate) fn assumptions(measured: &Measured, terms: &Terms, traffic: &Traffic) -> Vec<String> {
    let load = &measured.load;
    let of: Vec<String> = traffic.of.iter().map(|(service, rate)| format!("{service} {rate}")).collect();
    let declared = if terms.traffic.is_some() {
        "as declared for services without callers"
    } else {
        "since no traffic is declared"
    };
    let after = &measured.after.traces;
    vec![
        format!(
            "{} requests at {} per second were measured: {} failed and {} were slow. With fewer of those, less telemetry is kept",
            grouped(load.requests),
            load.rate,
            after.failed.sent,
            after.slow.sent
        ),
        "bytes are uncompressed OTLP protobuf between the collector and the store; a GB is 10⁹ bytes".to_owned(),
        format!(
            "before, each signal has one tier with the longest retention: traces {}, logs {}, profiles {}; after, \
             logs have {}",
            terms.traces,
            terms.longest_logs(),
            terms.profiles,
            terms.tiers.iter().map(|(tier, keep)| format!("{tier} {keep}")).collect::<Vec<_>>().join(", ")
        ),
        format!(
            "a month has 30 days and {} million requests: {}, {declared}",
            fixed(traffic.millions(), 1),
            of.join(" and ")
        ),
        format!(
            "series do not grow with requests; of the {} series after, {} are recorded by rules that the plain configuration \
             does not have",
            grouped(measured.after.series.total()),
            grouped(measured.after.series.rules)
        ),
        "free tiers, plan fees, rebates and machines for collectors are left out".to_owned(),
    ]
}
