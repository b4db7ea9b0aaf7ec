//! Alerts: conditions over the walk, and when they are pending, firing and gone.

use std::ops::Range;

use super::base::Recorded;
use super::close::too_close;
use super::timing::Window;
use super::walk::{Side, Walk};

/// One burn-rate rule: `bad[l] > t × all[l] and bad[s] > t × all[s]`, with its guard where there is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The long window.
    pub long: Window,
    /// The short window.
    pub short: Window,
    /// Burn rate × error budget: the share of bad events above which both windows must be. Exact, from decimals.
    pub threshold: f64,
    /// `and sum_over_time(bad_base[long:1m]) * 60 >= min`: the least number of bad events that may page, less a half.
    pub guard: Option<f64>,
}

/// What an alert looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// The budget burns too fast.
    Burn(Pair),
    /// `absent_over_time(events_base[len])`.
    Absent(u64),
    /// Events without the base series of a side that cannot be absent in health: `events_base unless bad_base`, or
    /// `bad_base > 0 unless good_base`.
    Broken(Recorded),
    /// `known > 0 unless recent`: a group that had events lately has no series now.
    Gone {
        /// The long count over which the group is known (`count1d`).
        known: Window,
        /// The window in which it would still be seen (`rate30m`).
        recent: Window,
    },
    /// `window == 0`: series are there, but nothing happens.
    Idle(Window),
}

/// How long an alert waits before it fires and how long it holds on afterwards, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hold {
    /// `for`.
    pub pending: u64,
    /// `keep_firing_for`.
    pub keep: u64,
}

/// What is known of an alert at a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It fires.
    Firing,
    /// It does not.
    Silent,
    /// A comparison within `TOO_CLOSE` of equality decides, so nothing should be asserted here.
    TooClose,
}

/// An alert at every tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Half-open ranges of ticks at which the alert fires, with comparisons as this machine's floats decide them.
    pub firing: Vec<Range<usize>>,
    /// For each tick, what holds whichever way the close comparisons fall.
    pub verdicts: Vec<Verdict>,
}

/// A condition at one tick; the second half of each pair is what the floats said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Sure(bool),
    Close(bool),
}

impl Truth {
    fn nominal(self) -> bool {
        let (Self::Sure(holds) | Self::Close(holds)) = self;
        holds
    }

    fn and(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::Sure(false) {
            return self;
        }
        match (self, other()) {
            (_, Self::Sure(false)) => Self::Sure(false),
            (Self::Sure(true), Self::Sure(true)) => Self::Sure(true),
            (left, right) => Self::Close(left.nominal() && right.nominal()),
        }
    }
}

impl Walk {
    /// Walks an alert through all ticks.
    #[must_use]
    pub fn alert(&self, condition: &Condition, hold: Hold) -> Alert {
        match *condition {
            Condition::Burn(pair) => self.burn(&pair, hold),
            Condition::Absent(len) => {
                // A mean is there exactly when the range has a sample.
                let mut base = self.reader(Side::Events, Window::Mean(len));
                self.each(hold, |time| Truth::Sure(base(time).is_none()))
            }
            Condition::Broken(hidden) => self.each_tick(hold, |tick| {
                let (events, bad) = (self.base(Side::Events, tick), self.base(Side::Bad, tick));
                Truth::Sure(match hidden {
                    Recorded::Bad => events.is_some() && bad.is_none(),
                    Recorded::Good => bad.is_some_and(|bad| bad > 0.0) && self.good(tick).is_none(),
                })
            }),
            Condition::Gone { known, recent } => {
                let mut known = self.reader(Side::Events, known);
                let mut recent = self.reader(Side::Events, recent);
                self.each(hold, |time| {
                    let (known, recent) = (known(time), recent(time));
                    Truth::Sure(known.is_some_and(|count| count > 0.0) && recent.is_none())
                })
            }
            Condition::Idle(window) => {
                let mut events = self.reader(Side::Events, window);
                self.each(hold, |time| Truth::Sure(events(time) == Some(0.0)))
            }
        }
    }

    fn burn(&self, pair: &Pair, hold: Hold) -> Alert {
        let mut short = self.exceeds(pair.short, pair.threshold);
        let mut long = self.exceeds(pair.long, pair.threshold);
        // A counted window already holds the count; below it, steps of the base are added up.
        let mut guard = pair.guard.map(|least| {
            let counted: Box<dyn FnMut(u64) -> Option<f64>> = match pair.long {
                Window::Counted(_) => Box::new(self.reader(Side::Bad, pair.long)),
                Window::Mean(len) | Window::Stepped(len) => Box::new(self.guard_reader(len)),
            };
            (least, counted)
        });
        // A doubtful slice spoils every window that may hold it, for as long as the longest reaches back. Counts are
        // read in steps, and so may hold it for a step longer.
        let reach = pair.long.len().max(pair.short.len()) + self.timing().count_step;
        let mut doubtful = self.doubtful().iter().map(|tick| self.time(*tick)).peekable();
        let mut spoilt_until = None;
        self.each(hold, |time| {
            // The short window first: in a quiet history it is false, and nothing else needs reading.
            let truth = short(time).and(|| long(time)).and(|| match &mut guard {
                None => Truth::Sure(true),
                Some((least, counted)) => counted(time).map_or(Truth::Sure(false), |bad| {
                    let holds = bad >= *least;
                    if too_close(bad, *least) { Truth::Close(holds) } else { Truth::Sure(holds) }
                }),
            });
            while let Some(doubt) = doubtful.next_if(|doubt| *doubt <= time) {
                spoilt_until = Some(doubt + reach);
            }
            if spoilt_until.is_some_and(|end| time <= end) { Truth::Close(truth.nominal()) } else { truth }
        })
    }

    /// `bad[window] > threshold * all[window]`; false where either is absent.
    fn exceeds(&self, window: Window, threshold: f64) -> impl FnMut(u64) -> Truth {
        let mut bad = self.reader(Side::Bad, window);
        let mut all = self.reader(Side::Events, window);
        move |time| {
            // Events are never negative, so without bad ones there is nothing to compare: most of any history is quiet.
            let Some(bad) = bad(time).filter(|bad| *bad > 0.0 || threshold < 0.0) else { return Truth::Sure(false) };
            let Some(all) = all(time) else { return Truth::Sure(false) };
            let limit = threshold * all;
            let holds = bad > limit;
            if too_close(bad, limit) { Truth::Close(holds) } else { Truth::Sure(holds) }
        }
    }

    fn each(&self, hold: Hold, mut condition: impl FnMut(u64) -> Truth) -> Alert {
        self.each_tick(hold, |tick| condition(self.time(tick)))
    }

    fn each_tick(&self, hold: Hold, condition: impl FnMut(usize) -> Truth) -> Alert {
        let truths: Vec<_> = (0..self.ticks()).map(condition).collect();
        Alert::from_truths(&truths, self.timing().evaluation, hold)
    }
}

impl Alert {
    /// What the alert does at a tick; past the end nothing is known.
    #[must_use]
    pub fn at(&self, tick: usize) -> Verdict {
        self.verdicts.get(tick).copied().unwrap_or(Verdict::TooClose)
    }

    /// The first tick from `tick` on at which the alert surely fires or surely is silent.
    #[must_use]
    pub fn next(&self, verdict: Verdict, tick: usize) -> Option<usize> {
        (tick..self.verdicts.len()).find(|tick| self.verdicts[*tick] == verdict)
    }

    /// The last tick before `tick` with that verdict.
    #[must_use]
    pub fn last_before(&self, verdict: Verdict, tick: usize) -> Option<usize> {
        (0..tick.min(self.verdicts.len())).rev().find(|tick| self.verdicts[*tick] == verdict)
    }

    /// Runs the state machine once; where comparisons were close, also with all of them false and all of them true.
    /// More true ticks never fire less, so an alert that does the same both ways does so in every case between.
    fn from_truths(truths: &[Truth], evaluation: u64, hold: Hold) -> Self {
        let nominal = fires(truths.iter().map(|truth| truth.nominal()), evaluation, hold);
        let verdicts = if truths.iter().all(|truth| matches!(truth, Truth::Sure(_))) {
            let verdict = |fires: &bool| if *fires { Verdict::Firing } else { Verdict::Silent };
            nominal.iter().map(verdict).collect()
        } else {
            let least = fires(truths.iter().map(|truth| *truth == Truth::Sure(true)), evaluation, hold);
            let most = fires(truths.iter().map(|truth| *truth != Truth::Sure(false)), evaluation, hold);
            let verdict = |(least, most)| match (least, most) {
                (true, _) => Verdict::Firing,
                (_, false) => Verdict::Silent,
                _ => Verdict::TooClose,
            };
            least.into_iter().zip(most).map(verdict).collect()
        };
        let mut firing = Vec::new();
        let mut start = None;
        for (tick, fires) in nominal.iter().copied().chain([false]).enumerate() {
            match (start, fires) {
                (None, true) => start = Some(tick),
                (Some(from), false) => {
                    firing.push(from..tick);
                    start = None;
                }
                _ => {}
            }
        }
        Self { firing, verdicts }
    }
}

/// Prometheus's alert states; times in milliseconds.
#[derive(Debug, Clone, Copy)]
enum State {
    Inactive,
    Pending { since: u64 },
    Firing { false_since: Option<u64> },
}

/// Whether the alert fires after each evaluation, as `AlertingRule.Eval` steps it.
fn fires(conditions: impl Iterator<Item = bool>, evaluation: u64, hold: Hold) -> Vec<bool> {
    let mut state = State::Inactive;
    let mut time = 0;
    conditions
        .map(|holds| {
            state = if holds {
                match state {
                    State::Firing { .. } => State::Firing { false_since: None },
                    State::Inactive => begin(time, time, hold),
                    State::Pending { since } => begin(since, time, hold),
                }
            } else {
                match state {
                    State::Firing { false_since } => {
                        let since = false_since.unwrap_or(time);
                        let keeps = time - since < hold.keep;
                        if keeps { State::Firing { false_since: Some(since) } } else { State::Inactive }
                    }
                    State::Inactive | State::Pending { .. } => State::Inactive,
                }
            };
            time += evaluation;
            matches!(state, State::Firing { .. })
        })
        .collect()
}

/// An alert active since `since`: firing once it has been so for as long as `for` asks.
fn begin(since: u64, time: u64, hold: Hold) -> State {
    if time - since >= hold.pending { State::Firing { false_since: None } } else { State::Pending { since } }
}

#[cfg(test)]
mod tests;
