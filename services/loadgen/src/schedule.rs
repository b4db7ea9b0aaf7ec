//! When requests are due, and what is asked of each.

use std::time::Duration;

use clap::ValueEnum;
use rand::{Rng, RngExt};
use telemetry::scenario::Scenario;

/// The gaps between requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arrivals {
    /// Exponential gaps: customers know nothing of each other.
    Random,
    /// Even gaps.
    Even,
}

const ERRORS: [Scenario; 2] = [Scenario::ErrorCheckout, Scenario::ErrorPayments];
const SLOW: [Scenario; 3] = [Scenario::SlowPayments, Scenario::SlowCheckout, Scenario::SlowFrontend];

/// The course of a load.
#[derive(Debug)]
pub(crate) struct Schedule {
    rate: f64,
    arrivals: Arrivals,
    at: Duration,
    errors: Share,
    slow: Share,
}

impl Schedule {
    /// Requests at `rate` a second, of which the given percents fail and are slow.
    pub(crate) fn new(rate: f64, arrivals: Arrivals, errors: f64, slow: f64) -> Self {
        let share = |percent: f64, owed| Share { each: (percent / 100.0).clamp(0.0, 1.0), owed, taken: 0 };
        // Out of step, so that one seldom has to wait for the other.
        Self { rate: rate.max(0.001), arrivals, at: Duration::ZERO, errors: share(errors, 0.0), slow: share(slow, 0.5) }
    }

    /// When the next request is due, counted from the first, and what is asked of it.
    pub(crate) fn next(&mut self, random: &mut impl Rng) -> (Duration, Option<Scenario>) {
        let at = self.at;
        let gaps = match self.arrivals {
            Arrivals::Even => 1.0,
            Arrivals::Random => -(1.0 - random.random::<f64>()).ln(),
        };
        self.at += Duration::from_secs_f64(gaps / self.rate);
        let failing = self.errors.take(&ERRORS);
        // A request is one or the other: what is owed is paid by the next one.
        let scenario = if failing.is_some() { self.slow.wait().and(failing) } else { self.slow.take(&SLOW) };
        (at, scenario)
    }
}

/// A share that is kept exactly, not only on average: of 5,000 requests at 2%, 100.
#[derive(Debug)]
struct Share {
    each: f64,
    owed: f64,
    taken: usize,
}

impl Share {
    fn take(&mut self, kinds: &[Scenario]) -> Option<Scenario> {
        self.owed += self.each;
        if self.owed < 1.0 - 1e-9 {
            return None;
        }
        self.owed -= 1.0;
        self.taken += 1;
        kinds.get((self.taken - 1) % kinds.len()).copied()
    }

    /// Lets a request pass; what it would have got is owed to a later one.
    fn wait(&mut self) -> Option<()> {
        self.owed += self.each;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn shares_are_exact_and_every_scenario_occurs() {
        let mut random = StdRng::seed_from_u64(7);
        let mut schedule = Schedule::new(200.0, Arrivals::Random, 2.0, 2.0);
        let asked: Vec<_> = (0..5_000).map(|_| schedule.next(&mut random).1).collect();
        let count = |kinds: &[Scenario]| asked.iter().flatten().filter(|kind| kinds.contains(kind)).count();
        assert_eq!((count(&ERRORS), count(&SLOW)), (100, 100));
        assert!(Scenario::ALL.iter().all(|kind| count(&[*kind]) >= 33));
    }

    #[test]
    fn the_rate_is_kept_however_long_answers_take() {
        let mut random = StdRng::seed_from_u64(7);
        let mut schedule = Schedule::new(50.0, Arrivals::Random, 0.0, 0.0);
        let last = (0..5_000).map(|_| schedule.next(&mut random).0).last();
        assert!(last.is_some_and(|last| (90.0..110.0).contains(&last.as_secs_f64())), "{last:?}");
    }
}
