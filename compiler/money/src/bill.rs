//! The arithmetic of cost per million requests, before and after, a line for each product.

use emberline_core::model::{Price, VolumePrice};
use emberline_core::quantity::Duration;
use emberline_prose::amount::{fixed, grouped, grouped_decimal};
use rust_decimal::Decimal;
use serde::Serialize;

use super::assumptions::assumptions;
use super::fault::Fault;
use super::intact::{Intact, intact};
use super::measured::{Measured, Side, Volume};
use super::terms::{Terms, Traffic};
use super::units::{DAY_MILLIS, GIGA, MILLION, MONTH_DAYS, number, ratio};

/// The signals, in the order of the bill.
pub const SIGNALS: [&str; 4] = ["traces", "logs", "profiles", "series"];

/// The cost before and after, with its assumptions.
#[derive(Debug, Clone, Serialize)]
pub struct Bill {
    /// The currency of every amount.
    pub currency: String,
    /// The measurement: its file and its day.
    pub measured: [String; 2],
    /// Requests per month.
    #[serde(serialize_with = "number")]
    pub requests_per_month: Decimal,
    /// The cost of keeping everything in one tier.
    pub before: Account,
    /// The cost through the compiled configuration.
    pub after: Account,
    /// The cost before, divided by the cost after.
    #[serde(serialize_with = "number")]
    pub factor: Decimal,
    /// The cost before with one tier for all signals and the longest retention.
    pub one_tier: OneTier,
    /// Whether required telemetry is complete.
    pub intact: Intact,
    /// Prices with their sources.
    pub prices: Vec<Priced>,
    /// Assumptions, in sentences.
    pub assumptions: Vec<String>,
}

/// The cost before, with one tier for all signals.
#[derive(Debug, Clone, Serialize)]
pub struct OneTier {
    /// The retention of all signals.
    pub keep: String,
    /// The cost before with one tier, per million requests.
    #[serde(serialize_with = "number")]
    pub total: Decimal,
    /// The cost relative to after.
    #[serde(serialize_with = "number")]
    pub factor: Decimal,
}

/// The cost of one side.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// The lines of the account, one for each product.
    pub lines: Vec<Line>,
    /// Sums by signal, in the order of [`SIGNALS`].
    pub signals: Vec<Sum>,
    /// Per million requests.
    #[serde(serialize_with = "number")]
    pub total: Decimal,
    /// Per month at the declared traffic.
    #[serde(serialize_with = "number")]
    pub monthly: Decimal,
}

/// A product.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// One of [`SIGNALS`].
    pub signal: &'static str,
    /// The product: ingested, stored, active.
    pub what: String,
    /// The factors, as a person would write them.
    pub formula: String,
    /// Per million requests.
    #[serde(serialize_with = "number")]
    pub amount: Decimal,
}

/// The sum of a signal.
#[derive(Debug, Clone, Serialize)]
pub struct Sum {
    /// One of [`SIGNALS`].
    pub signal: &'static str,
    /// Per million requests.
    #[serde(serialize_with = "number")]
    pub amount: Decimal,
}

/// A price and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Priced {
    /// The product.
    pub what: String,
    /// The amount, as written.
    pub price: String,
    /// The source of the price.
    pub source: String,
    /// When somebody read the price at its source.
    pub retrieved: String,
    /// Whether the price was verified with an invoice.
    pub verified: bool,
}

/// Computes the bill of a measurement by the terms of the specs; `file` is the measurement's name.
///
/// # Errors
/// When a signal has no price, or logs a tier that the policy does not declare.
pub fn bill(file: &str, measured: &Measured, terms: &Terms) -> Result<Bill, Fault> {
    let traffic = terms.traffic.clone().unwrap_or_else(|| Traffic::of_load(measured.load.rate));
    let reckoning = Reckoning { requests: Decimal::from(measured.load.requests), terms, traffic: &traffic };
    let own = [terms.traces, terms.profiles];
    let before = reckoning.account(&measured.before, own, |_| Ok(terms.longest_logs()))?;
    let after = reckoning.account(&measured.after, own, |tier| terms.tier(tier))?;
    let longest = own.into_iter().max().unwrap_or_default().max(terms.longest_logs());
    let one_tier = reckoning.account(&measured.before, [longest; 2], |_| Ok(longest))?.total;
    Ok(Bill {
        currency: terms.prices.currency.clone(),
        measured: [file.to_owned(), measured.day.clone()],
        requests_per_month: traffic.per_month,
        factor: ratio(before.total, after.total),
        one_tier: OneTier { keep: longest.to_string(), total: one_tier, factor: ratio(one_tier, after.total) },
        before,
        after,
        intact: intact(measured),
        prices: prices(terms),
        assumptions: assumptions(measured, terms, &traffic),
    })
}

/// The basis for the lines of an account.
pub(super) struct Reckoning<'r> {
    /// The number of requests behind the volumes.
    pub(super) requests: Decimal,
    pub(super) terms: &'r Terms,
    pub(super) traffic: &'r Traffic,
}

impl Reckoning<'_> {
    /// The lines of a side, by the retention of its traces, profiles and tiers of logs.
    fn account(
        &self,
        side: &Side,
        [traces, profiles]: [Duration; 2],
        keep: impl Fn(&str) -> Result<Duration, Fault>,
    ) -> Result<Account, Fault> {
        let prices = &self.terms.prices;
        let mut lines = Vec::new();
        lines.extend(self.volume("traces", "", side.spans, prices.traces.as_ref(), traces)?);
        for (tier, volume) in &side.logs.tiers {
            lines.extend(self.volume("logs", tier, *volume, prices.logs.as_ref(), keep(tier)?)?);
        }
        lines.extend(self.volume("profiles", "", side.profiles, prices.profiles.as_ref(), profiles)?);
        lines.push(self.series(side.series.total(), prices.series.as_ref())?);
        Ok(self.sum(lines))
    }

    pub(super) fn sum(&self, lines: Vec<Line>) -> Account {
        let of = |signal| lines.iter().filter(|line| line.signal == signal).map(|line| line.amount).sum();
        let signals: Vec<Sum> = SIGNALS.iter().map(|signal| Sum { signal, amount: of(*signal) }).collect();
        let total: Decimal = signals.iter().map(|sum| sum.amount).sum();
        Account { lines, signals, total, monthly: total * self.traffic.millions() }
    }

    /// The lines for ingesting and storing the bytes of a signal, or of one of its tiers.
    pub(super) fn volume(
        &self,
        signal: &'static str,
        tier: &str,
        volume: Volume,
        price: Option<&VolumePrice>,
        keep: Duration,
    ) -> Result<Vec<Line>, Fault> {
        if volume.bytes == 0 {
            return Ok(Vec::new());
        }
        let price = price.ok_or_else(|| unpriced(signal, "{ingest: {price: …, source: …, retrieved: …}}"))?;
        let of_tier = if tier.is_empty() { String::new() } else { format!(" ({tier})") };
        let gigabytes = ratio(Decimal::from(volume.bytes), self.requests) * MILLION / GIGA;
        let taken_in = Line {
            signal,
            what: format!("ingested{of_tier}"),
            formula: format!(
                "{} B ÷ {} requests = {} GB per million; × {}",
                grouped(volume.bytes),
                grouped_decimal(self.requests),
                fixed(gigabytes, 4),
                price.ingest.amount
            ),
            amount: gigabytes * price.ingest.amount,
        };
        let mut lines = vec![taken_in];
        if let Some(storage) = &price.storage {
            let beyond = Duration::from_millis(keep.millis().saturating_sub(price.included.millis()));
            let months = Decimal::from(beyond.millis()) / DAY_MILLIS / MONTH_DAYS;
            let formula = if beyond == Duration::ZERO {
                format!("{keep}, within the {} that ingestion includes", price.included)
            } else {
                format!("{} GB × {} × ({keep} − {}) ÷ 30d", fixed(gigabytes, 4), storage.amount, price.included)
            };
            let amount = gigabytes * storage.amount * months;
            lines.push(Line { signal, what: format!("stored{of_tier}"), formula, amount });
        }
        Ok(lines)
    }

    /// The line for active series, in proportion to a million requests.
    pub(super) fn series(&self, series: u64, price: Option<&Price>) -> Result<Line, Fault> {
        let price = price.ok_or_else(|| unpriced("series", "{price: …, source: …, retrieved: …}"))?;
        let monthly = Decimal::from(series) / Decimal::ONE_THOUSAND * price.amount;
        Ok(Line {
            signal: "series",
            what: "active".to_owned(),
            formula: format!(
                "{} ÷ 1,000 × {} per month ÷ {} million requests per month",
                grouped(series),
                price.amount,
                fixed(self.traffic.millions(), 1)
            ),
            amount: ratio(monthly, self.traffic.millions()),
        })
    }
}

fn unpriced(signal: &str, form: &str) -> Fault {
    Fault::new(format!("the specs hold no price for {signal}"), format!("write `{signal}: {form}` into `prices.yaml`"))
}

/// Every price that the specs hold, with its source.
fn prices(terms: &Terms) -> Vec<Priced> {
    let priced = |what: String, price: &Price| Priced {
        what,
        price: price.amount.to_string(),
        source: price.source.clone(),
        retrieved: price.retrieved.to_string(),
        verified: price.verified,
    };
    let prices = &terms.prices;
    let mut all = Vec::new();
    for (signal, volume) in [("traces", &prices.traces), ("logs", &prices.logs), ("profiles", &prices.profiles)] {
        let Some(volume) = volume else { continue };
        all.push(priced(format!("{signal}, per GB ingested"), &volume.ingest));
        if let Some(storage) = &volume.storage {
            all.push(priced(format!("{signal}, per GB stored for a month beyond {}", volume.included), storage));
        }
    }
    all.extend(prices.series.as_ref().map(|price| priced("per 1,000 active series and month".to_owned(), price)));
    all
}
