//! The recorded error budget against the exact number of events, over months of ugly traffic.
//!
//! Each month is scraped and evaluated, at the intervals of a policy, by the real engine ([`emberline_proofs::replay`]);
//! then, at every hour of the last day, what the rules recorded is held against the events between scrapes.

use anyhow::{Context, Result};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::rules::RuleFile;
use emberline_proofs::spec;
use emberline_proofs::tools::compile;

use crate::budget::{Case, all_right};
use crate::traffic::{SHAPES, Scraping, Shape, as_value};

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
        let off = judge_month(shape, setting, &rules)
            .with_context(|| format!("in the month `{}`, {}", shape.name, setting.name))?;
        wrong.extend(off);
    }
    all_right(&wrong);
    Ok(())
}

fn judge_month(shape: &Shape, setting: &Setting, rules: &RuleFile) -> Result<Vec<String>> {
    let month = shape.month(setting.scraping);
    let prometheus = Prometheus::start(&Config::default())?;
    prometheus.write(&month.series)?;
    let case = Case {
        name: &format!("{}, {}", setting.name, shape.name),
        held: &format!("unseen {:?}", month.unseen),
        rules,
        exact: &month.timeline(),
        error_budget: spec::ERROR_BUDGET,
        lag: setting.lag,
        single: (as_value(month.first_increment.0), as_value(month.first_increment.1)),
        down: shape.down,
    };
    case.judge(&prometheus)
}
