//! A level that a gauge must not cross, and how rules and oracle see that it did.

use rust_decimal::Decimal;

use super::gauge::Gauge;
use super::level::Level;
use super::rules::Base;
use crate::code;
use crate::finding::Finding;
use crate::oracle::{Gauge as Levels, Role, number};
use crate::promql::{Aggregator, Compare, Expr, Op, Selector};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::decode::Flawed;

/// The side that a gauge must not cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Above it is bad.
    Max,
    /// Below it is bad.
    Min,
}

/// A level in the gauge's own unit, and its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) edge: Edge,
    pub(super) at: Decimal,
}

/// `max` and `min` as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'s> {
    /// The record's place.
    pub(super) record: Span,
    pub(super) max: Option<Spanned<Level>>,
    pub(super) min: Option<Spanned<Level>>,
    pub(super) flawed: &'s Flawed,
}

impl Written<'_> {
    /// The one of both that is given; `None` once it is reported why there is none.
    fn one(self, scope: &mut Scope<'_>) -> Option<(Edge, Spanned<Level>)> {
        match (self.max, self.min) {
            (Some(max), None) => Some((Edge::Max, max)),
            (None, Some(min)) => Some((Edge::Min, min)),
            (None, None) if self.flawed.any(&["max", "min"]) => None,
            (None, None) => {
                scope.report(
                    Finding::new(&code::MISSING_FIELD, self.record, "the gauge has no bound")
                        .label("needs `max` or `min`")
                        .hint("add `max:` with the largest good value, or `min:` with the smallest"),
                );
                None
            }
            (Some(_), Some(min)) => {
                scope.report(
                    Finding::new(&code::INVALID_VALUE, min.span, "`max` and `min` cannot both be given")
                        .label("the other bound is given already")
                        .hint("make an objective of each"),
                );
                None
            }
        }
    }

    /// The bound of one gauge, in its unit: 80% of a gauge that counts in percent is 80, of any other 0.8.
    pub(super) fn of(self, gauge: &Gauge<'_>, scope: &mut Scope<'_>) -> Option<Bound> {
        let (edge, level) = self.one(scope)?;
        let at = match level.value {
            Level::Number(number) => number,
            Level::Share(share) if gauge.is_in_percent() => share.share() * Decimal::ONE_HUNDRED,
            Level::Share(share) => share.share(),
        };
        Some(Bound { edge, at: at.normalize() })
    }

    /// The bound of a part over its whole, as a share.
    pub(super) fn of_share(self, scope: &mut Scope<'_>) -> Option<Bound> {
        let (edge, level) = self.one(scope)?;
        let at = match level.value {
            Level::Number(number) if number > Decimal::ONE => {
                let whole = (number * Decimal::ONE_HUNDRED).normalize();
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        level.span,
                        format!("expected a share such as `5%`, found `{number}`"),
                    )
                    .label(format!("this is {whole}% of the second gauge"))
                    .hint(format!("write `{number}%`, or `{whole}%`")),
                );
                return None;
            }
            Level::Number(number) => number,
            Level::Share(share) => share.share(),
        };
        if at.is_sign_negative() && !at.is_zero() {
            scope.report(
                Finding::new(&code::INVALID_VALUE, level.span, "a share of two gauges cannot be negative")
                    .hint("write `0%` to allow none"),
            );
            return None;
        }
        Some(Bound { edge, at: at.normalize() })
    }
}

/// A gauge that is 1 while all is well.
pub(super) const UP: Bound = Bound { edge: Edge::Min, at: Decimal::ONE };

impl Bound {
    /// The comparison that a bad value passes.
    pub(super) fn compare(self) -> Compare {
        match self.edge {
            Edge::Max => Compare::Gt,
            Edge::Min => Compare::Lt,
        }
    }

    /// The bound as PromQL has it.
    pub(super) fn number(self) -> Expr<'static> {
        Expr::Number(self.at)
    }

    /// What a bad value is, in words.
    pub(super) fn words(self) -> String {
        format!("{} {}", self.side(), self.at)
    }

    /// The side of bad values, as people call it.
    pub(super) fn side(self) -> &'static str {
        match self.edge {
            Edge::Max => "above",
            Edge::Min => "below",
        }
    }

    /// Hands the worst value that each series of `selector` had within a step to `then`.
    pub(super) fn worst<T>(self, selector: &Selector, base: &Base<'_>, then: impl FnOnce(&Expr<'_>) -> T) -> T {
        let worst = match self.edge {
            Edge::Max => ("max_over_time", Aggregator::Max),
            Edge::Min => ("min_over_time", Aggregator::Min),
        };
        base.over(worst, selector, base.step, then)
    }

    /// Whether `value` is bad.
    pub(super) fn is_crossed(self, value: f64) -> bool {
        self.is_beyond(value, number(self.at))
    }

    /// The worst of some samples, NaN left out.
    pub(super) fn worst_of(self, samples: &[f64]) -> Option<f64> {
        let numbers = samples.iter().copied().filter(|sample| !sample.is_nan());
        match self.edge {
            Edge::Max => numbers.reduce(f64::max),
            Edge::Min => numbers.reduce(f64::min),
        }
    }

    /// Whether `value` is beyond `limit`, on the bad side.
    pub(super) fn is_beyond(self, value: f64, limit: f64) -> bool {
        match self.edge {
            Edge::Max => value > limit,
            Edge::Min => value < limit,
        }
    }

    /// `steps` away from the bound, to its bad side where positive.
    pub(super) fn away(self, steps: i64) -> Decimal {
        match self.edge {
            Edge::Max => self.at + Decimal::from(steps),
            Edge::Min => self.at - Decimal::from(steps),
        }
    }

    /// The bound itself, and the level just beyond it.
    pub(super) fn levels(self) -> Levels {
        Levels::new(self.at, self.away(1))
    }

    /// A series that stands at its bound while all is well, and just beyond it in bad phases.
    pub(super) fn crossing(self) -> Role {
        Role::Gauge(self.levels())
    }

    /// A series far from its bound: neither the mean nor the better of the two is bad when the other series crosses.
    pub(super) fn calm(self) -> Role {
        Role::Gauge(Levels::steady(self.away(-2)))
    }

    /// The numbers that decide what is bad.
    pub(super) fn shape(self) -> [Decimal; 2] {
        [Decimal::from(u8::from(self.edge == Edge::Max)), self.at]
    }
}

/// The mean of some samples; `None` where it is no number.
pub(super) fn mean_of(samples: &[f64]) -> Option<f64> {
    Some(samples.iter().sum::<f64>() / samples.len() as f64).filter(|mean| !mean.is_nan())
}

/// The mean of a series, and of its replicas.
pub(super) const MEAN: (&str, Aggregator) = ("avg_over_time", Aggregator::Avg);
/// The last value of a series, and the newest timestamp of its replicas.
pub(super) const NEWEST: (&str, Aggregator) = ("last_over_time", Aggregator::Max);

/// Hands `of` without NaN to `then`: a gauge that is no number tells nothing, so its time is neither good nor bad.
pub(super) fn known<T>(of: &Expr<'_>, then: impl FnOnce(&Expr<'_>) -> T) -> T {
    then(&Expr::binary(of, Op::Filter(Compare::Ge), &Expr::Literal("-Inf")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_itself_is_good() {
        let max = Bound { edge: Edge::Max, at: Decimal::new(5, 2) };
        assert_eq!((max.is_crossed(0.05), max.is_crossed(0.050_001)), (false, true));
        assert_eq!((UP.is_crossed(1.0), UP.is_crossed(0.999)), (false, true));
    }

    #[test]
    fn the_worst_is_the_worst_number() {
        let max = Bound { edge: Edge::Max, at: Decimal::ZERO };
        assert_eq!(max.worst_of(&[f64::NAN, -3.0, -2.0]), Some(-2.0));
        assert_eq!(UP.worst_of(&[1.0, f64::NAN, 0.5]), Some(0.5));
        assert_eq!(UP.worst_of(&[f64::NAN]), None);
    }
}
