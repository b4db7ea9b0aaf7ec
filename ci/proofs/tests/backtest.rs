//! `emberline backtest` over the history of a real Prometheus, held against Prometheus's own rule manager.
//!
//! promtool evaluates the compiled rules over the same samples with the engine and the alert states of Prometheus, tick by
//! tick. Every alert of every kind of objective must fire and resolve at the same evaluations, to the second.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::times::{Fired, Times, compare, name};
use emberline_proofs::engines::units::{Runner, Told, run_told};
use emberline_proofs::engines::{Engine, compile};
use emberline_proofs::given::examples;
use emberline_proofs::outages::{EVALUATION, OUTAGES, Outage, SCRAPE, Scraped, State, notation, policy};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Labels, Series, stale_marker};
use emberline_proofs::tools::emberline;
use serde_json::Value;
use wait4::Wait4;

/// Stories beside those of all engines: what counters and scrapes do to the same objectives.
const MORE: &[Outage] = &[
    Outage { name: "long-burn", states: &[(30, State::Bad(0.0)), (420, State::Bad(0.008)), (0, State::Bad(0.0))] },
    Outage { name: "resets", states: &[(20, State::Bad(0.0)), (90, State::Bad(0.02)), (0, State::Bad(0.0))] },
    Outage { name: "late-series", states: &[(60, State::Bad(0.0)), (30, State::Bad(0.05)), (0, State::Bad(0.0))] },
    Outage { name: "lost-scrapes", states: &[(20, State::Bad(0.0)), (60, State::Bad(0.015)), (0, State::Bad(0.0))] },
];

/// Objectives whose groups are evaluated once a minute. promtool evaluates all groups at the same pace.
const EACH_MINUTE: [&str; 2] = ["slices", "minutes"];

/// What happens to the series of a story beside what its states say.
fn edit(story: &str, series: &mut [Scraped]) {
    for (labels, values) in series {
        let is_counter = labels["__name__"].ends_with("_total") || labels["__name__"].contains("_seconds_");
        let is_bad = labels["__name__"].contains("failed") || labels.get("code").is_some_and(|code| code == "500");
        let mut gone = 0.0;
        for (scrape, value) in values.iter_mut().enumerate() {
            match story {
                // A restart every 37 minutes.
                "resets" if is_counter => {
                    if scrape % 148 == 147 {
                        gone = value.unwrap_or(gone);
                    }
                    *value = value.map(|value| value - gone);
                }
                // The first failure makes the series; a group is added after half an hour.
                "late-series" if is_bad && scrape < 240 => *value = None,
                "late-series" if labels.get("topic").is_some_and(|topic| topic == "b") && scrape < 120 => *value = None,
                "lost-scrapes" if scrape % 13 < 2 || (150..175).contains(&scrape) => *value = None,
                _ => {}
            }
        }
    }
}

/// A story over so many minutes.
fn series(story: &Outage, minutes: u32) -> Result<Vec<Scraped>> {
    let mut series = story.series(minutes * 60 / u32::try_from(SCRAPE.as_secs())?);
    edit(story.name, &mut series);
    Ok(series)
}

/// Series as a Prometheus keeps them that scraped them from `begins` on, in milliseconds.
fn scraped(series: &[Scraped], begins: i64) -> Result<Vec<Series>> {
    let step = i64::try_from(SCRAPE.as_millis())?;
    let one = |(labels, values): &Scraped| {
        let mut was_there = false;
        let mut samples = Vec::new();
        for (at, value) in (0..).map(|scrape| begins + scrape * step).zip(values) {
            samples.extend(value.or(was_there.then(stale_marker)).map(|value| (at, value)));
            was_there = value.is_some();
        }
        Series { labels: labels.clone(), samples }
    };
    Ok(series.iter().map(one).collect())
}

/// What promtool says of a story.
fn promtool(story: &Outage, minutes: u32, rules: &Path, folder: &Path) -> Result<Times> {
    let mut times = Times::new();
    for (evaluation, is_each_minute) in [(EVALUATION, false), (Duration::from_secs(60), true)] {
        let told = Told { name: story.name, minutes, series: notation(&series(story, minutes)?), evaluation };
        let all = run_told(Runner::Promtool, &told, rules, folder)?;
        times.extend(all.into_iter().filter(|(alert, _)| each_minute(alert) == is_each_minute));
    }
    Ok(times)
}

fn each_minute(alert: &str) -> bool {
    EACH_MINUTE.iter().any(|objective| alert.contains(&format!("/{objective} ")))
}

fn moment(at: i64) -> Result<String> {
    Ok(humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(u64::try_from(at)?)).to_string())
}

/// The report of a backtest that ends at `until`, in milliseconds.
fn backtest(specs: &Path, url: &str, until: i64, more: &[&str]) -> Result<Value> {
    let output = Command::new(emberline()?)
        .args(["backtest", "--format", "json", "--until", &moment(until)?, "--against", url, "--specs"])
        .arg(specs)
        .args(if more.contains(&"--days") { &[][..] } else { &["--days", "1"] })
        .args(more)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the report is no JSON")
}

/// When alerts fired by a report, in seconds since `begins`. What fired before the story is of no story.
fn times(report: &Value, begins: i64, minutes: u32) -> Result<Times> {
    let seconds = |moment: &Value| -> Result<Option<f64>> {
        let Some(text) = moment.as_str() else { return Ok(None) };
        let since = humantime::parse_rfc3339(text)?.duration_since(UNIX_EPOCH)?;
        Ok(Some(since.as_secs_f64() - begins as f64 / 1_000.0))
    };
    let mut times = Times::new();
    for outcome in report["outcomes"].as_array().context("outcomes")? {
        for alert in outcome["fired"].as_array().context("alerts")? {
            for firing in alert["firings"].as_array().context("firings")? {
                let mut labels: Labels = serde_json::from_value(alert["labels"].clone())?;
                labels.insert("alertname".to_owned(), alert["alert"].as_str().unwrap_or_default().to_owned());
                labels.extend(serde_json::from_value::<Labels>(firing["group"].clone())?);
                let alert = name(&labels);
                let interval = if each_minute(&alert) { 60.0 } else { EVALUATION.as_secs_f64() };
                let first = seconds(&firing["fired"])?.context("a firing without a time")?;
                let end = seconds(&firing["until"])?.unwrap_or(f64::from(minutes) * 60.0 + interval);
                if first < 0.0 {
                    continue;
                }
                let fired = times.entry(alert).or_insert(Fired { first, ..Fired::default() });
                fired.first = fired.first.min(first);
                fired.last = fired.last.max(end - interval);
                fired.total += end - first;
                fired.episodes += 1.0;
            }
        }
    }
    Ok(times)
}

/// A moment two days ago at which all steps of all windows begin.
fn begins() -> Result<i64> {
    const DAY: i64 = 86_400_000;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    Ok((now / DAY - 2) * DAY)
}

#[test]
fn alerts_fire_and_resolve_at_the_evaluations_of_prometheus() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), policy(1))?;
    let stories: Vec<&Outage> = OUTAGES.iter().chain(MORE).collect();
    for story in &stories {
        fs::write(specs.join(format!("{}.yaml", story.name)), story.spec())?;
    }
    let generated = folder.path().join("generated");
    compile(&specs, &generated, Engine::Prometheus.target().0)?;
    let files = Engine::Prometheus.files(&generated)?;
    let (begins, prometheus) = (begins()?, Prometheus::start(&Config::default())?);
    let (mut all, mut wrong) = (0, BTreeMap::new());
    for story in stories {
        let minutes = story.over() + story.after();
        prometheus.write(&scraped(&series(story, minutes)?, begins)?)?;
        let rules = files.iter().find(|file| file.ends_with(format!("{}.yaml", story.name))).context("rules")?;
        let theirs = promtool(story, minutes, rules, folder.path())?;
        let until = begins + i64::from(minutes) * 60_000;
        let report = backtest(&specs, prometheus.url(), until, &["--only", story.name])?;
        let compared = compare(&theirs, &times(&report, begins, minutes)?, |_| 0.5);
        println!(
            "| {}: {} of {} alerts fire and resolve at the same evaluations",
            story.name, compared.agreed, compared.all
        );
        ensure!(compared.all >= 3, "{}: only {} alerts fired", story.name, compared.all);
        all += compared.all;
        wrong.extend(compared.others);
    }
    ensure!(all > 100, "only {all} alerts fired in all stories");
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[test]
fn a_replay_at_another_target_is_seen() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let story = OUTAGES.iter().find(|story| story.name == "fast-burn").context("no such story")?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), policy(1))?;
    fs::write(specs.join("fast-burn.yaml"), story.spec())?;
    let generated = folder.path().join("generated");
    compile(&specs, &generated, Engine::Prometheus.target().0)?;
    let rules = Engine::Prometheus.files(&generated)?;
    let minutes = story.over() + story.after();
    let theirs = promtool(story, minutes, rules.first().context("rules")?, folder.path())?;
    let (begins, prometheus) = (begins()?, Prometheus::start(&Config::default())?);
    prometheus.write(&scraped(&series(story, minutes)?, begins)?)?;
    fs::write(specs.join("fast-burn.yaml"), story.spec().replace("99.9%", "99.85%"))?;
    let report = backtest(&specs, prometheus.url(), begins + i64::from(minutes) * 60_000, &[])?;
    let compared = compare(&theirs, &times(&report, begins, minutes)?, |_| 0.5);
    // Gauges and minutes are all bad or all good, whatever the target is a little below.
    assert!(3 * compared.others.len() > compared.all, "{} of {} alerts agree", compared.agreed, compared.all);
    Ok(())
}

/// A server without samples: the objective of every example is evaluated to its end, and its absence is noticed.
#[test]
fn every_indicator_of_the_guide_is_evaluated() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    let spec = examples(&["events:", "latency:", "timeslice:", "availability:", "expr:"])?;
    let wanted = spec.matches("- name: example-").count();
    fs::write(specs.join("policy.yaml"), policy(1) + "replica_label: replica\n")?;
    fs::write(specs.join("shop.yaml"), format!("version: emberline/v1\nservice: shop\n{spec}"))?;
    fs::write(
        specs.join("late.yaml"),
        format!(
            "version: emberline/v1\nservice: late\n{}",
            spec.replace("objective: 99%", "objective: 99%\n    delay: 2m")
        ),
    )?;
    let (begins, prometheus) = (begins()?, Prometheus::start(&Config::default())?);
    let report = backtest(&specs, prometheus.url(), begins, &[])?;
    ensure!(report["failed"].as_array().is_some_and(Vec::is_empty), "{:#}", report["failed"]);
    let outcomes = report["outcomes"].as_array().context("outcomes")?;
    ensure!(wanted >= 15 && outcomes.len() == 2 * wanted, "{} outcomes of {wanted} examples", outcomes.len());
    for outcome in outcomes {
        let alerts = outcome["fired"].as_array().context("alerts")?;
        let fired = |alert: &&Value| alert["firings"].as_array().is_some_and(|firings| !firings.is_empty());
        let fired: Vec<_> =
            alerts.iter().filter(fired).map(|alert| alert["alert"].as_str().unwrap_or_default()).collect();
        ensure!(fired == ["SliAbsent"] && alerts.len() > 4, "{}: {fired:?} fire of {}", outcome["slo"], alerts.len());
    }
    Ok(())
}

/// A month of a hundred objectives of four raw series each, replayed within a minute. `EMBERLINE` names an optimised build.
#[test]
#[ignore = "writes 38 million samples first; a benchmark"]
fn a_month_of_a_hundred_objectives() -> Result<()> {
    const OBJECTIVES: u32 = 100;
    const STEP: i64 = 30_000;
    /// The month, and the longest window before it.
    const SAMPLES: i64 = (33 * 86_400_000 + 3_600_000) / STEP;
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), "version: emberline/v1\nscrape_interval: 30s\nevaluation_interval: 30s\n")?;
    let prometheus = Prometheus::start(&Config::default())?;
    let until = begins()?;
    for number in 0..OBJECTIVES {
        let metric = format!("http_requests_total{{service=\"s{number}\"}}");
        let bad = metric.replace('}', ", code=~\"5..\"}");
        let spec = format!(
            "version: emberline/v1\nservice: s{number}\nslos:\n  - name: availability\n    objective: 99.9%\n    traffic: 10/s\n    \
             sli: {{events: {{total: '{metric}', bad: '{bad}'}}}}\n"
        );
        fs::write(specs.join(format!("s{number}.yaml")), spec)?;
        for (code, each) in [("200", 250_u64), ("201", 40), ("404", 10), ("500", 0)] {
            let mut count = 0_u64;
            let mut seed = u64::from(number) * 4 + each + 1;
            let samples = (0..SAMPLES).map(|place| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Every third day, twenty minutes in which a tenth fails.
                let is_out = place % 8_640 > 8_600 - i64::from(number);
                count += (each + (seed >> 60)) * u64::from(each > 0) + u64::from(each == 0 && is_out) * 30;
                (until - (SAMPLES - place) * STEP, count as f64)
            });
            let labels = [("__name__", "http_requests_total"), ("service", &format!("s{number}")), ("code", code)];
            let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            prometheus.write(&[Series { labels, samples: samples.collect() }])?;
        }
    }
    let began = std::time::Instant::now();
    let report = backtest(&specs, prometheus.url(), until, &["--days", "30", "--timeout", "60s"])?;
    let took = began.elapsed();
    let outcomes = report["outcomes"].as_array().context("outcomes")?;
    let alerts = outcomes.iter().flat_map(|it| it["fired"].as_array()).flatten();
    let firings: usize = alerts.map(|alert| alert["firings"].as_array().map_or(0, Vec::len)).sum();
    println!("| backtest of 30 days of {OBJECTIVES} objectives: {:.1} s, {firings} firings", took.as_secs_f64());
    ensure!(
        outcomes.len() == OBJECTIVES as usize && firings > 500,
        "{firings} firings of {} objectives",
        outcomes.len()
    );
    assert!(took <= Duration::from_secs(60), "{took:?}");

    let file = folder.path().join("backfill.om");
    let began = std::time::Instant::now();
    let mut command = Command::new(emberline()?);
    command.args(["backtest", "--days", "30", "--timeout", "60s", "--until", &moment(until)?, "--against"]);
    command.arg(prometheus.url()).arg("--specs").arg(&specs).arg("--backfill").arg(&file).stdout(Stdio::null());
    let child = command.spawn()?;
    let used = child.wait4()?;
    let (took, size) = (began.elapsed(), fs::metadata(&file).context("no backfill was written")?.len());
    println!(
        "| with a backfill: {:.1} s, {} MB written, at most {} MiB of memory",
        took.as_secs_f64(),
        size / 1_000_000,
        used.rusage.maxrss >> 20
    );
    assert!(took <= Duration::from_secs(90) && used.rusage.maxrss < 1 << 30, "{took:?}, {}", used.rusage.maxrss);
    Ok(())
}
