//! `availability`: the share of targets that are up, or of time series that keep a bound. Three of four are 75%, not a bad
//! minute.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::bound::{Bound, MEAN, Written, known, mean_of};
use super::cast::{Cast, Part, Played};
use super::facts::{Reading, Unit};
use super::forms::{Form, Forms};
use super::gauge::Gauge;
use super::kind::{Indicator, Kind};
use super::level::Level;
use super::query::Query;
use super::rules::{Base, Record};
use super::setting::Setting;
use crate::oracle::{Base as Numbers, Gauge as Levels, RawSeries, Reader, Role, Sampled};
use crate::promql::{Aggregator, Compare, Expr, Op, Selector};
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::leaf::Promql;
use crate::spec::record::record;

record! {
    #[schemars(extend("oneOf" = FORMS.schema()))]
    /// The share of targets that are up, or of time series that keep a bound: three of four are 75%. Give `up`; or `gauge`
    /// with `max` or `min`.
    pub struct AvailabilitySpec {
        /// Selects gauges that are 1 for each target that is up, such as `up` or `probe_success`. A gauge between 0 and 1
        /// counts by its average.
        up: Option<Spanned<Promql>>,
        /// Selects gauges of which each must keep a bound; a minute of a time series is bad when it crossed the bound.
        gauge: Option<Spanned<Promql>>,
        /// The largest good value of `gauge`, in its unit; or a share, such as `80%`.
        max: Option<Spanned<Level>>,
        /// The smallest good value of `gauge`, in its unit; or a share, such as `10%`.
        min: Option<Spanned<Level>>,
        /// Labels to group by: each combination of their values has a budget and alerts of its own.
        group_by: Option<Vec<Spanned<String>>>,
    }
}

/// The forms of an availability.
const FORMS: Forms<2> = Forms([
    Form { field: "up", needs: &[&[]], may: &[] },
    Form { field: "gauge", needs: &[&["max"], &["min"]], may: &[] },
]);

impl Kind for AvailabilitySpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        let Self { up, gauge, max, min, flawed, .. } = self;
        let written = [
            ("up", up.as_ref().map(|it| it.span)),
            ("gauge", gauge.as_ref().map(|it| it.span)),
            ("max", max.as_ref().map(|it| it.span)),
            ("min", min.as_ref().map(|it| it.span)),
        ];
        FORMS.only_one(at, &written, flawed, "an availability", scope)?;
        if let Some(up) = up {
            return Some(Arc::new(Up(Gauge::named("up", up, setting, scope)?.query)));
        }
        let gauge = Gauge::named("gauge", gauge.as_ref()?, setting, scope)?;
        let bound = Written { record: at, max: *max, min: *min, flawed }.of(&gauge, scope)?;
        Some(Arc::new(Within { gauge: gauge.query, bound }))
    }
}

/// The time of each target is all events, and its time down the bad ones.
const TARGETS: Unit =
    Unit { events: "target minutes", requests: "target minutes", is_paced: true, is_whole: false, is_sliced: false };

/// The minutes of each time series are all events.
const SERIES: Unit =
    Unit { events: "series minutes", requests: "series minutes", is_paced: true, is_whole: false, is_sliced: true };

/// How many series a proof has.
const PLAYED: u64 = 4;

/// Gauges, one a target.
#[derive(Debug)]
struct Up(Query);

impl Indicator for Up {
    fn unit(&self) -> &'static Unit {
        &TARGETS
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.0)]
    }

    fn presence(&self) -> &Selector {
        &self.0.selector
    }

    fn bad_is(&self) -> Option<String> {
        Some(format!("the time that a target's `{}` was 0; a value between 0 and 1 is bad in part", self.0.text()))
    }

    /// Whole minutes with at least two samples: each sample then counts in equally many evaluations.
    fn base(&self, scrape: Duration) -> Duration {
        let minute = Duration::from_minutes(1);
        minute * (2 * scrape.millis()).div_ceil(minute.millis())
    }

    /// One sample in the window is enough.
    fn outlives(&self, base: Duration, _scrape: Duration, _step: Duration) -> Duration {
        base
    }

    /// Targets, and the share of the window that each of them was down. Without a number, a target is not counted.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        let (zero, one) = (Expr::Number(Decimal::ZERO), Expr::Number(Decimal::ONE));
        base.over(MEAN, &self.0.selector, base.window, |mean| {
            let up = [*mean, zero, one];
            let up = Expr::Call("clamp", &up);
            let is_number = Op::Filter(Compare::Ge);
            let targets = Expr::binary(&up, is_number, &zero);
            base.once(Aggregator::Avg, &targets, |targets| {
                record.events(&Expr::aggregate(Aggregator::Count, base.groups, targets));
            });
            let down = Expr::binary(&one, Op::Sub, &up);
            let down = Expr::binary(&down, is_number, &zero);
            base.once(Aggregator::Avg, &down, |down| {
                record.bad(&Expr::aggregate(Aggregator::Sum, base.groups, down));
            });
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let gauge = &self.0.selector;
        cast.several(&[gauge], &cast.find(&[gauge], &[])?, &falling(Levels::UP))
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Targets(played.gauges(&falling(Levels::UP))))
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("targets up", Vec::new())
    }
}

/// Series that fall one by one: the first is bad in every bad phase, the last one only where more than three quarters of
/// its events are.
fn falling(levels: Levels) -> Vec<Role> {
    let share = |falls: u64| falls * 100 / PLAYED;
    (0..PLAYED).map(|at| Role::Gauge(Levels { above_percent: share(at), ..levels })).collect()
}

/// The gauges of a group, one a target.
#[derive(Debug)]
struct Targets(Vec<RawSeries>);

impl Sampled for Targets {
    fn series(&self) -> Vec<&RawSeries> {
        self.0.iter().collect()
    }

    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let window = reader.timing().base;
        let down = |samples: &&[f64]| mean_of(samples).map(|mean| 1.0 - mean.clamp(0.0, 1.0));
        let (mut events, mut bad) = (Vec::new(), Vec::new());
        reader.ranges(&self.0, window, |targets| {
            let down: Vec<f64> = targets.iter().filter_map(down).collect();
            let some = |value: f64| if down.is_empty() { f64::NAN } else { value };
            events.push(some(down.len() as f64));
            bad.push(some(down.iter().sum()));
            None
        });
        Numbers::sure(events, bad)
    }
}

/// Gauges of which each keeps a bound of its own.
#[derive(Debug)]
struct Within {
    gauge: Query,
    bound: Bound,
}

impl Indicator for Within {
    fn unit(&self) -> &'static Unit {
        &SERIES
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.gauge)]
    }

    fn presence(&self) -> &Selector {
        &self.gauge.selector
    }

    fn bad_is(&self) -> Option<String> {
        Some(format!("a minute in which a time series' `{}` was {}", self.gauge.text(), self.bound.words()))
    }

    /// A minute needs one sample.
    fn outlives(&self, _base: Duration, _scrape: Duration, step: Duration) -> Duration {
        step
    }

    /// Series, and those of which the worst value of the minute crossed the bound. Without a number, one is not counted.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        self.bound.worst(&self.gauge.selector, base, |worst| {
            known(worst, |known| {
                base.once(Aggregator::Max, known, |known| {
                    record.events(&Expr::aggregate(Aggregator::Count, base.groups, known));
                });
            });
            let at = self.bound.number();
            let crossed = Expr::binary(worst, Op::Test(self.bound.compare()), &at);
            // Whichever replica saw the crossing.
            base.once(Aggregator::Max, &crossed, |crossed| {
                record.bad(&Expr::aggregate(Aggregator::Sum, base.groups, crossed));
            });
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let gauge = &self.gauge.selector;
        cast.several(&[gauge], &cast.find(&[gauge], &[])?, &falling(self.bound.levels()))
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        let gauges = played.gauges(&falling(self.bound.levels()));
        Box::new(Bounded { slice: played.step, bound: self.bound, gauges })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("series within a bound", self.bound.shape().to_vec())
    }
}

/// The gauges of a group, each held against the bound.
#[derive(Debug)]
struct Bounded {
    /// Length of a slice in milliseconds.
    slice: u64,
    bound: Bound,
    gauges: Vec<RawSeries>,
}

impl Sampled for Bounded {
    fn series(&self) -> Vec<&RawSeries> {
        self.gauges.iter().collect()
    }

    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let over = |counts: &dyn Fn(f64) -> bool| {
            reader.ranges(&self.gauges, self.slice, |gauges| {
                let worst: Vec<f64> = gauges.iter().filter_map(|samples| self.bound.worst_of(samples)).collect();
                (!worst.is_empty()).then(|| worst.into_iter().filter(|worst| counts(*worst)).count() as f64)
            })
        };
        Numbers::sure(over(&|_| true), over(&|worst| self.bound.is_crossed(worst)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::indicator::bound::Edge;
    use crate::indicator::testing::{gauge, slices, timing};
    use crate::oracle::{Condition, Hold, Pair, Timing, Walk, Window, closed_form};

    fn targets(levels: &[f64]) -> (f64, f64) {
        let gauges = levels.iter().map(|level| gauge(&[*level; 41])).chain([RawSeries::default()]);
        let base = Targets(gauges.collect()).base(&Reader::new(&Timing { base: 60_000, ..timing() }, 21));
        (base.events[20], base.bad[20])
    }

    #[test]
    fn three_of_four_targets_are_three_quarters() {
        assert_eq!(targets(&[1.0, 0.0, 1.0, 1.0]), (4.0, 1.0));
        assert_eq!(targets(&[0.25, 0.5]), (2.0, 1.25));
    }

    #[test]
    fn no_target_is_better_than_up_or_worse_than_down() {
        assert_eq!(targets(&[-7.0, 3.0]), (2.0, 1.0));
        assert_eq!(targets(&[f64::NAN, 0.0]), (1.0, 1.0));
        assert!(targets(&[f64::NAN]).0.is_nan());
    }

    #[test]
    fn an_outage_is_told_when_its_closed_form_says() {
        const MINUTE: u64 = 60_000;
        for (scrape, threshold) in [(15_000_u64, 0.144), (15_000, 0.0144), (30_000, 0.072), (60_000, 0.072)] {
            let base = MINUTE * (2 * scrape).div_ceil(MINUTE);
            let timing = Timing { base, ..Timing::uncompressed(scrape, 30_000) };
            let pair =
                Pair { long: Window::Mean(60 * MINUTE), short: Window::Mean(5 * MINUTE), threshold, guard: None };
            let said = closed_form::fires(&timing, &pair, 1.0).unwrap();
            // One sample after the other is the first bad one; the outage began half a scrape before it on average.
            for good in 60 * MINUTE / scrape..60 * MINUTE / scrape + 8 {
                let levels = (0..2 * 60 * MINUTE / scrape).map(|at| Some(f64::from(u8::from(at < good))));
                let walk = Walk::whole(&timing, &Targets(vec![RawSeries::sampled(0, scrape, levels)]));
                let alert = walk.alert(&Condition::Burn(pair), Hold::default());
                let fired = walk.time(alert.firing.first().unwrap().start) as f64;
                let took = (fired - (good as f64 - 0.5) * scrape as f64) / 1000.0;
                assert!((took - said.seconds).abs() <= said.tolerance, "{scrape} {threshold}: {took} s, not {said:?}");
            }
        }
    }

    #[test]
    fn each_series_keeps_the_bound_or_not() {
        let bound = Bound { edge: Edge::Max, at: Decimal::new(8, 1) };
        let gauges = [0.8, 0.9, f64::NAN, -1.0].map(|level| gauge(&[level; 5]));
        let base = slices(&Bounded { slice: 60_000, bound, gauges: gauges.into() }, 2);
        assert_eq!((base.events[1], base.bad[1]), (3.0, 1.0));
    }
}
