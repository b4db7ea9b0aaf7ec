//! Times that alerts state follow the scrape interval.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use emberline_core::emit::Emitter;
use emberline_core::source::Sources;
use emberline_core::target::Target;
use serde_json::Value;

const SPEC: &str = "
version: emberline/v1
service: shop
slos:
  - {name: a, objective: 99%, sli: {events: {total: all_total, bad: 'all_total{code=\"500\"}'}}}
  - {name: b, objective: 99%, sli: {timeslice: {up: 'up{job=\"shop\"}'}}}
";

/// Objectives with a side that cannot be absent in health.
const SIDES: &str = "
version: emberline/v1
service: shop
slos:
  - {name: a, objective: 99%, sli: {latency: {metric: d_seconds, threshold: 1s}}}
  - {name: b, objective: 99%, sli: {events: {total: all_total, good: 'all_total{code=\"200\"}'}}}
  - name: c
    objective: 99%
    sli: {timeslice: {total: all_total, good: 'all_total{code=\"200\"}', max_error_ratio: 5%}}
";

/// What the alerts of this name say of each objective.
fn said(spec: &str, alert: &str, scrape: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", spec);
    sources.add("slos/policy.yaml", format!("version: emberline/v1\nscrape_interval: {scrape}\n"));
    let plan = emberline_core::analyse(&sources, None).plan.unwrap();
    let artefacts = Emitter::new(&plan).all(&[Target::Rules]);
    let rules: Value = serde_yaml::from_str(&artefacts.into_iter().next().unwrap().text).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap().iter());
    let named = rules.filter(|rule| rule["alert"] == alert);
    named.map(|rule| rule["annotations"]["description"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn absence_is_said_to_fire_later_where_samples_are_rarer() {
    // b − s − E/2 + 5m + 2m for events: 60 s, 120 s and 180 s less 15 s. A slice needs one sample in its minute.
    for (scrape, events, slices) in [("15s", "7m45s", "7m30s"), ("30s", "8m45s", "7m30s"), ("60s", "9m45s", "7m30s")] {
        let said = said(SPEC, "SliAbsent", scrape);
        let fires = |time: &str| format!("fires about {time} after the last sample.");
        assert!(said[0].ends_with(&fires(events)), "{scrape}: {}", said[0]);
        assert!(said[1].ends_with(&fires(slices)), "{scrape}: {}", said[1]);
    }
}

#[test]
fn a_missing_side_is_said_to_be_told_later_where_samples_are_rarer() {
    // b − s + E/2 + 5m: 60 s, 120 s and 180 s, and 15 s; slices are evaluated once a minute.
    for (scrape, events, slices) in [("15s", "6m15s", "6m30s"), ("30s", "7m15s", "7m30s"), ("60s", "8m15s", "8m30s")] {
        let said = said(SIDES, "SliBroken", scrape);
        let fires = |time: &str| format!("fires about {time} after the last sample of that side.");
        assert_eq!(said.len(), 3);
        for (said, time) in said.iter().zip([events, events, slices]) {
            assert!(said.ends_with(&fires(time)), "{scrape}: {said}");
        }
    }
}

/// Seconds in which each pair fires and clears, with so many rules a group.
fn times(rules: u32) -> Vec<(f64, f64)> {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    sources.add("slos/policy.yaml", format!("version: emberline/v1\nrules: {{max_group_rules: {rules}}}\n"));
    let plan = emberline_core::analyse(&sources, None).plan.unwrap();
    let burns = plan.services.iter().flat_map(|service| &service.slos).take(1).flat_map(|slo| &slo.burns);
    burns.map(|burn| (burn.statement.fires.unwrap().seconds, burn.statement.clears.unwrap().seconds)).collect()
}

#[test]
fn windows_of_another_group_are_seen_half_an_interval_later() {
    let one = times(1_000);
    let later = |rules| -> Vec<(f64, f64)> {
        times(rules).iter().zip(&one).map(|(late, soon)| (late.0 - soon.0, late.1 - soon.1)).collect()
    };
    // With 20 rules the last pair alone stands in a second group, and reads 6h from the first.
    assert_eq!(later(20), [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 15.0)]);
    // With 6, no pair stands beside the base: 5m, 1h and 30m are means over another group's. Stepped windows wait as before.
    assert_eq!(later(6), [(15.0, 15.0), (0.0, 15.0), (0.0, 0.0), (0.0, 15.0)]);
}
