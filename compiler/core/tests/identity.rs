//! Every alert that rules raise leads back to its plan and to its page, whatever people call their services.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::analyse;
use emberline_core::emit::Emitter;
use emberline_core::plan::{Plan, runbook};
use emberline_core::source::Sources;
use emberline_core::target::Target;

const POLICY: &str = "
version: emberline/v1
runbook_url: https://runbooks.example.com
grafana: {url: https://grafana.example.com}
severities: {page: {labels: {team: night}}, ticket: {}}
";

/// Two services whose names need a stem of their own, with every alert that there is.
const SPECS: &str = r#"
version: emberline/v1
service: shop
metrics: {requests: {type: counter, labels: {code: {values: ["200", "500"]}}}}
slos:
  - {name: buy, objective: 99.9%, data: {absent: page, group_gone: ticket, no_traffic: ticket},
     sli: {events: {total: requests_total, bad: 'requests_total{code="500"}', group_by: [code]}}}
  - {name: Buy, objective: 99%, sli: {events: {total: requests_total, bad: 'requests_total{code="500"}'}}}
---
version: emberline/v1
service: 'a "b" {{ x }}/c'
metrics: {calls: {type: counter, labels: {code: {values: ["200", "500"]}}}}
slos:
  - {name: '{{ y }}', objective: 99%, sli: {events: {total: calls_total, bad: 'calls_total{code="500"}'}}}
"#;

fn plan() -> Plan {
    let mut sources = Sources::default();
    sources.add("slos/policy.yaml", POLICY);
    sources.add("slos/specs.yaml", SPECS);
    let analysis = analyse(&sources, None);
    analysis.plan.unwrap_or_else(|| panic!("{:#?}", analysis.findings))
}

/// A text as Prometheus renders it: templates that write two braces are all that we put into names.
fn rendered(text: &str) -> String {
    text.replace("{{\"{{\"}}", "{{")
}

/// Labels and annotations of every alerting rule, `alertname` among the labels.
fn alerts(plan: &Plan) -> Vec<(BTreeMap<String, String>, BTreeMap<String, String>)> {
    let mut alerts = Vec::new();
    for artefact in Emitter::new(plan).all(&[Target::Rules]) {
        let file: serde_yaml::Value = serde_yaml::from_str(&artefact.text).unwrap();
        for rule in file["groups"].as_sequence().unwrap().iter().flat_map(|group| group["rules"].as_sequence().unwrap())
        {
            let Some(name) = rule["alert"].as_str() else { continue };
            let read = |field: &str| -> BTreeMap<String, String> {
                let texts: BTreeMap<String, String> = serde_yaml::from_value(rule[field].clone()).unwrap();
                texts.into_iter().map(|(name, text)| (name, rendered(&text))).collect()
            };
            let mut labels = read("labels");
            labels.insert("alertname".to_owned(), name.to_owned());
            alerts.push((labels, read("annotations")));
        }
    }
    alerts
}

#[test]
fn an_alert_leads_to_its_plan_and_its_page() {
    let plan = plan();
    let alerts = alerts(&plan);
    assert_eq!(alerts.len(), plan.slos().map(|slo| slo.burns.len() + slo.states.len()).sum::<usize>());
    let mut seen = BTreeSet::new();
    for (mut labels, annotations) in alerts {
        // What a group or an external label adds does not matter.
        labels.insert("code".to_owned(), "500".to_owned());
        let (slo, alert) = plan.alert(&labels).unwrap_or_else(|| panic!("{labels:?}"));
        assert_eq!((&slo.service, &slo.name), (&labels["service"], &labels["slo"]));
        assert_eq!((alert.name(), alert.severity()), (labels["alertname"].as_str(), labels["severity"].as_str()));
        assert!(seen.insert((slo.service.clone(), slo.name.clone(), alert.slug())), "{} stands twice", alert.slug());
        let service = plan.services.iter().find(|service| service.name == slo.service).unwrap();
        let page = format!("/{}/{}/{}.html", service.stem, slo.stem, alert.slug());
        assert!(annotations["runbook_url"].ends_with(&page), "{annotations:?} lead not to {page}");
        let pages = runbook::pages(&plan, service, slo);
        assert!(pages.iter().any(|page| page.page == alert.slug() && page.alert == alert.name()));
        assert!(annotations["dashboard_url"].starts_with("https://grafana.example.com/d/slo-"));
    }
}

#[test]
fn somebody_elses_alert_leads_nowhere() {
    let plan = plan();
    let (labels, _) = alerts(&plan).into_iter().find(|(labels, _)| labels.contains_key("long_window")).unwrap();
    for name in ["service", "slo", "severity", "long_window", "short_window", "alertname"] {
        let mut other = labels.clone();
        other.insert(name.to_owned(), "another".to_owned());
        assert!(plan.alert(&other).is_none(), "{name} does not matter");
        other.remove(name);
        assert!(plan.alert(&other).is_none(), "{name} may be left out");
    }
    // An alert that the specs no longer ask for is still about its objective.
    let mut other = labels.clone();
    other.insert("long_window".to_owned(), "2h".to_owned());
    assert_eq!(plan.slo(&other).map(|slo| slo.name.as_str()), Some(labels["slo"].as_str()));
}
