//! The generated Alertmanager configuration: amtool accepts it, and each generated alert reaches whom the policy declares,
//! by amtool and in a running Alertmanager, where a page mutes its ticket. The same of our part in the configuration of
//! another team, whose alerts keep their receivers.

use std::collections::{BTreeMap, BTreeSet};
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
    // The alert that always fires is of no severity.
    if labels.get("watches").is_some_and(|watched| watched == "itself") {
        return policy["watchers"]["dead_man"].as_str();
    }
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
    merged(&specs, "route: \n  receiver: rest\nreceivers:\n- name: rest\n")?;
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

/// What a team runs: nested routes, some that go on, some for words that we use too, and receivers of its own.
const TEAM: &str = r#"# The platform team's.
global:
  resolve_timeout: 1h
route:
  receiver: platform
  group_by: [alertname, cluster]
  routes:
    # A copy of everything for the archive.
    - receiver: archive
      continue: true
    - matchers: [severity="page"]
      receiver: platform-phone
      routes:
        - matchers: [team="db"]
          receiver: db
          routes:
            - matchers: [cluster=~"eu|us"]
              receiver: db-on-site
        - matchers: [owner="team-web"]
          receiver: web-chat
    - matchers: [service=~".+", slo=~".+"]
      receiver: slo-chat
    - matchers: [alertname="ErrorBudgetBurn"]
      receiver: slo-chat
      continue: true
    - matchers: [severity=~"ticket|warning"]
      receiver: tickets
INHIBITIONS
receivers:
  - name: platform
  - name: archive
  - name: platform-phone
  - name: db
  - name: db-on-site
  - name: web-chat
  - name: slo-chat
  - name: tickets
"#;

/// The team's inhibitions.
const INHIBITIONS: &str = r#"
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity=~"warning|ticket"]
    equal: [cluster, team]
"#;

/// Alerts of other people by chance: with our words, our labels and our names, but never all of these together.
fn by_chance(count: usize, ours: &[Labels]) -> Vec<Labels> {
    let named = |watches: bool| -> BTreeSet<&str> {
        ours.iter().filter(|it| it.contains_key("watches") == watches).map(|it| it["alertname"].as_str()).collect()
    };
    let (own_names, watch_names) = (named(false), named(true));
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = |from: &[&'static str]| -> &'static str {
        // Knuth's multiplier; the high bits are the random ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from[usize::try_from(state >> 33).unwrap_or_default() % from.len()]
    };
    let mut alerts = Vec::new();
    while alerts.len() < count {
        let names = ["NodeDown", "ErrorBudgetBurn", "SliAbsent", "Watchdog", "ErrorBudgetBurnFast", "RulerLags"];
        let mut alert = labels(&[("alertname", pick(&names)), ("instance", &format!("i{}", alerts.len()))]);
        for (label, values) in [
            ("severity", &["", "page", "ticket", "critical", "warning", "info", "pager"][..]),
            ("service", &["", "", "frontend", "payments", "mysql"]),
            ("slo", &["", "", "latency", "availability"]),
            ("owner", &["", "team-web", "team-db"]),
            ("team", &["", "db", "web"]),
            ("cluster", &["", "eu", "us", "asia"]),
            ("http_route", &["", "/buy"]),
            ("watches", &["", "", "birds", "ruler"]),
        ] {
            let value = pick(values);
            if !value.is_empty() {
                alert.insert(label.to_owned(), value.to_owned());
            }
        }
        let is_graded = matches!(alert.get("severity").map(String::as_str), Some("page" | "ticket"));
        let is_objective = own_names.contains(alert["alertname"].as_str())
            && ["service", "slo"].iter().all(|label| alert.contains_key(*label));
        let is_watcher = watch_names.contains(alert["alertname"].as_str()) && alert.contains_key("watches");
        let is_ours = is_graded && (is_objective || is_watcher);
        if !is_ours {
            alerts.push(alert);
        }
    }
    alerts
}

/// What an Alertmanager does with each alert: its receivers, and what mutes it.
type Fates = BTreeMap<Labels, (Vec<String>, BTreeSet<String>)>;

/// The fates of alerts under a configuration, once two readings agree.
fn fates(configuration: &str, alerts: &[Labels]) -> Result<Fates> {
    let running = Alertmanager::start_with(configuration)?;
    running.fire(alerts)?;
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut last = Fates::new();
    loop {
        let mut now = Fates::new();
        for alert in running.firing()? {
            let receivers = alert.receivers.into_iter().map(|receiver| receiver.name).collect();
            now.insert(alert.labels, (receivers, alert.status.inhibited_by.into_iter().collect()));
        }
        if now.len() == alerts.len() && now == last {
            return Ok(now);
        }
        ensure!(Instant::now() < deadline, "{} of {} alerts are shown", now.len(), alerts.len());
        last = now;
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// The team's configuration with our part, which amtool accepts and which a second run leaves alone.
fn merged(specs: &Path, team: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("alertmanager.yml");
    fs::write(&file, team)?;
    for flag in ["--write", "--check"] {
        run(Command::new(emberline()?).arg("alertmanager").arg(&file).arg(flag).arg("--specs").arg(specs))?;
    }
    run(Command::new(tool("amtool")?).arg("check-config").arg(&file))?;
    Ok(fs::read_to_string(&file)?)
}

#[test]
fn merged_into_the_configuration_of_a_team_no_foreign_alert_is_touched() -> Result<()> {
    let specs = workspace().join("slos");
    let policy: Value = serde_yaml::from_str(&fs::read_to_string(specs.join("policy.yaml"))?)?;
    let ours = alerts(&workspace().join("generated/prometheus/rules"))?;
    let foreign = by_chance(1_500, &ours);
    for inhibitions in ["", INHIBITIONS] {
        let team = TEAM.replace("INHIBITIONS", inhibitions);
        // Ours fire both times: the team's own inhibitions may look at them.
        let all = [&foreign[..], &ours].concat();
        let before = fates(&team, &all)?;
        let after = fates(&merged(&specs, &team)?, &all)?;
        for alert in &foreign {
            ensure!(before[alert] == after[alert], "{alert:?}: {:?} became {:?}", before[alert], after[alert]);
        }
        let muted = foreign.iter().filter(|alert| !after[*alert].1.is_empty()).count();
        ensure!((muted == 0) == inhibitions.is_empty(), "{muted} foreign alerts are muted");
        let to: BTreeSet<&Vec<String>> = foreign.iter().map(|alert| &after[alert].0).collect();
        ensure!(to.len() > 5, "the foreign alerts take {} ways", to.len());
        for alert in &ours {
            let expected = declared(&policy, alert).with_context(|| format!("nobody is declared for {alert:?}"))?;
            ensure!(after[alert].0 == [expected], "{alert:?} went to {:?}, not to {expected}", after[alert].0);
            ensure!(before[alert].0 != [expected], "{alert:?} went there without us");
        }
        println!(
            "alertmanager: merged into a team's configuration, {} foreign alerts keep their receivers and {muted} mutes by \
             the team's own rules, and {} of ours reach theirs alone",
            foreign.len(),
            ours.len()
        );
    }
    Ok(())
}
