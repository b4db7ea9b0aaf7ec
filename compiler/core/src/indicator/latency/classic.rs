//! A classic histogram: its count, and the bucket at the threshold.

use rust_decimal::Decimal;

use super::durations::Durations;
use crate::indicator::{Base, Cast, Essential, Indicator, Measured, Part, Played, Reading, Record, Threshold, Unit};
use crate::oracle::{Base as Numbers, RawSeries, Reader, Recorded, Role, Sampled, subtracted};
use crate::promql::{Expr, MatchOp, Op, Selector, SelectorMatcher, boundary};

/// Events are its count; bad are those that are not in the bucket.
#[derive(Debug)]
pub(super) struct Classic {
    durations: Durations,
    count: Selector,
    bucket: Selector,
}

impl Classic {
    pub(super) fn of(durations: Durations) -> Self {
        let count = durations.select("_count");
        let mut bucket = durations.select("_bucket");
        let (op, value) = boundary::matcher(durations.threshold.limit);
        bucket.matchers.push(SelectorMatcher::made("le", op, &value));
        Self { durations, count, bucket }
    }
}

impl Indicator for Classic {
    fn unit(&self) -> &'static Unit {
        &Unit::EVENTS
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![self.durations.reading()]
    }

    fn presence(&self) -> &Selector {
        &self.count
    }

    fn added(&self) -> Option<String> {
        self.durations.added()
    }

    fn threshold(&self) -> Option<&Threshold> {
        Some(&self.durations.threshold)
    }

    fn measured(&self) -> Option<Measured> {
        Some(Measured { histogram: self.durations.select("_bucket"), is_classic: true })
    }

    fn essential(&self) -> Vec<Essential<'_>> {
        let what = "the bucket at the threshold";
        vec![Essential { what, selector: &self.bucket, role: Role::Good, hides: Recorded::Bad }]
    }

    /// Count − bucket. Never filled: events without the bucket are a broken indicator, not an outage.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        base.sum_rate(&self.count, |all| record.events(all));
        base.sum_rate(&self.bucket, |fast_enough| {
            record.bad(&Expr::binary_on(&base.events, Op::Sub, base.groups, fast_enough));
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let labels = cast.find(&[&self.count], &[])?;
        let mut within = labels.clone();
        within.insert("le".to_owned(), first_le(&self.bucket)?);
        Some(vec![Part::of(&self.count, labels, Role::Total), Part::of(&self.bucket, within, Role::Good)])
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        Box::new(Buckets { count: vec![played.raw(Role::Total)], bucket: vec![played.raw(Role::Good)] })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("classic histogram", Vec::new())
    }
}

/// The samples of `_count` and of `_bucket` at the threshold.
#[derive(Debug)]
struct Buckets {
    count: Vec<RawSeries>,
    bucket: Vec<RawSeries>,
}

impl Sampled for Buckets {
    fn series(&self) -> Vec<&RawSeries> {
        self.count.iter().chain(&self.bucket).collect()
    }

    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let events = reader.rates(&self.count);
        let bad = subtracted(&events, reader.rates(&self.bucket));
        Numbers::sure(events, bad)
    }
}

/// The plain spelling of the boundary, which is the first of a bucket's.
fn first_le(bucket: &Selector) -> Option<String> {
    let matcher = bucket.matchers.iter().find(|matcher| matcher.label == "le")?;
    let spelled = matcher.value.split('|').next()?;
    Some(if matcher.op == MatchOp::Re { spelled.replace('\\', "") } else { spelled.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::{line, timing};

    #[test]
    fn a_missing_bucket_is_not_filled() {
        let buckets = Buckets { count: vec![line(100.0, 15.0, 41)], bucket: vec![] };
        let base = buckets.base(&Reader::new(&timing(), 21));
        assert!(base.events[20] == 1.0 && base.bad[20].is_nan());
    }
}
