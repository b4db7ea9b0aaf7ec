//! `emberline backtest --rules` over rule files that people published, held against promtool.
//!
//! Each file of `published` is the work of another repository, which its `.json` names with the licence and the series that
//! the rules read. promtool evaluates the rules over a story of these series. Every alert must fire and resolve at the same
//! evaluations, an alert that is said not to fire must not fire, and the times of a total outage must be those that are told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::units::samples;
use emberline_proofs::outages::{Scraped, notation};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Labels, Series};
use emberline_proofs::tools::{emberline, tool};
use serde::Deserialize;
use serde_json::Value;

/// Seconds between two samples.
const SCRAPE: u32 = 15;
/// Seconds between two evaluations of every group: promtool has one pace for all.
const EVALUATION: u32 = 60;
/// Events of a series a scrape.
const EVENTS: f64 = 150.0;

/// Where a file is from, and what its rules read.
#[derive(Deserialize)]
struct Published {
    repository: String,
    series: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    labels: Labels,
    role: String,
    /// Of the role `const`.
    #[serde(default)]
    value: f64,
}

/// How many minutes, and the share of bad events.
type Story = [(u32, f64)];

/// Slow and fast burns, each followed by calm.
const BURNS: &Story = &[(90, 0.0), (40, 0.03), (60, 0.0), (120, 0.2), (200, 0.0), (90, 1.0), (300, 0.0)];

fn minutes(story: &Story) -> u32 {
    story.iter().map(|(minutes, _)| minutes).sum()
}

/// The series of a story, a value each scrape.
fn scraped(of: &Published, story: &Story) -> Vec<Scraped> {
    let shares: Vec<f64> = story
        .iter()
        .flat_map(|(minutes, share)| std::iter::repeat_n(*share, (minutes * 60 / SCRAPE) as usize))
        .collect();
    let one = |Described { labels, role, value }: &Described| {
        let mut count = 0.0_f64;
        let values = shares.iter().map(|share| {
            count += match role.as_str() {
                "good" | "bucket:good" => EVENTS * (1.0 - share),
                "bad" => EVENTS * share,
                _ => EVENTS,
            };
            Some(match role.as_str() {
                "gauge:good" => f64::from(*share < 1.0),
                "const" => *value,
                "gauge:bad" => f64::from(*share >= 1.0),
                _ => count.round(),
            })
        });
        (labels.clone(), values.collect())
    };
    of.series.iter().map(one).collect()
}

fn files() -> Result<Vec<(PathBuf, Published)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rulefiles/published");
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yml"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(path.with_extension("json"))?;
        let published = serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
        Ok((path, published))
    };
    paths.into_iter().map(read).collect()
}

/// The groups of a file without their own pace, as promtool reads them: those that record first.
fn groups(path: &Path) -> Result<Vec<serde_yaml::Value>> {
    let mut groups = Vec::new();
    for document in serde_yaml::Deserializer::from_str(&fs::read_to_string(path)?) {
        let document = serde_yaml::Value::deserialize(document)?;
        let of = if document["spec"].is_mapping() { &document["spec"] } else { &document };
        groups.extend(of["groups"].as_sequence().cloned().unwrap_or_default());
    }
    for group in &mut groups {
        group.as_mapping_mut().context("a group")?.remove("interval");
    }
    let alerts = |group: &serde_yaml::Value| {
        group["rules"].as_sequence().is_some_and(|rules| rules.iter().any(|rule| rule["alert"].is_string()))
    };
    groups.sort_by_key(alerts);
    Ok(groups)
}

/// The evaluations, in minutes, at which each alert fires, by its name and the labels that are no templates.
type Fires = BTreeMap<String, BTreeSet<u32>>;

fn key(alert: &str, labels: &Labels, templates: &BTreeSet<String>) -> String {
    let is_told = |label: &str| !templates.contains(label) && !label.starts_with("alert") && label != "__name__";
    let told = labels.iter().filter(|(label, _)| is_told(label));
    format!("{alert} {}", told.map(|(label, value)| format!("{label}={value}")).collect::<Vec<_>>().join(","))
}

/// Labels whose values are templates in some rule.
fn templates(groups: &[serde_yaml::Value]) -> BTreeSet<String> {
    let rules = groups.iter().filter_map(|group| group["rules"].as_sequence()).flatten();
    let labels = rules.filter_map(|rule| rule["labels"].as_mapping()).flatten();
    let is_template = |value: &serde_yaml::Value| value.as_str().is_some_and(|value| value.contains("{{"));
    labels.filter(|(_, value)| is_template(value)).filter_map(|(label, _)| Some(label.as_str()?.to_owned())).collect()
}

/// When alerts fire by promtool. It prints what an expression gave where it was told to expect something impossible.
fn promtool(groups: &[serde_yaml::Value], rules: &Path, series: &[Scraped], minutes: u32) -> Result<Fires> {
    let names: Vec<&str> = groups.iter().filter_map(|group| group["name"].as_str()).collect();
    let mut text = format!(
        "rule_files: [{}]\ngroup_eval_order: {}\nevaluation_interval: {EVALUATION}s\ntests:\n- interval: {SCRAPE}s\n  \
         input_series:\n{}  promql_expr_test:\n",
        rules.display(),
        serde_json::to_string(&names)?,
        notation(series)
    );
    for minute in 0..=minutes {
        text += &format!(
            "  - {{expr: 'ALERTS{{alertstate=\"firing\"}}', eval_time: {minute}m, exp_samples: [{{labels: 'impossible{{}}', \
             value: 1}}]}}\n"
        );
    }
    let path = rules.with_extension("test.yaml");
    fs::write(&path, text)?;
    let output = Command::new(tool("promtool")?).args(["test", "rules"]).arg(&path).stdin(Stdio::null()).output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let answers: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("got:")).collect();
    ensure!(answers.len() == minutes as usize + 1, "promtool gave {} answers:\n{said:.2000}", answers.len());
    let templates = templates(groups);
    let mut fires = Fires::new();
    for (minute, answer) in (0..).zip(answers) {
        for (labels, _) in samples(answer)? {
            let alert = labels.get("alertname").cloned().unwrap_or_default();
            fires.entry(key(&alert, &labels, &templates)).or_default().insert(minute);
        }
    }
    Ok(fires)
}

fn moment(at: i64) -> Result<String> {
    Ok(humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(u64::try_from(at)?)).to_string())
}

/// The alerts of a report of `emberline backtest --rules`.
fn backtest(rules: &Path, url: &str, until: i64) -> Result<Vec<Value>> {
    let output = Command::new(emberline()?)
        .current_dir(rules.parent().context("a folder")?)
        .args(["backtest", "--format", "json", "--days", "1", "--until", &moment(until)?, "--against", url, "--rules"])
        .arg(rules)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    report["rules"][0]["alerts"].as_array().cloned().context("no alerts")
}

fn labels(of: &Value) -> Result<Labels> {
    Ok(serde_json::from_value(of.clone())?)
}

fn ours(alerts: &[Value], templates: &BTreeSet<String>, begins: i64, minutes: u32) -> Result<Fires> {
    let minute = |moment: &Value| -> Result<Option<u32>> {
        let Some(text) = moment.as_str() else { return Ok(None) };
        let at = humantime::parse_rfc3339(text)?.duration_since(UNIX_EPOCH)?.as_millis();
        Ok(Some(u32::try_from((i64::try_from(at)? - begins).max(0) / 60_000)?))
    };
    let mut fires = Fires::new();
    for alert in alerts {
        for firing in alert["firings"].as_array().context("firings")? {
            let mut all = labels(&firing["group"])?;
            all.extend(labels(&alert["labels"])?);
            let key = key(alert["alert"].as_str().unwrap_or_default(), &all, templates);
            let (from, until) = (minute(&firing["fired"])?.context("fired")?, minute(&firing["until"])?);
            fires.entry(key).or_default().extend(from..until.unwrap_or(minutes + 1));
        }
    }
    Ok(fires)
}

/// A day's beginning, two days ago, so that every step begins there.
fn begins() -> Result<i64> {
    const DAY: i64 = 86_400_000;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    Ok((now / DAY - 2) * DAY)
}

fn written(series: &[Scraped], begins: i64) -> Vec<Series> {
    let one = |(labels, values): &Scraped| {
        let at = (0..).map(|scrape| begins + scrape * i64::from(SCRAPE) * 1_000);
        let samples = at.zip(values).filter_map(|(at, value)| Some((at, (*value)?))).collect();
        Series { labels: labels.clone(), samples }
    };
    series.iter().map(one).collect()
}

/// A story in both, and the alerts as this program tells them.
fn told(path: &Path, of: &Published, story: &Story, folder: &Path) -> Result<(Fires, Fires, Vec<Value>)> {
    let groups = groups(path)?;
    let rules = folder.join(path.file_name().context("a name")?);
    let document = serde_yaml::Mapping::from_iter([("groups".into(), serde_yaml::Value::Sequence(groups.clone()))]);
    fs::write(&rules, serde_yaml::to_string(&document)?)?;
    let (series, minutes, begins) = (scraped(of, story), minutes(story), begins()?);
    let theirs = promtool(&groups, &rules, &series, minutes)?;
    let prometheus = Prometheus::start(&Config::default())?;
    prometheus.write(&written(&series, begins))?;
    let alerts = backtest(&rules, prometheus.url(), begins + i64::from(minutes) * 60_000)?;
    let ours = ours(&alerts, &templates(&groups), begins, minutes)?;
    Ok((theirs, ours, alerts))
}

#[test]
fn published_rules_fire_and_resolve_at_the_evaluations_of_prometheus() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (mut repositories, mut all, mut wrong) = (BTreeSet::new(), 0, Vec::new());
    for (path, of) in files()? {
        let (theirs, ours, alerts) = told(&path, &of, BURNS, folder.path())?;
        let keys: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
        let differing: Vec<_> = keys.iter().filter(|key| theirs.get(**key) != ours.get(**key)).collect();
        for key in &differing {
            let shown = |fires: Option<&BTreeSet<u32>>| match fires {
                Some(fires) => format!("{:?} to {:?}, {} evaluations", fires.first(), fires.last(), fires.len()),
                None => "never".to_owned(),
            };
            wrong.push(format!(
                "{}: {key}: {} / promtool {}",
                of.repository,
                shown(ours.get(**key)),
                shown(theirs.get(**key))
            ));
        }
        for alert in &alerts {
            let name = alert["alert"].as_str().unwrap_or_default();
            if alert["verdict"]["cannot_fire"].is_string()
                && theirs.keys().any(|key| key.starts_with(&format!("{name} ")))
            {
                // Others of the same name may fire.
                let twins = alerts.iter().filter(|other| other["alert"] == alert["alert"]).count();
                ensure!(twins > 1, "{}: {name} is said not to fire, and fires", of.repository);
            }
        }
        println!(
            "| {}: {} alerts, {} of {} series that fire do so at the same evaluations; cannot fire: {}, never clear: {}",
            of.repository,
            alerts.len(),
            keys.len() - differing.len(),
            keys.len(),
            alerts.iter().filter(|alert| alert["verdict"]["cannot_fire"].is_string()).count(),
            alerts.iter().filter(|alert| alert["verdict"]["never_clears"].is_string()).count()
        );
        all += keys.len();
        repositories.insert(of.repository);
    }
    println!("| {} repositories, {all} series of alerts that fire", repositories.len());
    ensure!(repositories.len() >= 10 && all >= 20, "{} repositories, {all} series", repositories.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// What a reader of the files found wrong with alerts, and the field that must tell it.
const FAULTS: &[(&str, &str, &str)] = &[
    ("15", "LatencyBudgetBurnRateCritical", "without_samples"),
    ("23", "SLOQuoteErrorRateBurnWarning", "fires_at_once"),
    ("23", "SLOQuoteErrorRateBurnCritical", "fires_at_once"),
    ("23", "SLOSwapSubmitFailureRateBurnCritical", "fires_at_once"),
    ("23", "HighSwapSubmitFailureRate", "fires_at_once"),
    ("26", "OrchestratorErrorRate", "fires_at_once"),
    ("31", "Contribution Cron Job Missed  ({{ $labels.namespace }})", "without_samples"),
];
/// Alerts without a short window, and how many minutes after an outage they are over at the earliest.
const LATE: &[(&str, &str, f64)] = &[
    ("11", "SLOAvailabilityLow", 55.0),
    ("18", "SwiftRemitLatencyBudgetBurnFast", 50.0),
    ("18", "SwiftRemitAvailabilityBudgetExhausted", 40_000.0),
    ("22", "SLOErrorBudgetBurnFast", 55.0),
    ("22", "SLOErrorBudgetBurnSlow", 330.0),
    ("24", "ErrorBudgetBurnRateCritical", 40_000.0),
];

#[test]
fn faults_that_a_reader_found_are_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (path, of) in files()? {
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.get(..2)).unwrap_or_default();
        if !FAULTS.iter().any(|fault| fault.0 == number) && !LATE.iter().any(|late| late.0 == number) {
            continue;
        }
        let (_, _, alerts) = told(&path, &of, &[(30, 0.0), (30, 0.5)], folder.path())?;
        let find = |name: &str| alerts.iter().find(|alert| alert["alert"] == name).with_context(|| name.to_owned());
        for (_, name, field) in FAULTS.iter().filter(|fault| fault.0 == number) {
            let alert = find(name)?;
            let told = [&alert[*field], &alert["verdict"][*field]];
            let is_told =
                told.iter().any(|told| told.is_string() || told.as_array().is_some_and(|all| !all.is_empty()));
            ensure!(is_told, "{}: {name}: {field} is not told: {alert:#}", of.repository);
        }
        for (_, name, least) in LATE.iter().filter(|late| late.0 == number) {
            let clears = find(name)?["verdict"]["clears_after_s"].as_f64().context("no time")?;
            ensure!(clears / 60.0 >= *least, "{}: {name}: clears after {clears} s", of.repository);
        }
    }
    println!("| {} faults that a reader found are told, and {} alerts that clear late", FAULTS.len(), LATE.len());
    Ok(())
}

/// Minutes of calm, of the total outage, and of calm again. All but the last are longer than the windows that are judged.
const CALM: u32 = 420;
const OUTAGE: u32 = 420;
const AFTER: u32 = 420;

#[test]
fn a_total_outage_is_told_right() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let outage: &Story = &[(CALM, 0.0), (OUTAGE, 1.0), (AFTER, 0.0)];
    let (mut judged, mut longer, mut twins, mut wrong) = (0, 0, 0, Vec::new());
    for (path, of) in files()? {
        let (theirs, _, alerts) = told(&path, &of, outage, folder.path())?;
        for alert in &alerts {
            let (name, verdict) = (alert["alert"].as_str().unwrap_or_default(), &alert["verdict"]);
            let told = |field: &str| verdict[field].as_f64().map(|seconds| seconds / 60.0);
            let (Some(fires), Some(clears), Some(window), false) =
                (told("fires_after_s"), told("clears_after_s"), told("window_s"), verdict["has_more"] == true)
            else {
                continue;
            };
            if window > f64::from(CALM) || clears > f64::from(AFTER) {
                longer += 1;
                continue;
            }
            // Alerts of one name and the same labels are one to promtool.
            if alerts.iter().filter(|it| it["alert"] == name && it["labels"] == alert["labels"]).count() > 1 {
                twins += 1;
                continue;
            }
            let own = labels(&alert["labels"])?;
            let is_own = |key: &str| {
                let mut fixed = own.iter().filter(|(_, value)| !value.contains("{{"));
                key.starts_with(&format!("{name} "))
                    && fixed.all(|(label, value)| key.contains(&format!("{label}={value}")))
            };
            let fired = || theirs.iter().filter(|(key, _)| is_own(key)).map(|(_, minutes)| minutes);
            let first = fired().filter_map(BTreeSet::first).min();
            let last = fired().filter_map(BTreeSet::last).max();
            judged += 1;
            // A scrape and two evaluations on top: records are of the evaluation before.
            let is_near = |found: Option<&u32>, expected: f64| {
                found.is_some_and(|found| (-1.5..=3.0).contains(&(f64::from(*found) - expected)))
            };
            let (begins, ends) = (f64::from(CALM) + fires, f64::from(CALM + OUTAGE) + clears);
            if !is_near(first, begins) || !is_near(last, ends) {
                wrong.push(format!(
                    "{}: {name}: told {begins:.1} to {ends:.1} min, fires from {first:?} to {last:?}",
                    of.repository
                ));
            }
        }
    }
    println!(
        "| {judged} alerts fire and clear in a total outage when they are said to, {} of them do not",
        wrong.len()
    );
    println!(
        "| not judged: {longer} of longer windows than {CALM} minutes, {twins} that share name and labels with another"
    );
    ensure!(judged >= 15, "only {judged} alerts were judged");
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
