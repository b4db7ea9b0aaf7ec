//! What a query asks, as far as people ask it of objectives.

use rust_decimal::Decimal;

use super::counted::{Counted, counters, gauge, matchers_but, number, text};
use super::yaml::{Instead, field, group_by, scalar};
use crate::metric::measure;
use crate::promql::pasted::Pasted;
use crate::promql::{MatchOp, Select, Selector, SelectorMatcher, boundary};
use crate::quantity::{Duration, Percent};

/// What to write instead of a query. The first reading that fits wins.
pub(super) fn of(query: &Pasted) -> Instead {
    let readings: [fn(&Pasted) -> Option<Instead>; 8] =
        [value, compared, quantile, within, ratio, rest, share_up, absence];
    readings.iter().find_map(|reading| reading(query)).unwrap_or_else(|| {
        Instead::Words(
            "write a bare selector; whole queries go under `sli: {expr: {total: …, bad: …}}`, with `{{.window}}` as range"
                .to_owned(),
        )
    })
}

/// An indicator with the labels to group by among its fields.
fn sli(kind: &str, fields: &[String], of: &Counted, why: &str) -> Instead {
    let mut fields = fields.to_vec();
    if !of.by.is_empty() {
        fields.push(group_by(&of.by));
    }
    let sli = format!("{kind}: {{{}}}", fields.join(", "));
    Instead::Sli { sli, delay: of.delay.clone(), objective: None, why: why.to_owned() }
}

/// Counters, alone or added.
fn value(query: &Pasted) -> Option<Instead> {
    counters(query).map(|of| Instead::Value { of })
}

/// Something held against a number.
fn compared(query: &Pasted) -> Option<Instead> {
    let Pasted::Binary { op, lhs, rhs, .. } = query else { return None };
    let flipped = match op.as_str() {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        "==" | "!=" => op,
        _ => return None,
    };
    let (of, op, limit) = match (number(lhs), number(rhs)) {
        (None, Some(limit)) => (lhs, op.as_str(), limit),
        (Some(limit), None) => (rhs, flipped, limit),
        _ => return None,
    };
    if let Some(age) = age(of, limit) {
        return Some(age);
    }
    if let Some(slow) = quantile_of(of, Some(limit)) {
        return Some(slow);
    }
    if let Some(minutes) = minutes(of, limit) {
        return Some(minutes);
    }
    if let Some(up) = gauge(of).filter(|of| of.only().is_some() && is_up(of, op, limit)) {
        return Some(sli("timeslice", &[field("up", &up)], &up, "a minute is bad if the gauge fell below 1 in it"));
    }
    bound(of, op, limit)
}

/// Whether a test tells 1 from 0, as of a gauge that is 1 while all is well. A number of bad things is tested alike.
fn is_up(of: &Counted, op: &str, limit: Decimal) -> bool {
    let is_test = (limit == Decimal::ONE && ["==", "!=", "<", ">="].contains(&op))
        || (limit.is_zero() && ["!=", ">"].contains(&op))
        || (limit.is_zero() && op == "==" && says(of, LITTLE));
    is_test && !looks_bad(of) && !says(of, MUCH)
}

/// A gauge against a number, or two gauges.
fn bound(of: &Pasted, op: &str, limit: Decimal) -> Option<Instead> {
    let (fields, all, limit) = match of {
        Pasted::Binary { op, lhs, rhs, .. } if op == "/" => {
            let (part, whole) = (gauge(lhs)?, gauge(rhs)?);
            let both = [part.only()?, whole.only()?].map(|it| scalar(&text(it))).join(", ");
            (format!("gauge: [{both}]"), part, Percent::of_share(limit).to_string())
        }
        of => {
            let of = gauge(of)?;
            of.only()?;
            (field("gauge", &of), of, limit.to_string())
        }
    };
    let (word, other) = if is_most(&all, op) { ("max", "min") } else { ("min", "max") };
    let why = format!("values beyond the bound are bad; `{other}` instead of `{word}` if it is the other way round");
    Some(sli("timeslice", &[fields, format!("{word}: {limit}")], &all, &why))
}

/// What there should be little of, and what there should be enough of.
const MUCH: &[&str] =
    &["lag", "queue", "pending", "backlog", "depth", "unavailable", "usage", "used", "age", "inflight"];
const LITTLE: &[&str] = &["available", "ready", "free", "remaining", "success", "healthy", "up"];

/// Whether the name of a metric has one of these words.
fn says(of: &Counted, words: &[&str]) -> bool {
    let mut names = of.of.iter().filter_map(Selector::metric_name);
    names.any(|name| name.split(['_', '.', ':']).any(|part| words.contains(&part)))
}

/// Whether a bound is the greatest good value. An alert says `lag > 10`, an indicator `lag < 10`: the name decides, and the
/// operator where the name says nothing.
fn is_most(of: &Counted, op: &str) -> bool {
    looks_bad(of) || says(of, MUCH) || (!says(of, LITTLE) && (op.starts_with('<') || op == "=="))
}

/// `time() - timestamp`, in seconds.
fn age(of: &Pasted, limit: Decimal) -> Option<Instead> {
    let Pasted::Binary { op, lhs, rhs, .. } = of else { return None };
    let Pasted::Call { name, .. } = &**lhs else { return None };
    if op != "-" || name != "time" {
        return None;
    }
    let of = gauge(rhs)?;
    let timestamp = field("timestamp", &of);
    let longest = Duration::from_millis(u64::try_from((limit * Decimal::ONE_THOUSAND).trunc()).ok()?);
    Some(sli("timeslice", &[timestamp, format!("max_age: {longest}")], &of, "older data makes a minute bad"))
}

/// A share of bad or good events against a number.
fn minutes(of: &Pasted, limit: Decimal) -> Option<Instead> {
    let Shares { part, whole, is_rest, percent } = shares(of)?;
    if !part.is_rated && !whole.is_rated {
        return None;
    }
    let limit = if percent { limit / Decimal::ONE_HUNDRED } else { limit };
    let is_bad = looks_bad(&part);
    // The number is a share of the part, or of the rest.
    let most = if is_bad == is_rest { Decimal::ONE - limit } else { limit };
    let (mut fields, _) = sides(&part, &whole);
    fields.push(format!("max_error_ratio: {}", Percent::of_share(most.normalize())));
    Some(sli("timeslice", &fields, &part, "a minute with a larger share of bad events is bad"))
}

/// A part over the whole, or 1 minus that.
struct Shares {
    part: Counted,
    whole: Counted,
    /// Whether the query is 1 minus the share.
    is_rest: bool,
    /// Whether it counts in percent.
    percent: bool,
}

fn shares(query: &Pasted) -> Option<Shares> {
    let Pasted::Binary { op, lhs, rhs, joins: false, .. } = query else { return None };
    match op.as_str() {
        "-" => {
            let one = number(lhs)?;
            let of = shares(rhs)?;
            let fits = one == Decimal::ONE || (of.percent && one == Decimal::ONE_HUNDRED);
            fits.then_some(Shares { is_rest: !of.is_rest, ..of })
        }
        "*" => {
            let (of, by) = match (number(lhs), number(rhs)) {
                (None, Some(by)) => (lhs, by),
                (Some(by), None) => (rhs, by),
                _ => return None,
            };
            (by == Decimal::ONE_HUNDRED).then_some(Shares { percent: true, ..shares(of)? })
        }
        "/" => {
            let whole = counters(rhs)?;
            if let Pasted::Binary { op, lhs: all, rhs: part, .. } = &**lhs
                && op == "-"
            {
                // (all − part) ÷ all is what the part leaves.
                let (all, part) = (counters(all)?, counters(part)?);
                return (all == whole).then_some(Shares { part, whole, is_rest: true, percent: false });
            }
            let part = counters(lhs)?;
            let agree = part.by == whole.by && part.without == whole.without && part.delay == whole.delay;
            agree.then_some(Shares { part, whole, is_rest: false, percent: false })
        }
        _ => None,
    }
}

/// The fields `total` with `bad` or `good`, and what else could be meant.
fn sides(part: &Counted, whole: &Counted) -> (Vec<String>, String) {
    let (word, other) = if looks_bad(part) { ("bad", "good") } else { ("good", "bad") };
    let why = format!("`{other}` instead of `{word}` if that is what it counts");
    // good ÷ (good + bad) needs no total.
    let rest: Vec<&Selector> = whole.of.iter().filter(|it| !part.of.contains(it)).collect();
    if whole.of.len() > part.of.len() && rest.len() == whole.of.len() - part.of.len() {
        let rest = Counted { of: rest.into_iter().cloned().collect(), ..Counted::default() };
        return (vec![field(word, part), field(other, &rest)], String::new());
    }
    (vec![field("total", whole), field(word, part)], why)
}

/// Whether a metric or a value of a label says that something went wrong.
fn looks_bad(of: &Counted) -> bool {
    const WORDS: &[&str] = &[
        "error",
        "fail",
        "5..",
        "5xx",
        "500",
        "503",
        "reject",
        "drop",
        "timeout",
        "exception",
        "unavailable",
        "bad",
        "lost",
        "5.+",
        "5.*",
    ];
    let says = |text: &str| WORDS.iter().any(|word| text.to_ascii_lowercase().contains(word));
    let positive = |matcher: &&SelectorMatcher| matches!(matcher.op, MatchOp::Eq | MatchOp::Re);
    of.of.iter().any(|selector| {
        says(selector.metric_name().unwrap_or_default())
            || selector.matchers.iter().filter(positive).any(|matcher| says(&matcher.value))
    })
}

/// `a / b`, `1 - a / b`.
fn ratio(query: &Pasted) -> Option<Instead> {
    let Shares { part, whole, .. } = shares(query)?;
    if let Some(latency) = buckets(&whole, &part) {
        return Some(latency);
    }
    // Two gauges have a share as well; which share is good, the query does not say.
    if part.only().is_some() && whole.only().is_some() && !part.is_rated && !whole.is_rated {
        let both = [&part, &whole].map(|it| it.only().map(|it| scalar(&text(it))).unwrap_or_default()).join(", ");
        let why = "with the largest good share as `max`, or the smallest as `min`";
        return Some(sli("timeslice", &[format!("gauge: [{both}]"), "max: …".to_owned()], &part, why));
    }
    let (fields, why) = sides(&part, &whole);
    Some(sli("events", &fields, &part, &why))
}

/// `all - good`.
fn rest(query: &Pasted) -> Option<Instead> {
    let Pasted::Binary { op, lhs, rhs, joins: false, .. } = query else { return None };
    let (all, part) = (counters(lhs)?, counters(rhs)?);
    if op != "-" || all.by != part.by || all.delay != part.delay {
        return None;
    }
    if let Some(latency) = buckets(&all, &part) {
        return Some(latency);
    }
    let (fields, why) = sides(&part, &all);
    Some(sli("events", &fields, &part, &why))
}

/// A histogram's count with one of its buckets: events within a threshold.
fn buckets(all: &Counted, part: &Counted) -> Option<Instead> {
    let (count, bucket) = (all.only()?, part.only()?);
    let stem = bucket.metric_name()?.strip_suffix("_bucket")?;
    let [bound] = bucket_of(bucket)?.try_into().ok()?;
    let name = count.metric_name()?;
    let is_count = name.strip_suffix("_count") == Some(stem);
    let is_all = name.strip_suffix("_bucket") == Some(stem)
        && count.matchers.iter().any(|it| it.label == "le" && it.value.contains("Inf"));
    if !(is_count || is_all) || matchers_but(count, "le") != matchers_but(bucket, "le") {
        return None;
    }
    Some(latency(stem, bound, bucket, part, None))
}

/// The boundaries that a selector of buckets names.
fn bucket_of(bucket: &Selector) -> Option<Vec<Decimal>> {
    let matcher = bucket.matchers.iter().find(|matcher| matcher.label == "le")?;
    Some(boundary::named(matcher.op, &matcher.value))
}

fn latency(metric: &str, limit: Decimal, of: &Selector, counted: &Counted, objective: Option<Decimal>) -> Instead {
    let unit = measure::of_name(metric);
    latency_of(metric, &measure::bound(unit, limit).to_string(), of, counted, objective)
}

fn latency_of(metric: &str, threshold: &str, of: &Selector, counted: &Counted, objective: Option<Decimal>) -> Instead {
    let mut fields = vec![format!("metric: {}", scalar(metric)), format!("threshold: {threshold}")];
    let matchers: Vec<_> = of.borrowed().into_iter().filter(|matcher| matcher.label != "le").collect();
    if !matchers.is_empty() {
        let narrowed = Select { metric: None, matchers: &[&matchers] };
        fields.push(format!("selector: {}", scalar(&narrowed.to_string())));
    }
    let instead = sli("latency", &fields, counted, "slower events are bad");
    match (instead, objective) {
        (Instead::Sli { sli, delay, why, .. }, Some(share)) => {
            Instead::Sli { sli, delay, objective: Some(Percent::of_share(share.normalize()).to_string()), why }
        }
        (instead, _) => instead,
    }
}

/// `histogram_quantile(0.99, …)` without a number to hold it against.
fn quantile(query: &Pasted) -> Option<Instead> {
    quantile_of(query, None)
}

fn quantile_of(query: &Pasted, limit: Option<Decimal>) -> Option<Instead> {
    let Pasted::Call { name, arguments } = query else { return None };
    let [share, of] = arguments.as_slice() else { return None };
    let share = number(share).filter(|share| *share > Decimal::ZERO && *share < Decimal::ONE)?;
    if name != "histogram_quantile" {
        return None;
    }
    let counted = counters(of)?;
    let only = counted.only()?;
    let metric = only.metric_name()?;
    let metric = metric.strip_suffix("_bucket").unwrap_or(metric);
    Some(match limit {
        Some(limit) => latency(metric, limit, only, &counted, Some(share)),
        None => latency_of(metric, "…", only, &counted, Some(share)),
    })
}

/// `histogram_fraction(0, 0.5, …)`.
fn within(query: &Pasted) -> Option<Instead> {
    let Pasted::Call { name, arguments } = query else { return None };
    let [least, most, of] = arguments.as_slice() else { return None };
    if name != "histogram_fraction" || number(least).is_none_or(|least| least > Decimal::ZERO) {
        return None;
    }
    let counted = counters(of)?;
    let only = counted.only()?;
    Some(latency(only.metric_name()?, number(most)?, only, &counted, None))
}

/// `count(up == 1) / count(up)`, `avg(up)`: the share of targets that are up.
fn share_up(query: &Pasted) -> Option<Instead> {
    let (of, test) = match query {
        Pasted::Binary { op, lhs, rhs, joins: false, .. } if op == "/" => {
            let (of, test) = counted_up(lhs)?;
            let (all, _) = counted_up(rhs)?;
            if all != of {
                return None;
            }
            (of, test)
        }
        Pasted::Aggregate { name, .. } if name == "avg" => (gauge(query)?, None),
        Pasted::Call { name, .. } if name == "avg_over_time" => (gauge(query)?, None),
        _ => return None,
    };
    let only = of.only()?;
    Some(match test {
        None => sli("availability", &[field("up", &of)], &of, "the share of series at 1, over time"),
        Some((op, limit)) => {
            let word = if is_most(&of, &op) { "max" } else { "min" };
            let fields = [format!("gauge: {}", scalar(&text(only))), format!("{word}: {limit}")];
            sli("availability", &fields, &of, "the share of series within the bound, over time")
        }
    })
}

/// What is counted or summed, and the test that it must pass beside being up.
type Test = Option<(String, Decimal)>;

fn counted_up(query: &Pasted) -> Option<(Counted, Test)> {
    let Pasted::Aggregate { name, grouping, arguments } = query else { return None };
    let [of] = arguments.as_slice() else { return None };
    if !["count", "sum"].contains(&name.as_str()) {
        return None;
    }
    let grouped = |of: &Pasted| gauge(of)?.grouped(grouping.as_ref());
    match of {
        Pasted::Binary { op, lhs, rhs, .. } => {
            let limit = number(rhs)?;
            let is_up = (op == "==" && limit == Decimal::ONE)
                || (op == ">" && limit.is_zero())
                || (op == "!=" && limit.is_zero());
            let is_bound = ["<", "<=", ">", ">="].contains(&op.as_str());
            match (is_up, is_bound) {
                (true, _) => Some((grouped(lhs)?, None)),
                (_, true) => Some((grouped(lhs)?, Some((op.clone(), limit)))),
                _ => None,
            }
        }
        of => Some((grouped(of)?, None)),
    }
}

/// `absent(…)`.
fn absence(query: &Pasted) -> Option<Instead> {
    let Pasted::Call { name, .. } = query else { return None };
    let is_absence = ["absent", "absent_over_time"].contains(&name.as_str());
    is_absence.then(|| {
        Instead::Words(
            "absence has an alert of its own, `data: {absent: page}`; select what is counted here".to_owned(),
        )
    })
}
