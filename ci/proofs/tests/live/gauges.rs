//! The recorded error budget of indicators over gauges against an exact one, over a random month each.
//!
//! The exact figure is computed here from the scraped samples, or from the curve behind them, by the definition in the
//! guide ([Indicators by example](../../../../compiler/docs/reference/indicators.md)). What the curve did between two
//! scrapes no server knows: each line says how many bad events the curve itself has, were it read every 5 s.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::random::Random;
use emberline_proofs::remote_write::{Series, labels};
use emberline_proofs::tools::compile;

use crate::budget::{Case, Counts, PHASE_OF_BASE, Timeline, all_right};
use crate::curves::{Curve, DOWN, STEP, Sample, mean, moments, numbers, series, within};
use crate::traffic::{DAY, END, START};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// What every objective here allows to be bad.
const ERROR_BUDGET: f64 = 0.05;

/// A minute's base records one event a second, so that a minute is 60 of them.
const A_MINUTE: f64 = 60.0;

/// A way to count by gauges, and a month for it.
struct Kind {
    name: &'static str,
    /// The indicator as a user writes it.
    sli: &'static str,
    /// Milliseconds between scrapes.
    scrape: i64,
    /// What is recorded at `t` covers some window that ended up to this long before it: the steps of five minutes, the
    /// budget group's two, an evaluation of the counts, and one of the base that they look up.
    lag: i64,
    /// Makes the month from a seed.
    month: fn(&mut Random, i64) -> Month,
}

const LAG: i64 = (300 + 120 + 60 + 60) * SECOND;

/// The series in Prometheus, and what is exact.
struct Month {
    series: Vec<Series>,
    exact: BTreeMap<i64, Counts>,
    /// The same, by the curve itself.
    of_curve: BTreeMap<i64, Counts>,
}

/// A bad minute is one in which any series was above the bound at any sample of it.
#[test]
fn a_minute_by_the_worst_gauge_counts_once() -> Result<()> {
    judge(&Kind {
        name: "time slices below a maximum",
        sli: "timeslice: {gauge: queue_depth, max: 100}",
        scrape: 15 * SECOND,
        lag: LAG,
        month: |random, scrape| {
            bounded(["queue_depth"; 3], random, scrape, |strain| 100.0 * strain, &|_, minute: &[Vec<f64>]| {
                Some(numbers(minute.iter().flatten())?.iter().any(|depth| *depth > 100.0))
            })
        },
    })
}

/// The same below a smallest good value, scraped once in each minute.
#[test]
fn a_minute_by_the_least_gauge_counts_once() -> Result<()> {
    judge(&Kind {
        name: "time slices above a minimum",
        sli: "timeslice: {gauge: disk_free_bytes, min: 4096}",
        scrape: MINUTE,
        lag: LAG,
        month: |random, scrape| {
            bounded(["disk_free_bytes"; 2], random, scrape, |strain| 4096.0 / strain, &|_, minute: &[Vec<f64>]| {
                Some(numbers(minute.iter().flatten())?.iter().any(|free| *free < 4096.0))
            })
        },
    })
}

/// A bad minute is one in which the average of all series was above the bound. Each series counts by its own
/// average; one that was no number at a scrape of the minute is left out of it.
#[test]
fn a_minute_by_the_average_of_gauges_counts_once() -> Result<()> {
    judge(&Kind {
        name: "time slices by an average",
        sli: "timeslice: {gauge: cpu_usage_ratio, max: 80%, across: average}",
        scrape: 15 * SECOND,
        lag: LAG,
        month: |random, scrape| {
            bounded(["cpu_usage_ratio"; 3], random, scrape, |strain| 0.9 * strain, &|_, minute: &[Vec<f64>]| {
                Some(mean(minute.iter().filter_map(|values| mean(values.iter().copied())))? > 0.8)
            })
        },
    })
}

/// A bad minute is one in which the sum of the parts was above 5% of the sum of the wholes, both averaged over the
/// minute as above; where the whole is 0, it is good. With one side missing a minute has no verdict: it is among all,
/// and not bad.
#[test]
fn a_minute_by_a_part_of_its_whole_counts_once() -> Result<()> {
    judge(&Kind {
        name: "time slices by a pair of gauges",
        sli: "timeslice: {gauge: [replicas_unavailable, replicas], max: 5%}",
        scrape: 15 * SECOND,
        lag: LAG,
        month: |random, scrape| {
            let mut targets = Vec::new();
            for name in ["replicas_unavailable", "replicas_unavailable", "replicas", "replicas"] {
                targets.push((name, Curve::strain(random)));
            }
            // A deployment is scaled every three hours, at times to nothing.
            let [first, second] = [0, 1].map(|_| scaled(random));
            for (deployment, replicas) in [first, second].iter().enumerate() {
                let part = replicas.0.iter().zip(&targets[deployment].1.0);
                let part = part.map(|(whole, strain)| Some(whole.unwrap_or_default() * 0.05 * (*strain)?)).collect();
                targets[deployment].1 = Curve(part);
                let whole = replicas.0.iter().zip(&targets[deployment + 2].1.0);
                let whole = whole.map(|(whole, strain)| match strain {
                    Some(strain) if strain.is_nan() => Some(f64::NAN),
                    Some(_) => *whole,
                    None => None,
                });
                targets[deployment + 2].1 = Curve(whole.collect());
            }
            minutes(&targets, random, scrape, &|_, minute: &[Vec<f64>]| {
                let sum = |sides: &[Vec<f64>]| {
                    sides.iter().filter_map(|values| mean(values.iter().copied())).reduce(|sum, mean| sum + mean)
                };
                match (sum(&minute[..2]), sum(&minute[2..])) {
                    (None, None) => None,
                    (Some(part), Some(whole)) => Some(whole > 0.0 && part > 0.05 * whole),
                    _ => Some(false),
                }
            })
        },
    })
}

/// A bad minute is one at whose end the oldest timestamp was more than two hours ago, or as far ahead, by the curve
/// itself. A timestamp counts in a minute in which it was scraped.
#[test]
fn a_minute_by_the_age_of_a_timestamp_counts_once() -> Result<()> {
    judge(&Kind {
        name: "time slices by an age",
        sli: "timeslice: {timestamp: done_timestamp_seconds, max_age: 2h}",
        scrape: MINUTE,
        lag: LAG,
        month: |random, scrape| {
            let targets: Vec<_> = (0..2).map(|_| ("done_timestamp_seconds", stamps(random))).collect();
            minutes(&targets, random, scrape, &|end, minute: &[Vec<f64>]| {
                let seconds = end as f64 / 1_000.0;
                let last = targets.iter().zip(minute).filter_map(|((_, curve), scraped)| {
                    let scraped = scraped.last().filter(|stamp| !stamp.is_nan())?;
                    Some(curve.at(end).filter(|stamp| !stamp.is_nan()).unwrap_or(*scraped))
                });
                let mut last = last.peekable();
                last.peek()?;
                Some(last.any(|stamp| (seconds - stamp).abs() > 7_200.0))
            })
        },
    })
}

/// The time of each target is all events, and its time down the bad ones: by the curve itself, moment by moment, and
/// not by what scrapes happened to see.
#[test]
fn the_time_of_each_target_counts_once() -> Result<()> {
    judge(&Kind {
        name: "availability of targets",
        sli: "availability: {up: probe_success}",
        scrape: 15 * SECOND,
        lag: LAG,
        month: |random, scrape| {
            let targets = probes(random);
            let known = scrapes(&targets, random, scrape);
            let exact = times(targets.iter().map(|(_, curve)| moments_of(curve)), STEP);
            Month { series: as_series(&targets, &known, scrape), of_curve: exact.clone(), exact }
        },
    })
}

/// The same, scraped once in a minute, by the scrapes. Many outages here last seconds: a scrape that meets one counts
/// as a minute, and most meet none. Held against the curve, a month was 0.57% off by that chance alone. The base holds
/// two scrapes, so that one which failed counts as the mean of those around it.
#[test]
fn the_time_of_each_target_counts_once_by_a_scrape_a_minute() -> Result<()> {
    judge(&Kind {
        name: "availability of targets, as scrapes saw it",
        sli: "availability: {up: probe_success}",
        scrape: MINUTE,
        lag: LAG + MINUTE,
        month: |random, scrape| {
            let targets = probes(random);
            let known = scrapes(&targets, random, scrape);
            let bridged = known.iter().map(|samples| {
                let next = samples.iter().skip(1).map(Some).chain([None]);
                samples.iter().zip(next).flat_map(move |(&(at, up), next)| {
                    let failed = next.filter(|next| next.0 == at + 2 * scrape);
                    [Some((at, up)), failed.map(|next| (at + scrape, f64::midpoint(up, next.1)))].into_iter().flatten()
                })
            });
            let exact = times(bridged, scrape);
            let of_curve = times(targets.iter().map(|(_, curve)| moments_of(curve)), STEP);
            Month { series: as_series(&targets, &known, scrape), exact, of_curve }
        },
    })
}

/// Six probes. Of one that is strained most, a part succeeds.
fn probes(random: &mut Random) -> Vec<(&'static str, Curve)> {
    let up = |strain: f64| match strain {
        strain if strain.is_nan() => f64::NAN,
        strain if strain > 2.5 => 0.5,
        strain => f64::from(u8::from(strain <= 1.0)),
    };
    (0..6).map(|_| ("probe_success", Curve::strain(random).map(up))).collect()
}

/// Seconds of all targets and of those down, each sample standing for `length` milliseconds.
fn times(targets: impl Iterator<Item = impl Iterator<Item = Sample>>, length: i64) -> BTreeMap<i64, Counts> {
    let mut times: BTreeMap<i64, Counts> = BTreeMap::new();
    let seconds = length as f64 / 1_000.0;
    for (at, up) in targets.flatten().filter(|(_, up)| !up.is_nan()) {
        let sum = times.entry(at).or_default();
        *sum = (sum.0 + seconds, sum.1 + seconds * (1.0 - up));
    }
    times
}

/// The minutes of each series are all events, and the bad ones those in which it was above the bound at any sample.
#[test]
fn the_minutes_of_each_series_count_once() -> Result<()> {
    judge(&Kind {
        name: "availability within a bound",
        sli: "availability: {gauge: memory_usage_ratio, max: 90%}",
        scrape: 15 * SECOND,
        lag: LAG,
        month: |random, scrape| {
            let targets: Vec<_> =
                (0..4).map(|_| ("memory_usage_ratio", Curve::strain(random).map(|strain| 0.9 * strain))).collect();
            counted(&targets, random, scrape, &|_, minute: &[Vec<f64>]| {
                let known: Vec<_> = minute.iter().filter_map(|values| numbers(values.iter())).collect();
                let bad = known.iter().filter(|values| values.iter().any(|used| *used > 0.9)).count();
                (known.len() as f64, bad as f64)
            })
        },
    })
}

/// Judges a kind over its month.
fn judge(kind: &Kind) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let seconds = kind.scrape / SECOND;
    let spec = format!(
        "version: emberline/v1\nservice: shop\nowner: team-shop\nslos:\n  - name: it\n    objective: 95%\n    \
         window: 30d\n    sli: {{{}}}\n",
        kind.sli
    );
    let policy = format!("version: emberline/v1\nscrape_interval: {seconds}s\nevaluation_interval: 60s\n");
    let rules = compile(&[("shop.yaml", &spec), ("policy.yaml", &policy)], "shop", folder.path())?;
    // One seed for each kind, so that their months differ.
    let seed = kind.name.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let month = (kind.month)(&mut Random(seed), kind.scrape);
    let prometheus = Prometheus::start(&Config::default())?;
    prometheus.write(&month.series)?;
    let (_, of_curve) = Timeline::new(&month.of_curve).within(END - 30 * DAY, END);
    let case = Case {
        name: &format!("{}, scraped at {seconds} s", kind.name),
        held: &format!("{of_curve:.0} bad by the curve itself"),
        rules: &rules,
        exact: &Timeline::new(&month.exact),
        error_budget: ERROR_BUDGET,
        lag: kind.lag,
        single: (0.0, 0.0),
        down: &DOWN,
    };
    all_right(&case.judge(&prometheus).with_context(|| kind.name)?);
    Ok(())
}

/// What a minute is, by its end and what each series was in it: bad or good, if there is one at all.
type Verdict<'v> = &'v dyn Fn(i64, &[Vec<f64>]) -> Option<bool>;

/// A gauge of several targets, each under a strain of its own.
fn bounded<const N: usize>(
    names: [&'static str; N],
    random: &mut Random,
    scrape: i64,
    level: impl Fn(f64) -> f64,
    verdict: Verdict<'_>,
) -> Month {
    let targets = names.map(|name| (name, Curve::strain(random).map(&level)));
    minutes(&targets, random, scrape, verdict)
}

/// A month of minutes that are good or bad as a whole.
fn minutes(targets: &[(&str, Curve)], random: &mut Random, scrape: i64, verdict: Verdict<'_>) -> Month {
    counted(targets, random, scrape, &|end, minute| match verdict(end, minute) {
        Some(is_bad) => (1.0, f64::from(u8::from(is_bad))),
        None => (0.0, 0.0),
    })
}

/// A month of minutes, each with its events. A minute ends with an evaluation of the base.
fn counted(
    targets: &[(&str, Curve)],
    random: &mut Random,
    scrape: i64,
    count: &dyn Fn(i64, &[Vec<f64>]) -> Counts,
) -> Month {
    let by_minute = |known: &[Vec<Sample>]| -> BTreeMap<i64, Counts> {
        let ends = (0..).map(|nth| START + PHASE_OF_BASE * SECOND + nth * MINUTE).take_while(|end| *end <= END);
        let counts = ends.map(|end| {
            let minute: Vec<Vec<f64>> =
                known.iter().map(|samples| within(samples, end - MINUTE, end).collect()).collect();
            let (events, bad) = count(end, &minute);
            (end, (A_MINUTE * events, A_MINUTE * bad))
        });
        counts.collect()
    };
    let known = scrapes(targets, random, scrape);
    let whole: Vec<Vec<Sample>> = targets.iter().map(|(_, curve)| moments_of(curve).collect()).collect();
    Month { series: as_series(targets, &known, scrape), exact: by_minute(&known), of_curve: by_minute(&whole) }
}

fn scrapes(targets: &[(&str, Curve)], random: &mut Random, scrape: i64) -> Vec<Vec<Sample>> {
    targets.iter().map(|(_, curve)| curve.scraped(scrape, random)).collect()
}

fn as_series(targets: &[(&str, Curve)], known: &[Vec<Sample>], scrape: i64) -> Vec<Series> {
    let targets = targets.iter().zip(known).enumerate();
    let series = targets.map(|(nth, ((name, _), samples))| {
        let instance = format!("shop-{nth}");
        series(labels([("__name__", name), ("instance", instance.as_str())]), scrape, samples)
    });
    series.collect()
}

/// What the curve was at each moment at which Prometheus was up.
fn moments_of(curve: &Curve) -> impl Iterator<Item = Sample> {
    let all = (START..).step_by(STEP.unsigned_abs() as usize).zip(&curve.0);
    let known = all.filter_map(|(at, value)| Some((at, (*value)?)));
    known.filter(|(at, _)| !DOWN.iter().any(|(from, to)| (*from..*to).contains(&(at - START))))
}

/// Replicas that a deployment should have: another number every three hours, and at times none.
fn scaled(random: &mut Random) -> Curve {
    let mut curve = Vec::with_capacity(moments());
    while curve.len() < moments() {
        let replicas = if random.once_in(6) { 0 } else { random.between(4, 40) };
        curve.extend(vec![Some(replicas as f64); 3 * 720]);
    }
    curve.truncate(moments());
    Curve(curve)
}

/// The time of a job's last success, in seconds. Most follow within two hours, and one in 20 does not; one in 60 is
/// forgotten, which is 0, and one in 60 is stamped by a clock that is ten hours ahead.
fn stamps(random: &mut Random) -> Curve {
    let strain = Curve::strain(random);
    let mut stamps = Vec::with_capacity(moments());
    while stamps.len() < moments() {
        let done = START / SECOND + STEP / SECOND * i64::try_from(stamps.len()).unwrap_or_default();
        let stamp = match random.between(0, 60) {
            0 => 0,
            1 => done + 36_000,
            _ => done,
        };
        let (from, to) = if random.once_in(20) { (1_440, 5_760) } else { (240, 1_320) };
        let lasts = usize::try_from(random.between(from, to)).unwrap_or_default();
        stamps.extend(vec![stamp as f64; lasts]);
    }
    let there = strain.0.iter().zip(stamps).map(|(strain, stamp)| match strain {
        Some(strain) if strain.is_nan() => Some(f64::NAN),
        Some(_) => Some(stamp),
        None => None,
    });
    Curve(there.collect())
}
