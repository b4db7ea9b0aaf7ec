//! The site as a reader has it: nothing leads nowhere, nothing that people named becomes markup, pages are small.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and prints figures"
)]

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::emit::{Artefact, Emitter};
use emberline_core::plan::Plan;
use emberline_core::plan::watch::FOLDER;
use emberline_core::source::Sources;
use emberline_core::target::Target;
use emberline_pages::{Notes, Unclaimed};
use scraper::{Html, Selector};
use serde_json::Value;

/// The greatest page, in bytes.
const GREATEST: usize = 60 * 1024;
const POLICY: &str = r#"
version: emberline/v1
runbook_url: https://runbooks.example.com/x/
grafana: {url: https://grafana.example.com, tempo: {}, loki: {}, pyroscope: {}}
source_url: https://git.example.com/{path}#L{line}
store_url: https://store.example.com
severities:
  page: {escalation: ["<b>call</b> `me` & {{ run }}"]}
  ticket: {}
error_budget_policy:
  - {spent: 50%, do: "<b>look</b> | `me` & {{ run }}"}
  - {spent: 99.5%, do: Stop.}
"#;
/// A name that is markup, a template, Markdown and Unicode at once.
const NAME: &str = r#"a\"><script>alert(1)</script>{{ 7*7 }}{% raw %}`*_[x](javascript:1)|$z 日本 'q'"#;

fn hostile() -> Sources {
    let mut sources = Sources::default();
    sources.add("slos/policy.yaml", POLICY);
    sources.add(
        "slos/<script>.yaml",
        format!(
            r#"
version: emberline/v1
service: "{NAME}"
description: "{NAME}"
owner: "{NAME}"
tier: "{NAME}"
rollback: "{NAME}"
repository: "{NAME}"
traffic: 40/s
calls: [{{service: other, kind: sync, routes: ["{NAME}"]}}, {{service: "{NAME} out", kind: sync, external: true}}]
metrics:
  http.requests: {{type: counter, labels: {{http.route: {{values: ["/", "{NAME}"]}}, kind: {{max_values: 3}}}}}}
  http.duration: {{type: histogram, unit: s, buckets: [0.1, 0.3], labels: {{http.route: {{values: ["/", "{NAME}"]}}}}}}
slos:
  - name: "{NAME}"
    description: "{NAME}"
    notes: "{NAME}"
    objective: 99.9%
    sli: {{events: {{total: http_requests_total, bad: 'http_requests_total{{kind="x"}}', group_by: [http.route]}}}}
    data: {{group_gone: ticket, no_traffic: ticket}}
  - {{name: slow, objective: 99%, sli: {{latency: {{metric: http.duration, threshold: 300ms}}}}}}
"#
        ),
    );
    sources.add(
        "slos/other.yaml",
        r#"
version: emberline/v1
service: other
metrics: {up: {type: gauge}}
slos: [{name: a, objective: 99.9%, sli: {timeslice: {up: 'up{service_name="other"}'}}}]
"#,
    );
    sources
}

/// The specs that this repository ships.
fn shipped() -> Sources {
    let mut sources = Sources::default();
    for (path, text) in [
        ("slos/checkout.yaml", include_str!("../../../slos/checkout.yaml")),
        ("slos/frontend.yaml", include_str!("../../../slos/frontend.yaml")),
        ("slos/payments.yaml", include_str!("../../../slos/payments.yaml")),
        ("slos/policy.yaml", include_str!("../../../slos/policy.yaml")),
        ("slos/prices.yaml", include_str!("../../../slos/prices.yaml")),
    ] {
        sources.add(path, text);
    }
    sources
}

fn unclaimed(notes: &Notes, plan: &Plan) -> Vec<Unclaimed> {
    notes.unclaimed(plan.services.iter().map(|it| (it.name.as_str(), it.slos.iter().map(|slo| slo.name.as_str()))))
}

fn planned(sources: &Sources) -> Plan {
    let analysis = emberline_core::analyse(sources, None);
    let said: Vec<&String> = analysis.findings.iter().map(|finding| &finding.message).collect();
    analysis.plan.unwrap_or_else(|| unreachable!("{said:?}"))
}

fn site(plan: &Plan, notes: &Notes) -> BTreeMap<String, String> {
    let units = (0..plan.units()).flat_map(|unit| emberline_pages::emit(plan, unit, notes).unwrap());
    let folder = format!("{}/", Target::Runbooks.folder());
    units.map(|Artefact { path, text }| (path.strip_prefix(&folder).unwrap().to_owned(), text)).collect()
}

fn attributes<'d>(document: &'d Html, element: &str, attribute: &str) -> Vec<&'d str> {
    let selector = Selector::parse(element).unwrap();
    document.select(&selector).filter_map(|found| found.value().attr(attribute)).collect()
}

/// Where a relative address leads from a page.
fn resolved(page: &str, address: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in address.split('#').next().unwrap().split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{page}: {address} leaves the site"),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

const DECLARED: [&str; 4] = [
    "https://grafana.example.com/d/",
    "https://grafana.example.com/explore?",
    "https://git.example.com/",
    "https://store.example.com/api/",
];

/// Every address of every page leads to a page, or to an address that the policy declares; the number of them.
fn walk(site: &BTreeMap<String, String>, boards: &BTreeSet<String>) -> usize {
    let mut count = 0;
    for (path, text) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        let document = Html::parse_document(text);
        assert!(document.errors.is_empty(), "{path}: {:?}", document.errors);
        let addresses = attributes(&document, "a", "href");
        let parts = attributes(&document, "script", "src");
        let styles = attributes(&document, "link", "href");
        for address in addresses.into_iter().chain(parts).chain(styles) {
            count += 1;
            if let Some(uid) = address.strip_prefix("https://grafana.example.com/d/") {
                assert!(boards.contains(uid), "{path}: no dashboard has the uid of {address}");
            } else if address.contains("://") {
                assert!(DECLARED.iter().any(|declared| address.starts_with(declared)), "{path}: {address}");
            } else if let Some(anchor) = address.strip_prefix('#') {
                let selector = Selector::parse(&format!("[id=\"{anchor}\"]")).unwrap();
                assert!(document.select(&selector).next().is_some(), "{path}: {address}");
            } else {
                let page = resolved(path, address);
                assert!(site.contains_key(&page), "{path}: {address} leads to {page}, which is no page");
            }
        }
    }
    count
}

/// The artefacts of a target that are not pages.
fn others(plan: &Plan, target: Target) -> Vec<Artefact> {
    Emitter::new(plan).all(&[target])
}

fn texts(value: &Value, key: &str, work: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => work(key, text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, key, work)),
        Value::Object(fields) => fields.iter().for_each(|(key, field)| texts(field, key, work)),
        _ => {}
    }
}

#[test]
fn nothing_leads_nowhere() {
    for sources in [hostile(), shipped()] {
        let plan = planned(&sources);
        let site = site(&plan, &Notes::default());
        let boards: Vec<Value> = others(&plan, Target::Grafana)
            .iter()
            .filter(|artefact| artefact.path.ends_with(".json"))
            .map(|artefact| serde_json::from_str(&artefact.text).unwrap())
            .collect();
        let uids: BTreeSet<String> = boards.iter().map(|board| board["uid"].as_str().unwrap().to_owned()).collect();
        assert!(walk(&site, &uids) > 500);
        // Alerts lead to pages and dashboards.
        let base = plan.console.runbooks.as_ref().unwrap();
        let mut pages = BTreeSet::new();
        for artefact in others(&plan, Target::Rules) {
            let file: Value = serde_yaml::from_str(&artefact.text).unwrap();
            texts(&file, "", &mut |key, text| match key {
                "runbook_url" => {
                    let page = text.strip_prefix(&format!("{base}/")).unwrap();
                    assert!(site.contains_key(page), "{text}");
                    pages.insert(page.to_owned());
                }
                "dashboard_url" => assert!(uids.contains(text.rsplit('/').next().unwrap()), "{text}"),
                _ => {}
            });
        }
        // And every alert page is led to, in both of its forms.
        let is_alert = |path: &str| path.matches('/').count() == 2 || path.starts_with(FOLDER);
        let alerts = site.keys().filter(|path| is_alert(path) && !path.ends_with("index.html"));
        let alerts: BTreeSet<String> = alerts.map(|path| path.replace(".md", ".html")).collect();
        assert_eq!(pages, alerts);
        // So do the links of dashboards, and the data sources that they name are variables of theirs.
        for board in &boards {
            let variables = board["templating"]["list"].as_array().unwrap();
            let declared: BTreeSet<String> =
                variables.iter().map(|it| format!("${{{}}}", it["name"].as_str().unwrap())).collect();
            texts(board, "", &mut |key, text| match key {
                "url" if text.starts_with("/d/") => assert!(uids.contains(&text[3..]), "{text}"),
                "url" if text.starts_with("/explore?") => {
                    assert!(
                        declared.iter().any(|uid| text.contains(&format!("%22datasource%22%3A%22{uid}%22"))),
                        "{text}"
                    );
                }
                "url" => assert!(site.contains_key(text.strip_prefix(&format!("{base}/")).unwrap()), "{text}"),
                _ => {}
            });
            for panel in board["panels"].as_array().unwrap() {
                let uid = panel["datasource"]["uid"].as_str();
                assert!(panel["type"] == "row" || uid.is_some_and(|uid| declared.contains(uid)), "{panel}");
            }
        }
    }
}

#[test]
fn names_are_shown_as_written_and_do_nothing() {
    let plan = planned(&hostile());
    let name = plan.services.iter().find(|service| service.name != "other").unwrap();
    let mut notes = Notes::default();
    notes.add(name.stem.clone(), format!("<script>alert(1)</script> <img src=x onerror=alert(1)> {NAME}"));
    assert!(unclaimed(&notes, &plan).is_empty());
    let site = site(&plan, &notes);
    let meant = name.name.as_str();
    assert!(meant.contains("\"><script>"));
    let mut shown = 0;
    for (path, text) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        let document = Html::parse_document(text);
        let scripts = document.select(&Selector::parse("script").unwrap()).count();
        let own = if path == "index.html" { 3 } else { 1 };
        assert_eq!(scripts, own, "{path}");
        for element in document.select(&Selector::parse("*").unwrap()) {
            let strange = element.value().attrs().find(|(name, _)| name.starts_with("on") || *name == "style");
            assert!(strange.is_none() && element.value().name() != "img", "{path}: {strange:?}");
        }
        for address in attributes(&document, "a", "href") {
            assert!(!address.trim_start().to_ascii_lowercase().starts_with("javascript:"), "{path}: {address}");
        }
        let whole: String = document.root_element().text().collect();
        assert!(!whole.contains("49{%"), "{path}");
        shown += usize::from(whole.contains(meant));
    }
    assert!(shown > 10, "{shown}");
    let script = &site["assets.d/index.js"];
    assert!(!script.contains('<') && script.starts_with("window.EMBERLINE_INDEX = ["));
    let entries: Vec<[String; 3]> =
        serde_json::from_str(script.strip_prefix("window.EMBERLINE_INDEX = ").unwrap().trim_end_matches(";\n"))
            .unwrap();
    assert!(entries.iter().any(|[title, ..]| title == meant));
    for [_, address, _] in entries {
        assert!(site.contains_key(&address), "{address}");
    }
    // Markdown: what is not code is escaped, and code stays in its fence.
    for (path, text) in site.iter().filter(|(path, _)| path.ends_with(".md") && path.contains('/')) {
        let before = text.split("## Notes from earlier incidents").next().unwrap();
        let mut fence = None;
        let outside: String = before
            .lines()
            .filter(|line| {
                let ticks = line.len() - line.trim_start_matches('`').len();
                let was_inside = fence.is_some();
                match fence {
                    None if ticks >= 3 => fence = Some(ticks),
                    Some(open) if ticks == open && line.len() == ticks => fence = None,
                    _ => {}
                }
                !was_inside && fence.is_none()
            })
            .collect();
        assert!(!outside.contains("<script>"), "{path}");
    }
}

#[test]
fn pages_are_small_whatever_they_say() {
    for sources in [hostile(), shipped()] {
        let site = site(&planned(&sources), &Notes::default());
        let greatest =
            site.iter().filter(|(path, _)| !path.ends_with(".js")).max_by_key(|(_, text)| text.len()).unwrap();
        println!("pages: {} files, the greatest {} with {} bytes", site.len(), greatest.0, greatest.1.len());
        assert!(greatest.1.len() <= GREATEST, "{} has {} bytes", greatest.0, greatest.1.len());
    }
}

#[test]
fn notes_stand_on_their_pages_and_others_are_told_of() {
    let plan = planned(&shipped());
    let mut notes = Notes::default();
    notes.add("checkout", "- of the service");
    notes.add("checkout/latency", "- of the objective");
    notes.add("chekout", "- of nobody");
    let unclaimed = unclaimed(&notes, &plan);
    assert_eq!(unclaimed.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["chekout"]);
    let site = site(&plan, &notes);
    assert!(site["checkout/latency/burn-1h-5m.html"].contains("of the objective"));
    assert!(site["checkout/latency/burn-1h-5m.md"].contains("- of the service"));
    assert!(site["checkout/availability/absent.html"].contains("of the service"));
    assert!(!site["checkout/availability/absent.html"].contains("of the objective"));
    assert!(!site["payments/latency/index.html"].contains("of the service"));
}

#[test]
fn the_error_budget_policy_stands_on_pages_as_text() {
    let pages = site(&planned(&hostile()), &Notes::default());
    for path in ["other/a/index.html", "other/a/burn-1h-5m.html", "other/a/absent.html"] {
        let document = Html::parse_document(&pages[path]);
        let row = Selector::parse("tr").unwrap();
        let rows = document.select(&row).map(|row| row.text().collect::<String>());
        let steps: Vec<String> = rows.filter(|row| row.contains("% spent")).collect();
        assert_eq!(steps, ["50% spent<b>look</b> | `me` & {{ run }}", "99.5% spentStop."], "{path}");
    }
    let text = &pages["other/a/burn-1h-5m.md"];
    assert!(text.contains("## Error budget policy\n\n| | |\n| --- | --- |\n| 50% spent | \\<b\\>look"), "{text}");
    assert!(text.contains("| 99.5% spent | Stop. |\n\n## What calls what"), "{text}");
    // Without a policy nothing is said of one.
    let mut sources = Sources::default();
    let spec = "version: emberline/v1\nservice: a\nslos: [{name: a, objective: 99%, sli: {timeslice: {up: up}}}]\n";
    sources.add("slos/a.yaml", spec);
    let plain = site(&planned(&sources), &Notes::default());
    assert!(plain.len() > 5, "{:?}", plain.keys());
    assert!(!plain.values().any(|text| text.contains("Error budget policy")));
}

#[test]
fn the_search_finds_every_page() {
    let plan = planned(&shipped());
    let site = site(&plan, &Notes::default());
    let script = &site["assets.d/index.js"];
    for path in site.keys().filter(|path| path.ends_with(".html")) {
        let listed = script.contains(&format!("\"{path}\""));
        assert!(listed || path == "index.html" || path == "codes.d/index.html", "{path}");
    }
}
