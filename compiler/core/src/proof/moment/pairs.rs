//! Each pair of windows just above and just below its threshold, over the one window and over the other.

use rust_decimal::prelude::ToPrimitive;

use super::evaluation::{Clock, Found, Moment, every, firing, moment};
use super::history::History;
use crate::oracle::{Side, Walk};
use crate::plan::{BurnAlert, SloPlan};

/// Events a second at the evaluation: many, so that shares of them are exact enough.
const EVENTS: f64 = 1e9;
/// How far from the threshold a share of bad events is. The later ones are tried where another pair's comparison is too
/// close to call.
const MARGINS: [f64; 3] = [0.01, 0.013, 0.017];

/// Up to four moments a pair: none where the threshold leaves no room for a share above it.
pub(super) fn all(slo: &SloPlan, clock: &Clock) -> Vec<Moment> {
    let mut moments = Vec::with_capacity(slo.burns.len() * 4);
    for (index, burn) in slo.burns.iter().enumerate() {
        let pair = Pair::of(slo, index, burn);
        let (long, short) = (burn.long.nominal, burn.short.nominal);
        for (above, word) in
            [(true, "fires just above its threshold"), (false, "stays silent just below its threshold")]
        {
            let over_long = pair.recent().iter().find_map(|shape| {
                pair.tried(clock, burn.long.to_oracle(), shape, above, || format!("{long}/{short} {word} over {long}"))
            });
            let over_short = pair.past().iter().find_map(|shape| {
                pair.tried(clock, burn.short.to_oracle(), shape, above, || {
                    format!("{long}/{short} {word} over {short}")
                })
            });
            moments.extend(over_long.into_iter().chain(over_short));
        }
    }
    moments
}

/// A pair and the history that fills its long window.
struct Pair<'p> {
    slo: &'p SloPlan,
    index: usize,
    threshold: f64,
    every: u64,
    long: u64,
    short: u64,
    /// By how much events a second grow from sample to sample, so that windows differ in events too.
    growth: f64,
}

/// Which ages (in samples) have the share of bad events that is looked for, and the share that older ones have.
struct Shape {
    ages: std::ops::Range<u64>,
    older: f64,
}

impl<'p> Pair<'p> {
    fn of(slo: &'p SloPlan, index: usize, burn: &BurnAlert) -> Self {
        let (long, short) = (burn.long.real.millis(), burn.short.real.millis());
        let every = every(slo, long);
        let threshold = burn.threshold.to_f64().unwrap_or(1.0);
        let growth = (EVENTS / (2.0 * History::length(long) as f64 / every as f64)).floor();
        Self { slo, index, threshold, every, long, short, growth }
    }

    /// Errors began lately: a longer window would hold more good events, and a shorter one fewer.
    fn recent(&self) -> Vec<Shape> {
        let lengths =
            std::iter::successors(Some(self.short), |length| Some(length * 2)).take_while(|length| *length < self.long);
        lengths.map(|length| Shape { ages: 0..length / self.every, older: 0.0 }).collect()
    }

    /// Errors are ending: a longer window would hold more bad events. Where a share of half the short window is enough,
    /// a shorter one would hold fewer.
    fn past(&self) -> [Shape; 2] {
        let short = self.short / self.every;
        let older = (3.0 * self.threshold).min(1.0);
        [Shape { ages: short.div_ceil(2)..short, older }, Shape { ages: 0..short, older }]
    }

    /// The moment at which `window` has a share of bad events just above or below the threshold; `None` where no share of
    /// the shape's ages gives it, or where the pair does not do what the moment is to show.
    fn tried(
        &self,
        clock: &Clock,
        window: crate::oracle::Window,
        shape: &Shape,
        above: bool,
        name: impl Fn() -> String,
    ) -> Option<Moment> {
        let ratio = |share| {
            let walk = self.history(shape, share).walk(self.slo);
            let last = walk.ticks() - 1;
            Some(walk.window(Side::Bad, window, last)? / walk.window(Side::Events, window, last)?)
        };
        // The ratio of a window is linear in the share.
        let (none, whole) = (ratio(0.0)?, ratio(1.0)?);
        MARGINS.iter().find_map(|margin| {
            let target = self.threshold * if above { 1.0 + margin } else { 1.0 - margin };
            let share = (target - none) / (whole - none);
            if !(0.0..=1.0).contains(&share) {
                return None;
            }
            let history = self.history(shape, share);
            let walk: Walk = history.walk(self.slo);
            let firing = firing(self.slo, &walk)?;
            (firing.contains(&self.index) == above)
                .then(|| moment(clock, name(), &history, &walk, Found::Firing(firing)))
        })
    }

    fn history(&self, shape: &Shape, share: f64) -> History {
        let line = |share: f64| (whole(share * EVENTS), whole(share * self.growth));
        let (all, here, older) = (line(1.0), line(share), line(shape.older));
        History::of(self.slo, self.long, self.every, |age| {
            let at = |(newest, growth): (i64, i64)| newest - growth * i64::try_from(age).unwrap_or(0);
            let bad = match age {
                _ if shape.ages.contains(&age) => at(here),
                _ if age >= shape.ages.end => at(older),
                _ => 0,
            };
            (at(all), bad)
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most a billion")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}
