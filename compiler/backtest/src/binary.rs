//! Operators between two values, as Prometheus has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::grid::{ABSENT, Labels, Series, is_absent};
use crate::promql::{Compare, Matching, Named, Op};

/// A value at each instant.
#[derive(Debug)]
pub(crate) enum Value {
    /// The same number at all of them.
    Scalar(f64),
    /// Series, no two of the same labels.
    Vector(Vec<Series>),
}

/// Applies an operator at so many instants.
///
/// # Errors
/// For what is not evaluated here, and for what Prometheus refuses.
pub(crate) fn apply(
    (op, is_bool): (Op, bool),
    matching: &Matching,
    left: Value,
    right: Value,
    count: usize,
) -> Result<Value, String> {
    if matching.is_many {
        return Err("`group_left` and `group_right` are not evaluated here".to_owned());
    }
    match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => match (number(op, left, right), op) {
            (Some(value), _) => Ok(Value::Scalar(value)),
            (None, Op::Compare(compare)) if is_bool => Ok(Value::Scalar(truth(holds(compare, left, right)))),
            _ => Err("this operator between numbers is not evaluated here".to_owned()),
        },
        (Value::Vector(left), Value::Scalar(right)) => each(left, &|value| one((op, is_bool), value, right, value)),
        (Value::Scalar(left), Value::Vector(right)) => each(right, &|value| one((op, is_bool), left, value, value)),
        (Value::Vector(left), Value::Vector(right)) => match op {
            Op::And | Op::Or | Op::Unless => set(op, matching, left, &right, count),
            _ => pairs((op, is_bool), matching, left, &right),
        },
    }
}

/// What an operator gives for two numbers; `None` for comparisons, set operators and those not evaluated here.
pub(crate) fn number(op: Op, left: f64, right: f64) -> Option<f64> {
    match op {
        Op::Add => Some(left + right),
        Op::Sub => Some(left - right),
        Op::Mul => Some(left * right),
        Op::Div => Some(left / right),
        _ => None,
    }
}

fn holds(compare: Compare, left: f64, right: f64) -> bool {
    match compare {
        Compare::Eq => left == right,
        Compare::Ne => left != right,
        Compare::Gt => left > right,
        Compare::Ge => left >= right,
        Compare::Lt => left < right,
        Compare::Le => left <= right,
    }
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// What an operator gives for two numbers; a comparison that holds keeps `kept`. `None` for operators not evaluated here.
fn one((op, is_bool): (Op, bool), left: f64, right: f64, kept: f64) -> Option<f64> {
    match op {
        Op::Compare(compare) => {
            let holds = holds(compare, left, right);
            Some(if is_bool {
                truth(holds)
            } else if holds {
                kept
            } else {
                ABSENT
            })
        }
        _ => number(op, left, right),
    }
}

fn unknown<T>() -> Result<T, String> {
    Err("this operator is not evaluated here".to_owned())
}

fn each(series: Vec<Series>, of: &dyn Fn(f64) -> Option<f64>) -> Result<Value, String> {
    if of(1.0).is_none() {
        return unknown();
    }
    let of = |value: f64| if is_absent(value) { ABSENT } else { of(value).unwrap_or(ABSENT) };
    let done = |series: Series| Series {
        values: Arc::new(series.values.iter().map(|value| of(*value)).collect()),
        labels: series.labels,
    };
    Ok(Value::Vector(series.into_iter().map(done).collect()))
}

/// The labels by which a series finds partners.
fn key(matching: &Matching, labels: &Labels) -> Labels {
    match &matching.labels {
        Named::All => labels.clone(),
        Named::Only(only) => {
            labels.iter().filter(|(name, _)| only.contains(name)).map(|(a, b)| (a.clone(), b.clone())).collect()
        }
        Named::But(but) => {
            labels.iter().filter(|(name, _)| !but.contains(name)).map(|(a, b)| (a.clone(), b.clone())).collect()
        }
    }
}

fn by_key<'s>(matching: &Matching, series: &'s [Series]) -> BTreeMap<Labels, Vec<&'s Series>> {
    let mut by = BTreeMap::<Labels, Vec<&Series>>::new();
    for series in series {
        by.entry(key(matching, &series.labels)).or_default().push(series);
    }
    by
}

/// Arithmetic and comparisons between series, each with its one partner.
fn pairs(op: (Op, bool), matching: &Matching, left: Vec<Series>, right: &[Series]) -> Result<Value, String> {
    if one(op, 1.0, 1.0, 1.0).is_none() {
        return unknown();
    }
    let (lefts, rights) = (by_key(matching, &left), by_key(matching, right));
    let mut given = Vec::new();
    for (key, left) in lefts {
        let Some(right) = rights.get(&key) else { continue };
        let ([left], [right]) = (left.as_slice(), right.as_slice()) else {
            return Err("a series has more than one partner".to_owned());
        };
        let both = left.values.iter().zip(right.values.iter());
        let value = |(left, right): (&f64, &f64)| match is_absent(*left) || is_absent(*right) {
            true => ABSENT,
            false => one(op, *left, *right, *left).unwrap_or(ABSENT),
        };
        // A result has the labels by which its sides were matched.
        given.push(Series { labels: key, values: Arc::new(both.map(value).collect()) });
    }
    Ok(Value::Vector(given))
}

fn set(op: Op, matching: &Matching, left: Vec<Series>, right: &[Series], count: usize) -> Result<Value, String> {
    // At which instants any series of a key has a value.
    let present = |series: &[Series]| -> BTreeMap<Labels, Vec<bool>> {
        let by = by_key(matching, series).into_iter();
        by.map(|(key, series)| {
            let at = |place: usize| series.iter().any(|it| it.values.get(place).is_some_and(|it| !is_absent(*it)));
            (key, (0..count).map(at).collect())
        })
        .collect()
    };
    let masked = |series: &Series, mask: Option<&Vec<bool>>, wanted: bool| {
        let values = series.values.iter().enumerate().map(|(place, value)| {
            let is_there = mask.and_then(|mask| mask.get(place)).copied().unwrap_or(false);
            if is_there == wanted { *value } else { ABSENT }
        });
        Series { labels: series.labels.clone(), values: Arc::new(values.collect()) }
    };
    let given = match op {
        Op::And | Op::Unless => {
            let masks = present(right);
            let masked = |series: &Series| masked(series, masks.get(&key(matching, &series.labels)), op == Op::And);
            left.iter().map(masked).collect()
        }
        _ => {
            let masks = present(&left);
            let rest = right.iter().map(|series| masked(series, masks.get(&key(matching, &series.labels)), false));
            let rest: Vec<Series> = rest.collect();
            let mut given = left;
            given.extend(rest);
            given
        }
    };
    merged(given).map(Value::Vector)
}

/// Series of the same labels as one.
///
/// # Errors
/// When two of them have a value at the same instant.
pub(crate) fn merged(series: Vec<Series>) -> Result<Vec<Series>, String> {
    let mut by = BTreeMap::<Labels, Vec<Arc<Vec<f64>>>>::new();
    for series in series {
        by.entry(series.labels).or_default().push(series.values);
    }
    let mut given = Vec::with_capacity(by.len());
    for (labels, mut all) in by {
        let Some(first) = all.pop() else { continue };
        let mut values = first;
        for other in all {
            let into = Arc::make_mut(&mut values);
            for (value, other) in into.iter_mut().zip(other.iter()).filter(|(_, other)| !is_absent(**other)) {
                if !is_absent(*value) {
                    return Err(format!("two series have the labels {labels:?}"));
                }
                *value = *other;
            }
        }
        given.push(Series { labels, values });
    }
    Ok(given)
}
