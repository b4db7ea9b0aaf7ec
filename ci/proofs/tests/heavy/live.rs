//! The same outages, at the same time, in two Prometheus, Thanos Ruler and Cortex, each with its own store.
//!
//! Rulers evaluate at the present only, so windows are shortened: the policy's `time_scale` divides every length of time.
//! Not shown: windows of their real length; a ruler that is far from its store, or overloaded; and vmalert. Its store takes
//! real seconds to show a sample, for which its rules leave half a minute, and compressed time leaves five seconds.
//! `tests/engines` replays the same outages in vmalert's own evaluation, on real windows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::cortex::Cortex;
use emberline_proofs::engines::thanos::Thanos;
use emberline_proofs::engines::times::{Fired, Times, compare, compare_any, name, step};
use emberline_proofs::engines::{Engine, compile, data};
use emberline_proofs::outages::{EVALUATION, OUTAGES, Outage, SCRAPE, State, policy};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Labels, Series, stale_marker, write_at_once};
use emberline_proofs::rules::RuleFile;

/// How much shorter every length of time is; the variable `SCALE` changes it.
fn scale() -> Result<u32> {
    std::env::var("SCALE").map_or(Ok(2), |scale| scale.parse().context("SCALE is no whole number"))
}

/// The outages: all, or those that the variable `OUTAGES` names, with spaces between them.
fn outages() -> Result<Vec<&'static Outage>> {
    let named = std::env::var("OUTAGES").unwrap_or_default();
    let is_wanted = |outage: &&Outage| named.is_empty() || named.split(' ').any(|name| name == outage.name);
    let outages: Vec<_> = OUTAGES.iter().filter(is_wanted).collect();
    ensure!(!outages.is_empty(), "OUTAGES names no outage: {named}");
    Ok(outages)
}

/// The share of alerts that must fire and clear within one evaluation of Prometheus.
const BAR: f64 = 0.95;

/// How long the longest story is watched, in minutes of the story.
const AFTER: u32 = 40;

/// The outages' specs, compiled for an engine.
fn files(engine: Engine, folder: &Path) -> Result<Vec<PathBuf>> {
    let specs = folder.join("slos");
    fs::create_dir_all(&specs)?;
    // Cortex takes any number of groups unless it is told a limit.
    fs::write(specs.join("policy.yaml"), policy(scale()?) + "rulers: {mimir: {max_groups: 0}}\n")?;
    for outage in outages()? {
        fs::write(specs.join(format!("{}.yaml", outage.name)), outage.spec())?;
    }
    let generated = folder.join(format!("{engine:?}"));
    compile(&specs, &generated, engine.target().0)?;
    engine.files(&generated)
}

/// A ruler: its name, where its samples go, and where its alerts are asked for.
struct Ruler {
    name: &'static str,
    write: String,
    alerts: String,
    times: Times,
    /// When it last answered.
    seen: f64,
}

impl Ruler {
    fn new(name: &'static str, write: String, alerts: String) -> Self {
        Self { name, write, alerts, times: Times::new(), seen: 0.0 }
    }

    /// Notes which alerts fire now, `at` seconds since the story began.
    fn look(&mut self, at: f64) -> Result<()> {
        let data = data(&self.alerts)?;
        // Thanos writes the key with a capital, and null while there is none.
        let alerts = data.get("alerts").or_else(|| data.get("Alerts"));
        let alerts = alerts.with_context(|| format!("{} gave no alerts: {data}", self.name))?;
        for alert in alerts.as_array().into_iter().flatten() {
            if alert["state"] != "firing" {
                continue;
            }
            let labels: Labels = serde_json::from_value(alert["labels"].clone())?;
            let fired = self.times.entry(name(&labels)).or_insert(Fired { first: at, ..Fired::default() });
            if fired.episodes < 0.5 || fired.last < self.seen {
                fired.episodes += 1.0;
            } else {
                fired.total += at - self.seen;
            }
            fired.last = at;
        }
        self.seen = at;
        Ok(())
    }
}

/// Samples as a scraper has them: at each scrape the values of every series, and a marker where one ends.
fn scrapes(outages: &[&Outage], count: u32) -> Vec<Vec<(Labels, f64)>> {
    let mut scrapes = vec![Vec::new(); usize::try_from(count).unwrap_or_default()];
    for outage in outages {
        for (labels, values) in outage.series(count) {
            let mut was_there = false;
            for (scrape, value) in scrapes.iter_mut().zip(values) {
                if let Some(value) = value.or(was_there.then(stale_marker)) {
                    scrape.push((labels.clone(), value));
                }
                was_there = value.is_some();
            }
        }
    }
    scrapes
}

#[test]
fn rulers_fire_and_clear_as_prometheus_does() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (scale, outages) = (scale()?, outages()?);
    let (scrape, evaluation) = (SCRAPE / scale, EVALUATION / scale);
    let ours = files(Engine::Prometheus, folder.path())?;
    let prometheus = Prometheus::start(&ours.iter().fold(Config::default(), |config, file| config.rules(file)))?;
    // In another folder, groups have other phases. This one shows what phases alone do.
    let again = files(Engine::Prometheus, &folder.path().join("second"))?;
    let second = Prometheus::start(&again.iter().fold(Config::default(), |config, file| config.rules(file)))?;
    let thanos = Thanos::start(&files(Engine::Thanos, folder.path())?, evaluation)?;
    let cortex = Cortex::start(evaluation)?;
    for file in files(Engine::Cortex, folder.path())? {
        let rules: serde_yaml::Value = serde_yaml::from_str(&fs::read_to_string(&file)?)?;
        let namespace = file.file_stem().context("a file without a name")?.to_string_lossy().into_owned();
        for group in rules["groups"].as_sequence().context("groups")? {
            let refused = cortex.refuses(&namespace, group)?;
            ensure!(refused.is_none(), "Cortex refuses a group of {namespace}: {refused:?}");
        }
    }
    let api = |url: &str| format!("{url}/api/v1/alerts");
    let mut rulers = [
        Ruler::new("Prometheus", format!("{}/api/v1/write", prometheus.url()), api(prometheus.url())),
        Ruler::new("a second Prometheus", format!("{}/api/v1/write", second.url()), api(second.url())),
        Ruler::new("Thanos Ruler", thanos.receiver.clone(), api(&thanos.url)),
        Ruler::new("Cortex", format!("{}/api/v1/push", cortex.url), api(&format!("{}/prometheus", cortex.url))),
    ];
    let longest = outages.iter().map(|outage| outage.over()).max().context("outages")?;
    let scrapes = scrapes(&outages, (longest + AFTER) * 60 / u32::try_from(SCRAPE.as_secs())?);
    let began = Instant::now();
    let mut latest = Duration::ZERO;
    for (number, found) in scrapes.iter().enumerate() {
        let due = scrape * u32::try_from(number)?;
        while began.elapsed() < due {
            for ruler in &mut rulers {
                ruler.look(began.elapsed().as_secs_f64())?;
            }
            sleep(Duration::from_millis(300).min(due.saturating_sub(began.elapsed())));
        }
        latest = latest.max(began.elapsed().saturating_sub(due));
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let sample = |(labels, value): &(Labels, f64)| Series { labels: labels.clone(), samples: vec![(now, *value)] };
        let samples: Vec<Series> = found.iter().map(sample).collect();
        for ruler in &rulers {
            write_at_once(&ruler.write, &samples).with_context(|| format!("writing to {}", ruler.name))?;
        }
    }
    println!(
        "| {} outages at once, {scale} times as fast, evaluated each {:.1} s for {:.0} s; the latest scrape {:.1} s late",
        outages.len(),
        evaluation.as_secs_f64(),
        began.elapsed().as_secs_f64(),
        latest.as_secs_f64()
    );
    judge(&rulers, &intervals(&ours)?, &outages, scale)
}

/// Seconds between two evaluations of each objective, by its alerts' service and name.
fn intervals(files: &[PathBuf]) -> Result<BTreeMap<String, f64>> {
    let mut intervals = BTreeMap::new();
    for file in files {
        for group in RuleFile::read(file)?.groups.into_iter().filter(|group| !group.name.ends_with("/budget")) {
            let objective: Vec<&str> = group.name.split('/').take(2).collect();
            intervals.insert(objective.join("/"), group.interval.as_secs_f64());
        }
    }
    Ok(intervals)
}

/// How many steps a sample more or less moves the moment at which a window passes its threshold. After a healthy time h, a
/// share p of bad events passes a threshold t once h·t/(p − t) is over: a step of h more or less moves that by t/(p − t)
/// steps.
fn moved(outages: &[&Outage], name: &str) -> f64 {
    let outage = outages.iter().find(|outage| name.starts_with(&format!("{}/", outage.name)));
    let threshold = match name {
        name if name.contains(" 6h ") => 0.006,
        name if name.contains(" 1d ") => 0.003,
        name if name.contains(" 3d ") => 0.001,
        _ => 0.0144,
    };
    let states = outage.map_or(&[][..], |outage| outage.states);
    let share =
        states.iter().map(|(_, state)| if let State::Bad(share) = state { *share } else { 0.0 }).fold(0.0, f64::max);
    if share > threshold { (threshold / (share - threshold)).max(1.0) } else { 1.0 }
}

/// Two Prometheus whose groups have other phases differ by more than an evaluation themselves, so an engine agrees if it
/// agrees with one of them. How far the second is from the first is printed, and is no judgement.
fn judge(rulers: &[Ruler], intervals: &BTreeMap<String, f64>, outages: &[&Outage], scale: u32) -> Result<()> {
    /// Alerts are looked for twice a second.
    const LOOK: f64 = 0.6;
    let (prometheus, others) = rulers.split_at(2);
    let references: Vec<&Times> = prometheus.iter().map(|ruler| &ruler.times).collect();
    let (first, second) = (references.first().context("rulers")?, references.get(1).context("rulers")?);
    ensure!(first.len() >= 4 * outages.len(), "only {} alerts fired in Prometheus", first.len());
    let evaluation = EVALUATION / scale;
    let one = |name: &str| {
        let objective = name.split(' ').next().unwrap_or_default();
        intervals.get(objective).copied().unwrap_or(evaluation.as_secs_f64()) + LOOK
    };
    let step = |name: &str| step(name) * moved(outages, name) / f64::from(scale);
    let phases = compare(first, second, one);
    println!(
        "| Prometheus with other phases: {:.1}% of {} alerts fire and clear within one evaluation of Prometheus",
        100.0 * phases.share(),
        phases.all
    );
    let mut shares = BTreeMap::new();
    for ruler in others {
        let to_first = compare(first, &ruler.times, one);
        let strict = compare_any(&references, &ruler.times, one);
        let allowed = |name: &str| one(name) + step(name);
        let compared = compare_any(&references, &ruler.times, allowed);
        println!(
            "| {}: {:.1}% of {} alerts fire and clear within one evaluation of the first Prometheus, {:.1}% of either, \
             {:.1}% within that and the steps of their windows",
            ruler.name,
            100.0 * to_first.share(),
            compared.all,
            100.0 * strict.share(),
            100.0 * compared.share()
        );
        for (name, line) in &strict.others {
            let why = match step(name) {
                _ if compared.others.contains_key(name) => "not explained".to_owned(),
                each => format!("a sample more or less in its windows moves it by {each:.1} s"),
            };
            println!("|   {line}: {why}");
        }
        shares.insert(ruler.name, strict.share());
    }
    shares.retain(|_, share| *share < BAR);
    assert!(shares.is_empty(), "rulers that disagree with Prometheus: {shares:?}");
    Ok(())
}
