//! Bills, changes and returns as people read them: on a terminal or in Markdown.

use emberline_prose::amount::{fixed, grouped, rough};
use emberline_prose::template::context;
use rust_decimal::Decimal;

use super::bill::{Account, Bill, Line};
use super::change::Change;
use super::fault::Fault;
use super::returns::{Amounts, Returns};
use super::templates::render;
use super::units::ratio;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a terminal.
    Text,
    /// For a page or a pull request.
    Markdown,
}

fn file(name: &str, form: Form) -> String {
    format!("{name}.{}", if form == Form::Text { "txt" } else { "md" })
}

fn factor(before: Decimal, after: Decimal) -> String {
    if after.is_zero() { "–".to_owned() } else { format!("{}×", fixed(ratio(before, after), 1)) }
}

/// The result of the checks.
fn kept(bill: &Bill) -> String {
    let intact = &bill.intact;
    format!(
        "all {} requests and all {} failed requests are counted on both sides. After, {} of {} traces of failed requests and \
         {} of {} of slow requests are complete.",
        grouped(intact.counted[1]),
        grouped(intact.counted_errors[1]),
        intact.failed[1],
        intact.failed[0],
        intact.slow[1],
        intact.slow[0]
    )
}

fn bill(bill: &Bill, form: Form) -> Result<String, Fault> {
    let pairs = bill.before.signals.iter().zip(&bill.after.signals);
    let rows = pairs.map(|(before, after)| {
        context! {
            signal => before.signal,
            before => fixed(before.amount, 3),
            after => fixed(after.amount, 3),
            factor => factor(before.amount, after.amount),
        }
    });
    let line = |line: &Line| {
        context! {
            signal => line.signal, what => &line.what, formula => &line.formula, amount => fixed(line.amount, 4),
        }
    };
    let side = |title: &str, account: &Account| {
        context! {
            title => title,
            lines => account.lines.iter().map(line).collect::<Vec<_>>(),
            total => fixed(account.total, 4),
        }
    };
    let prices = bill.prices.iter().map(|price| {
        context! {
            price => &price.price,
            what => &price.what,
            source => &price.source,
            retrieved => &price.retrieved,
            verified => if price.verified { "verified" } else { "not verified" },
        }
    });
    let million = ratio(bill.requests_per_month, super::units::MILLION);
    let [path, day] = &bill.measured;
    let mut assumptions = vec![format!("volumes from {path}, measured on {day}")];
    assumptions.extend(bill.assumptions.iter().cloned());
    let values = context! {
        currency => &bill.currency,
        rows => rows.collect::<Vec<_>>(),
        total => context! {
            before => fixed(bill.before.total, 3),
            after => fixed(bill.after.total, 3),
            factor => factor(bill.before.total, bill.after.total),
        },
        millions => fixed(million, 1),
        monthly => context! { before => fixed(bill.before.monthly, 2), after => fixed(bill.after.monthly, 2) },
        one_tier => context! {
            keep => &bill.one_tier.keep,
            total => fixed(bill.one_tier.total, 3),
            factor => factor(bill.one_tier.total, bill.after.total),
        },
        missing => &bill.intact.missing,
        kept => kept(bill),
        sides => [side("Before: everything is kept", &bill.before), side("After: as the specs compile", &bill.after)],
        prices => prices.collect::<Vec<_>>(),
        assumptions => assumptions,
    };
    render(&file("bill", form), values)
}

fn change(change: &Change, form: Form) -> Result<String, Fault> {
    let row = |signal: &str, before: Decimal, after: Decimal| {
        let difference = after - before;
        let sign = if difference > Decimal::ZERO { "+" } else { "" };
        context! {
            signal => signal,
            before => fixed(before, 2),
            after => fixed(after, 2),
            change => format!("{sign}{}", fixed(difference, 2)),
        }
    };
    let values = context! {
        currency => &change.currency,
        rows => change.signals.iter().map(|of| row(of.signal, of.before, of.after)).collect::<Vec<_>>(),
        total => row("all", change.before, change.after),
        changed => &change.changed,
        unknown => &change.unknown,
    };
    render(&file("change", form), values)
}

/// Minutes with one decimal place; never `-0.0`.
fn offset(minutes: f64) -> String {
    let shown = format!("{minutes:.1}");
    if shown == "-0.0" { "0.0".to_owned() } else { shown.replace('-', "−") }
}

fn returns(returns: &Returns, form: Form) -> Result<String, Fault> {
    let row =
        |what: &str, range: &Amounts| context! { what => what, low => rough(range.low), high => rough(range.high) };
    let inputs = returns.inputs.iter().map(|input| {
        context! {
            what => &input.what,
            low => &input.low,
            high => &input.high,
            unit => &input.unit,
            source => if input.place.is_empty() {
                input.source.clone()
            } else {
                format!("{} ({})", input.source, input.place)
            },
        }
    });
    let minutes = |ends: Option<[f64; 3]>| {
        ends.map_or_else(
            || "–".to_owned(),
            |[least, median, most]| {
                let [median, least, most] = [median, least, most].map(|it| offset(it / 60.0));
                format!("{median} ({least} to {most})")
            },
        )
    };
    let kinds = returns.drills.iter().flat_map(|saved| &saved.kinds).map(|kind| {
        context! {
            title => &kind.title,
            drills => kind.drills,
            recovered => minutes(Some(kind.recovered)),
            cause => minutes(kind.cause),
            longer => minutes(kind.longer),
        }
    });
    let cost = Amounts { low: returns.cost, high: returns.cost };
    let pays = |incidents: Option<Decimal>| incidents.map_or_else(|| "none".to_owned(), rough);
    let values = context! {
        currency => &returns.currency,
        rows => [
            row("revenue not lost", &returns.of_revenue),
            row("working hours not spent", &returns.of_people),
            row("gross", &returns.gross),
            row("cost of telemetry", &cost),
            row("net", &returns.net),
            context! {
                what => "incidents per year to break even",
                low => pays(returns.break_even.low),
                high => pays(returns.break_even.high),
            },
        ],
        paragraph => &returns.paragraph,
        inputs => inputs.collect::<Vec<_>>(),
        kinds => kinds.collect::<Vec<_>>(),
        assumptions => &returns.assumptions,
    };
    render(&file("returns", form), values)
}

impl Bill {
    /// The bill as people read it.
    ///
    /// # Errors
    /// When a template is faulty, which is a bug of this crate.
    pub fn show(&self, form: Form) -> Result<String, Fault> {
        bill(self, form)
    }
}

impl Change {
    /// The estimate as people read it.
    ///
    /// # Errors
    /// When a template is faulty, which is a bug of this crate.
    pub fn show(&self, form: Form) -> Result<String, Fault> {
        change(self, form)
    }
}

impl Returns {
    /// The returns as people read them.
    ///
    /// # Errors
    /// When a template is faulty, which is a bug of this crate.
    pub fn show(&self, form: Form) -> Result<String, Fault> {
        returns(self, form)
    }
}
