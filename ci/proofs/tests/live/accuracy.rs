//! The recorded error budget against the exact number of events, over months of ugly traffic.
//!
//! Each month is scraped and evaluated, at the intervals of a policy, by the real engine ([`emberline_proofs::replay`]);
//! then, at every hour of the last day, what the rules recorded is held against the events between scrapes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::replay::{Ticks, replay};
use emberline_proofs::rules::RuleFile;
use emberline_proofs::tools::compile;

use crate::traffic::{DAY, END, Month, SHAPES, START, Scraping, Shape, as_value};
use emberline_proofs::spec;

const EVENTS: &str = "slo:events:count_window";
const BAD: &str = "slo:bad_events:count_window";
const BUDGET: &str = "slo:error_budget_remaining:ratio";

/// Relative error that a count may have.
const TOLERANCE: f64 = 0.005;

const HOUR: i64 = 3_600_000;

/// A way to promise and to measure the same thing.
struct Setting {
    name: &'static str,
    specs: &'static [(&'static str, &'static str)],
    scraping: Scraping,
    /// What is recorded at `t` covers some window that ended up to this long before it, as the documentation says: the
    /// steps of five minutes, the budget group's two, an evaluation, and what the base window holds past a scrape.
    lag: i64,
}

const BY_BAD: Setting = Setting {
    name: "bad events, scraped at 15 s",
    specs: &[("checkout.yaml", spec::CHECKOUT), ("policy.yaml", spec::EVERY_15_SECONDS)],
    scraping: Scraping { interval: 15_000, base: 75_000 },
    lag: (300 + 120 + 30 + 60) * 1_000,
};

const BY_GOOD: Setting = Setting {
    name: "good events, scraped at 15 s",
    specs: &[("checkout.yaml", spec::CHECKOUT_BY_GOOD), ("policy.yaml", spec::EVERY_15_SECONDS)],
    ..BY_BAD
};

const EVERY_MINUTE: Setting = Setting {
    name: "bad events, scraped at 60 s",
    specs: &[("checkout.yaml", spec::CHECKOUT), ("policy.yaml", spec::EVERY_MINUTE)],
    scraping: Scraping { interval: 60_000, base: 240_000 },
    lag: (300 + 120 + 60 + 180) * 1_000,
};

#[test]
fn the_recorded_budget_counts_every_event_once() -> Result<()> {
    judge(&BY_BAD)
}

#[test]
fn so_it_does_when_the_good_events_are_counted() -> Result<()> {
    judge(&BY_GOOD)
}

#[test]
fn so_it_does_when_all_happens_once_a_minute() -> Result<()> {
    judge(&EVERY_MINUTE)
}

/// Judges every month in one setting, and says all that is wrong.
fn judge(setting: &Setting) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let rules = compile(setting.specs, "checkout", folder.path())?;
    let mut wrong = Vec::new();
    for shape in &SHAPES {
        judge_month(shape, setting, &rules, &mut wrong)
            .with_context(|| format!("in the month `{}`, {}", shape.name, setting.name))?;
    }
    // A wrong rule is wrong at every hour; the first ones tell which month and by how much.
    let shown = &wrong[..wrong.len().min(12)];
    assert!(wrong.is_empty(), "{} recorded figures are off, among them:\n{}", wrong.len(), shown.join("\n"));
    Ok(())
}

fn judge_month(shape: &Shape, setting: &Setting, rules: &RuleFile, wrong: &mut Vec<String>) -> Result<()> {
    let month = shape.month(setting.scraping);
    let prometheus = Prometheus::start(&Config::default())?;
    prometheus.write(&month.series)?;
    evaluate(shape, rules, &prometheus)?;
    always_a_number(&prometheus)?;

    // Hours at which the rules are held against the events, and the worst figure of each kind.
    let mut worst = [0.0_f64; 3];
    let instants: Vec<i64> = (1..=24).map(|hour| END - DAY + hour * HOUR - 1_000).collect();
    for &at in &instants {
        let recorded = [EVENTS, BAD, BUDGET].map(|name| one_value(&prometheus, name, at));
        let [events, bad, budget] = recorded;
        let (events, bad, budget) = (events?, bad?, budget?);
        let (requests, failed) = window(&month, at, setting.lag);
        let first = (as_value(month.first_increment.0), as_value(month.first_increment.1));
        let off = [
            distance(events, requests, first.0),
            distance(bad, failed, first.1),
            // The share of the budget that is spent, from the same bounds.
            distance((1.0 - budget) * spec::ERROR_BUDGET * events, failed, first.1),
        ];
        for (kind, (distance, worst)) in ["events", "bad events", "spent budget"].iter().zip(off.iter().zip(&mut worst))
        {
            *worst = worst.max(distance.relative);
            if !distance.tolerable {
                let hour = (at - START) / HOUR;
                wrong.push(format!(
                    "{}, hour {hour}: {kind} off by {:.3}% (recorded {events:.1} events, {bad:.1} bad, budget {budget:.5}; \
                     exact {requests:?} events, {failed:?} bad)",
                    shape.name,
                    100.0 * distance.relative
                ));
            }
        }
    }
    let (requests, failed) = month.events(END - 30 * DAY, END);
    println!(
        "accuracy: {}, {}: {requests} events, {failed} bad, unseen {:?}; worst of {} hours: events {:.4}%, bad {:.4}%, \
         budget spent {:.4}%",
        setting.name,
        shape.name,
        month.unseen,
        instants.len(),
        100.0 * worst[0],
        100.0 * worst[1],
        100.0 * worst[2]
    );
    Ok(())
}

/// Evaluates what the budget needs: the fast group over the whole month, the budget's group over the last day.
fn evaluate(shape: &Shape, rules: &RuleFile, prometheus: &Prometheus) -> Result<()> {
    let needed = rules.needed_for(&[EVENTS, BAD, BUDGET]);
    for group in &rules.groups {
        let windowed = group.rules.iter().any(|rule| rule.record.as_deref() == Some(BUDGET));
        let from = if windowed { END - DAY - HOUR } else { START };
        // Unlike phases, as the hashes of unlike names give.
        let phase = Duration::from_secs(if windowed { 41 } else { 7 });
        let mut begin = from;
        for &(down, up) in shape.down {
            let pause = (START + down, START + up);
            if pause.0 > begin {
                replay(prometheus, group, &needed, Ticks::within(begin, pause.0, group.interval, phase))?;
            }
            begin = begin.max(pause.1);
        }
        replay(prometheus, group, &needed, Ticks::within(begin, END, group.interval, phase))?;
    }
    Ok(())
}

/// The budget has a value at every moment of the last day. One NaN on a dashboard, and nobody trusts the rest.
fn always_a_number(prometheus: &Prometheus) -> Result<()> {
    let step = Duration::from_secs(120);
    let budget = prometheus.query_range(BUDGET, END - DAY, END, step)?.series;
    let samples: Vec<_> = budget.iter().flat_map(|series| &series.samples).collect();
    ensure!(
        samples.len() == 721,
        "{BUDGET} has {} samples in 24 h at 2m, not 721: it is absent at times",
        samples.len()
    );
    let broken = samples.iter().filter(|sample| !sample.1.is_finite()).count();
    ensure!(broken == 0, "{BUDGET} is no number in {broken} of {} samples", samples.len());
    Ok(())
}

/// The one sample of a record at an instant. An absent budget is as wrong as a NaN.
fn one_value(prometheus: &Prometheus, name: &str, at: i64) -> Result<f64> {
    let series = prometheus.query(name, at)?.series;
    ensure!(series.len() == 1, "{name} has {} series at {at}, not one", series.len());
    let value = series[0].samples[0].1;
    ensure!(value.is_finite(), "{name} is {value} at {at}");
    Ok(value)
}

/// The least and the most events of a 30-day window that ended within the lag before `at`.
fn window(month: &Month, at: i64, lag: i64) -> ((u64, u64), (u64, u64)) {
    let mut least = (u64::MAX, u64::MAX);
    let mut most = (0, 0);
    for lag in (0..=lag).step_by(15_000) {
        let events = month.events(at - lag - 30 * DAY, at - lag);
        least = (least.0.min(events.0), least.1.min(events.1));
        most = (most.0.max(events.0), most.1.max(events.1));
    }
    ((least.0, most.0), (least.1, most.1))
}

struct Distance {
    relative: f64,
    tolerable: bool,
}

/// How far a count lies outside what it may be.
fn distance(recorded: f64, (least, most): (u64, u64), first_increment: f64) -> Distance {
    let (least, most) = (as_value(least), as_value(most));
    let off = (least - recorded).max(recorded - most).max(0.0);
    Distance { relative: off / most.max(1.0), tolerable: off <= (TOLERANCE * most).max(first_increment) }
}
