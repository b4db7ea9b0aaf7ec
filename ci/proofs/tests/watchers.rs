//! Alerts on what evaluates the rules and sends the alerts, in a real Prometheus and Alertmanager that are broken one way after
//! another: each alert fires by its own fault. Everything is sixty times shorter than it is in use.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::alertmanager::Alertmanager;
use emberline_proofs::process::{free_port, run};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Labels, labels};
use emberline_proofs::tools::{emberline, tool};

const POLICY: &str = "
version: emberline/v1
targets: [rules, tests]
scrape_interval: 1m
evaluation_interval: 60s
time_scale: 60
receivers: {heartbeat: {webhook: 'http://127.0.0.1:9/beat'}}
watchers: {ruler_labels: {job: ruler}, alertmanager_labels: {job: alertmanager}, dead_man: heartbeat}
";

const SERVICE: &str = "
version: emberline/v1
service: shop
slos:
  - {name: up, objective: 99%, sli: {availability: {up: 'up{job=\"ruler\"}'}}}
";

const SNAPSHOT: &str = "
version: emberline/v1
observed: 2020-01-31
metrics: {up: {type: gauge, labels: {job: {count: 1, values: [ruler]}}}}
";

/// Rules that fail whenever they are evaluated: every target is matched with every other.
const FAILING: &str = "groups: [{name: shop/fails, interval: 1s, rules: [{record: x, expr: up * on () up}]}]\n";
/// What keeps Prometheus busy.
const BUSY: &str = "max_over_time(vector(1)[40h:20ms])";

/// A group that is evaluated every second and takes about so long, on a machine where [`BUSY`] took `once`.
fn slow(name: &str, takes: Duration, once: Duration) -> String {
    let times = (takes.as_secs_f64() / once.as_secs_f64()).ceil().max(1.0);
    // Between one and some hundreds.
    let rules = vec![format!("{{record: y, expr: '{BUSY}'}}"); times as usize];
    format!("groups: [{{name: {name}, interval: 1s, rules: [{}]}}]\n", rules.join(", "))
}

/// Now, in milliseconds since the epoch.
fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis())?)
}

/// The names of the alerts that fire now.
fn firing(prometheus: &Prometheus) -> Result<BTreeSet<String>> {
    let answer = prometheus.query("ALERTS{alertstate=\"firing\", watches!=\"\"}", now()?)?;
    Ok(answer.series.iter().filter_map(|series| series.labels.get("alertname").cloned()).collect())
}

/// Waits until each of these has fired.
fn until(prometheus: &Prometheus, wanted: &[&str], limit: Duration) -> Result<Duration> {
    let started = Instant::now();
    let mut fires = BTreeSet::new();
    loop {
        fires.extend(firing(prometheus)?);
        if wanted.iter().all(|name| fires.contains(*name)) {
            return Ok(started.elapsed());
        }
        if started.elapsed() > limit {
            bail!("{fires:?} fired within {limit:?}, and {wanted:?} should\n{}", prometheus.log_tail());
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

fn compiled(folder: &Path) -> Result<()> {
    let specs = folder.join("slos");
    fs::create_dir_all(specs.join("observed"))?;
    for (name, text) in [("policy.yaml", POLICY), ("shop.yaml", SERVICE), ("observed/old.yaml", SNAPSHOT)] {
        fs::write(specs.join(name), text)?;
    }
    run(Command::new(emberline()?).arg("compile").arg("--specs").arg(&specs).arg("--out").arg(folder.join("out")))?;
    Ok(())
}

/// One receiver that is reached, and one that is not.
fn alertmanager(refuses: u16) -> Result<Alertmanager> {
    Alertmanager::start_with(&format!(
        "route: {{receiver: quiet, group_wait: 0s, group_interval: 1s, routes: [{{matchers: [lost=yes], receiver: lost}}]}}\n\
         receivers: [{{name: quiet}}, {{name: lost, webhook_configs: [{{url: 'http://127.0.0.1:{refuses}/'}}]}}]\n"
    ))
}

#[test]
fn each_alert_fires_by_its_own_fault() -> Result<()> {
    let folder = tempfile::tempdir()?;
    compiled(folder.path())?;
    let rules = folder.path().join("out/prometheus/rules");
    let extra = |name: &str, text: &str| -> Result<std::path::PathBuf> {
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    };
    let refuses = free_port()?;
    let alerting = alertmanager(refuses)?;
    let second = Duration::from_secs(1);
    let loaded = Config::default().every(second).rules(&rules.join("watchers.d.yaml")).rules(&rules.join("shop.yaml"));
    let prometheus = Prometheus::start(&loaded)?;
    let own = prometheus.url().trim_start_matches("http://").to_owned();
    let ruled = loaded.scrape("ruler", &own, Labels::new());
    let scraped = ruled.clone().scrape("alertmanager", alerting.address(), Labels::new());
    let healthy = scraped.clone().alerts_to(alerting.address());
    let limit = Duration::from_secs(120);

    prometheus.reload(&healthy)?;
    // Longer than any of these alerts waits, and what fired before the first scrape is over then.
    std::thread::sleep(Duration::from_secs(25));
    let expected = BTreeSet::from(["DeadMansSwitch", "SnapshotOld"].map(str::to_owned));
    let fires = firing(&prometheus)?;
    ensure!(fires == expected, "in health {fires:?} fire");
    println!("watchers: in health only the alert that always fires does, and that on a snapshot of 2020");

    alerting.fire(&[labels([("alertname", "Any"), ("lost", "yes")])])?;
    let took = until(&prometheus, &["NotificationsFail"], limit)?;
    println!("watchers: NotificationsFail {:.0} s after an alert for a receiver that refuses", took.as_secs_f64());

    let started = Instant::now();
    prometheus.query(BUSY, now()?)?;
    let once = started.elapsed();
    let failing = healthy.clone().rules(&extra("failing.yaml", FAILING)?);
    // One group misses every other evaluation, and one is late by several.
    let misses = extra("misses.yaml", &slow("shop/misses", Duration::from_millis(1_500), once))?;
    let lags = extra("lags.yaml", &slow("shop/lags", Duration::from_secs(6), once))?;
    prometheus.reload(&failing.rules(&misses).rules(&lags))?;
    let names = ["RuleEvaluationsFail", "RuleGroupSlow", "RulerLags", "RuleEvaluationsMissed"];
    let took = until(&prometheus, &names, limit)?;
    println!("watchers: {names:?} {:.0} s after rules that fail and rules that are slow", took.as_secs_f64());

    let broken =
        healthy.clone().rules(&extra("broken.yaml", "groups: [{name: a, rules: [{record: x, expr: '('}]}]\n")?);
    ensure!(prometheus.reload(&broken).is_err(), "Prometheus took a broken rule file");
    let took = until(&prometheus, &["ConfigurationNotReloaded"], limit)?;
    println!("watchers: ConfigurationNotReloaded {:.0} s after a rule file that cannot be read", took.as_secs_f64());

    prometheus.reload(&scraped.clone().alerts_to(&format!("127.0.0.1:{refuses}")))?;
    let took = until(&prometheus, &["AlertsRefused"], limit)?;
    println!("watchers: AlertsRefused {:.0} s after the only Alertmanager is gone", took.as_secs_f64());

    // The series of a job that is removed stay for five minutes; those of a target, a moment.
    let dead = format!("127.0.0.1:{refuses}");
    prometheus.reload(&ruled.scrape("alertmanager", &dead, Labels::new()))?;
    let took = until(&prometheus, &["NoAlertmanagerKnown", "AlertmanagerUnseen"], limit)?;
    println!(
        "watchers: NoAlertmanagerKnown, AlertmanagerUnseen {:.0} s after none is configured, nor seen",
        took.as_secs_f64()
    );

    let unseen = Config::default().every(second).rules(&rules.join("watchers.d.yaml"));
    prometheus.reload(&unseen.scrape("ruler", &dead, Labels::new()))?;
    let took = until(&prometheus, &["RulerUnseen"], limit)?;
    println!("watchers: RulerUnseen {:.0} s after nobody scrapes the ruler", took.as_secs_f64());
    Ok(())
}

/// promtool plays each ruler's metrics, well and broken.
#[test]
fn every_ruler_has_its_proof() -> Result<()> {
    for ruler in ["prometheus", "thanos", "mimir", "vmalert"] {
        let folder = tempfile::tempdir()?;
        compiled(folder.path())?;
        let policy = format!("{}\n", POLICY.replace("watchers: {", &format!("watchers: {{ruler: {ruler}, ")));
        let specs = folder.path().join("slos");
        fs::write(specs.join("policy.yaml"), policy.replace("time_scale: 60", "time_scale: 1"))?;
        let out = folder.path().join("out");
        run(Command::new(emberline()?).arg("compile").arg("--specs").arg(&specs).arg("--out").arg(&out))?;
        let tests = out.join("prometheus/tests/watchers.d");
        let said = run(Command::new(tool("promtool")?)
            .args(["test", "rules"])
            .arg(tests.join("watchers.yaml"))
            .arg(tests.join("snapshots.yaml")))
        .with_context(|| ruler.to_owned())?;
        ensure!(said.matches("SUCCESS").count() == 2, "{ruler}: {said}");
        let text = fs::read_to_string(tests.join("watchers.yaml"))?;
        println!("watchers: {ruler}: {} courses", text.matches("- name:").count());
    }
    Ok(())
}
