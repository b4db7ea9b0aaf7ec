//! The recorded error budget of the other indicators over counters against the exact number of events: lists of
//! counters, good and bad events without all, native histograms by status, and an author's own expressions.
//!
//! The exact figure is that of [`crate::accuracy`]: the events between scrapes, each of which counts once. Of four
//! processes one never failed and has no series of failures, and one only ever failed and has no series of successes.

use anyhow::{Context, Result};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Observed, Series};
use emberline_proofs::tools::compile;

use crate::budget::{Case, PHASE_OF_BASE, Timeline, all_right};
use crate::curves::DOWN;
use crate::traffic::{END, START, Scraping, Shape, Tick, background, daily, dice};

/// What every objective here allows to be bad.
const ERROR_BUDGET: f64 = 0.01;

const EVERY_15_SECONDS: Scraping = Scraping { interval: 15_000, base: 75_000 };
const EVERY_MINUTE: Scraping = Scraping { interval: 60_000, base: 240_000 };

/// What is recorded at `t` covers some window that ended up to this long before it: the steps of five minutes, the
/// budget group's two, an evaluation, and what the base window holds past a scrape.
const LAG: i64 = (300 + 120 + 60 + 180) * 1_000;

/// A way to count by counters.
struct Kind {
    name: &'static str,
    /// Metrics that the service declares.
    metrics: &'static str,
    /// The indicator as a user writes it.
    sli: &'static str,
    /// The metrics of good and of bad events.
    counters: [&'static str; 2],
    shape: Shape,
    scraping: Scraping,
    /// The events of a month, given those between its scrapes.
    exact: fn(Timeline) -> Timeline,
}

#[test]
fn lists_of_counters_count_every_event_once() -> Result<()> {
    judge(&Kind {
        name: "lists of counters",
        metrics: "",
        sli: "events: {total: [sent_total, failed_total], bad: failed_total}",
        counters: ["sent_total", "failed_total"],
        shape: processes::<1>(),
        scraping: EVERY_MINUTE,
        exact: |events| events,
    })
}

#[test]
fn good_and_bad_events_make_the_exact_total() -> Result<()> {
    judge(&Kind {
        name: "good and bad events",
        metrics: "",
        sli: "events: {good: jobs_ok_total, bad: jobs_failed_total}",
        counters: ["jobs_ok_total", "jobs_failed_total"],
        shape: processes::<2>(),
        scraping: EVERY_MINUTE,
        exact: |events| events,
    })
}

#[test]
fn observations_of_native_histograms_count_once() -> Result<()> {
    judge(&Kind {
        name: "native histograms by status",
        metrics: "metrics:\n  http.duration: {type: exponential_histogram, unit: s, labels: {code: {values: [\"200\", \
                  \"500\"]}}}\n",
        sli: "events: {total: http_duration_seconds, bad: 'http_duration_seconds{code=\"500\"}'}",
        counters: ["http_duration_seconds"; 2],
        shape: processes::<3>(),
        scraping: EVERY_MINUTE,
        exact: |events| events,
    })
}

#[test]
fn an_expression_with_the_filled_in_range_counts_every_event_once() -> Result<()> {
    judge(&Kind {
        name: "an expression",
        metrics: "",
        sli: "expr: {total: 'sum(rate(requests_total[{{.window}}]))', bad: \
              'sum(rate(requests_total{code=\"500\"}[{{.window}}]))'}",
        counters: ["requests_total"; 2],
        shape: processes::<4>(),
        scraping: EVERY_MINUTE,
        exact: |events| events,
    })
}

/// A minute is bad when more than 5% of its events were. The base window at 15 s spans a minute of increments. At 60 s it
/// spans three, by which this month is 3.7% off; the limits in the guide say so.
#[test]
fn a_minute_by_its_ratio_counts_once() -> Result<()> {
    judge(&Kind {
        name: "time slices by a ratio",
        metrics: "",
        sli: "timeslice: {total: requests_total, bad: 'requests_total{code=\"500\"}', max_error_ratio: 5%}",
        counters: ["requests_total"; 2],
        shape: processes::<5>(),
        scraping: EVERY_15_SECONDS,
        exact: |events| {
            let ends = (0..).map(|nth| START + PHASE_OF_BASE * 1_000 + nth * 60_000).take_while(|end| *end <= END);
            let minutes = ends.map(|end| {
                let (all, bad) = events.within(end - 60_000, end);
                // At night there are requests as well: a minute without any is one that nobody scraped.
                let is_known = if all > 0.0 { 60.0 } else { 0.0 };
                (end, (is_known, if bad > 0.05 * all { is_known } else { 0.0 }))
            });
            Timeline::new(&minutes.collect())
        },
    })
}

/// A random month of four processes, another one for each seed.
const fn processes<const SEED: u64>() -> Shape {
    Shape { name: "random", pods: 4, has_error_series: true, down: &DOWN, tick: |n, pod| process(n, pod, 100 * SEED) }
}

fn process(n: i64, pod: u32, salt: u64) -> Tick {
    // Each process may have an incident in each six hours, and be gone for three hours of a day.
    let (quarter, of_quarter) = (n / 1_440, n % 1_440);
    let (day, of_day) = (n / 5_760, n % 5_760);
    let fails = dice(quarter, pod, salt + 1, 10) == 0 && of_quarter < i64::from(dice(quarter, pod, salt + 2, 400));
    let requests = if pod == 3 { dice(n, pod, salt + 3, 4) } else { daily(n, pod, 200) };
    let failed = match pod {
        0 => 0,
        3 => requests,
        _ if fails => requests * (1 + dice(quarter, pod, salt + 4, 10)) / 10,
        _ => background(n, pod, requests, 1_500),
    };
    let is_gone = dice(day, pod, salt + 5, 8) == 0 && (1_000..1_720).contains(&of_day);
    let restarted = dice(n, pod, salt + 6, 5_000) == 0;
    Tick { requests, failed, restarted, scraped: !is_gone && dice(n, pod, salt + 7, 500) != 0 }
}

fn judge(kind: &Kind) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let spec = format!(
        "version: emberline/v1\nservice: shop\nowner: team-shop\n{}slos:\n  - name: it\n    objective: 99%\n    \
         window: 30d\n    sli:\n      {}\n",
        kind.metrics, kind.sli
    );
    let seconds = kind.scraping.interval / 1_000;
    let policy = format!("version: emberline/v1\nscrape_interval: {seconds}s\nevaluation_interval: 60s\n");
    let rules = compile(&[("shop.yaml", &spec), ("policy.yaml", &policy)], "shop", folder.path())?;
    let month = kind.shape.month(kind.scraping);
    let prometheus = Prometheus::start(&Config::default())?;
    let series: Vec<Series> = month.series.iter().filter_map(|series| renamed(series, kind.counters)).collect();
    if kind.metrics.contains("exponential_histogram") {
        prometheus.write_observed(&series.into_iter().map(observed).collect::<Vec<_>>())?;
    } else {
        prometheus.write(&series)?;
    }
    let case = Case {
        name: &format!("{}, scraped at {seconds} s", kind.name),
        held: &format!("unseen {:?}", month.unseen),
        rules: &rules,
        exact: &(kind.exact)(month.timeline()),
        error_budget: ERROR_BUDGET,
        lag: LAG,
        // Of hundreds of thousands of events, no start of a series is an excuse.
        single: (0.0, 0.0),
        down: &DOWN,
    };
    all_right(&case.judge(&prometheus).with_context(|| kind.name)?);
    Ok(())
}

/// The series under the name of good or of bad events; nothing of one that never counted.
fn renamed(series: &Series, counters: [&str; 2]) -> Option<Series> {
    series.samples.iter().any(|sample| sample.1 > 0.0).then(|| {
        let mut series = series.clone();
        let is_bad = series.labels.get("code").is_some_and(|code| code == "500");
        series.labels.insert("__name__".to_owned(), counters[usize::from(is_bad)].to_owned());
        series
    })
}

/// The same counts, as those of a native histogram.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of events, from whole numbers")]
fn observed(series: Series) -> Observed {
    Observed { labels: series.labels, samples: series.samples.iter().map(|(at, count)| (*at, *count as u64)).collect() }
}
