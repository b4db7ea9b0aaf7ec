//! Minutes by the age of a timestamp: when a job last succeeded, when a file was last written.

use rust_decimal::Decimal;

use crate::code;
use crate::finding::Finding;
use crate::indicator::bound::{NEWEST, known};
use crate::indicator::gauge::Gauge as Named;
use crate::indicator::{Base, Cast, Indicator, Part, Played, Query, Reading, Record, Unit};
use crate::oracle::{Base as Numbers, Gauge, RawSeries, Reader, Role, Sampled, number, too_close};
use crate::promql::{Aggregator, Compare, Expr, Op, Selector};
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::Spanned;

/// The shortest age that a minute can be judged by: the last sample of a fresh timestamp is itself up to a minute old.
pub(super) const LEAST_AGE: Duration = Duration::from_minutes(2);

/// Units of timestamps in a second, by UCUM code and by the end of a name.
const UNITS: [(&str, i64, &[&str]); 4] = [
    ("s", 1, &["_seconds"]),
    ("ms", 1_000, &["_milliseconds", "_millis", "_ms"]),
    ("us", 1_000_000, &["_microseconds", "_micros", "_us"]),
    ("ns", 1_000_000_000, &["_nanoseconds", "_nanos", "_ns"]),
];

/// Minutes in which the oldest timestamp was young enough.
#[derive(Debug)]
pub(super) struct Freshness {
    pub(super) timestamp: Query,
    pub(super) max_age: Duration,
    /// How many of the timestamp's units make a second.
    pub(super) per_second: Decimal,
}

/// The units of a timestamp that make a second: by its declaration, else 1. A name that ends in another unit needs a
/// declaration, since milliseconds that are read as seconds lie far in the future.
pub(super) fn per_second(gauge: &Named<'_>, scope: &mut Scope<'_>) -> Option<Decimal> {
    let (name, range) = gauge.query.selector.metric.as_ref()?;
    let unit = gauge.metric.and_then(|metric| metric.unit.as_deref()).filter(|unit| !unit.contains('{'));
    let place = |scope: &Scope<'_>| gauge.query.place(scope.sources, range.clone());
    let Some(unit) = unit else {
        let ends = |(_, _, ends): &&(&str, i64, &[&str])| ends.iter().any(|end| name.ends_with(end));
        let Some((unit, ..)) = UNITS.iter().find(ends).filter(|(unit, ..)| *unit != "s") else {
            return Some(Decimal::ONE);
        };
        let message = format!("`{name}` seems to count in `{unit}`, and no declaration says so");
        let finding = Finding::new(&code::INVALID_VALUE, place(scope), message)
            .label("read in seconds, it would lie far in the future")
            .hint(format!("declare the metric under `metrics` with `type: gauge` and `unit: {unit}`"));
        scope.report(finding);
        return None;
    };
    if let Some((_, per_second, _)) = UNITS.iter().find(|(code, ..)| *code == unit) {
        return Some(Decimal::from(*per_second));
    }
    let message = format!("`{name}` is declared in `{unit}`, which is no unit of timestamps");
    let mut finding = Finding::new(&code::INVALID_VALUE, place(scope), message)
        .label("a timestamp counts from 1970 on, in `s`, `ms`, `us` or `ns`")
        .hint("for an age or a lag, give the gauge as `gauge:` with `max:`");
    if let Some(metric) = gauge.metric {
        finding = finding.related(metric.span(), "declared here");
    }
    scope.report(finding);
    None
}

/// Whether a minute can be judged by this age; reports it where not.
pub(super) fn is_long_enough(max_age: Spanned<Duration>, scope: &mut Scope<'_>) -> bool {
    if max_age.value >= LEAST_AGE {
        return true;
    }
    scope.report(
        Finding::new(
            &code::INVALID_VALUE,
            max_age.span,
            format!("expected an age of at least `{LEAST_AGE}`, found `{}`", max_age.value),
        )
        .label("shorter than a fresh timestamp's own age between two scrapes")
        .hint("to notice within minutes that a process stopped, use `up`"),
    );
    false
}

impl Indicator for Freshness {
    fn unit(&self) -> &'static Unit {
        &Unit::MINUTES
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        vec![Reading::Selected(&self.timestamp)]
    }

    fn presence(&self) -> &Selector {
        &self.timestamp.selector
    }

    fn bad_is(&self) -> Option<String> {
        let (timestamp, age) = (self.timestamp.text(), self.max_age);
        Some(format!(
            "a minute at whose end the oldest `{timestamp}` was more than {age} ago; bad minutes begin {age} after the last \
             success"
        ))
    }

    /// A minute needs one sample.
    fn outlives(&self, _base: Duration, _scrape: Duration, step: Duration) -> Duration {
        step
    }

    /// A minute exists when there was a timestamp in it. A timestamp as far in the future is as bad as one in the past: it
    /// counts in another unit, or the clock is wrong, and would never be old. Zero, which never happened, is old.
    fn record(&self, base: &Base<'_>, record: &mut dyn Record) {
        base.over(NEWEST, &self.timestamp.selector, base.step, |last| {
            known(last, |known| record.events(&Expr::aggregate(Aggregator::Group, base.groups, known)));
            let unit = Expr::Number(self.per_second);
            let converted = Expr::binary(last, Op::Div, &unit);
            let seconds = if self.per_second == Decimal::ONE { last } else { &converted };
            // The printer reads `time()` as late as it reads the series.
            let age = [Expr::binary(&Expr::Call("time", &[]), Op::Sub, seconds)];
            let (age, most) = (Expr::Call("abs", &age), Expr::Number(self.max_age.exact_seconds()));
            let is_old = Expr::binary(&age, Op::Test(Compare::Gt), &most);
            record.bad(&Expr::aggregate(Aggregator::Max, base.groups, &is_old));
        });
    }

    fn cast(&self, cast: &Cast<'_>) -> Option<Vec<Part>> {
        let timestamp = &self.timestamp.selector;
        cast.several(&[timestamp], &cast.find(&[timestamp], &[])?, &self.roles(cast.scrape))
    }

    fn sampled(&self, played: &Played<'_>) -> Box<dyn Sampled> {
        let timestamps = played.gauges(&self.roles(Duration::from_millis(played.scrape)));
        let (max_age, per_second) = (self.max_age.seconds(), number(self.per_second));
        let delay = Duration::from_millis(played.delay).seconds();
        Box::new(Timestamps { slice: played.step, delay, max_age, per_second, timestamps })
    }

    fn shape(&self) -> (&'static str, Vec<Decimal>) {
        ("minutes by the age of a timestamp", vec![self.max_age.exact_seconds(), self.per_second])
    }
}

impl Freshness {
    /// Two timestamps that follow the clock: one is never older than it may be, the other is by a second in bad phases.
    fn roles(&self, scrape: Duration) -> [Role; 2] {
        let ago = |age: Duration| -(age.exact_seconds() * self.per_second);
        let slope = scrape.exact_seconds() * self.per_second;
        // A sample is up to a slice old when it is judged.
        let young = ago(self.max_age - Duration::from_minutes(1));
        let old = ago(self.max_age + Duration::from_secs(1));
        let role = |bad| Role::Gauge(Gauge { slope, ..Gauge::new(young, bad) });
        [role(old), role(young)]
    }
}

/// The timestamps of a group.
#[derive(Debug)]
struct Timestamps {
    /// Length of a slice in milliseconds.
    slice: u64,
    /// How much later the timestamps are read, in seconds.
    delay: f64,
    /// In seconds.
    max_age: f64,
    per_second: f64,
    timestamps: Vec<RawSeries>,
}

impl Sampled for Timestamps {
    fn series(&self) -> Vec<&RawSeries> {
        self.timestamps.iter().collect()
    }

    /// 1 where there is a timestamp, and 1 where the one furthest from now is too far.
    fn base(&self, reader: &Reader<'_>) -> Numbers {
        let timing = reader.timing();
        let mut tick = 0_u64;
        let furthest = reader.ranges(&self.timestamps, self.slice, |timestamps| {
            let now = (timing.offset + tick * timing.evaluation) as f64 / 1000.0 - self.delay;
            tick += 1;
            let last = timestamps.iter().filter_map(|samples| samples.last());
            let away = last.map(|last| (now - last / self.per_second).abs());
            away.filter(|away| !away.is_nan()).reduce(f64::max)
        });
        let mut base = Numbers::sure(Vec::with_capacity(furthest.len()), Vec::with_capacity(furthest.len()));
        for (tick, away) in furthest.into_iter().enumerate() {
            if too_close(away, self.max_age) {
                base.doubtful.push(tick);
            }
            base.events.push(if away.is_nan() { f64::NAN } else { 1.0 });
            base.bad.push(if away.is_nan() { f64::NAN } else { f64::from(u8::from(away > self.max_age)) });
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::testing::{gauge, slices};

    /// Whether the slices of these timestamps, in milliseconds, are bad for a greatest age of 2 minutes.
    fn bad(timestamps: &[&[f64]]) -> Vec<f64> {
        let timestamps = timestamps.iter().map(|samples| gauge(samples)).collect();
        slices(&Timestamps { slice: 60_000, delay: 0.0, max_age: 120.0, per_second: 1000.0, timestamps }, 4).bad
    }

    #[test]
    fn the_oldest_timestamp_counts() {
        let (still, moving) = ([0.0; 13], [0.0, 60_000.0, 60_000.0, 60_000.0, 60_000.0, 60_000.0, 60_000.0].repeat(2));
        assert_eq!(bad(&[&still]), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(bad(&[&moving[..13]]), [0.0, 0.0, 0.0, 0.0]);
        assert_eq!(bad(&[&moving[..13], &still]), [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_timestamp_far_in_the_future_is_bad() {
        assert_eq!(bad(&[&[90_000_000.0; 13]]), [1.0; 4]);
    }
}
