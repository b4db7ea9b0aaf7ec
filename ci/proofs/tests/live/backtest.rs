//! What a Prometheus recorded while it ran the rules, against a backtest over the same samples.
//!
//! The policy's `time_scale` divides every length of time, so that hours pass in minutes. Samples bear times that lie a
//! moment ahead when they are written: each evaluation sees what a later replay sees.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::{Engine, compile};
use emberline_proofs::outages::{OUTAGES, Outage, SCRAPE, policy};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Labels, Series, stale_marker, write_at_once};
use emberline_proofs::tools::emberline;
use serde_json::Value;

/// How much shorter every length of time is.
const SCALE: u32 = 10;
/// How long the stories are watched, in minutes of the story: flapping is over, and pages have resolved.
const MINUTES: u32 = 100;
/// How far ahead of the clock samples are written, in milliseconds.
const AHEAD: i64 = 30_000;

/// A firing: the evaluations at which it began and at which it was last seen, in milliseconds.
type Firings = BTreeMap<Labels, Vec<(i64, i64)>>;

fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// Writes the samples of each scrape in its time, and gives the first of these times.
fn tell(stories: &[&Outage], prometheus: &Prometheus) -> Result<i64> {
    let scrapes = MINUTES * 60 / u32::try_from(SCRAPE.as_secs())?;
    let series: Vec<_> = stories.iter().flat_map(|story| story.series(scrapes)).collect();
    let step = i64::try_from((SCRAPE / SCALE).as_millis())?;
    let begins = now()? + AHEAD;
    for scrape in 0..usize::try_from(scrapes)? {
        let at = begins + step * i64::try_from(scrape)?;
        sleep(Duration::from_millis(u64::try_from(at - AHEAD - now()?).unwrap_or(0)));
        ensure!(now()? < at, "this machine writes a sample too late for its evaluation");
        let of = |values: &[Option<f64>]| {
            let before = scrape.checked_sub(1).and_then(|place| values.get(place)).copied().flatten();
            values.get(scrape).copied().flatten().or(before.map(|_| stale_marker()))
        };
        let sample = series.iter().filter_map(|(labels, values)| {
            of(values).map(|value| Series { labels: labels.clone(), samples: vec![(at, value)] })
        });
        write_at_once(&format!("{}/api/v1/write", prometheus.url()), &sample.collect::<Vec<_>>())?;
    }
    Ok(begins)
}

/// What Prometheus recorded of alerts that fired until a moment.
fn recorded(prometheus: &Prometheus, until: i64) -> Result<Firings> {
    let answer = prometheus.query("ALERTS{alertstate=\"firing\"}[1h]", until)?;
    let mut firings = Firings::new();
    for Series { mut labels, samples } in answer.series {
        labels.retain(|name, _| name != "__name__" && name != "alertstate");
        let interval = interval(&labels);
        let firings = firings.entry(labels).or_default();
        for (at, _) in samples {
            match firings.last_mut().filter(|(_, last)| at - *last < interval + interval / 2) {
                Some((_, last)) => *last = at,
                None => firings.push((at, at)),
            }
        }
    }
    Ok(firings)
}

/// Milliseconds between two evaluations of an alert.
fn interval(labels: &Labels) -> i64 {
    let is_each_minute = labels.get("slo").is_some_and(|slo| slo == "slices" || slo == "minutes");
    (if is_each_minute { 60_000 } else { 30_000 }) / i64::from(SCALE)
}

/// What a backtest says of the same.
fn replayed(report: &Value, begins: i64, until: i64) -> Result<Firings> {
    let moment = |value: &Value| -> Result<Option<i64>> {
        let Some(text) = value.as_str() else { return Ok(None) };
        Ok(Some(i64::try_from(humantime::parse_rfc3339(text)?.duration_since(UNIX_EPOCH)?.as_millis())?))
    };
    let mut firings = Firings::new();
    for alert in report["outcomes"].as_array().into_iter().flatten().flat_map(|it| it["fired"].as_array()).flatten() {
        for firing in alert["firings"].as_array().context("firings")? {
            let mut labels: Labels = serde_json::from_value(alert["labels"].clone())?;
            labels.insert("alertname".to_owned(), alert["alert"].as_str().unwrap_or_default().to_owned());
            labels.extend(serde_json::from_value::<Labels>(firing["group"].clone())?);
            let interval = interval(&labels);
            let first = moment(&firing["fired"])?.context("a firing without a time")?;
            let end = moment(&firing["until"])?;
            // A firing that lasts was last seen at the last evaluation.
            let last = end.map_or(until - (until - first).rem_euclid(interval), |end| end - interval);
            if first > begins {
                firings.entry(labels).or_default().push((first, last));
            }
        }
    }
    Ok(firings)
}

#[test]
fn a_backtest_tells_what_was_recorded() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), policy(SCALE))?;
    let is_told = |story: &&Outage| ["full-outage", "flapping", "slow-burn", "missing-data"].contains(&story.name);
    let stories: Vec<&Outage> = OUTAGES.iter().filter(is_told).collect();
    for story in &stories {
        fs::write(specs.join(format!("{}.yaml", story.name)), story.spec())?;
    }
    let generated = folder.path().join("generated");
    compile(&specs, &generated, Engine::Prometheus.target().0)?;
    let rules = Engine::Prometheus.files(&generated)?;
    let prometheus = Prometheus::start(&rules.iter().fold(Config::default(), |config, file| config.rules(file)))?;
    let begins = tell(&stories, &prometheus)?;
    let until = now()? / 1_000 * 1_000 - 2_000;
    let moment = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(u64::try_from(until)?));
    let output = Command::new(emberline()?)
        .args(["backtest", "--days", "1", "--format", "json", "--until", &moment.to_string()])
        .args(["--against", prometheus.url(), "--specs"])
        .arg(&specs)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ours = replayed(&serde_json::from_slice(&output.stdout)?, begins, until)?;
    let theirs = recorded(&prometheus, until)?;
    // Data was missing before the stories began, for a moment here and for days in the replay.
    let of_stories = |(labels, firings): (Labels, Vec<(i64, i64)>)| {
        let firings: Vec<_> = firings.into_iter().filter(|it| it.0 > begins).collect();
        (!firings.is_empty()).then_some((labels, firings))
    };
    let theirs: Firings = theirs.into_iter().filter_map(of_stories).collect();
    let mut wrong = Vec::new();
    for labels in theirs.keys().chain(ours.keys().filter(|labels| !theirs.contains_key(*labels))) {
        if theirs.get(labels) != ours.get(labels) {
            wrong.push(format!("{labels:?}: recorded {:?}, replayed {:?}", theirs.get(labels), ours.get(labels)));
        }
    }
    let firings: usize = theirs.values().map(Vec::len).sum();
    println!(
        "| backtest of a live Prometheus: {} of {} alerts ({firings} firings) began and ended at the evaluations recorded",
        theirs.len() - wrong.len().min(theirs.len()),
        theirs.len()
    );
    ensure!(theirs.len() > 40, "only {} alerts fired", theirs.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
