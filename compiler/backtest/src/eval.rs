//! Evaluates a rule at all its instants at once.
//!
//! The server evaluates parts that read raw series. The rest is what our rules are made of above them: instant reads, sums
//! and means over time, arithmetic, comparisons and set operators. Whatever else a rule has is a fault, never a number.
//!
//! A rule reads what rules before it recorded, so each rule can be evaluated over the whole time before the next one.

use std::collections::BTreeMap;
use std::sync::Arc;

use emberline_core::promql::regex::Pattern;

use crate::binary::{self, Value};
use crate::gather::gather;
use crate::grid::{ABSENT, Grid, Labels, Series, is_absent};
use crate::plain::{self, Plain};
use crate::promql::{Is, Matcher, Node};
use crate::window::{Over, slide};

/// How far an instant read looks back, in milliseconds: the default of `--query.lookback-delta`.
pub(crate) const LOOKBACK: i64 = 5 * 60 * 1_000;

/// Evaluates expressions over raw series.
pub trait Source: Sync {
    /// The values of an expression at instants.
    ///
    /// # Errors
    /// Why the source gives none, in a sentence without a full stop.
    fn range(&self, expr: &str, grid: Grid) -> Result<Vec<Series>, String>;

    /// An instant at which the source has recorded the series with this name and labels, in the five minutes before `time`.
    ///
    /// # Errors
    /// As [`Self::range`].
    fn recorded(&self, selector: &str, time: i64) -> Result<Vec<i64>, String>;
}

/// What a rule recorded.
#[derive(Debug)]
pub(crate) struct Record {
    /// The place of its group.
    pub(crate) group: usize,
    /// The group's instants.
    pub(crate) grid: Grid,
    /// What it recorded.
    pub(crate) series: Vec<Series>,
}

/// What rules can read.
pub(crate) struct Scene<'s> {
    /// Raw series.
    pub(crate) source: &'s dyn Source,
    /// The labels that tell the objective's own series from those of others.
    pub(crate) own: &'s [(&'s str, &'s str)],
    /// What was recorded so far, by name; `None` for what no later rule reads.
    pub(crate) records: BTreeMap<String, Option<Record>>,
}

/// The rule that is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Rule<'r> {
    /// Its expression.
    pub(crate) text: &'r str,
    /// The place of its group.
    pub(crate) group: usize,
}

impl Scene<'_> {
    /// Whether a selector reads what the objective's rules record.
    pub(crate) fn is_own(&self, name: Option<&str>, matchers: &[Matcher]) -> bool {
        let selects = |(label, value): (&str, &str)| {
            matchers.iter().any(|matcher| matcher.label == label && matcher.op == "=" && matcher.value == value)
        };
        name.is_some_and(|name| self.records.contains_key(name)) && self.own.iter().all(|own| selects(*own))
    }

    /// The value of a part at instants.
    pub(crate) fn value(&self, rule: Rule<'_>, node: &Node, grid: Grid) -> Result<Value, String> {
        if !node.any_selector(&|name, matchers| self.is_own(name, matchers)) && node.any_selector(&|_, _| true) {
            return self.raw(rule, node, grid);
        }
        match &node.is {
            Is::Number(number) => Ok(Value::Scalar(*number)),
            Is::Select { name: Some(name), matchers, range: None, is_moved: false } => {
                let record = self.record(rule, node, name)?;
                let tests = tests(matchers).map_err(|why| at(rule, node, &why))?;
                let of = record.series.iter().filter(|series| selects(&tests, &series.labels));
                Ok(Value::Vector(of.map(|series| instant(record.grid, series, grid)).collect()))
            }
            Is::Binary { op, is_bool, matching, sides } => {
                let [left, right] = &**sides;
                let (left, right) = (self.value(rule, left, grid)?, self.value(rule, right, grid)?);
                binary::apply((*op, *is_bool), matching, left, right, grid.count).map_err(|why| at(rule, node, &why))
            }
            Is::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
                ("vector", [Node { is: Is::Number(number), .. }]) => {
                    let values = Arc::new(vec![*number; grid.count]);
                    Ok(Value::Vector(vec![Series { labels: Labels::new(), values }]))
                }
                ("sum_over_time", [of]) => self.over(rule, Over::Sum, of, grid),
                ("avg_over_time", [of]) => self.over(rule, Over::Avg, of, grid),
                ("count_over_time", [of]) => self.over(rule, Over::Count, of, grid),
                ("absent_over_time", [of]) => self.absent(rule, of, grid),
                ("clamp_min", [of, Node { is: Is::Number(least), .. }]) => {
                    self.mapped(rule, of, grid, &|it| it.max(*least))
                }
                ("clamp_max", [of, Node { is: Is::Number(most), .. }]) => {
                    self.mapped(rule, of, grid, &|it| it.min(*most))
                }
                ("abs", [of]) => self.mapped(rule, of, grid, &f64::abs),
                (name, [of]) => match Plain::named(name) {
                    Some(plain) => self.plainly(rule, plain, of, grid),
                    None => Err(not_here(rule, node, name)),
                },
                _ => Err(not_here(rule, node, name)),
            },
            Is::Aggregate { gather: how, by, arguments } => match arguments.as_slice() {
                [of] => match self.value(rule, of, grid)? {
                    Value::Vector(series) => gather(*how, by, series, grid.count).map(Value::Vector),
                    Value::Scalar(_) => Err("a number is nothing to aggregate".to_owned()),
                }
                .map_err(|why| at(rule, node, &why)),
                _ => Err(at(rule, node, "this aggregation of recorded series is not evaluated here")),
            },
            _ => Err(at(rule, node, "this is not evaluated here")),
        }
    }

    fn raw(&self, rule: Rule<'_>, node: &Node, grid: Grid) -> Result<Value, String> {
        let text = rule.text.get(node.at.clone()).unwrap_or_default();
        if let Is::Call { name, .. } = &node.is
            && name == "scalar"
        {
            return Err(at(rule, node, "`scalar` beside a recorded series is not evaluated here"));
        }
        // A record of this name that belongs to another objective is raw; one without its labels may be either.
        let own = |name: Option<&str>, matchers: &[Matcher]| {
            name.is_some_and(|name| self.records.contains_key(name))
                && self.own.iter().any(|(label, _)| !matchers.iter().any(|it| it.label == *label && it.op == "="))
        };
        if node.any_selector(&own) {
            return Err(at(rule, node, "this may read what the objective itself records: name `service` and `slo`"));
        }
        self.source.range(text, grid).map(Value::Vector)
    }

    fn record(&self, rule: Rule<'_>, node: &Node, name: &str) -> Result<&Record, String> {
        let record = self.records.get(name).and_then(Option::as_ref);
        let record = record.ok_or_else(|| at(rule, node, "no rule before this one records it"))?;
        if record.group > rule.group {
            return Err(at(rule, node, "a later group records it"));
        }
        Ok(record)
    }

    /// A function over the time before each instant.
    fn over(&self, rule: Rule<'_>, over: Over, of: &Node, grid: Grid) -> Result<Value, String> {
        let Ranged { grid: from, series, length } = self.ranged(rule, of, grid)?;
        let slid = |series: Series| Series {
            values: Arc::new(slide(over, (from, &series.values), length, grid)),
            labels: series.labels,
        };
        Ok(Value::Vector(series.into_iter().map(slid).collect()))
    }

    /// A function that has no short cut.
    fn plainly(&self, rule: Rule<'_>, plain: Plain, of: &Node, grid: Grid) -> Result<Value, String> {
        let Ranged { grid: from, series, length } = self.ranged(rule, of, grid)?;
        let one = |series: Series| Series {
            values: Arc::new(plain::each(plain, (from, &series.values), length, grid)),
            labels: series.labels,
        };
        Ok(Value::Vector(series.into_iter().map(one).collect()))
    }

    /// A function of each value.
    fn mapped(&self, rule: Rule<'_>, of: &Node, grid: Grid, each: &dyn Fn(f64) -> f64) -> Result<Value, String> {
        let Value::Vector(series) = self.value(rule, of, grid)? else {
            return Err(at(rule, of, "this is a number, not a vector"));
        };
        let value = |value: f64| match value {
            value if is_absent(value) || value.is_nan() => value,
            value => each(value),
        };
        let one = |series: Series| Series {
            values: Arc::new(series.values.iter().map(|it| value(*it)).collect()),
            labels: series.labels,
        };
        Ok(Value::Vector(series.into_iter().map(one).collect()))
    }

    /// 1 where no series has a value in the time before an instant.
    fn absent(&self, rule: Rule<'_>, of: &Node, grid: Grid) -> Result<Value, String> {
        let Is::Select { matchers, .. } = &of.is else {
            return Err(at(rule, of, "absence is told of selectors only"));
        };
        let Ranged { grid: from, series, length } = self.ranged(rule, of, grid)?;
        let mut values = vec![1.0; grid.count];
        for series in &series {
            let counts = slide(Over::Count, (from, &series.values), length, grid);
            values
                .iter_mut()
                .zip(counts)
                .filter(|(_, count)| !is_absent(*count))
                .for_each(|(value, _)| *value = ABSENT);
        }
        let mut labels = Labels::new();
        for matcher in matchers {
            let is_once = matchers.iter().filter(|other| other.label == matcher.label).count() == 1;
            if matcher.op == "=" && is_once && !matcher.value.is_empty() {
                labels.insert(matcher.label.clone(), matcher.value.clone());
            }
        }
        Ok(Value::Vector(vec![Series { labels, values: Arc::new(values) }]))
    }

    fn ranged(&self, rule: Rule<'_>, of: &Node, grid: Grid) -> Result<Ranged, String> {
        match &of.is {
            Is::Select { name: Some(name), matchers, range: Some(length), is_moved: false } => {
                let record = self.record(rule, of, name)?;
                let tests = tests(matchers).map_err(|why| at(rule, of, &why))?;
                let series = record.series.iter().filter(|series| selects(&tests, &series.labels)).cloned();
                Ok(Ranged { grid: record.grid, series: series.collect(), length: *length })
            }
            Is::Subquery { of: inner, range, step: Some(step), is_moved: false } => {
                // Instants of subqueries are multiples of their step.
                let last = grid.at(grid.count.saturating_sub(1));
                let instants = Grid::within(grid.first - range + 1, last, *step, 0);
                match self.value(rule, inner, instants)? {
                    Value::Vector(series) => Ok(Ranged { grid: instants, series, length: *range }),
                    Value::Scalar(_) => Err(at(rule, of, "a subquery of a number is not evaluated here")),
                }
            }
            _ => Err(at(rule, of, "this range is not evaluated here")),
        }
    }
}

/// Series with the instants of their values, and how far a function over time looks back.
struct Ranged {
    grid: Grid,
    series: Vec<Series>,
    length: i64,
}

/// A fault with the place in its rule.
pub(crate) fn at(rule: Rule<'_>, node: &Node, why: &str) -> String {
    let text = rule.text.get(node.at.clone()).unwrap_or_default();
    format!("`{text}` in `{}`: {why}", rule.text)
}

fn not_here(rule: Rule<'_>, node: &Node, name: &str) -> String {
    at(rule, node, &format!("`{name}` of a recorded series is not evaluated here"))
}

/// A matcher that is ready to test labels.
enum Test<'m> {
    Is(&'m Matcher),
    Fits(&'m Matcher, Pattern),
}

fn tests(matchers: &[Matcher]) -> Result<Vec<Test<'_>>, String> {
    matchers.iter().map(test).collect()
}

fn test(matcher: &Matcher) -> Result<Test<'_>, String> {
    if matches!(matcher.op, "=" | "!=") {
        return Ok(Test::Is(matcher));
    }
    let pattern = Pattern::new(&matcher.value).map_err(|fault| format!("`{}`: {}", matcher.value, fault.message))?;
    Ok(Test::Fits(matcher, pattern))
}

fn selects(tests: &[Test<'_>], labels: &Labels) -> bool {
    let value = |matcher: &Matcher| labels.get(&matcher.label).map_or("", String::as_str);
    tests.iter().all(|test| match test {
        Test::Is(matcher) => (value(matcher) == matcher.value) == (matcher.op == "="),
        Test::Fits(matcher, pattern) => pattern.matches(value(matcher)) == (matcher.op == "=~"),
    })
}

/// What an instant read finds: the newest value, unless its rule has given none since.
fn instant(from: Grid, series: &Series, grid: Grid) -> Series {
    if from == grid {
        return series.clone();
    }
    let read = |time: i64| {
        let place = from.until(time).checked_sub(1);
        let fresh = place.filter(|place| time - from.at(*place) < LOOKBACK);
        fresh.and_then(|place| series.values.get(place)).copied().unwrap_or(ABSENT)
    };
    Series { labels: series.labels.clone(), values: Arc::new(grid.instants().map(read).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::parse;

    /// Gives 2 at each instant, with the expression that was asked for as a label.
    struct Twos;

    impl Source for Twos {
        fn range(&self, expr: &str, grid: Grid) -> Result<Vec<Series>, String> {
            let labels = Labels::from([("asked".to_owned(), expr.to_owned())]);
            Ok(vec![Series { labels, values: Arc::new(vec![2.0; grid.count]) }])
        }

        fn recorded(&self, _: &str, _: i64) -> Result<Vec<i64>, String> {
            Ok(Vec::new())
        }
    }

    const GRID: Grid = Grid { first: 0, step: 30_000, count: 4 };
    const OWN: &str = "slo:x{service=\"s\",slo=\"o\"}";

    /// `slo:x` is 1, nothing, 3, 4 at the instants; a group behind records `slo:later`.
    fn value(text: &str, grid: Grid) -> Result<Value, String> {
        let labels = Labels::from([("service", "s"), ("slo", "o")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        let series = vec![Series { labels, values: Arc::new(vec![1.0, ABSENT, 3.0, 4.0]) }];
        let record = |group| Some(Record { group, grid: GRID, series: series.clone() });
        let records = [("slo:x", record(0)), ("slo:later", record(1)), ("slo:next", None)];
        let records = records.map(|(name, record)| (name.to_owned(), record)).into();
        let scene = Scene { source: &Twos, own: &[("service", "s"), ("slo", "o")], records };
        scene.value(Rule { text, group: 0 }, &parse(text).unwrap(), grid)
    }

    fn numbers(text: &str, grid: Grid) -> Vec<Option<f64>> {
        let Value::Vector(series) = value(text, grid).unwrap() else { panic!("{text} is a number") };
        assert_eq!(series.len(), 1, "{text}");
        series[0].values.iter().map(|value| (!is_absent(*value)).then_some(*value)).collect()
    }

    #[test]
    fn recorded_series_are_read_as_prometheus_reads_them() {
        let later = Grid { first: 20_000, step: 30_000, count: 4 };
        assert_eq!(numbers(OWN, GRID), [Some(1.0), None, Some(3.0), Some(4.0)]);
        assert_eq!(numbers(OWN, later), [Some(1.0), None, Some(3.0), Some(4.0)]);
        let end = Grid { first: 90_000 + LOOKBACK - 1, step: 1, count: 2 };
        assert_eq!(numbers(OWN, end), [Some(4.0), None], "five minutes back, without their beginning");
        assert_eq!(numbers(&format!("sum_over_time({OWN}[1m])"), GRID), [Some(1.0), Some(1.0), Some(3.0), Some(7.0)]);
        assert_eq!(
            numbers(&format!("sum_over_time({OWN}[2m:1m])"), GRID),
            [Some(1.0), Some(1.0), Some(4.0), Some(4.0)],
            "at 0 s and at 60 s"
        );
        assert_eq!(numbers(&format!("absent_over_time({OWN}[30s])"), GRID), [None, Some(1.0), None, None]);
        assert_eq!(numbers(&format!("{OWN} > 3"), GRID), [None, None, None, Some(4.0)]);
        assert_eq!(numbers(&format!("{OWN} >= bool 3"), GRID), [Some(0.0), None, Some(1.0), Some(1.0)]);
        assert_eq!(numbers(&format!("{OWN} and {OWN} > 3"), GRID), [None, None, None, Some(4.0)]);
        assert_eq!(numbers(&format!("{OWN} unless {OWN} > 3"), GRID), [Some(1.0), None, Some(3.0), None]);
        assert_eq!(numbers(&format!("1 - {OWN} / 2"), GRID), [Some(0.5), None, Some(-0.5), Some(-1.0)]);
        assert_eq!(numbers(&format!("sum by (slo) ({OWN}) * 2"), GRID), [Some(2.0), None, Some(6.0), Some(8.0)]);
        assert_eq!(numbers(&format!("sum({OWN} or vector(1))"), GRID), [Some(2.0), Some(1.0), Some(4.0), Some(5.0)]);
        let fits = "slo:x{service=\"s\",slo=\"o\",slo=~\"o|p\",service!~\"o|p\"}";
        assert_eq!(numbers(fits, GRID), [Some(1.0), None, Some(3.0), Some(4.0)]);
    }

    #[test]
    fn the_server_gets_the_text_of_raw_parts() {
        let text = format!("sum(rate(a_total{{x=~\"5..\"}}[5m] offset 1m)) or on () {OWN} * 0");
        let Value::Vector(series) = value(&text, GRID).unwrap() else { panic!() };
        let asked: Vec<_> = series.iter().filter_map(|series| series.labels.get("asked")).collect();
        assert_eq!(asked, ["sum(rate(a_total{x=~\"5..\"}[5m] offset 1m))"]);
        // A record of another objective is raw.
        assert_eq!(numbers("slo:x{service=\"s\",slo=\"other\"}", GRID), [Some(2.0); 4]);
    }

    #[test]
    fn what_is_not_evaluated_is_a_fault_with_its_place() {
        for (text, place) in [
            (format!("quantile_over_time(0.9, {OWN}[5m])"), "`quantile_over_time("),
            (format!("topk(1, {OWN})"), "`topk("),
            (format!("stddev({OWN})"), "`stddev("),
            (format!("{OWN} offset 5m"), "offset 5m`"),
            (format!("-{OWN}"), "`-slo:x"),
            (format!("{OWN} ^ 2"), "^ 2`"),
            (format!("{OWN} > {OWN} * on (slo) group_left () {OWN}"), "group_left"),
            (format!("sum_over_time({OWN}[5m:])"), "[5m:]`"),
            ("slo:x{service=\"s\"}".to_owned(), "`slo:x{service"),
            ("slo:x{service=\"s\",slo=\"o\",a=~\"(\"}".to_owned(), "a=~"),
            ("slo:later{service=\"s\",slo=\"o\"}".to_owned(), "a later group"),
            ("slo:next{service=\"s\",slo=\"o\"}".to_owned(), "no rule before"),
            (format!("{OWN} * scalar(sum(a))"), "`scalar(sum(a))`"),
        ] {
            let fault = value(&text, GRID).map(|_| ()).unwrap_err();
            assert!(fault.contains(place), "{text}: {fault}");
        }
    }
}
