//! A native histogram: its count, and the fraction within the threshold.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::durations::Durations;
use crate::indicator::{
    Base, Cast, Counts, Indicator, Measured, NativeForm, Part, Played, Reading, Record, Threshold, Unit,
};
use crate::oracle::{Base as Numbers, RawSeries, Reader, Role, Sampled, filled};
use crate::promql::{Compare, Expr, Op, Selector};

/// Events are its count; bad is the share of them above the threshold.
#[derive(Debug)]
pub(super) struct Native {
    durations: Durations,
    histogram: Selector,
}

impl Native {
    /// The same of counters: what VictoriaMetrics makes of a native histogram.
    fn record_buckets(&self, base: &Base<'_>, record: &mut dyn Record) {
        base.sum_rate(&self.durations.select("_count"), |rate| record.events(rate));
        let by: Vec<&str> = base.groups.iter().copied().chain(["vmrange"]).collect();
        base.sum_rate_by(&self.durations.select("_bucket"), &by, |rate| self.above(rate, base, record));
    }

    /// Bad events: all of them × the share of `rate` above the threshold.
    fn above(&self, rate: &Expr<'_>, base: &Base<'_>, record: &mut dyn Record) {
        let (all, groups) = (&base.events, base.groups);
        let fraction = [Expr::Number(Decimal::ZERO), Expr::Number(self.durations.threshold.limit), *rate];
        let fraction = Expr::Call("histogram_fraction", &fraction);
        let good = Expr::binary_on(all, Op::Mul, groups, &fraction);
        let bad = Expr::binary_on(all, Op::Sub, groups, &good);
        let known = Expr::binary(&bad, Op::Filter(Compare::Ge), &Expr::Number(Decimal::ZERO));
        base.filled(&known, all, |bad| record.bad(bad));
    }

    pub(super) fn of(durations: Durations) -> Self {
        Self { histogram: durations.select(""), durations }
    }
}

impl Indicator for Native {
    fn unit(&self) -> &'static Unit {
        &Unit::EVENTS
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![self.durations.reading()]
    }

    fn presence(&self) -> &Selector {
        &self.histogram
    }

    fn added(&self) -> Option<String> {
        self.durations.added()
    }

    fn threshold(&self) -> Option<&Threshold> {
        Some(&self.durations.threshold)
    }

    fn measured(&self) -> Option<Measured> {
        Some(Measured { histogram: self.histogram.clone(), is_classic: false })
    }

    /// Events × the share above the threshold. The fraction of an idle histogram is NaN, and one such sample would spread
    /// to every window above it: `>= 0` drops it, and the idle group is filled with nothing.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        if base.native == NativeForm::Buckets {
            return self.record_buckets(base, record);
        }
        base.sum_rate(&self.histogram, |rate| {
            record.events(&Expr::Call("histogram_count", &[*rate]));
            self.above(rate, base, record);
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let labels = cast.find(&[&self.histogram], &[])?;
        let power = self.durations.threshold.limit.to_f64()?.log2();
        // Whole buckets away from the threshold, so that no interpolation within one is needed.
        let counts = Counts::Histogram { good: floor(power) - 2, bad: floor(power) + 4 };
        Some(vec![Part::new(&self.histogram, labels, counts)])
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Histograms(vec![(played.raw(Role::Total), played.raw(Role::Good))]))
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("native histogram", Vec::new())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a binary logarithm of a time in a unit of time")]
fn floor(power: f64) -> i32 {
    power.floor() as i32
}

/// For each histogram, its count and how many observations lie at or below the threshold.
#[derive(Debug)]
struct Histograms(Vec<(RawSeries, RawSeries)>);

impl Sampled for Histograms {
    /// One sample carries both numbers, so the counts tell all times.
    fn series(&self) -> Vec<&RawSeries> {
        self.0.iter().map(|(count, _)| count).collect()
    }

    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let (events, shares) = reader.histogram_rates(&self.0);
        let bad = events.iter().zip(shares).map(|(all, share)| Some(all - all * share).filter(|bad| *bad >= 0.0));
        let bad = filled(bad.map(|bad| bad.unwrap_or(f64::NAN)).collect(), &events);
        Numbers::sure(events, bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::{line, timing};

    #[test]
    fn an_idle_native_histogram_has_no_bad_events() {
        let idle = Histograms(vec![(line(5.0, 0.0, 41), line(5.0, 0.0, 41))]);
        let base = idle.base(&Reader::new(&timing(), 21));
        assert_eq!((base.events[20], base.bad[20]), (0.0, 0.0));
        let slow = Histograms(vec![(line(200.0, 20.0, 41), line(100.0, 15.0, 41))]);
        assert!((slow.base(&Reader::new(&timing(), 21)).bad[20] - 5.0 / 15.0).abs() < 1e-12);
    }
}
