//! Minutes by a gauge that must not cross a bound: `up`, which must not fall below 1, and any other by `max` or `min`.

use rust_decimal::Decimal;

use super::Across;
use crate::indicator::bound::{Bound, MEAN, known, mean_of};
use crate::indicator::{Base, Cast, Indicator, Part, Played, Query, Reading, Record, Unit};
use crate::oracle::{Base as Numbers, Gauge, RawSeries, Reader, Role, Sampled, number, too_close};
use crate::promql::{Aggregator, Expr, Op, Selector};
use crate::quantity::Duration;

/// Minutes in which a gauge kept its bound.
#[derive(Debug)]
pub(super) struct Bounded {
    pub(super) gauge: Query,
    pub(super) bound: Bound,
    pub(super) across: Across,
}

impl Indicator for Bounded {
    fn unit(&self) -> &'static Unit {
        &Unit::MINUTES
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.gauge)]
    }

    fn presence(&self) -> &Selector {
        &self.gauge.selector
    }

    fn bad_is(&self) -> Option<String> {
        let (gauge, bound) = (self.gauge.text(), self.bound.words());
        Some(match self.across {
            Across::Worst => format!("a minute in which a time series of `{gauge}` was {bound}"),
            Across::Average => format!("a minute in which the average of `{gauge}` was {bound}"),
        })
    }

    /// A minute needs one sample.
    fn outlives(&self, _base: Duration, _scrape: Duration, step: Duration) -> Duration {
        step
    }

    /// A minute exists when the gauge had a number in it, and is bad when the worst of them, or their average, crossed
    /// the bound.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        let (gauge, bound, at) = (&self.gauge.selector, self.bound, self.bound.number());
        let test = Op::Test(bound.compare());
        match self.across {
            Across::Worst => bound.worst(gauge, base, |worst| {
                known(worst, |known| record.events(&Expr::aggregate(Aggregator::Group, base.groups, known)));
                let crossed = Expr::binary(worst, test, &at);
                record.bad(&Expr::aggregate(Aggregator::Max, base.groups, &crossed));
            }),
            Across::Average => base.over(MEAN, gauge, base.step, |mean| {
                known(mean, |known| {
                    record.events(&Expr::aggregate(Aggregator::Group, base.groups, known));
                    let mean = Expr::aggregate(Aggregator::Avg, base.groups, known);
                    record.bad(&Expr::binary(&mean, test, &at));
                });
            }),
        }
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let gauge = &self.gauge.selector;
        cast.several(&[gauge], &cast.find(&[gauge], &[])?, &self.roles())
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        let gauges = played.gauges(&self.roles());
        Box::new(Gauges { slice: played.step, bound: self.bound, across: self.across, gauges })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        let kind = match self.across {
            Across::Worst => "minutes by the worst gauge",
            Across::Average => "minutes by the average gauge",
        };
        (kind, self.bound.shape().to_vec())
    }
}

impl Bounded {
    /// Two series of a proof. Of the worst and the average, one crosses the bound in bad phases and the other never does.
    fn roles(&self) -> [Role; 2] {
        match self.across {
            Across::Worst => [self.bound.crossing(), self.bound.calm()],
            // One is always beyond the bound; the other makes up for it in good phases only.
            Across::Average => {
                let away = |steps| self.bound.away(steps);
                [Role::Gauge(Gauge::steady(away(2))), Role::Gauge(Gauge::new(away(-3), away(-1)))]
            }
        }
    }
}

/// The gauges of a group.
#[derive(Debug)]
struct Gauges {
    /// Length of a slice in milliseconds.
    slice: u64,
    bound: Bound,
    across: Across,
    gauges: Vec<RawSeries>,
}

impl Sampled for Gauges {
    fn series(&self) -> Vec<&RawSeries> {
        self.gauges.iter().collect()
    }

    /// 1 where there is a number, and 1 where it crossed the bound.
    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let values = match self.across {
            Across::Worst => reader.ranges(&self.gauges, self.slice, |gauges| {
                let worst: Vec<f64> = gauges.iter().filter_map(|samples| self.bound.worst_of(samples)).collect();
                self.bound.worst_of(&worst)
            }),
            Across::Average => reader.ranges(&self.gauges, self.slice, |gauges| {
                let means: Vec<f64> = gauges.iter().filter_map(|samples| mean_of(samples)).collect();
                mean_of(&means)
            }),
        };
        let one_or = |value: &f64, one: f64| if value.is_nan() { f64::NAN } else { one };
        let test = |value: &f64| one_or(value, f64::from(u8::from(self.bound.is_crossed(*value))));
        let mut base =
            Numbers::sure(values.iter().map(|value| one_or(value, 1.0)).collect(), values.iter().map(test).collect());
        if self.across == Across::Average {
            let is_close = |(_, value): &(usize, &f64)| too_close(**value, number(self.bound.at));
            base.doubtful = values.iter().enumerate().filter(is_close).map(|(tick, _)| tick).collect();
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::bound::{Edge, UP};
    use crate::indicator::testing::{gauge, slices};

    fn gauges(bound: Bound, across: Across, gauges: Vec<RawSeries>) -> Gauges {
        Gauges { slice: 60_000, bound, across, gauges }
    }

    #[test]
    fn slices_are_one_or_nothing() {
        // 1 1 0 1 | 1 1 1 1 | nothing: slices of a minute end with their last sample and are left-open.
        let up = gauge(&[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        let base = slices(&gauges(UP, Across::Worst, vec![up]), 4);
        assert_eq!(base.bad[..3], [0.0, 1.0, 0.0]);
        assert_eq!(base.events[..3], [1.0, 1.0, 1.0]);
        assert!(base.bad[3].is_nan() && base.events[3].is_nan());
    }

    #[test]
    fn the_worst_series_counts_or_the_average_of_all() {
        let max = Bound { edge: Edge::Max, at: Decimal::from(10) };
        let series = || vec![gauge(&[11.0; 5]), gauge(&[2.0; 5])];
        assert_eq!(slices(&gauges(max, Across::Worst, series()), 2).bad, [1.0, 1.0]);
        assert_eq!(slices(&gauges(max, Across::Average, series()), 2).bad, [0.0, 0.0]);
    }

    #[test]
    fn what_is_no_number_is_no_minute() {
        for across in [Across::Worst, Across::Average] {
            let alone = slices(&gauges(UP, across, vec![gauge(&[f64::NAN; 5])]), 2);
            assert!(alone.events.iter().chain(&alone.bad).all(|value| value.is_nan()), "{across:?}");
            let beside = slices(&gauges(UP, across, vec![gauge(&[f64::NAN; 5]), gauge(&[-1.0; 5])]), 2);
            assert_eq!((beside.events[1], beside.bad[1]), (1.0, 1.0), "{across:?}");
        }
    }
}
