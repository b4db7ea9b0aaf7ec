//! What the base rules of all kinds are made of: the only two rules that touch raw series.

use rust_decimal::Decimal;

use crate::promql::{Aggregator, Expr, Op, Select, Selector};
use crate::quantity::Duration;

/// What the base rules of one objective read beside raw series.
#[derive(Debug, Clone, Copy)]
pub struct Base<'b> {
    /// The base window b in milliseconds.
    pub window: u64,
    /// The step of everything above the base in milliseconds: a minute, compressed.
    pub step: u64,
    /// Labels kept apart.
    pub groups: &'b [&'b str],
    /// The events that the first of the rules has just recorded.
    pub events: Expr<'b>,
    /// The good events, where the indicator has just recorded them.
    pub good: Expr<'b>,
}

/// Takes the base series in the order in which they are evaluated.
pub trait Record {
    /// All events a second.
    fn events(&mut self, expr: &Expr<'_>);
    /// Good events a second, of an indicator that subtracts them from all: their absence tells a broken indicator from an
    /// outage, and costs no second look at raw series.
    fn good(&mut self, expr: &Expr<'_>);
    /// Bad events a second. The rule may read the events of the same instant.
    fn bad(&mut self, expr: &Expr<'_>);
}

/// b = s + 60 s × ceil(3s ÷ 60 s) for samples every s: the shortest window in which `rate` counts every event exactly
/// once, since b − s is a multiple of every evaluation interval and step.
pub(super) fn base_of_rate(scrape: Duration) -> Duration {
    let minute = Duration::from_minutes(1);
    scrape + minute * (3 * scrape.millis()).div_ceil(minute.millis())
}

impl Base<'_> {
    /// Hands `sum by (groups) (rate(selector[window]))` to `then`.
    pub(super) fn sum_rate<T>(&self, selector: &Selector, then: impl FnOnce(&Expr<'_>) -> T) -> T {
        let matchers = selector.borrowed();
        let range = [Expr::Range(Select { metric: selector.metric_name(), matchers: &[&matchers] }, self.window)];
        then(&Expr::aggregate(Aggregator::Sum, self.groups, &Expr::Call("rate", &range)))
    }

    /// Records the good events, and hands them, with nothing where a group of `all` lacks them, to `then`.
    ///
    /// The good side is filled, not the bad: with no good series at all, everything is bad.
    pub(super) fn recorded_good(
        &self,
        good: &Selector,
        all: &Expr<'_>,
        record: &mut dyn Record,
        then: impl FnOnce(&Expr<'_>, &mut dyn Record),
    ) {
        self.sum_rate(good, |rate| record.good(rate));
        let nothing = Expr::binary(all, Op::Mul, &Expr::Number(Decimal::ZERO));
        then(&Expr::binary_on(&self.good, Op::Or, self.groups, &nothing), record);
    }

    /// Hands the part's rate, with nothing where a group of `all` lacks it, to `then`.
    ///
    /// `on (groups)` fills exactly the missing groups; without it both sides would end as the same series, an error.
    pub(super) fn filled<T>(&self, part: &Selector, all: &Expr<'_>, then: impl FnOnce(&Expr<'_>) -> T) -> T {
        self.sum_rate(part, |rate| {
            let nothing = Expr::binary(all, Op::Mul, &Expr::Number(Decimal::ZERO));
            then(&Expr::binary_on(rate, Op::Or, self.groups, &nothing))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_window_of_rates() {
        for (scrape, base) in [(15, 75), (30, 150), (60, 240), (5, 65), (1, 61)] {
            let (scrape, base) = (Duration::from_secs(scrape), Duration::from_secs(base));
            assert_eq!(base_of_rate(scrape), base);
            assert!((base - scrape).is_multiple_of(Duration::from_secs(30)));
            assert!((base - scrape).is_multiple_of(Duration::from_minutes(1)));
        }
    }
}
