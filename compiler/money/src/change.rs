//! The effect of a change of the specs on the bill. Sampling, retention, traffic, prices and the bound on series are
//! applied to the measured volumes.

use emberline_prose::amount;
use rust_decimal::Decimal;
use serde::Serialize;

use super::bill::{Account, Line, Reckoning, SIGNALS};
use super::fault::Fault;
use super::measured::{Measured, Volume};
use super::terms::{Terms, Traffic};
use super::units::{number, ratio};

/// A month before a change and after it.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The currency of every amount.
    pub currency: String,
    /// Amounts by signal, in the order of the bill.
    pub signals: Vec<Signal>,
    /// The cost of a month before the change, at the traffic declared then.
    #[serde(serialize_with = "number")]
    pub before: Decimal,
    /// The cost of a month after the change, at the traffic declared now.
    #[serde(serialize_with = "number")]
    pub after: Decimal,
    /// The changes of the specs, in sentences.
    pub changed: Vec<String>,
    /// The limits of the estimate, in sentences.
    pub unknown: Vec<String>,
    /// The products of the state after the change.
    pub lines: Vec<Line>,
}

/// A month of one signal.
#[derive(Debug, Clone, Serialize)]
pub struct Signal {
    /// The name of the signal.
    pub signal: &'static str,
    /// The cost before the change.
    #[serde(serialize_with = "number")]
    pub before: Decimal,
    /// The cost after the change.
    #[serde(serialize_with = "number")]
    pub after: Decimal,
}

/// Estimates what a month costs by the terms before and after a change.
///
/// # Errors
/// When a signal has no price.
pub fn change(measured: &Measured, old: &Terms, new: &Terms) -> Result<Change, Fault> {
    let (then, now) = (estimate(measured, old)?, estimate(measured, new)?);
    let of = |(account, traffic): &(Account, Traffic), signal: &str| -> Decimal {
        let sums = account.signals.iter().filter(|sum| sum.signal == signal);
        sums.map(|sum| sum.amount * traffic.millions()).sum()
    };
    let signals = SIGNALS.iter().map(|signal| Signal { signal, before: of(&then, signal), after: of(&now, signal) });
    Ok(Change {
        currency: new.prices.currency.clone(),
        signals: signals.collect(),
        before: then.0.monthly,
        after: now.0.monthly,
        changed: changed(old, new),
        unknown: unknown(old, new),
        lines: now.0.lines,
    })
}

/// The cost of a million requests by these terms: the volumes after, with as many ordinary traces as the terms keep.
fn estimate(measured: &Measured, terms: &Terms) -> Result<(Account, Traffic), Fault> {
    let traffic = terms.traffic.clone().unwrap_or_else(|| Traffic::of_load(measured.load.rate));
    let reckoning = Reckoning { requests: Decimal::from(measured.load.requests), terms, traffic: &traffic };
    let (prices, side) = (&terms.prices, &measured.after);
    let mut lines = reckoning.volume("traces", "", spans(measured, terms), prices.traces.as_ref(), terms.traces)?;
    for (tier, volume) in &side.logs.tiers {
        // A tier that these terms do not declare may hold any log, so it gets the longest retention.
        let keep = terms.tier(tier).unwrap_or_else(|_| terms.longest_logs());
        lines.extend(reckoning.volume("logs", tier, *volume, prices.logs.as_ref(), keep)?);
    }
    lines.extend(reckoning.volume("profiles", "", side.profiles, prices.profiles.as_ref(), terms.profiles)?);
    let series = terms.bound.unwrap_or_else(|| side.series.total());
    if prices.series.is_some() || series > 0 {
        lines.push(reckoning.series(series, prices.series.as_ref())?);
    }
    Ok((reckoning.sum(lines), traffic))
}

/// The spans that these terms keep: all failed and slow traces, and the declared share of the others. Each trace has
/// the measured bytes of a kept trace.
fn spans(measured: &Measured, terms: &Terms) -> Volume {
    let after = &measured.after;
    let traces = &after.traces;
    let there = Decimal::from(traces.failed.there() + traces.slow.there() + traces.others.there());
    let kept =
        Decimal::from(traces.failed.sent + traces.slow.sent) + Decimal::from(traces.others.sent) * terms.baseline;
    let scaled = |count: u64| {
        let each = ratio(Decimal::from(count), there);
        u64::try_from((each * kept).round()).unwrap_or(u64::MAX)
    };
    Volume { items: scaled(after.spans.items), bytes: scaled(after.spans.bytes) }
}

fn changed(old: &Terms, new: &Terms) -> Vec<String> {
    let mut said = Vec::new();
    let mut differs = |what: &str, then: String, now: String| {
        if then != now {
            said.push(format!("{what}: {then} → {now}"));
        }
    };
    let percent = |share: Decimal| format!("{}%", (share * Decimal::ONE_HUNDRED).normalize());
    differs("share of ordinary traces kept", percent(old.baseline), percent(new.baseline));
    differs("retention of traces", old.traces.to_string(), new.traces.to_string());
    differs("retention of profiles", old.profiles.to_string(), new.profiles.to_string());
    let tiers = |terms: &Terms| {
        let tiers: Vec<String> = terms.tiers.iter().map(|(tier, keep)| format!("{tier} {keep}")).collect();
        tiers.join(", ")
    };
    differs("retention of logs", tiers(old), tiers(new));
    let traffic = |terms: &Terms| {
        let of = terms.traffic.iter().flat_map(|traffic| &traffic.of);
        let rates: Vec<String> = of.map(|(service, rate)| format!("{service} {rate}")).collect();
        if rates.is_empty() { "not declared".to_owned() } else { rates.join(", ") }
    };
    differs("requests from outside", traffic(old), traffic(new));
    let series = |terms: &Terms| terms.bound.map_or_else(|| "not known".to_owned(), amount::grouped);
    differs("series, at most", series(old), series(new));
    if old.prices != new.prices {
        said.push("prices".to_owned());
    }
    said
}

fn unknown(old: &Terms, new: &Terms) -> Vec<String> {
    let mut said = Vec::new();
    if old.slow != new.slow {
        said.push(
            "thresholds of latency objectives changed, and the number of slow traces was measured with the old ones"
                .to_owned(),
        );
    }
    let names = |terms: &Terms| terms.tiers.iter().map(|(tier, _)| tier.clone()).collect::<Vec<_>>();
    if names(old) != names(new) {
        said.push("tiers of logs changed, and records per tier were measured with the old ones".to_owned());
    }
    said
}
