//! Minutes by a gauge that is 1 while all is well.

use rust_decimal::Decimal;

use crate::indicator::{Base, Cast, Indicator, Part, Played, Query, Reading, Record, Unit};
use crate::oracle::{Base as Numbers, Gauge, RawSeries, Reader, Role, Sampled};
use crate::promql::{Aggregator, Compare, Expr, Op, Select, Selector};
use crate::quantity::Duration;

/// Minutes in which a gauge stayed at 1.
#[derive(Debug)]
pub(super) struct SliceUp(pub(super) Query);

impl Indicator for SliceUp {
    fn unit(&self) -> &'static Unit {
        &Unit::MINUTES
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.0)]
    }

    fn presence(&self) -> &Selector {
        &self.0.selector
    }

    /// A minute needs one sample.
    fn outlives(&self, _base: Duration, _scrape: Duration, step: Duration) -> Duration {
        step
    }

    /// A minute exists when the gauge had a sample in it, and is bad when one of them was below 1.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        let gauge = &self.0.selector;
        let matchers = gauge.borrowed();
        let range = [Expr::Range(Select { metric: gauge.metric_name(), matchers: &[&matchers] }, base.step)];
        let last = Expr::Call("last_over_time", &range);
        record.events(&Expr::aggregate(Aggregator::Group, base.groups, &last));
        let least = Expr::Call("min_over_time", &range);
        let one = Expr::Number(Decimal::ONE);
        let fell = Expr::binary(&least, Op::Test(Compare::Lt), &one);
        record.bad(&Expr::aggregate(Aggregator::Max, base.groups, &fell));
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let gauge = &self.0.selector;
        Some(vec![Part::of(gauge, cast.find(&[gauge], &[])?, Role::Gauge(Gauge::UP))])
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Gauges { slice: played.step, gauges: vec![played.raw(Role::Gauge(Gauge::UP))] })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("minutes up", Vec::new())
    }
}

/// The gauges of a group; a slice is bad as soon as one of them was below 1.
#[derive(Debug)]
struct Gauges {
    /// Length of a slice in milliseconds.
    slice: u64,
    gauges: Vec<RawSeries>,
}

impl Sampled for Gauges {
    fn series(&self) -> Vec<&RawSeries> {
        self.gauges.iter().collect()
    }

    /// 1 where there is a sample, and 1 where the lowest one is below 1.
    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let bad = reader.ranges(&self.gauges, self.slice, |gauges| {
            let mut seen = gauges.iter().copied().flatten().peekable();
            seen.peek()?;
            Some(f64::from(u8::from(seen.any(|value| *value < 1.0))))
        });
        let events = bad.iter().map(|bad| if bad.is_nan() { f64::NAN } else { 1.0 }).collect();
        Numbers::sure(events, bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::timing;
    use crate::oracle::Timing;

    #[test]
    fn slices_are_one_or_nothing() {
        // 1 1 0 1 | 1 1 1 1 | nothing: slices of a minute end with their last sample and are left-open.
        let gauge =
            RawSeries::sampled(0, 15_000, [1, 1, 1, 0, 1, 1, 1, 1, 1].into_iter().map(|value| Some(f64::from(value))));
        let timing = Timing { evaluation: 60_000, ..timing() };
        let base = Gauges { slice: 60_000, gauges: vec![gauge] }.base(&Reader::new(&timing, 4));
        assert_eq!(base.bad[..3], [0.0, 1.0, 0.0]);
        assert_eq!(base.events[..3], [1.0, 1.0, 1.0]);
        assert!(base.bad[3].is_nan() && base.events[3].is_nan());
    }
}
