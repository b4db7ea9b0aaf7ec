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

/// What the alerts on absent data say of an events and of a slice objective.
fn absent(scrape: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    sources.add("slos/policy.yaml", format!("version: emberline/v1\nscrape_interval: {scrape}\n"));
    let plan = emberline_core::analyse(&sources, None).plan.unwrap();
    let artefacts = Emitter::new(&plan).all(&[Target::Rules]);
    let rules: Value = serde_yaml::from_str(&artefacts.into_iter().next().unwrap().text).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap().iter());
    let absent = rules.filter(|rule| rule["expr"].as_str().unwrap().starts_with("absent_over_time"));
    absent.map(|rule| rule["annotations"]["description"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn absence_is_said_to_fire_later_where_samples_are_rarer() {
    // b − s − E/2 + 5m + 2m for events: 60 s, 120 s and 180 s less 15 s. A slice needs one sample in its minute.
    for (scrape, events, slices) in [("15s", "7m45s", "7m30s"), ("30s", "8m45s", "7m30s"), ("60s", "9m45s", "7m30s")] {
        let said = absent(scrape);
        let fires = |time: &str| format!("fires about {time} after the last sample.");
        assert!(said[0].ends_with(&fires(events)), "{scrape}: {}", said[0]);
        assert!(said[1].ends_with(&fires(slices)), "{scrape}: {}", said[1]);
    }
}
