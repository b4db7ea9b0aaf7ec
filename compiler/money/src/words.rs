//! Numbers as people write them, and the templates that bills, changes and returns are shown by.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::bill::{Account, Bill, Line};
use super::change::Change;
use super::measured::Measured;
use super::returns::{Amounts, Returns};
use super::terms::{Terms, Traffic};
use super::{Fault, Form, ratio};

const TEMPLATES: [(&str, &str); 7] = [
    ("bill.txt", include_str!("../templates/bill.txt")),
    ("bill.md", include_str!("../templates/bill.md")),
    ("change.txt", include_str!("../templates/change.txt")),
    ("change.md", include_str!("../templates/change.md")),
    ("returns.txt", include_str!("../templates/returns.txt")),
    ("returns.md", include_str!("../templates/returns.md")),
    ("paragraph.txt", include_str!("../templates/paragraph.txt")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(|cause| format!("{cause:#}"))?);
    environment.add_filter("left", |text: &str, width: usize| format!("{text:<width$}"));
    environment.add_filter("right", |text: &str, width: usize| format!("{text:>width$}"));
    environment.add_filter("text", |text: &str| markdown(text));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).map_err(|cause| format!("{cause:#}"))?;
    }
    Ok(environment)
});

/// A text that Markdown shows as it is.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~') {
            out.push('\\');
        }
        out.push(if character == '\n' { ' ' } else { character });
    }
    out
}

fn render(name: &str, values: Value) -> Result<String, Fault> {
    let bug = |cause: String| Fault::new(format!("internal error: the template {name}: {cause}"), "this is a bug");
    let environment = ENVIRONMENT.as_ref().map_err(|cause| bug(cause.clone()))?;
    let shown = environment.get_template(name).and_then(|template| template.render(values));
    let mut text = shown.map_err(|cause| bug(format!("{cause:#}")))?;
    while text.ends_with('\n') {
        text.pop();
    }
    // Padding at the end of a line is nothing that anybody should see in a diff.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}

fn file(name: &str, form: Form) -> String {
    format!("{name}.{}", if form == Form::Text { "txt" } else { "md" })
}

/// A whole number with its digits in groups: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let first = digits.len() % 3;
    let mut parts = Vec::new();
    if first > 0 {
        parts.push(&digits[..first]);
    }
    parts.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    parts.join(",")
}

pub(super) fn grouped_decimal(number: Decimal) -> String {
    fixed(number, 0)
}

/// A number with so many places behind the point.
pub(super) fn fixed(number: Decimal, places: u32) -> String {
    let rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.*}", places as usize, rounded.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", group(whole))
}

/// A number to two significant digits: nobody knows these to the cent.
pub(super) fn rough(number: Decimal) -> String {
    let size = number.abs().to_f64().unwrap_or_default();
    if size == 0.0 {
        return "0".to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a decimal")]
    let exponent = size.log10().floor() as i32;
    let places = 1 - exponent;
    if let Ok(places) = u32::try_from(places) {
        let shown = fixed(number, places.min(6));
        // 5 rather than 5.0: what was declared as a whole number is not known better than that.
        let is_fraction = shown.contains('.');
        return if is_fraction { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown };
    }
    let unit = Decimal::from(10_u64.saturating_pow(places.unsigned_abs()));
    fixed((number / unit).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * unit, 0)
}

/// `12 to 34`, or one number where both ends read alike.
pub(super) fn rough_range(low: Decimal, high: Decimal) -> String {
    let (low, high) = (rough(low), rough(high));
    if low == high { low } else { format!("{low} to {high}") }
}

fn factor(before: Decimal, after: Decimal) -> String {
    if after.is_zero() { "–".to_owned() } else { format!("{}×", fixed(ratio(before, after), 1)) }
}

/// What a bill rests on.
pub(super) fn assumptions(measured: &Measured, terms: &Terms, traffic: &Traffic) -> Vec<String> {
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

/// What was looked for and found.
fn kept(bill: &Bill) -> String {
    let intact = &bill.intact;
    format!(
        "all {} requests and all {} failed ones are counted before and after, and after, {} of {} traces of failed and {} of \
         {} of slow requests are whole.",
        grouped(intact.counted[1]),
        grouped(intact.counted_errors[1]),
        intact.failed[1],
        intact.failed[0],
        intact.slow[1],
        intact.slow[0]
    )
}

pub(super) fn bill(bill: &Bill, form: Form) -> Result<String, Fault> {
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
    let million = ratio(bill.requests_per_month, super::MILLION);
    let [path, day] = &bill.measured;
    let mut assumptions = vec![format!("volumes as in {path}, measured on {day}")];
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
        sides => [side("Before: everything kept", &bill.before), side("After: what the specs compile to", &bill.after)],
        prices => prices.collect::<Vec<_>>(),
        assumptions => assumptions,
    };
    render(&file("bill", form), values)
}

pub(super) fn change(change: &Change, form: Form) -> Result<String, Fault> {
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

/// The paragraph for whoever decides about money.
pub(super) fn paragraph(returns: &Returns, evidence: &str) -> Result<String, Fault> {
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

pub(super) fn returns(returns: &Returns, form: Form) -> Result<String, Fault> {
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
    let cost = Amounts { low: returns.cost, high: returns.cost };
    let pays = |incidents: Option<Decimal>| incidents.map_or_else(|| "none".to_owned(), rough);
    let values = context! {
        currency => &returns.currency,
        rows => [
            row("revenue not lost", &returns.of_revenue),
            row("hours of people not spent", &returns.of_people),
            row("together", &returns.gross),
            row("what telemetry costs", &cost),
            row("what remains", &returns.net),
            context! {
                what => "incidents a year that pay for it",
                low => pays(returns.break_even.low),
                high => pays(returns.break_even.high),
            },
        ],
        paragraph => &returns.paragraph,
        inputs => inputs.collect::<Vec<_>>(),
        assumptions => &returns.assumptions,
    };
    render(&file("returns", form), values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!([grouped(0), grouped(999), grouped(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!(fixed(decimal("1234.5"), 2), "1,234.50");
        assert_eq!(fixed(decimal("-0.0449"), 2), "−0.04");
        assert_eq!(fixed(decimal("-0.004"), 2), "0.00");
        for (written, shown) in [
            ("0", "0"),
            ("12345", "12,000"),
            ("99.6", "100"),
            ("0.0347", "0.035"),
            ("-1550", "−1,600"),
            ("7", "7"),
            ("10", "10"),
        ] {
            assert_eq!(rough(decimal(written)), shown, "{written}");
        }
        assert_eq!(rough_range(decimal("12.1"), decimal("12.3")), "12");
        assert_eq!(markdown("a|b_<c>\nd"), "a\\|b\\_\\<c\\> d");
    }
}
