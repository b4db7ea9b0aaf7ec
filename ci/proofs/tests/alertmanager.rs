//! The generated Alertmanager configuration: amtool accepts it, and each generated alert reaches whom the policy declares,
//! by amtool and in a running Alertmanager, where a page mutes its ticket.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::alertmanager::Alertmanager;
use emberline_proofs::process::run;
use emberline_proofs::remote_write::Labels;
use emberline_proofs::tools::{emberline, tool, workspace};
use serde_yaml::Value;

/// The labels of every alert below a folder of rule files.
fn alerts(rules: &Path) -> Result<Vec<Labels>> {
    let mut alerts = Vec::new();
    for entry in fs::read_dir(rules).with_context(|| format!("reading {}", rules.display()))? {
        let file: Value = serde_yaml::from_str(&fs::read_to_string(entry?.path())?)?;
        let groups = file["groups"].as_sequence().context("a rule file has groups")?;
        for rule in groups.iter().flat_map(|group| group["rules"].as_sequence().into_iter().flatten()) {
            let Some(name) = rule["alert"].as_str() else { continue };
            let mut labels: Labels = serde_yaml::from_value(rule["labels"].clone())?;
            labels.insert("alertname".to_owned(), name.to_owned());
            alerts.push(labels);
        }
    }
    ensure!(!alerts.is_empty(), "{} holds no alert", rules.display());
    Ok(alerts)
}

/// Whom a policy declares for an alert: the owner's receiver of that severity, else the severity's.
fn declared<'p>(policy: &'p Value, labels: &Labels) -> Option<&'p str> {
    let severity = labels.get("severity")?;
    let owner = labels.get("owner").and_then(|owner| policy["owners"][owner.as_str()][severity.as_str()].as_str());
    owner.or_else(|| policy["severities"][severity.as_str()]["receiver"].as_str())
}

/// Holds amtool's answer and a running Alertmanager's for every alert against the policy; how many there were.
fn reach(specs: &Path, generated: &Path) -> Result<usize> {
    let policy: Value = serde_yaml::from_str(&fs::read_to_string(specs.join("policy.yaml"))?)?;
    let config = generated.join("alertmanager/alertmanager.yaml");
    let amtool = tool("amtool")?;
    run(Command::new(&amtool).arg("check-config").arg(&config))?;
    let alerts = alerts(&generated.join("prometheus/rules"))?;
    let running = Alertmanager::start_with(&fs::read_to_string(&config)?)?;
    running.fire(&alerts)?;
    let mut shown: BTreeMap<Labels, Vec<String>> = BTreeMap::new();
    for alert in running.firing()? {
        shown.insert(alert.labels, alert.receivers.into_iter().map(|receiver| receiver.name).collect());
    }
    for labels in &alerts {
        let expected = declared(&policy, labels).with_context(|| format!("nobody is declared for {labels:?}"))?;
        let mut ask = Command::new(&amtool);
        ask.args(["config", "routes", "test"]).arg(format!("--config.file={}", config.display()));
        // Quoted as a matcher is: a value may hold anything.
        ask.args(labels.iter().map(|(name, value)| format!("{name}={value:?}")));
        let answer = run(&mut ask)?;
        ensure!(answer.trim() == expected, "amtool sends {labels:?} to {answer}, the policy to {expected}");
        ensure!(shown.get(labels).is_some_and(|to| to == &[expected]), "{labels:?} went to {:?}", shown.get(labels));
    }
    Ok(alerts.len())
}

#[test]
fn each_alert_reaches_whom_the_policy_declares() -> Result<()> {
    let root = workspace();
    let count = reach(&root.join("slos"), &root.join("generated"))?;
    println!(
        "alertmanager: {count} generated alerts reach their declared receiver, by amtool and in a running Alertmanager"
    );
    Ok(())
}

#[test]
fn names_may_be_anything() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (specs, out) = (folder.path().join("slos"), folder.path().join("out"));
    fs::create_dir(&specs)?;
    let odd = r#"team "a" \\ {{ b }} <c> ${d} 日本"#;
    let owner = serde_json::to_string(odd)?;
    fs::write(
        specs.join("shop.yaml"),
        format!(
            "version: emberline/v1\nservice: {owner}\nowner: {owner}\nslos:\n  - {{name: {owner}, objective: 99%, sli: {{events: {{total: t, bad: 't{{code=\"5\"}}'}}}}}}\n"
        ),
    )?;
    fs::write(
        specs.join("policy.yaml"),
        format!(
            "version: emberline/v1\ntargets: [rules, alertmanager]\nreceivers:\n  {owner}: {{webhook: \"http://127.0.0.1:9/hook\"}}\n  rest: {{}}\nowners:\n  {owner}: {{page: {owner}}}\nseverities:\n  page: {{receiver: rest}}\n  ticket: {{receiver: rest}}\n"
        ),
    )?;
    run(Command::new(emberline()?).arg("compile").arg("--specs").arg(&specs).arg("--out").arg(&out))?;
    reach(&specs, &out)?;
    Ok(())
}

/// The labels of an alert.
fn labels(labels: &[(&str, &str)]) -> Labels {
    labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Fires `muted` and `others`, and waits until just the former is held back.
fn only_this_is_held(running: &Alertmanager, muted: &Labels, others: &[Labels]) -> Result<()> {
    running.fire(&[others, std::slice::from_ref(muted)].concat())?;
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let firing = running.firing()?;
        let held: Vec<&Labels> =
            firing.iter().filter(|it| !it.status.inhibited_by.is_empty()).map(|it| &it.labels).collect();
        if held == [muted] && firing.len() == others.len() + 1 {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("held back are {held:?}, and only {muted:?} should be");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_page_mutes_the_ticket_of_its_objective_and_no_other() -> Result<()> {
    let config = fs::read_to_string(workspace().join("generated/alertmanager/alertmanager.yaml"))?;
    let running = Alertmanager::start_with(&config)?;
    let alert = |slo: &str, severity: &str, more: &[(&str, &str)]| -> Labels {
        let own = [("alertname", "ErrorBudgetBurn"), ("service", "frontend"), ("slo", slo), ("severity", severity)];
        labels(&[&own, more].concat())
    };
    let route = |route| [("http_route", route)];
    let muted = alert("latency", "ticket", &route("/buy"));
    let others = [
        alert("latency", "ticket", &route("/")),
        alert("availability", "ticket", &route("/buy")),
        alert("latency", "page", &route("/buy")),
        // Another cluster loads the same rules, and its Prometheus says so.
        alert("latency", "ticket", &[("http_route", "/buy"), ("cluster", "eu")]),
    ];
    only_this_is_held(&running, &muted, &others)?;
    println!("alertmanager: a page mutes the ticket of the same objective, group and cluster, and no other");
    Ok(())
}

/// Alerts of other people, who use the words `page`, `ticket` and `owner` as well.
fn foreign() -> Vec<Labels> {
    vec![
        labels(&[("alertname", "NodeDown"), ("severity", "page"), ("instance", "a")]),
        labels(&[("alertname", "NodeDown"), ("severity", "page"), ("owner", "team-web")]),
        labels(&[("alertname", "DiskFilling"), ("severity", "ticket"), ("instance", "b")]),
        labels(&[("alertname", "Slow"), ("severity", "ticket"), ("service", "frontend")]),
        // Pyrra's alerts have the label of an objective as well, and not the one of a service.
        labels(&[("alertname", "ErrorBudgetBurn"), ("severity", "page"), ("slo", "latency")]),
        labels(&[("alertname", "ErrorBudgetBurn"), ("severity", "ticket"), ("slo", "latency")]),
        labels(&[("alertname", "Watchdog")]),
    ]
}

#[test]
fn alerts_of_other_people_are_neither_muted_nor_routed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (specs, out) = (folder.path().join("slos"), folder.path().join("out"));
    fs::create_dir(&specs)?;
    fs::write(
        specs.join("shop.yaml"),
        "version: emberline/v1\nservice: shop\nowner: team-web\nslos:\n  - {name: latency, objective: 99%, sli: {events: {total: t, bad: 't{code=\"5\"}'}}}\n",
    )?;
    fs::write(
        specs.join("policy.yaml"),
        "version: emberline/v1\ntargets: [alertmanager]\nreceivers: {phone: {}, queue: {}, web-phone: {}, infrastructure: {}}\nowners: {team-web: {page: web-phone}}\ndefault_receiver: infrastructure\nseverities:\n  page: {receiver: phone, mutes: [ticket]}\n  ticket: {receiver: queue}\n",
    )?;
    run(Command::new(emberline()?).arg("compile").arg("--specs").arg(&specs).arg("--out").arg(&out))?;
    let running = Alertmanager::start_with(&fs::read_to_string(out.join("alertmanager/alertmanager.yaml"))?)?;
    let own = |severity: &str| {
        labels(&[
            ("alertname", "ErrorBudgetBurn"),
            ("service", "shop"),
            ("slo", "latency"),
            ("severity", severity),
            ("owner", "team-web"),
        ])
    };
    let others = [foreign(), vec![own("page")]].concat();
    only_this_is_held(&running, &own("ticket"), &others)?;
    for alert in running.firing()? {
        let to: Vec<&str> = alert.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
        let expected = match () {
            () if alert.labels == own("page") => "web-phone",
            () if alert.labels == own("ticket") => "queue",
            () => "infrastructure",
        };
        ensure!(to == [expected], "{:?} went to {to:?}, not to {expected}", alert.labels);
    }
    println!("alertmanager: {} alerts of other people are neither muted nor routed by us", foreign().len());
    Ok(())
}
