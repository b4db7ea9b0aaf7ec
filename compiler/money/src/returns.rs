//! The savings of shorter incidents: minutes saved × cost per minute × incidents per year, minus the cost of
//! telemetry.
//!
//! Every result is a range. The low end takes the low end of every input and the lower quartile of the measured
//! difference. The high end takes the high ones. Neither end is likely; the truth is between.

use emberline_core::model::{Business, Range};
use emberline_core::source::Sources;
use emberline_prose::amount::{self, rough, rough_range};
use emberline_prose::template::context;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::Serialize;

use super::bill::Bill;
use super::drills::Saved;
use super::fault::Fault;
use super::templates::render;
use super::terms::Terms;
use super::units::{maybe_number, number, ratio};

/// Days in a year, and minutes in an hour.
const YEAR_DAYS: Decimal = Decimal::from_parts(365, 0, 0, false, 0);
const SIXTY: Decimal = Decimal::from_parts(60, 0, 0, false, 0);

/// The savings of a year, in the currency of the prices.
#[derive(Debug, Clone, Serialize)]
pub struct Returns {
    /// The currency of every amount.
    pub currency: String,
    /// Minutes saved per incident.
    pub minutes_saved: Amounts,
    /// Incidents per year.
    pub incidents: Amounts,
    /// Revenue of a minute.
    pub revenue: Amounts,
    /// The share of revenue that an incident loses.
    pub revenue_lost: Amounts,
    /// Revenue that is not lost.
    pub of_revenue: Amounts,
    /// Cost of working hours that are not spent.
    pub of_people: Amounts,
    /// The sum of both savings.
    pub gross: Amounts,
    /// The cost of telemetry as compiled.
    #[serde(serialize_with = "number")]
    pub cost: Decimal,
    /// The cost of keeping everything.
    #[serde(serialize_with = "number")]
    pub plain_cost: Decimal,
    /// The net result.
    pub net: Amounts,
    /// Incidents per year to break even, at the high end and at the low end.
    pub break_even: BreakEven,
    /// The drills, where there are some.
    pub drills: Option<Saved>,
    /// Every input and where it comes from.
    pub inputs: Vec<Input>,
    /// Assumptions, in sentences.
    pub assumptions: Vec<String>,
    /// One paragraph for decision makers.
    pub paragraph: String,
}

/// A range of two ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Amounts {
    /// The low end.
    #[serde(serialize_with = "number")]
    pub low: Decimal,
    /// The high end.
    #[serde(serialize_with = "number")]
    pub high: Decimal,
}

/// Incidents per year to break even; `None` if no number suffices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BreakEven {
    /// The number if each incident has its highest cost.
    #[serde(serialize_with = "maybe_number")]
    pub low: Option<Decimal>,
    /// The number if each incident has its lowest cost.
    #[serde(serialize_with = "maybe_number")]
    pub high: Option<Decimal>,
}

/// An input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The name of the input.
    pub what: String,
    /// The low end, as people write it.
    pub low: String,
    /// The high end.
    pub high: String,
    /// The unit of both ends.
    pub unit: String,
    /// The source of the value.
    pub source: String,
    /// Where the input is declared: `path:line`; empty for measured values.
    pub place: String,
}

impl Amounts {
    fn of(range: &Range) -> Self {
        Self { low: range.low, high: range.high }
    }

    fn times(self, other: Self) -> Self {
        Self { low: self.low * other.low, high: self.high * other.high }
    }

    fn plus(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }

    fn over(self, by: Decimal) -> Self {
        Self { low: self.low / by, high: self.high / by }
    }
}

/// Compares the savings of drills with the bill.
///
/// # Errors
/// When the specs lack the cost of an incident, or the minutes saved are neither measured nor declared.
pub fn returns(sources: &Sources, terms: &Terms, bill: &Bill, drills: Option<Saved>) -> Result<Returns, Fault> {
    let business = terms.prices.business.as_ref().ok_or_else(|| {
        Fault::new(
            "the specs do not say what an incident costs the business",
            "write `business:` into `prices.yaml`; `emberline schema prices` lists its fields",
        )
    })?;
    let minutes_saved = minutes(business, drills.as_ref())?;
    let one = Amounts { low: Decimal::ONE, high: Decimal::ONE };
    let range = |range: &Option<Range>, otherwise: Amounts| range.as_ref().map_or(otherwise, Amounts::of);
    let (incidents, revenue) = (Amounts::of(&business.incidents_per_year), Amounts::of(&business.revenue_per_minute));
    let revenue_lost = Amounts::of(&business.revenue_lost);
    let people = range(&business.people, one).times(range(&business.hourly_cost, Amounts::default())).over(SIXTY);
    // People are busy until the cause is known; customers only until recovery.
    let busy = drills.as_ref().and_then(|saved| saved.cause).map_or(minutes_saved, of_quartiles);
    // A negative difference is a loss, which is largest with the high ends.
    let scaled = |saved: Amounts, each: Amounts| {
        let end = |minutes: Decimal, usual: Decimal| minutes * if minutes < Decimal::ZERO { each.high } else { usual };
        Amounts { low: end(saved.low, each.low), high: end(saved.high, each.high) }
    };
    let of_revenue = scaled(minutes_saved, revenue.times(revenue_lost).times(incidents));
    let of_people = scaled(busy, people.times(incidents));
    let gross = of_revenue.plus(of_people);
    let years = YEAR_DAYS / super::units::MONTH_DAYS;
    let (cost, plain_cost) = (bill.after.monthly * years, bill.before.monthly * years);
    let net = Amounts { low: gross.low - cost, high: gross.high - cost };
    let each = scaled(minutes_saved, revenue.times(revenue_lost)).plus(scaled(busy, people));
    let pays = |worth: Decimal| (worth > Decimal::ZERO).then(|| ratio(cost, worth));
    let break_even = BreakEven { low: pays(each.high), high: pays(each.low) };
    let mut returns = Returns {
        currency: terms.prices.currency.clone(),
        minutes_saved,
        incidents,
        revenue,
        revenue_lost,
        of_revenue,
        of_people,
        gross,
        cost,
        plain_cost,
        net,
        break_even,
        inputs: inputs(sources, business, terms, bill, drills.as_ref(), minutes_saved),
        assumptions: assumptions(bill, drills.as_ref()),
        paragraph: String::new(),
        drills,
    };
    returns.paragraph = paragraph(&returns, &evidence(returns.drills.as_ref()))?;
    Ok(returns)
}

/// Minutes saved per incident: from drills on production windows, or else as declared.
fn minutes(business: &Business, drills: Option<&Saved>) -> Result<Amounts, Fault> {
    match (drills, &business.minutes_saved) {
        (Some(saved), _) => Ok(of_quartiles(saved.full)),
        (None, Some(declared)) => Ok(Amounts::of(declared)),
        (None, None) => Err(Fault::new(
            "how much shorter incidents are is neither measured nor declared",
            "name the drills with `--series FOLDER`, or write `minutes_saved:` into `business:` of `prices.yaml`",
        )),
    }
}

/// Minutes between the quartiles of a difference in seconds.
fn of_quartiles(seconds: [f64; 3]) -> Amounts {
    let minutes = |seconds: f64| Decimal::from_f64(seconds).unwrap_or_default() / SIXTY;
    Amounts { low: minutes(seconds[0]), high: minutes(seconds[2]) }
}

fn evidence(drills: Option<&Saved>) -> String {
    match drills {
        Some(saved) => format!(
            "In {} drills with all signals and {} drills without {}, {}",
            saved.with,
            saved.without,
            saved.lacking,
            match saved.restored {
                true => "the last release was rolled back at once",
                false => "which reverted one commit at a time, the faulty commit was found and reverted earlier",
            }
        ),
        None => "By assumption, not by drills, the faulty commit is found and reverted earlier".to_owned(),
    }
}

fn inputs(
    sources: &Sources,
    business: &Business,
    terms: &Terms,
    bill: &Bill,
    drills: Option<&Saved>,
    minutes: Amounts,
) -> Vec<Input> {
    let place = |range: &Range| {
        let (start, _) = sources.positions(range.span);
        format!("{}:{}", sources.get(range.span.source).path, start.line)
    };
    let currency = &terms.prices.currency;
    let declared = |what: &str, unit: &str, range: &Range, of: Decimal| Input {
        what: what.to_owned(),
        low: (range.low * of).normalize().to_string(),
        high: (range.high * of).normalize().to_string(),
        unit: unit.to_owned(),
        source: range.source.clone(),
        place: place(range),
    };
    let one = Decimal::ONE;
    let mut all = vec![
        declared("revenue", &format!("{currency} per minute"), &business.revenue_per_minute, one),
        declared("revenue lost in an incident", "%", &business.revenue_lost, Decimal::ONE_HUNDRED),
        declared("incidents", "per year", &business.incidents_per_year, one),
    ];
    all.extend(business.people.as_ref().map(|range| declared("people per incident", "people", range, one)));
    let hour = format!("{currency} per hour");
    all.extend(business.hourly_cost.as_ref().map(|range| declared("cost of one person", &hour, range, one)));
    all.push(match (drills, &business.minutes_saved) {
        (None, Some(range)) => declared("minutes saved per incident", "minutes", range, one),
        _ => Input {
            what: "minutes saved per incident".to_owned(),
            low: rough(minutes.low),
            high: rough(minutes.high),
            unit: "minutes".to_owned(),
            source: "measured: quartiles of the drills".to_owned(),
            place: String::new(),
        },
    });
    if let Some(cause) = drills.and_then(|saved| saved.cause) {
        let busy = of_quartiles(cause);
        all.push(Input {
            what: "minutes saved until the cause is known".to_owned(),
            low: rough(busy.low),
            high: rough(busy.high),
            unit: "minutes".to_owned(),
            source: "measured: quartiles of the drills".to_owned(),
            place: String::new(),
        });
    }
    let cost = amount::fixed(bill.after.total, 2);
    all.push(Input {
        what: "telemetry".to_owned(),
        low: cost.clone(),
        high: cost,
        unit: format!("{currency} per million requests"),
        source: format!("`emberline cost`, from {} of {}", bill.measured[0], bill.measured[1]),
        place: String::new(),
    });
    all
}

fn assumptions(bill: &Bill, drills: Option<&Saved>) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(saved) = drills {
        let quartiles = |seconds: [f64; 3]| {
            let shown = seconds.map(|seconds| rough(Decimal::from_f64(seconds / 60.0).unwrap_or_default()));
            format!("{} / {} / {} minutes", shown[0], shown[1], shown[2])
        };
        let scales: Vec<String> = saved.time_scale.iter().map(u32::to_string).collect();
        let against = if saved.paired { "drills of the same fault" } else { "all pairs of drills of both kinds" };
        said.push(format!(
            "the measured difference, in quartiles over {against}: {}, with windows compressed {} times",
            quartiles(saved.drilled),
            scales.join(" and ")
        ));
        said.push(if saved.scaled {
            format!(
                "on production windows {}: only waits for windows and telemetry scale; search, build and restart do not. \
                 Median MTTR {} minutes with all signals, {} without",
                quartiles(saved.full),
                rough(Decimal::from_f64(saved.mttr[0] / 60.0).unwrap_or_default()),
                rough(Decimal::from_f64(saved.mttr[1] / 60.0).unwrap_or_default())
            )
        } else {
            "only the summary of the series is available, not its records, so times are not scaled to production windows: \
             the difference is at least this"
                .to_owned()
        });
        if saved.left_out > 0 {
            said.push(format!("{} drills did not recover and are left out", saved.left_out));
        }
        said.push(match saved.restored {
            true => {
                "drills roll the last release back at once, with and without traces, so recovery rarely waits for the \
                     commit; people need more time for each step"
                    .to_owned()
            }
            false => {
                "drills revert as soon as a search ends, and without traces one commit after the other. A team that \
                      rolls the last release back at once recovers without knowing the commit, and saves less"
                    .to_owned()
            }
        });
        if saved.cause.is_some() {
            said.push("people are busy until the cause is known, and customers are affected until recovery".to_owned());
        }
    } else {
        said.push("no drills are given: `emberline gameday` measures how much shorter an incident is".to_owned());
    }
    said.push(format!(
        "telemetry of a year: 365 days of {} million requests per month of 30 days, at the prices of `emberline cost`",
        amount::fixed(ratio(bill.requests_per_month, super::units::MILLION), 1)
    ));
    said.push(
        "the low result takes the low end of every input, the high result the high end; neither is likely".to_owned(),
    );
    said.push("reputation, contract penalties and the work of setup are left out".to_owned());
    said
}

/// The paragraph for decision makers.
fn paragraph(returns: &Returns, evidence: &str) -> Result<String, Fault> {
    let range = |range: &Amounts| rough_range(range.low, range.high);
    let percent = |share: Decimal| rough(share * Decimal::ONE_HUNDRED);
    let lost = &returns.revenue_lost;
    let (low, high) = (percent(lost.low), percent(lost.high));
    let values = context! {
        evidence => evidence,
        minutes => range(&returns.minutes_saved),
        incidents => range(&returns.incidents),
        revenue => range(&returns.revenue),
        lost => if low == high { format!("{low}%") } else { format!("{low}% to {high}%") },
        currency => &returns.currency,
        gross => range(&returns.gross),
        cost => rough(returns.cost),
        saved => (returns.plain_cost > returns.cost).then(|| rough(returns.plain_cost - returns.cost)),
        net => range(&returns.net),
        loses => returns.net.low < Decimal::ZERO,
        break_even => match (returns.break_even.low, returns.break_even.high) {
            (Some(low), Some(high)) => Some(rough_range(low, high)),
            _ => None,
        },
    };
    Ok(render("paragraph.txt", values)?.trim_end().to_owned())
}
