//! Minutes by the share of bad events within each.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::indicator::{Base, Cast, Essential, Indicator, Part, Played, Ratio, Reading, Record, Sides, Unit};
use crate::oracle::{Base as Numbers, RawSeries, Reader, Role, Sampled, too_close};
use crate::promql::{Compare, Expr, Matching, Op, Selector};
use crate::quantity::Percent;

/// Minutes with a small enough share of bad events.
#[derive(Debug)]
pub(super) struct SliceRatio {
    /// The events of a minute.
    pub(super) ratio: Ratio,
    /// The largest share that is still good.
    pub(super) limit: Decimal,
    /// Whether a minute without events is a good one, rather than none.
    pub(super) idle_counts: bool,
}

impl Indicator for SliceRatio {
    fn unit(&self) -> &'static Unit {
        &Unit::MINUTES
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        self.ratio.readings()
    }

    fn presence(&self) -> &Selector {
        &self.ratio.total.first.query.selector
    }

    fn presences(&self) -> Vec<&Selector> {
        self.ratio.presences()
    }

    fn ratio(&self) -> Option<&Ratio> {
        Some(&self.ratio)
    }

    fn essential(&self) -> Vec<Essential<'_>> {
        self.ratio.essential()
    }

    fn bad_is(&self) -> Option<String> {
        Some(format!("a minute in which more than {} of its events were bad", Percent::of_share(self.limit)))
    }

    /// A minute is bad when more than `limit` of its events were.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        self.ratio.all_events(base, |all| {
            // Any rate is above −1: an idle minute counts. Only one with events is above 0.
            let floor = Expr::Number(if self.idle_counts { Decimal::NEGATIVE_ONE } else { Decimal::ZERO });
            record.events(&Expr::binary(all, Op::Test(Compare::Gt), &floor));
            let limit = Expr::Number(self.limit);
            let most = &Expr::binary(&limit, Op::Mul, all);
            let matching = Matching::On(base.groups);
            let above = |bad: &Expr<'_>, record: &mut dyn Record| {
                record.bad(&Expr::Binary { lhs: bad, op: Op::Test(Compare::Gt), matching, rhs: most });
            };
            if self.ratio.side.is_good() {
                self.ratio.recorded_good(base, all, record, |good, record| {
                    above(&Expr::binary_on(all, Op::Sub, base.groups, good), record);
                });
            } else {
                self.ratio.filled_part(base, all, |bad| above(bad, record));
            }
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        self.ratio.cast(cast)
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Slices {
            idle_counts: self.idle_counts,
            share: self.limit.to_f64().unwrap_or(1.0),
            sides: Sides::played(&self.ratio, played),
        })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        let kind = if self.ratio.side.is_good() { "minutes of good events" } else { "minutes of bad events" };
        (kind, vec![self.ratio.shape(), self.limit, Decimal::from(u8::from(self.idle_counts))])
    }

    fn missing(&self) -> Vec<Role> {
        self.ratio.missing()
    }
}

/// The samples of both sides; a slice is bad when more than `share` of its events were.
#[derive(Debug)]
struct Slices {
    /// Whether a slice without events is a good one, rather than none.
    idle_counts: bool,
    /// The share of bad events that a good slice may have, as the decimal in the spec.
    share: f64,
    sides: Sides,
}

impl Sampled for Slices {
    fn series(&self) -> Vec<&RawSeries> {
        self.sides.series()
    }

    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let Numbers { events: all, bad, good, .. } = self.sides.base(reader);
        let mut base = Numbers::sure(Vec::with_capacity(all.len()), Vec::with_capacity(all.len())).and_good(good);
        for (tick, (all, bad)) in all.into_iter().zip(bad).enumerate() {
            let limit = self.share * all;
            if too_close(bad, limit) {
                base.doubtful.push(tick);
            }
            let test = |holds: bool| f64::from(u8::from(holds));
            base.events.push(if all.is_nan() { f64::NAN } else { test(self.idle_counts || all > 0.0) });
            base.bad.push(if all.is_nan() || bad.is_nan() { f64::NAN } else { test(bad > limit) });
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::{line, timing};

    fn walked(idle_counts: bool, total: f64, bad: f64) -> Numbers {
        let sides = Sides::bad(vec![line(100.0, total, 41)], vec![line(100.0, bad, 41)]);
        Slices { idle_counts, share: 0.05, sides }.base(&Reader::new(&timing(), 21))
    }

    #[test]
    fn a_slice_at_its_share_is_doubtful() {
        assert!(walked(true, 300.0, 15.0).doubtful.contains(&20));
        let base = walked(true, 300.0, 16.0);
        assert_eq!((base.events[20], base.bad[20]), (1.0, 1.0));
        assert!(!base.doubtful.contains(&20));
    }

    #[test]
    fn an_idle_slice_is_good_or_none() {
        for (idle_counts, events) in [(true, 1.0), (false, 0.0)] {
            let base = walked(idle_counts, 0.0, 0.0);
            assert_eq!((base.events[20], base.bad[20]), (events, 0.0));
        }
    }
}
