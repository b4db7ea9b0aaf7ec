//! How well the recorded rules count: each event once, and the budget of 30 days against the events themselves.
//!
//! The truth here is what the scraped samples say: the sum of increments between neighbours, a fall counting from zero.
//! What happens unseen (before a series' first sample, or inside a gap) no rule can know.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test may panic and tell")]

use std::cell::Cell;

use emberline_core::indicator::Sides;
use emberline_core::oracle::{BudgetPoint, RawSeries, Reader, Side, Timing, Walk, Window};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How often a single event counts: at best and at worst over where it falls, through every evaluation (`step` = E) or
/// through a subquery's steps.
fn weights(timing: &Timing, step: u64) -> (f64, f64) {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for first in (0..timing.scrape).step_by(1_250) {
        let scrapes = 20 * MINUTE / timing.scrape;
        for event in scrapes / 3..scrapes / 3 + 2 * MINUTE / timing.scrape {
            let counter = (0..=scrapes).map(|k| Some(if k > event { 1001.0 } else { 1000.0 }));
            let series = RawSeries::sampled(first, timing.scrape, counter);
            let walk = Walk::whole(timing, &Sides::bad(vec![series], vec![]));
            let seen = (0..walk.ticks()).filter(|tick| walk.time(*tick).is_multiple_of(step));
            let weight: f64 = seen.filter_map(|tick| walk.base(Side::Events, tick)).sum::<f64>() * step as f64 / 1000.0;
            least = least.min(weight);
            most = most.max(weight);
        }
    }
    (least, most)
}

#[test]
fn every_event_counts_exactly_once() {
    for scrape in [5_000, 10_000, 15_000, 20_000, 30_000, 60_000] {
        for evaluation in [10_000, 15_000, 20_000, 30_000, 60_000] {
            let timing = Timing::uncompressed(scrape, evaluation);
            for step in [evaluation, timing.sub_step] {
                let (least, most) = weights(&timing, step);
                let (s, b) = (scrape / 1000, timing.base / 1000);
                let exact = (least - 1.0).abs() < 1e-9 && (most - 1.0).abs() < 1e-9;
                assert!(exact, "s {s}, E {}, b {b}, step {}: {least} to {most}", evaluation / 1000, step / 1000);
            }
        }
    }
}

#[test]
fn a_base_of_four_scrapes_counts_events_up_to_a_third_too_often_or_not_at_all() {
    // docs/design/arithmetic.md#base-window, which is why the base is not simply a minute: the test above can fail.
    let timing = Timing { base: 60_000, ..Timing::uncompressed(15_000, 30_000) };
    let close = |(least, most): (f64, f64), expected: (f64, f64)| {
        assert!((least - expected.0).abs() < 1e-9 && (most - expected.1).abs() < 1e-9, "{least} to {most}");
    };
    close(weights(&timing, 30_000), (2.0 / 3.0, 4.0 / 3.0));
    close(weights(&timing, 60_000), (0.0, 4.0 / 3.0));
}

#[test]
fn the_mean_of_two_replicas_counts_an_event_once_and_their_maximum_does_not() {
    let timing = Timing::uncompressed(15_000, 30_000);
    let event = |offset| {
        let counter = (0..60).map(|k| Some(if k > 20 { 1001.0 } else { 1000.0 }));
        Reader::new(&timing, 30).rates(&[RawSeries::sampled(offset, 15_000, counter)])
    };
    let mut longest: f64 = 0.0;
    for apart in (0..15_000).step_by(1_250) {
        for first in (0..15_000).step_by(1_250) {
            let (one, other) = (event(first), event(first + apart));
            let pairs = || one.iter().zip(&other).filter(|(a, b)| !a.is_nan() && !b.is_nan());
            let mean: f64 = pairs().map(|(a, b)| f64::midpoint(*a, *b) * 30.0).sum();
            let most: f64 = pairs().map(|(a, b)| a.max(*b) * 30.0).sum();
            assert!((mean - 1.0).abs() < 1e-9, "{apart} ms apart: {mean}");
            longest = longest.max(most);
        }
    }
    // Seen at one evaluation more, of two.
    assert!((longest - 1.5).abs() < 1e-9, "{longest}");
}

/// What 30 days look like.
#[derive(Debug, Clone)]
struct Month {
    seed: u64,
    scrape: u64,
    /// Events a second at noon.
    traffic: f64,
    /// Share of hours without any event.
    idle: f64,
    /// Bad share outside of incidents; nothing bad ever happens where it is negative.
    bad: f64,
    instances: u64,
    /// Mean number of gaps and of restarts a day.
    troubles: f64,
    /// Longest gap in scrapes.
    longest_gap: u64,
}

fn months() -> impl Strategy<Value = Month> {
    (
        any::<u64>(),
        prop_oneof![3 => Just(15_000u64), 1 => Just(30_000), 1 => Just(60_000)],
        prop_oneof![0.01f64..1.0, 1.0f64..200.0],
        prop_oneof![Just(0.0), 0.0f64..0.6],
        prop_oneof![Just(-1.0), Just(0.0), 0.0001f64..0.05],
        1u64..=3,
        prop_oneof![Just(0.0), 0.0f64..3.0],
        1u64..=8,
    )
        .prop_map(|(seed, scrape, traffic, idle, bad, instances, troubles, longest_gap)| Month {
            seed,
            scrape,
            traffic,
            idle,
            bad,
            instances,
            troubles,
            longest_gap,
        })
}

/// A small generator (splitmix64), so that a month is its seed and nothing else.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number with this mean.
    fn around(&mut self, mean: f64) -> f64 {
        (mean * (0.5 + self.roll()) + self.roll()).floor().max(0.0)
    }
}

/// A counter as it is scraped, with the truth about it kept beside.
#[derive(Default)]
struct Counter {
    series: RawSeries,
    value: f64,
    /// The last sample seen and when.
    last: Option<(u64, f64)>,
    /// Sum of the increments between samples.
    truth: f64,
    /// Sum of the increments at which a rate starts anew: one at the start of a series and at each restart, one across
    /// each gap.
    starts: f64,
    /// The largest increment since the series began, until its value is past it. `rate()` draws no line below zero, so
    /// while a range begins nearer to zero than one increment its events count less than once (the first one of a
    /// counter 0.80 to 1 times, docs/design/arithmetic.md#indicators).
    young: Option<f64>,
}

impl Counter {
    fn scrape(&mut self, time: u64, interval: u64) {
        if let Some((before, last)) = self.last {
            let fell = self.value < last;
            let increment = if fell { self.value } else { self.value - last };
            self.truth += increment;
            if fell {
                self.young = Some(0.0);
            }
            if let Some(largest) = self.young {
                self.starts += (increment - largest).max(0.0);
                let largest = largest.max(increment);
                self.young = (self.value <= largest).then_some(largest);
            } else if time - before > interval {
                self.starts += increment;
            }
        } else {
            self.young = Some(0.0);
        }
        self.last = Some((time, self.value));
        self.series.push(time, self.value);
    }
}

/// All counters of a month, total and bad, an instance each.
fn simulate(month: &Month) -> Vec<(Counter, Counter)> {
    let mut dice = Dice(month.seed);
    let first = (dice.roll() * month.scrape as f64) as u64;
    // An hour of nothing at the end, so that the budget has settled and its window still holds everything.
    let (end, quiet) = (30 * DAY - HOUR, 30 * DAY - 2 * HOUR);
    let idle_hours: Vec<bool> = (0..30 * 24).map(|_| dice.roll() < month.idle).collect();
    let incidents: Vec<(u64, u64, f64)> = (0..if month.bad < 0.0 { 0 } else { 4 })
        .map(|_| {
            let from = (dice.roll() * 29.0 * DAY as f64) as u64;
            (from, from + (dice.roll() * 2.0 * HOUR as f64) as u64, dice.roll())
        })
        .collect();
    let trouble = month.troubles * month.scrape as f64 / DAY as f64;
    (0..month.instances)
        .map(|instance| {
            let (mut total, mut bad) = (Counter::default(), Counter::default());
            // The first instance is there from the beginning, others appear some day.
            let appears = if instance == 0 { 0 } else { (dice.roll() * 20.0 * DAY as f64) as u64 };
            let mut missed = 0;
            let mut time = first;
            while time < end {
                if time >= appears {
                    let day = (time % DAY) as f64 / DAY as f64;
                    let cycle = 1.0 - 0.8 * (day * std::f64::consts::TAU).cos();
                    let idle = time > quiet || idle_hours[(time / HOUR) as usize];
                    let mean = month.traffic * cycle * month.scrape as f64 / 1000.0;
                    let events = if idle { 0.0 } else { dice.around(mean) };
                    let incident = incidents.iter().find(|(from, to, _)| (*from..*to).contains(&time));
                    let share = incident.map_or(month.bad.max(0.0), |(_, _, share)| *share);
                    let failures =
                        if share > 0.0 && events > 0.0 { (events * share + dice.roll()).floor() } else { 0.0 };
                    if dice.roll() < trouble {
                        (total.value, bad.value) = (0.0, 0.0);
                    }
                    if dice.roll() < trouble {
                        missed = (dice.roll() * month.longest_gap as f64) as u64 + 1;
                    }
                    total.value += events;
                    bad.value += failures.min(events);
                    if missed > 0 {
                        missed -= 1;
                    } else {
                        total.scrape(time, month.scrape);
                        bad.scrape(time, month.scrape);
                    }
                }
                time += month.scrape;
            }
            (total, bad)
        })
        .collect()
}

/// How far a count is from the truth.
struct Deviation {
    /// Relative to the truth, as are the other two; absolute where nothing happened.
    error: f64,
    allowed: f64,
    /// What the increments at the starts of series come to.
    starts: f64,
}

impl Deviation {
    fn of(counted: f64, counters: &[&Counter]) -> Self {
        let truth: f64 = counters.iter().map(|counter| counter.truth).sum();
        let starts: f64 = counters.iter().map(|counter| counter.starts).sum();
        let relative = |difference: f64| if truth > 0.0 { difference / truth } else { difference };
        let allowed = relative((0.005 * truth).max(starts)).max(1e-9);
        Self { error: relative((counted - truth).abs()), allowed, starts: relative(starts) }
    }
}

#[test]
fn the_budget_of_thirty_days_is_right() {
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    // The worst where starts are too few to matter, and the worst of all.
    let (worst_events, worst_bad) = (Cell::new((0.0f64, 0.0f64)), Cell::new((0.0f64, 0.0f64)));
    let outcome = TestRunner::new(config).run(&months(), |month| {
        let counters = simulate(&month);
        let side = |bad: bool| counters.iter().map(|(t, b)| if bad { b } else { t }).collect::<Vec<_>>();
        let series = |bad| side(bad).iter().map(|counter| counter.series.clone()).collect::<Vec<_>>();
        // Where nothing bad ever happened there is no bad series either.
        let bad = if month.bad < 0.0 { vec![] } else { series(true) };
        let timing = Timing { budget_interval: 2 * MINUTE, ..Timing::uncompressed(month.scrape, 30_000) };
        let walk = Walk::whole(&timing, &Sides::bad(series(false), bad));
        let points = walk.budget(30 * DAY, 0.001);

        let sound = |value: Option<f64>| value.is_none_or(f64::is_finite);
        for BudgetPoint { time, events, bad, remaining } in &points {
            prop_assert!(sound(*events) && sound(*bad) && sound(*remaining), "not a number at {time}");
        }
        let last = points.last().ok_or_else(|| TestCaseError::fail("no evaluation"))?;
        for (name, counted, is_bad, worst) in
            [("events", last.events, false, &worst_events), ("bad", last.bad, true, &worst_bad)]
        {
            let Deviation { error, allowed, starts } = Deviation::of(counted.unwrap_or(0.0), &side(is_bad));
            prop_assert!(error <= allowed, "{name}: off by {error:.6}, allowed {allowed:.6}");
            let (settled, any) = worst.get();
            worst.set((if starts <= 0.005 { settled.max(error) } else { settled }, any.max(error)));
        }
        Ok(())
    });
    for (name, worst) in [("events", worst_events.get()), ("bad events", worst_bad.get())] {
        let (settled, any) = (100.0 * worst.0, 100.0 * worst.1);
        println!(
            "worst error of 30 days, {name}: {settled:.4}%; {any:.4}% where few happen and most at a series' start"
        );
    }
    outcome.unwrap();
}

#[test]
fn a_steady_month_is_exact() {
    // No trouble at all: only the first increment is drawn a little too long.
    let counter = |per_scrape: f64| {
        let samples = (0..30 * DAY / 15_000 - 60).map(|k| Some(1000.0 + per_scrape * k as f64));
        vec![RawSeries::sampled(0, 15_000, samples)]
    };
    let walk = Walk::whole(&Timing::uncompressed(15_000, 30_000), &Sides::bad(counter(15.0), counter(0.0)));
    let last = walk.ticks() - 1;
    // The budget lags: it has seen the steps up to the last multiple of five minutes.
    let seen = (walk.time(last) / (5 * MINUTE) * 5 * MINUTE) as f64 / 1000.0;
    let counted = walk.window(Side::Events, Window::Counted(30 * DAY), last).unwrap();
    assert!((counted / seen - 1.0).abs() < 1e-4, "{counted} of {seen}");
}
