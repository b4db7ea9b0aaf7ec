//! Minutes by one gauge over another: unavailable replicas over desired ones, used over allowed.

use rust_decimal::Decimal;

use crate::indicator::bound::{Bound, Edge, MEAN, known, mean_of};
use crate::indicator::cast::Labels;
use crate::indicator::{Base, Cast, Essential, Indicator, Part, Played, Query, Reading, Record, Unit};
use crate::oracle::{Base as Numbers, Gauge, RawSeries, Reader, Recorded, Role, Sampled, number, too_close};
use crate::promql::{Aggregator, Compare, Expr, Matching, Op, Selector};
use crate::quantity::{Duration, Percent};

/// Minutes in which a part kept its bound as a share of its whole.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) part: Query,
    pub(super) whole: Query,
    /// The bound as a share of one.
    pub(super) bound: Bound,
}

impl Indicator for Share {
    fn unit(&self) -> &'static Unit {
        &Unit::MINUTES
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.whole), Reading::Selected(&self.part)]
    }

    fn presence(&self) -> &Selector {
        &self.whole.selector
    }

    fn compared(&self) -> Vec<Vec<(&'static str, &Query)>> {
        vec![vec![("gauge[0]", &self.part)], vec![("gauge[1]", &self.whole)]]
    }

    /// Either side: nothing is said of a minute without both. Where the whole holds the part, it is never gone alone.
    fn essential(&self) -> Vec<Essential<'_>> {
        let (levels, hides) = (Levels::of(self.bound), Recorded::Bad);
        let (part, whole) = (&self.part.selector, &self.whole.selector);
        let mut sides = vec![Essential { what: "the first gauge", selector: part, role: levels.part, hides }];
        if part.metric_name() != whole.metric_name() {
            sides.push(Essential { what: "the second gauge", selector: whole, role: levels.whole, hides });
        }
        sides
    }

    fn bad_is(&self) -> Option<String> {
        let (part, whole, share) = (self.part.text(), self.whole.text(), Percent::of_share(self.bound.at));
        Some(format!("a minute in which `{part}` was {} {share} of `{whole}`", self.bound.side()))
    }

    /// A minute needs one sample.
    fn outlives(&self, _base: Duration, _scrape: Duration, step: Duration) -> Duration {
        step
    }

    /// A minute exists when either side had a number in it, so that a side that is gone leaves minutes without a verdict
    /// rather than none. It is judged by both sides, and is good where the whole is nothing: nothing was asked for.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        mean(&self.part, base, |part| {
            mean(&self.whole, base, |whole| {
                let either = Expr::binary(part, Op::Or, whole);
                record.events(&Expr::aggregate(Aggregator::Group, base.groups, &either));
                let (part, whole) = (
                    Expr::aggregate(Aggregator::Sum, base.groups, part),
                    Expr::aggregate(Aggregator::Sum, base.groups, whole),
                );
                let (at, nothing) = (self.bound.number(), Expr::Number(Decimal::ZERO));
                let limit = Expr::binary(&at, Op::Mul, &whole);
                let matching = Matching::On(base.groups);
                let crossed = Expr::Binary { lhs: &part, op: Op::Test(self.bound.compare()), matching, rhs: &limit };
                let some = Expr::binary(&whole, Op::Test(Compare::Gt), &nothing);
                record.bad(&Expr::binary_on(&crossed, Op::Mul, base.groups, &some));
            });
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let (part, whole) = (&self.part.selector, &self.whole.selector);
        let levels = Levels::of(self.bound);
        let parts = |of_all: &[Role], all: &Labels, within: &Labels| {
            let mut parts = cast.several(&[whole, part], all, of_all)?;
            parts.extend(cast.several(&[part, whole], within, &[levels.part; 2])?);
            Some(parts)
        };
        if part.metric_name() != whole.metric_name() {
            let all = cast.find(&[whole], &[])?;
            return parts(&[levels.whole; 2], &all, &cast.beside(&all, &[part], &[])?);
        }
        // One metric: the whole is either apart from the part, or holds it.
        let within = cast.find(&[part], &[whole]);
        let apart = within.as_ref().and_then(|within| cast.beside(within, &[whole], &[part]));
        if let (Some(within), Some(apart)) = (&within, &apart) {
            return parts(&[levels.whole; 2], apart, within);
        }
        let within = cast.find(&[part, whole], &[])?;
        parts(&[levels.rest], &cast.beside(&within, &[whole], &[part])?, &within)
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        let levels = Levels::of(self.bound);
        let part = played.gauges(&[levels.part; 2]);
        let whole = match played.parts.iter().any(|part| part.role() == Some(levels.rest)) {
            true => played.gauges(&[levels.rest, levels.part, levels.part]),
            false => played.gauges(&[levels.whole; 2]),
        };
        Box::new(Shares { slice: played.step, bound: self.bound, part, whole })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("minutes by a share of gauges", self.bound.shape().to_vec())
    }
}

/// Hands the mean of each series within a step to `then`, NaN left out.
fn mean(gauge: &Query, base: &Base<'_>, then: impl FnOnce(&Expr<'_>)) {
    base.over(MEAN, &gauge.selector, base.step, |mean| known(mean, then));
}

/// What the series of a proof count. Each side is two series of one level, so that neither of them alone decides.
struct Levels {
    /// Half of the part.
    part: Role,
    /// Half of the whole, which is 100.
    whole: Role,
    /// What a whole that holds the part has beside it, to make 100.
    rest: Role,
}

impl Levels {
    /// A tenth on either side of the bound is far enough that no order of float operations decides; where none may be bad,
    /// one of 100 is.
    fn of(bound: Bound) -> Self {
        let (at, tenth) = (bound.at, bound.at / Decimal::TEN);
        let hundredth = Decimal::ONE / Decimal::ONE_HUNDRED;
        let (within, beyond) = match bound.edge {
            Edge::Max if at.is_zero() => (Decimal::ZERO, hundredth),
            Edge::Max => (at - tenth, at + tenth),
            Edge::Min if at.is_zero() => (Decimal::ZERO, -hundredth),
            Edge::Min => (at + tenth, at - tenth),
        };
        let gauge = |level: &dyn Fn(Decimal) -> Decimal| {
            Role::Gauge(Gauge::new(level(within).normalize(), level(beyond).normalize()))
        };
        Self {
            part: gauge(&|share| share * Decimal::from(50)),
            whole: gauge(&|_| Decimal::from(50)),
            rest: gauge(&|share| ((Decimal::ONE - share) * Decimal::ONE_HUNDRED).max(Decimal::ZERO)),
        }
    }
}

/// The gauges of a group.
#[derive(Debug)]
struct Shares {
    /// Length of a slice in milliseconds.
    slice: u64,
    bound: Bound,
    part: Vec<RawSeries>,
    whole: Vec<RawSeries>,
}

impl Sampled for Shares {
    fn series(&self) -> Vec<&RawSeries> {
        self.whole.iter().chain(&self.part).collect()
    }

    /// 1 where either side has a number; 0 or 1 where both have.
    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let (part, whole) = (self.sums(reader, &self.part), self.sums(reader, &self.whole));
        let mut base = Numbers::sure(Vec::with_capacity(part.len()), Vec::with_capacity(part.len()));
        for (tick, (part, whole)) in part.into_iter().zip(whole).enumerate() {
            let limit = number(self.bound.at) * whole;
            if too_close(part, limit) {
                base.doubtful.push(tick);
            }
            let is_bad = self.bound.is_beyond(part, limit);
            let has_both = !part.is_nan() && !whole.is_nan();
            base.events.push(if part.is_nan() && whole.is_nan() { f64::NAN } else { 1.0 });
            base.bad.push(if has_both { f64::from(u8::from(is_bad && whole > 0.0)) } else { f64::NAN });
        }
        base
    }
}

impl Shares {
    fn sums(&self, reader: &Reader<'_>, gauges: &[RawSeries]) -> Vec<f64> {
        reader.ranges(gauges, self.slice, |gauges| {
            gauges.iter().filter_map(|samples| mean_of(samples)).reduce(|sum, mean| sum + mean)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::{gauge, slices};

    /// The second slice of a part over a whole that may be 5% of it.
    fn verdict(part: &[f64], whole: &[f64]) -> (f64, f64) {
        let bound = Bound { edge: Edge::Max, at: Decimal::new(5, 2) };
        let base = slices(&Shares { slice: 60_000, bound, part: vec![gauge(part)], whole: vec![gauge(whole)] }, 2);
        (base.events[1], base.bad[1])
    }

    #[test]
    fn a_share_is_of_the_whole() {
        assert_eq!(verdict(&[1.0; 5], &[20.5; 5]), (1.0, 0.0));
        assert_eq!(verdict(&[1.0; 5], &[19.5; 5]), (1.0, 1.0));
    }

    #[test]
    fn nothing_desired_is_good() {
        assert_eq!(verdict(&[1.0; 5], &[0.0; 5]), (1.0, 0.0));
        assert_eq!(verdict(&[0.0; 5], &[0.0; 5]), (1.0, 0.0));
    }

    #[test]
    fn a_side_that_is_gone_gives_no_verdict() {
        for (part, whole) in [(&[1.0; 5][..], &[][..]), (&[], &[20.0; 5]), (&[1.0; 5], &[f64::NAN; 5])] {
            let (events, bad) = verdict(part, whole);
            assert!(events == 1.0 && bad.is_nan(), "{part:?} {whole:?}");
        }
        assert!(verdict(&[], &[]).0.is_nan());
    }
}
