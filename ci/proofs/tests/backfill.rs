//! `emberline backtest --backfill`: blocks that promtool makes of its file, below a real Prometheus that has just got the
//! rules, against one whose rules had been there all the time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::{Engine, compile};
use emberline_proofs::outages::{Outage, SCRAPE, Scraped, State, policy};
use emberline_proofs::process::run;
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Labels, Observed, Series, labels, stale_marker};
use emberline_proofs::replay::{Ticks, replay};
use emberline_proofs::rules::RuleFile;
use emberline_proofs::tools::{emberline, tool};
use serde_json::Value;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Three days and some hours with bursts, gaps and idle times: some a month's window sees, some also the last six hours.
const STORY: Outage = Outage {
    name: "shop",
    states: &[
        (400, State::Bad(0.0004)),
        (50, State::Bad(0.3)),
        (700, State::Bad(0.0)),
        (137, State::Gone),
        (900, State::Bad(0.0007)),
        (63, State::Idle),
        (1_400, State::Bad(0.0)),
        (33, State::Gone),
        (600, State::Bad(0.0009)),
        (21, State::Bad(0.08)),
        (60, State::Gone),
        (0, State::Bad(0.0006)),
    ],
};
/// How long the story is told before the rules begin.
const MINUTES: i64 = 77 * 60;
/// Raw samples go on for so long after.
const AFTER: i64 = 2 * MINUTE;

const NATIVE: &str = "metrics:
  shop_native: {type: exponential_histogram, unit: s}
slos:
  - name: native
    objective: 99.9%
    traffic: 100/s
    sli: {latency: {metric: shop_native, threshold: 1s}}
";

/// A new rule begins here: three hours ago, so that blocks may reach to it.
fn until() -> Result<i64> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    Ok((now / (2 * HOUR) - 2) * 2 * HOUR - 5 * MINUTE)
}

fn moment(at: i64) -> Result<String> {
    let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(at)?);
    Ok(humantime::format_rfc3339_seconds(at).to_string())
}

/// Counters start anew every 37 minutes.
fn with_resets(mut series: Vec<Scraped>) -> Vec<Scraped> {
    for (labels, values) in &mut series {
        let name = &labels["__name__"];
        let mut gone = 0.0;
        for (scrape, value) in values.iter_mut().enumerate().filter(|_| !name.ends_with("_up")) {
            if scrape % 148 == 147 {
                gone = value.unwrap_or(gone);
            }
            *value = value.map(|value| value - gone);
        }
    }
    series
}

/// Samples from `begins` on, with the scraper's marker where a series ends, if there can be one.
fn scraped((labels, values): &Scraped, begins: i64, marker: Option<f64>) -> Result<Series> {
    let step = i64::try_from(SCRAPE.as_millis())?;
    let (mut was_there, mut samples) = (false, Vec::new());
    for (at, value) in (0..).map(|scrape| begins + scrape * step).zip(values) {
        samples.extend(value.or(marker.filter(|_| was_there)).map(|value| (at, value)));
        was_there = value.is_some();
    }
    Ok(Series { labels: labels.clone(), samples })
}

/// Raw series as OpenMetrics, whose metrics are those of no counter: the names need no end then.
fn openmetrics(series: &[Series]) -> String {
    let mut names: BTreeMap<&str, Vec<&Series>> = BTreeMap::new();
    for series in series {
        names.entry(&series.labels["__name__"]).or_default().push(series);
    }
    let mut text = String::new();
    for (name, all) in names {
        let _ = writeln!(text, "# TYPE {name} gauge");
        for series in all {
            let labels = series.labels.iter().filter(|(label, _)| *label != "__name__");
            let labels: Vec<_> = labels.map(|(label, value)| format!("{label}=\"{value}\"")).collect();
            for (at, value) in &series.samples {
                let _ = writeln!(text, "{name}{{{}}} {value} {}", labels.join(","), at / 1_000);
            }
        }
    }
    text + "# EOF\n"
}

/// A Prometheus with the story's raw series from `begins` on, which also fill `raw`, and the specs of its objectives.
struct Told {
    folder: tempfile::TempDir,
    prometheus: Prometheus,
    raw: Vec<Series>,
    rules: PathBuf,
}

fn told(begins: i64, minutes: i64) -> Result<Told> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), policy(1))?;
    let (head, slos) = STORY.spec().split_once("slos:\n").map(|(a, b)| (a.to_owned(), b.to_owned())).context("slos")?;
    fs::write(specs.join("shop.yaml"), format!("{head}{NATIVE}{slos}"))?;
    let generated = folder.path().join("generated");
    compile(&specs, &generated, Engine::Prometheus.target().0)?;
    let rules = generated.join("prometheus/rules/shop.yaml");
    let scrapes = u32::try_from((minutes * MINUTE + AFTER) / i64::try_from(SCRAPE.as_millis())?)?;
    let series = with_resets(STORY.series(scrapes));
    let prometheus = Prometheus::start(&Config::default())?;
    let all = |marker| series.iter().map(|one| scraped(one, begins, marker)).collect::<Result<Vec<_>>>();
    prometheus.write(&all(Some(stale_marker()))?)?;
    // Half of the observations are slow, as those of the story's good events.
    let observed = |count: &(i64, f64)| (count.0, count.1 as u64);
    let raw = all(None)?;
    let good = raw.iter().find(|series| series.labels["__name__"] == "shop_b_ok_total").context("good events")?;
    let samples = good.samples.iter().map(observed).collect();
    prometheus.write_observed(&[Observed {
        labels: labels([("__name__", "shop_native_seconds"), ("service_name", "shop")]),
        samples,
    }])?;
    Ok(Told { folder, prometheus, raw, rules })
}

impl Told {
    fn backtest(&self, until: i64, days: &str, file: &Path) -> Result<Output> {
        let mut command = Command::new(emberline()?);
        command.args(["backtest", "--format", "json", "--until", &moment(until)?, "--days", days, "--against"]);
        command.arg(self.prometheus.url()).arg("--specs").arg(self.folder.path().join("slos"));
        command.arg("--backfill").arg(file);
        command.output().context("starting the backtest")
    }

    /// Records what the rules record with these ends of their names.
    fn replayed(&self, ends: &[&str], from: i64, to: i64) -> Result<()> {
        for group in RuleFile::read(&self.rules)?.groups {
            let records = group.rules.iter().filter_map(|rule| rule.record.clone());
            let wanted = records.filter(|record| ends.iter().any(|end| record.ends_with(end))).collect();
            replay(&self.prometheus, &group, &wanted, Ticks::within(from, to, group.interval, Duration::ZERO))?;
        }
        Ok(())
    }
}

fn report(output: &Output) -> Result<Value> {
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the report is no JSON")
}

fn blocks(file: &Path, data: &Path, longest: &str) -> Result<()> {
    let mut command = Command::new(tool("promtool")?);
    command.args(["tsdb", "create-blocks-from", "openmetrics", "--quiet", longest]).arg(file).arg(data);
    run(&mut command).map(drop).with_context(|| format!("making blocks of {}", file.display()))
}

/// The last value of each series of a record, by its labels.
fn values(prometheus: &Prometheus, record: &str, at: i64) -> Result<BTreeMap<Labels, f64>> {
    let answer = prometheus.query(&format!("last_over_time({record}[5m])"), at)?;
    let mut values = BTreeMap::new();
    for mut series in answer.series {
        series.labels.remove("__name__");
        values.insert(series.labels, series.samples.first().context("a sample")?.1);
    }
    Ok(values)
}

/// What the rules record right after, and how far a value may be from that of rules that were there all the time. The last
/// minutes of six hours are not recorded here, and read as the minute before them.
const JUDGED: &[(&str, f64)] = &[
    ("slo:error_budget_remaining:ratio", 1e-9),
    ("slo:events:count_window", 1e-9),
    ("slo:bad_events:count_window", 1e-9),
    ("slo:events:count1d", 1e-9),
    ("slo:bad_events:count3d", 1e-9),
    ("slo:burn_rate:1d", 1e-9),
    ("slo:burn_rate:3d", 1e-9),
    ("slo:burn_rate:6h", 5e-3),
];

#[test]
fn a_budget_is_right_on_the_first_day() -> Result<()> {
    let until = until()?;
    let begins = until - MINUTES * MINUTE;
    let told = told(begins, MINUTES)?;
    let file = told.folder.path().join("backfill.om");
    let said = report(&told.backtest(until, "30", told.folder.path())?)?;
    let lines = fs::read_to_string(&file)?;
    ensure!(
        lines.ends_with("\n# EOF\n") && said["written"]["samples"].as_u64() > Some(20_000),
        "{:#}",
        said["written"]
    );

    // The rules that were there all the time, at a moment that still sees the last raw samples.
    let moment = until + AFTER + MINUTE / 2;
    told.replayed(&[":rate_base", ":count5m"], begins, moment)?;
    let after = ["count_window", ":ratio", ":6h", ":1d", ":3d", "rate6h", "count1d", "count3d"];
    told.replayed(&after, until, moment)?;

    // New rules above the blocks. They are evaluated as of that moment.
    let rules = told.folder.path().join("often.yaml");
    let text = fs::read_to_string(&told.rules)?;
    let often = ["30s", "1m", "2m"]
        .iter()
        .fold(text, |text, interval| text.replace(&format!("\n  interval: {interval}\n"), "\n  interval: 3s\n"));
    fs::write(&rules, often)?;
    let raw = told.folder.path().join("raw.om");
    fs::write(&raw, openmetrics(&told.raw))?;
    let now = || -> Result<i64> { Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?) };
    let data = told.folder.path().join("blocks");
    blocks(&raw, &data, "--max-block-duration=24h")?;
    blocks(&file, &data, "--max-block-duration=2h")?;
    let offset = Duration::from_millis(u64::try_from(now()? - moment)?);
    let fresh = Prometheus::over_blocks(&Config::default().late(offset).rules(&rules), |place| {
        fs::rename(&data, place).context("moving the blocks")
    })?;
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (mut wrong, mut all) = (Vec::new(), 0);
        for (record, tolerance) in JUDGED {
            let expected = values(&told.prometheus, record, moment)?;
            let found = values(&fresh, record, until + 5 * MINUTE)?;
            ensure!(expected.len() == 9, "{record}: only {} series", expected.len());
            for (labels, expected) in expected {
                all += 1;
                let found = found.get(&labels).copied().unwrap_or(f64::NAN);
                let difference = (found - expected).abs() / expected.abs().max(1e-9);
                if difference.is_nan() || difference > *tolerance {
                    wrong.push(format!("{record} {labels:?}: {found}, and with old rules {expected}"));
                }
            }
        }
        if wrong.is_empty() {
            println!("| {all} records of new rules above a backfill equal those of old rules");
            break;
        }
        ensure!(Instant::now() < deadline, "{} of {all} differ: {wrong:#?}", wrong.len());
        std::thread::sleep(Duration::from_secs(1));
    }

    // And the counters themselves: what one scrape shows beside the one before it. Nobody sees what a restart or a gap hides.
    let total = |name: &str, code: Option<&str>| -> f64 {
        let is_it = |it: &&Series| it.labels["__name__"] == name && it.labels.get("code").map(String::as_str) == code;
        let one = |series: &Series| -> f64 {
            let beside = |pair: &[(i64, f64)]| pair[1].0 - pair[0].0 < MINUTE && pair[1].0 <= until;
            let more = |pair: &[(i64, f64)]| if pair[1].1 < pair[0].1 { pair[1].1 } else { pair[1].1 - pair[0].1 };
            series.samples.windows(2).filter(|pair| beside(pair)).map(more).sum()
        };
        told.raw.iter().filter(is_it).map(one).sum()
    };
    let window = |slo: &str, side: &str| -> Result<f64> {
        let found = values(&fresh, &format!("slo:{side}:count_window{{slo=\"{slo}\"}}"), until + 5 * MINUTE)?;
        found.into_values().next().context("a count")
    };
    let (good, bad) = (total("shop_a_total", Some("200")), total("shop_a_total", Some("500")));
    for (slo, side, exact) in
        [("bad", "events", good + bad), ("bad", "bad_events", bad), ("latency", "bad_events", bad)]
    {
        let found = window(slo, side)?;
        println!("| {slo}, {side}: {found:.0} of {exact:.0} counted");
        // By design 0.22%, and of the burst that ends in a gap the last three scrapes, whose rate falls as they leave.
        let most = 0.0022 * exact + 3.0 * 0.08 * 1_500.0;
        ensure!((found - exact).abs() < most, "{slo}: {found} {side} of {exact}");
    }
    Ok(())
}

#[test]
fn nothing_collides_with_what_is_recorded_already() -> Result<()> {
    let until = until()?;
    let told = told(until - 12 * HOUR, 12 * 60)?;
    let since = until - 5 * HOUR;
    told.replayed(&[":rate_base", ":count5m"], since, until)?;
    let file = told.folder.path().join("some.om");
    let said = report(&told.backtest(until, "1", &file)?)?;
    let before = fs::read_to_string(&file)?;
    let mut ends: BTreeMap<&str, f64> = BTreeMap::new();
    for line in before.lines().filter(|line| !line.starts_with('#')) {
        let (series, at) = line.rsplit_once(' ').context("a moment")?;
        let (series, _) = series.rsplit_once(' ').context("a value")?;
        let end = ends.entry(series).or_default();
        *end = end.max(at.parse()?);
    }
    ensure!(ends.len() > 20, "{} series", ends.len());
    for (series, end) in &ends {
        let (first, step) = (since as f64 / 1_000.0, if series.contains("count5m") { 330.0 } else { 61.0 });
        ensure!(*end < first && *end >= first - step, "{series} ends at {end}, and recording began at {first}");
    }
    for filled in said["outcomes"].as_array().context("outcomes")?.iter().filter_map(|it| it["filled"].as_array()) {
        for filled in filled {
            let at = filled["recorded_since"].as_str().with_context(|| filled.to_string())?;
            let at = humantime::parse_rfc3339(at)?.duration_since(UNIX_EPOCH)?.as_secs_f64() - since as f64 / 1_000.0;
            ensure!((0.0..=300.0).contains(&at), "{filled}");
        }
    }
    // Neither a file that is there nor one in no folder is written, and no half of one stays.
    for (place, why) in [("some.om", "exists already"), ("none/some.om", "there is no folder")] {
        let output = told.backtest(until, "1", &told.folder.path().join(place))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code() == Some(2) && said.contains(why), "{said}");
    }
    ensure!(fs::read_to_string(&file)? == before, "the file has changed");
    Ok(())
}

#[test]
fn a_source_without_history_gives_no_file() -> Result<()> {
    let until = until()?;
    let mut told = told(until - HOUR, 10)?;
    told.prometheus = Prometheus::start(&Config::default())?;
    let place = tempfile::tempdir()?;
    let output = told.backtest(until, "1", place.path())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code() == Some(2) && said.contains("no history"), "{said}");
    ensure!(fs::read_dir(place.path())?.next().is_none(), "a file is left");
    Ok(())
}
