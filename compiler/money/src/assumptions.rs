//! What a bill rests on, in sentences.

use emberline_prose::amount::{fixed, grouped};

use super::measured::Measured;
use super::terms::{Terms, Traffic};

/// What a bill rests on.
pub(crate) fn assumptions(measured: &Measured, terms: &Terms, traffic: &Traffic) -> Vec<String> {
    let load = &measured.load;
    let of: Vec<String> = traffic.of.iter().map(|(service, rate)| format!("{service} {rate}")).collect();
    let declared = if terms.traffic.is_some() {
        "as the specs declare for services that none calls"
    } else {
        "for want of a declared traffic"
    };
    let after = &measured.after.traces;
    vec![
        format!(
            "{} requests at {} a second, of which {} failed and {} were slow; with fewer of these less is kept",
            grouped(load.requests),
            load.rate,
            after.failed.sent,
            after.slow.sent
        ),
        "bytes are those of OTLP protobuf between the collector and the store, not packed; a GB is 10⁹ bytes"
            .to_owned(),
        format!(
            "before, each signal has one tier, kept as long as anybody needs it: traces {}, logs {}, profiles {}; after, \
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
            "series do not grow with requests; of the {} after, {} are recorded by rules for objectives and alerts that \
             the plain configuration does not have",
            grouped(measured.after.series.total()),
            grouped(measured.after.series.rules)
        ),
        "what is free each month, fees of a plan, rebates and the machines that collectors run on are left out"
            .to_owned(),
    ]
}
