//! The state machine and the data-state alerts; burn rates are measured in `tests/oracle_detection.rs`.
#![allow(clippy::single_range_in_vec_init, clippy::unwrap_used, reason = "an alert that fires once; a test may panic")]
use super::*;
use crate::indicator::Sides;
use crate::oracle::{RawSeries, Timing, closed_form};

const MINUTE: u64 = 60_000;

fn firing(conditions: &str, hold: Hold) -> String {
    let fired = fires(conditions.chars().map(|c| c == '#'), 30, hold);
    fired.into_iter().map(|fires| if fires { '#' } else { '.' }).collect()
}

#[test]
fn an_alert_without_for_follows_its_condition() {
    assert_eq!(firing(".##.#", Hold::default()), ".##.#");
}

#[test]
fn for_counts_from_the_first_true_tick() {
    // 60 s at 30 s a tick: the third true tick in a row.
    assert_eq!(firing("####.##.###", Hold { pending: 60, keep: 0 }), "..##......#");
    assert_eq!(firing("####", Hold { pending: 45, keep: 0 }), "..##");
}

#[test]
fn keep_firing_counts_from_the_first_false_tick() {
    // Firing while ts − first false tick < 60 s.
    assert_eq!(firing("#.....", Hold { pending: 0, keep: 60 }), "###...");
    // A true tick in between starts it anew.
    assert_eq!(firing("#.#.....", Hold { pending: 0, keep: 60 }), "#####...");
    // Once gone, `for` must be served again; a pending alert is never kept.
    assert_eq!(firing("##...##.", Hold { pending: 30, keep: 60 }), ".###..##");
    assert_eq!(firing("#.#.#.", Hold { pending: 30, keep: 60 }), "......");
}

#[test]
fn a_close_comparison_spoils_only_what_it_decides() {
    let truths = [Truth::Sure(false), Truth::Close(true), Truth::Sure(true), Truth::Sure(true), Truth::Sure(false)];
    let alert = Alert::from_truths(&truths, 30, Hold { pending: 30, keep: 0 });
    assert_eq!(alert.firing, [2..4]);
    use Verdict::{Firing, Silent, TooClose};
    assert_eq!(alert.verdicts, [Silent, Silent, TooClose, Firing, Silent]);
    assert_eq!(alert.next(Firing, 0), Some(3));
    assert_eq!(alert.last_before(Silent, 3), Some(1));
}

#[test]
fn equal_zeros_are_not_close() {
    assert!(!too_close(0.0, 0.0));
    assert!(too_close(0.1 + 0.2, 0.3));
    assert!(!too_close(0.3, 0.300_000_01));
    assert!(!too_close(0.0, 1e-300));
}

/// Traffic of one event a second for `present` samples out of `all`, 15 s apart.
fn walk_of(present: usize, all: usize, step: f64) -> Walk {
    let samples = (0..present).map(|k| Some(1.0 + step * k as f64));
    let total = vec![RawSeries::sampled(0, 15_000, samples)];
    Walk::new(&Timing::uncompressed(15_000, 30_000), &Sides::bad(total, vec![]), all as u64 * 15_000)
}

#[test]
fn absence_fires_seven_and_a_half_minutes_after_the_loss() {
    // The last sample is at 10m. The base needs two samples in 75 s, so its last point is at 10m30s; from 15m30s on no
    // point is younger than 5m, and `for: 2m` ends at 17m30s.
    let walk = walk_of(41, 120, 15.0);
    let alert = walk.alert(&Condition::Absent(300_000), Hold { pending: 120_000, keep: 0 });
    assert_eq!(alert.firing, [35..61]);
}

/// Checks that an alert fires when its closed form says, after a last sample at `lost`.
#[track_caller]
fn fires_as_said(timing: &Timing, alert: &Alert, lost: u64, said: closed_form::Estimate) {
    let Timing { scrape, evaluation, .. } = timing;
    let fired = alert.firing.first().map(|ticks| ticks.start as u64 * evaluation);
    let took = fired.map(|at| (at - lost) as f64 / 1000.0);
    assert!(
        took.is_some_and(|took| (took - said.seconds).abs() <= said.tolerance),
        "{scrape} {evaluation}: {took:?} s, not {said:?}"
    );
}

#[test]
fn absence_fires_when_its_closed_form_says() {
    for scrape in [5_000, 15_000, 30_000, 60_000] {
        for evaluation in [15_000, 30_000, 60_000] {
            let timing = Timing::uncompressed(scrape, evaluation);
            let said = closed_form::absent(&timing, timing.base - timing.scrape, 5 * MINUTE, 2 * MINUTE);
            for present in 60..70 {
                let samples = (0..present).map(|k| Some(k as f64));
                let total = vec![RawSeries::sampled(0, scrape, samples)];
                let walk = Walk::new(&timing, &Sides::bad(total, vec![]), (present + 60) * scrape + 20 * MINUTE);
                let alert = walk.alert(&Condition::Absent(5 * MINUTE), Hold { pending: 2 * MINUTE, keep: 0 });
                fires_as_said(&timing, &alert, (present - 1) * scrape, said);
            }
        }
    }
}

#[test]
fn a_missing_side_is_told_when_its_closed_form_says() {
    for (scrape, evaluation) in [(5_000, 15_000), (15_000, 30_000), (30_000, 30_000), (60_000, 60_000)] {
        let timing = Timing::uncompressed(scrape, evaluation);
        let said = closed_form::broken(&timing, timing.base - timing.scrape, 5 * MINUTE);
        for present in 60..70 {
            let line = |samples: u64| vec![RawSeries::sampled(0, scrape, (0..samples).map(|k| Some(100.0 + k as f64)))];
            let all = present + 60 + 20 * MINUTE / scrape;
            let walk = Walk::whole(&timing, &Sides::good(line(all), line(present)));
            let alert = walk.alert(&Condition::Broken(Recorded::Good), Hold { pending: 5 * MINUTE, keep: 0 });
            fires_as_said(&timing, &alert, (present - 1) * scrape, said);
        }
    }
}

#[test]
fn a_missing_side_needs_events_that_nothing_makes_good() {
    let line = |step: f64, samples: usize| {
        vec![RawSeries::sampled(0, 15_000, (0..samples).map(|k| Some(100.0 + step * k as f64)))]
    };
    let fires = |sides: &Sides, hidden| {
        let walk = Walk::whole(&Timing::uncompressed(15_000, 30_000), sides);
        !walk.alert(&Condition::Broken(hidden), Hold::default()).firing.is_empty()
    };
    assert!(fires(&Sides::good(line(1.0, 81), vec![]), Recorded::Good));
    // Without an event nobody misses the good ones; and while they are counted, all may be bad.
    assert!(!fires(&Sides::good(line(0.0, 81), vec![]), Recorded::Good));
    assert!(!fires(&Sides::good(line(1.0, 81), line(0.0, 81)), Recorded::Good));
    // Bad events that are filled with zero never lack.
    assert!(!fires(&Sides::bad(line(1.0, 81), vec![]), Recorded::Bad));
}

#[test]
fn absence_is_silent_while_there_is_a_series() {
    assert_eq!(walk_of(121, 120, 15.0).alert(&Condition::Absent(300_000), Hold::default()).firing, [0..1]);
}

#[test]
fn no_traffic_needs_a_series() {
    let idle = Condition::Idle(Window::Mean(1_800_000));
    let hold = Hold { pending: 300_000, keep: 0 };
    // Without increments the first rate is at 30 s; `for` ends 5m later.
    assert_eq!(walk_of(121, 120, 0.0).alert(&idle, hold).firing, [11..61]);
    assert!(walk_of(121, 120, 15.0).alert(&idle, hold).firing.is_empty());
    assert!(walk_of(0, 120, 0.0).alert(&idle, hold).firing.is_empty());
}

#[test]
fn a_group_is_gone_once_its_half_hour_is_empty_and_forgotten_after_the_long_count() {
    let gone = Condition::Gone { known: Window::Counted(3_600_000), recent: Window::Mean(1_800_000) };
    // One hour of traffic, two of nothing: the last base point is at 60m30s, so the half hour is empty from 90m30s. The
    // count at 65m reads the base at 61m and later, so the last one is that of 60m, which leaves the hour at 120m.
    let alert = walk_of(241, 720, 15.0).alert(&gone, Hold::default());
    assert_eq!(alert.firing, [181..240]);
}
