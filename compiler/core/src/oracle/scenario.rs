//! Scenarios: what happens to a service, as counters that rise in straight lines.
//!
//! The oracle expands a scenario into samples and the proof emitter prints the same segments for promtool, so that both
//! are given the same series and neither can slip by a sample.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::series::RawSeries;

/// Events for some time, always the same number between two scrapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// How many scrape intervals it lasts.
    pub scrapes: u64,
    /// Good events per scrape interval.
    pub good: u64,
    /// Bad events per scrape interval.
    pub bad: u64,
    /// What the scrapes of this phase get.
    pub seen: Seen,
}

/// What scrapes get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seen {
    /// Every sample.
    #[default]
    All,
    /// Nothing, though the counters go on rising: a target that cannot be reached.
    Missed,
    /// Every sample but those of the scenario's lost series, which goes on rising unseen.
    Rest,
    /// Nothing, since the process is gone; what appears next starts at the scenario's first value again.
    Gone,
}

/// When the series of bad events is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BadSeries {
    /// From the beginning, as docs/design/arithmetic.md#indicators asks of error counters.
    #[default]
    Initialised,
    /// From the first bad event on: the increment up to its first sample is invisible to `rate()`.
    OnFirstError,
    /// Never: no error has happened, or none is counted.
    Never,
}

/// What happens to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Value of every counter in the first sample of a process. Above zero, `rate()` extrapolates freely: a line that
    /// would cross zero is cut short.
    pub first: u64,
    /// What happens, in order. The first sample is at time zero; a phase owns the scrapes after its beginning up to and
    /// including its end.
    pub phases: Vec<Phase>,
    /// When the series of bad events is there.
    pub bad: BadSeries,
    /// The series that is not exported in phases of [`Seen::Rest`].
    pub lost: Option<Role>,
}

/// Which number of the scenario a series counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// All events.
    Total,
    /// The good ones, which are also those in a histogram's bucket at the threshold.
    Good,
    /// The bad ones.
    Bad,
    /// Not a counter: a level for as long as all is well, and another one in bad phases.
    Gauge(Gauge),
}

/// The levels of a gauge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gauge {
    /// Its level while all is well.
    pub good: Decimal,
    /// Its level in bad phases.
    pub bad: Decimal,
    /// What both levels rise by from one scrape to the next: a timestamp that follows the clock.
    pub slope: Decimal,
    /// A phase is bad when more than this share of its events is: 0 for one bad event, 75 for more than three quarters.
    pub above_percent: u64,
}

impl Gauge {
    /// 1, and 0 in phases with bad events.
    pub const UP: Self = Self::new(Decimal::ONE, Decimal::ZERO);

    /// Two levels, the bad one in every phase with a bad event.
    #[must_use]
    pub const fn new(good: Decimal, bad: Decimal) -> Self {
        Self { good, bad, slope: Decimal::ZERO, above_percent: 0 }
    }

    /// One level in every phase.
    #[must_use]
    pub const fn steady(level: Decimal) -> Self {
        Self::new(level, level)
    }

    fn level(self, phase: &Phase) -> Decimal {
        let is_bad = phase.bad * 100 > self.above_percent * (phase.good + phase.bad);
        if is_bad { self.bad } else { self.good }
    }
}

/// The share of a series among those that count the same events together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    /// Which one of them, from 0.
    pub nth: u64,
    /// How many there are.
    pub of: u64,
}

impl Share {
    /// Of a series that counts alone.
    pub const WHOLE: Self = Self { nth: 0, of: 1 };

    /// Its part of a number of events; the parts of all add up to the number.
    fn part(self, events: u64) -> u64 {
        (events + self.nth) / self.of.max(1)
    }
}

/// Samples that promtool's notation writes as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// `samples` values from `first` on, each `step` more than the one before: `first+stepx(samples − 1)`.
    Line {
        /// The first value.
        first: Decimal,
        /// The difference between neighbours.
        step: Decimal,
        /// How many values; at least one.
        samples: u64,
    },
    /// `_xN`: N missing samples.
    Absent {
        /// How many are missing; at least one.
        samples: u64,
    },
}

/// A series as segments, its first sample at time zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace(Vec<Segment>);

impl Phase {
    /// A phase in which every sample is seen.
    #[must_use]
    pub fn new(scrapes: u64, good: u64, bad: u64) -> Self {
        Self { scrapes, good, bad, seen: Seen::All }
    }

    /// A phase of `scrapes` intervals in which the process is gone.
    #[must_use]
    pub fn gone(scrapes: u64) -> Self {
        Self { scrapes, good: 0, bad: 0, seen: Seen::Gone }
    }

    /// The same events, with the scenario's lost series unseen.
    #[must_use]
    pub fn rest(self) -> Self {
        Self { seen: Seen::Rest, ..self }
    }

    /// A restart between two scrapes: counters begin again and no sample is missing.
    #[must_use]
    pub fn restart() -> Self {
        Self::gone(0)
    }

    /// The same events, unseen.
    #[must_use]
    pub fn missed(self) -> Self {
        Self { seen: Seen::Missed, ..self }
    }
}

impl Scenario {
    /// A scenario whose counters start at `first` and whose bad series is there from the beginning.
    #[must_use]
    pub fn new(first: u64, phases: Vec<Phase>) -> Self {
        Self { first, phases, bad: BadSeries::Initialised, lost: None }
    }

    /// How many scrape intervals the scenario lasts; there is one sample more.
    #[must_use]
    pub fn scrapes(&self) -> u64 {
        self.phases.iter().map(|phase| phase.scrapes).sum()
    }

    /// The scenario as a series with this share of its events sees it.
    #[must_use]
    pub fn shared(&self, share: Share) -> Self {
        let phases = self.phases.iter().map(|phase| Phase {
            good: share.part(phase.good),
            bad: share.part(phase.bad),
            ..*phase
        });
        Self { phases: phases.collect(), ..self.clone() }
    }

    /// The series that counts `role`.
    #[must_use]
    pub fn trace(&self, role: Role) -> Trace {
        let mut trace = Trace::default();
        if role == Role::Bad && self.bad == BadSeries::Never {
            trace.absent(self.scrapes() + 1);
            return trace;
        }
        let mut waits = role == Role::Bad && self.bad == BadSeries::OnFirstError;
        let mut value = self.first;
        // The sample at time zero belongs to no phase and is seen as the first phase is.
        let mut before = 1;
        let mut fresh = true;
        // Gauges are worked out from the time of a sample, which goes on whatever is seen of them.
        let mut at = 0;
        for phase in &self.phases {
            let step = match role {
                Role::Total => phase.good + phase.bad,
                Role::Good => phase.good,
                Role::Bad => phase.bad,
                Role::Gauge(_) => 0,
            };
            let scrapes = phase.scrapes + before;
            if phase.seen == Seen::Gone {
                trace.absent(scrapes);
                (value, fresh) = (self.first, true);
            } else {
                waits = waits && phase.bad == 0;
                let is_lost = phase.seen == Seen::Rest && self.lost == Some(role);
                if waits || phase.seen == Seen::Missed || is_lost {
                    trace.absent(scrapes);
                } else if let Role::Gauge(gauge) = role {
                    trace.line(gauge.level(phase) + gauge.slope * Decimal::from(at), gauge.slope, scrapes);
                } else {
                    // A process's first sample is its first value, without an increment before it.
                    let first = if fresh { value } else { value + step };
                    trace.line(first.into(), step.into(), scrapes);
                }
                // Whether anyone looked or not, the events happened.
                value += step * if fresh { scrapes.saturating_sub(1) } else { scrapes };
                fresh = fresh && scrapes == 0;
            }
            before = 0;
            at += scrapes;
        }
        if self.phases.is_empty() {
            let level = if let Role::Gauge(gauge) = role { gauge.good } else { value.into() };
            trace.line(level, Decimal::ZERO, 1);
        }
        trace
    }

    /// The samples of [`Scenario::trace`], `scrape` milliseconds apart.
    #[must_use]
    pub fn series(&self, role: Role, scrape: u64) -> RawSeries {
        self.trace(role).series(scrape)
    }
}

impl Trace {
    /// The segments in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether any sample is there.
    #[must_use]
    pub(crate) fn is_present(&self) -> bool {
        self.0.iter().any(|segment| matches!(segment, Segment::Line { .. }))
    }

    /// Number of samples, missing ones included.
    #[must_use]
    pub fn samples(&self) -> u64 {
        let samples = |segment: &Segment| match *segment {
            Segment::Line { samples, .. } | Segment::Absent { samples } => samples,
        };
        self.0.iter().map(samples).sum()
    }

    /// The series in promtool's notation, where `a+bxN` yields N + 1 samples and `_xN` skips N.
    #[must_use]
    pub(crate) fn notation(&self) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            let gap = if text.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = match *segment {
                Segment::Line { first, samples: 1, .. } => write!(text, "{gap}{first}"),
                Segment::Line { first, step, samples } => write!(text, "{gap}{first}+{step}x{}", samples - 1),
                Segment::Absent { samples } => write!(text, "{gap}_x{samples}"),
            };
        }
        text
    }

    /// The samples, `scrape` milliseconds apart.
    #[must_use]
    pub fn series(&self, scrape: u64) -> RawSeries {
        let mut series = RawSeries::default();
        series.reserve(usize::try_from(self.samples()).unwrap_or(0));
        let mut time = 0;
        for segment in &self.0 {
            match *segment {
                Segment::Line { first, step, samples } => {
                    // Added up rather than multiplied, as promtool's parser does.
                    let (mut value, step) = (number(first), number(step));
                    for _ in 0..samples {
                        series.push(time, value);
                        time += scrape;
                        value += step;
                    }
                }
                Segment::Absent { samples } => time += samples * scrape,
            }
        }
        series
    }

    /// Adds a line, as part of the segment before it where that one goes on in the same way.
    fn line(&mut self, first: Decimal, step: Decimal, more: u64) {
        if more == 0 {
            return;
        }
        if let Some(Segment::Line { first: before, step: slope, samples }) = self.0.last_mut()
            && *slope == step
            && *before + step * Decimal::from(*samples) == first
        {
            *samples += more;
            return;
        }
        self.0.push(Segment::Line { first, step, samples: more });
    }

    fn absent(&mut self, more: u64) {
        match self.0.last_mut() {
            _ if more == 0 => {}
            Some(Segment::Absent { samples }) => *samples += more,
            _ => self.0.push(Segment::Absent { samples: more }),
        }
    }
}

/// A number as Prometheus reads it from its text: the nearest float.
#[must_use]
pub fn number(number: Decimal) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notation(scenario: &Scenario, role: Role) -> String {
        scenario.trace(role).notation()
    }

    fn values(scenario: &Scenario, role: Role) -> Vec<(u64, f64)> {
        scenario.series(role, 1).points().collect()
    }

    #[test]
    fn an_outage_is_two_segments_and_no_sample_is_lost_between_them() {
        let outage = Scenario::new(100, vec![Phase::new(4, 10, 0), Phase::new(2, 0, 10)]);
        assert_eq!(notation(&outage, Role::Good), "100+10x4 140+0x1");
        assert_eq!(notation(&outage, Role::Bad), "100+0x4 110+10x1");
        assert_eq!(notation(&outage, Role::Total), "100+10x6");
        assert_eq!(notation(&outage, Role::Gauge(Gauge::UP)), "1+0x4 0+0x1");
        let expected = [100.0, 100.0, 100.0, 100.0, 100.0, 110.0, 120.0];
        assert_eq!(values(&outage, Role::Bad), (0..).zip(expected).collect::<Vec<_>>());
        assert_eq!(outage.trace(Role::Bad).samples(), outage.scrapes() + 1);
    }

    #[test]
    fn a_gauge_falls_with_its_share_of_bad_events() {
        let outage = Scenario::new(100, vec![Phase::new(2, 4, 0), Phase::new(2, 3, 1), Phase::new(2, 0, 4)]);
        let gauge = Gauge::new(Decimal::from(7), Decimal::from(2));
        let levels = |above_percent| notation(&outage, Role::Gauge(Gauge { above_percent, ..gauge }));
        assert_eq!((levels(0), levels(25)), ("7+0x2 2+0x3".to_owned(), "7+0x4 2+0x1".to_owned()));
    }

    #[test]
    fn a_timestamp_follows_the_clock_through_what_nobody_sees() {
        let clock = Gauge { slope: Decimal::from(15), ..Gauge::new(Decimal::ZERO, Decimal::from(-100)) };
        let phases = vec![Phase::new(2, 1, 0), Phase::gone(2), Phase::new(1, 1, 0), Phase::new(2, 0, 1)];
        assert_eq!(notation(&Scenario::new(0, phases), Role::Gauge(clock)), "0+15x2 _x2 75 -10+15x1");
    }

    #[test]
    fn shares_add_up() {
        let outage = Scenario::new(0, vec![Phase::new(2, 10, 1), Phase::new(1, 0, 5)]);
        let bad = |nth| notation(&outage.shared(Share { nth, of: 3 }), Role::Bad);
        assert_eq!([bad(0), bad(1), bad(2)], ["0+0x2 1", "0+0x2 2", "0+1x2 4"]);
        assert_eq!(notation(&outage.shared(Share::WHOLE), Role::Total), "0+11x2 27");
    }

    #[test]
    fn a_phase_of_one_scrape_is_a_plain_number() {
        let blip = Scenario::new(1, vec![Phase::new(2, 5, 0), Phase::new(1, 4, 1), Phase::new(2, 5, 0)]);
        assert_eq!(notation(&blip, Role::Bad), "1+0x2 2 2+0x1");
        assert_eq!(notation(&blip, Role::Good), "1+5x2 15 20+5x1");
    }

    #[test]
    fn bad_series_appear_when_they_should() {
        let mut outage = Scenario::new(7, vec![Phase::new(3, 5, 0), Phase::new(3, 3, 2)]);
        outage.bad = BadSeries::OnFirstError;
        assert_eq!(notation(&outage, Role::Bad), "_x4 9+2x2");
        outage.bad = BadSeries::Never;
        assert_eq!(notation(&outage, Role::Bad), "_x7");
        assert!(!outage.trace(Role::Bad).is_present());
    }

    #[test]
    fn counters_go_on_through_missed_scrapes_and_start_again_after_a_death() {
        let missed = Scenario::new(10, vec![Phase::new(1, 5, 0), Phase::new(2, 5, 0).missed(), Phase::new(2, 5, 0)]);
        assert_eq!(notation(&missed, Role::Good), "10+5x1 _x2 30+5x1");
        let death = Scenario::new(10, vec![Phase::new(1, 5, 0), Phase::gone(2), Phase::new(3, 5, 0)]);
        assert_eq!(notation(&death, Role::Good), "10+5x1 _x2 10+5x2");
        assert_eq!(notation(&death, Role::Gauge(Gauge::UP)), "1+0x1 _x2 1+0x2");
        let restart = Scenario::new(10, vec![Phase::new(1, 5, 0), Phase::restart(), Phase::new(2, 5, 0)]);
        assert_eq!(notation(&restart, Role::Good), "10+5x1 10+5x1");
    }

    #[test]
    fn a_lost_series_goes_on_unseen_while_the_others_are_seen() {
        let mut broken = Scenario::new(10, vec![Phase::new(1, 5, 0), Phase::new(2, 5, 0).rest(), Phase::new(2, 5, 0)]);
        broken.lost = Some(Role::Good);
        assert_eq!(notation(&broken, Role::Good), "10+5x1 _x2 30+5x1");
        assert_eq!(notation(&broken, Role::Total), "10+5x5");
    }

    #[test]
    fn the_sample_at_zero_is_seen_as_the_first_phase_is() {
        let late = Scenario::new(10, vec![Phase::gone(2), Phase::new(2, 5, 0)]);
        assert_eq!(notation(&late, Role::Total), "_x3 10+5x1");
        assert_eq!(late.trace(Role::Total).samples(), 5);
        assert_eq!(notation(&Scenario::new(3, vec![]), Role::Total), "3");
        assert_eq!(Scenario::new(3, vec![]).trace(Role::Total).samples(), 1);
    }
}
