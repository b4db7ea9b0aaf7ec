//! Witnesses match what they must, and subsets are told from supersets.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Subset, disjoint, implied, witness};
use crate::promql::selector::{Selector, parse_selector};

fn read(text: &str) -> Selector {
    parse_selector(text).unwrap()
}

fn find(must: &[&str], must_not: &[&str], domain: &[(&str, &[&str])]) -> Option<String> {
    let must: Vec<_> = must.iter().map(|text| read(text)).collect();
    let must_not: Vec<_> = must_not.iter().map(|text| read(text)).collect();
    let domains = |label: &str| {
        let values = domain.iter().find(|(name, _)| *name == label)?.1;
        Some(values.iter().map(|value| (*value).to_owned()).collect())
    };
    let found = witness(&must.iter().collect::<Vec<_>>(), &must_not.iter().collect::<Vec<_>>(), &domains)?;
    Some(found.iter().map(|(label, value)| format!("{label}={value}")).collect::<Vec<_>>().join(" "))
}

#[test]
fn good_and_bad_series_look_natural() {
    let total = r#"c{service_name="checkout"}"#;
    let bad = r#"c{service_name="checkout", http_response_status_code=~"5.."}"#;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(find(&[total, bad], &[], &[]), some("http_response_status_code=500 service_name=checkout"));
    assert_eq!(find(&[total], &[bad], &[]), some("http_response_status_code=200 service_name=checkout"));
    let declared: &[(&str, &[&str])] = &[("http_response_status_code", &["503", "201"])];
    assert_eq!(find(&[total, bad], &[], declared), some("http_response_status_code=503 service_name=checkout"));
    assert_eq!(find(&[total], &[bad], declared), some("http_response_status_code=201 service_name=checkout"));
}

#[test]
fn a_forbidden_selector_may_fail_at_any_label() {
    // The method is fixed, so only the code can fail.
    let found = find(&[r#"c{method="GET"}"#], &[r#"c{code=~"5..", method="GET"}"#], &[]);
    assert_eq!(found.unwrap(), "code=200 method=GET");
    let found = find(&["c"], &[r#"c{a="1"}"#, r#"c{b="2"}"#, r#"c{a!="1", b!="2"}"#], &[]);
    assert_eq!(found, None);
    assert_eq!(find(&["c"], &["c"], &[]), None);
    assert_eq!(find(&[r#"c{a="1"}"#, r#"c{a="2"}"#], &[], &[]), None);
    assert_eq!(find(&[r#"c{a!~".+"}"#], &[], &[]).unwrap(), "");
}

#[test]
fn selectors_without_a_series_in_common() {
    let apart = |one: &str, other: &str| disjoint(&read(one), &read(other)) && disjoint(&read(other), &read(one));
    for (one, other) in [
        (r#"c{code="200"}"#, r#"c{code=~"5.."}"#),
        (r#"c{code=~"2..|3.."}"#, r#"c{code=~"4..|5..", s="x"}"#),
        (r#"c{code!~"5.."}"#, r#"c{code=~"5.."}"#),
        (r#"c{error=""}"#, r#"c{error!=""}"#),
        (r#"c{job="a"}"#, r#"c{job="b"}"#),
    ] {
        assert!(apart(one, other), "{one} {other}");
    }
    for (one, other) in [
        ("c", "c"),
        (r#"c{job="a"}"#, r#"c{code="500"}"#),
        (r#"c{code=~"5.."}"#, r#"c{code=~".+0."}"#),
        (r#"c{code!="500"}"#, r#"c{code!="200"}"#),
    ] {
        assert!(!apart(one, other), "{one} {other}");
    }
}

#[test]
fn subsets() {
    let refuted = |matcher| Subset::Refuted { matcher };
    for (bad, total, expected) in [
        (r#"c{s="x",code=~"5.."}"#, r#"c{s="x"}"#, Subset::Proven),
        ("c", "c", Subset::Proven),
        (r#"c{code=~"5.."}"#, r#"c{s="x"}"#, refuted(0)),
        (r#"c{s="x",code=~"5.."}"#, r#"c{s="x",code!~"4.."}"#, Subset::Unknown),
        (r#"c{code="500"}"#, r#"c{code=~"[45].."}"#, Subset::Proven),
        (r#"c{code=~"500|503"}"#, r#"c{code=~"5.."}"#, Subset::Proven),
        (r#"c{code=~"500|404"}"#, r#"c{code=~"5.."}"#, refuted(0)),
        (r#"c{code=~"5.."}"#, r#"c{code!="404"}"#, Subset::Proven),
        (r#"c{code=~"5.."}"#, r#"c{code!="503"}"#, refuted(0)),
        (r#"c{code=~"5.."}"#, r#"c{code!~"404|408"}"#, Subset::Proven),
        (r#"c{code=~"5.."}"#, r#"c{code=~".+"}"#, Subset::Proven),
        ("c", r#"c{code=~".+"}"#, refuted(0)),
        ("c", r#"c{code=~".*"}"#, Subset::Proven),
        (r#"c{route=~"/api/v1/.+"}"#, r#"c{route=~"/api.*"}"#, Subset::Proven),
        (r#"c{route=~"/.*"}"#, r#"c{route=~"/api.*"}"#, refuted(0)),
        (r#"c{code=~"5.."}"#, r#"c{code=~"[45].."}"#, Subset::Unknown),
        (r#"c{s="a"}"#, r#"c{s="b"}"#, refuted(0)),
    ] {
        assert_eq!(implied(&read(bad), &read(total)), expected, "{bad} in {total}");
    }
}

fn selector() -> impl Strategy<Value = Selector> {
    let value = prop::sample::select(vec!["", "a", "b", "5..", "5.*", "500|503", "500", ".*", ".+", "[ab]", "a?"]);
    let op = prop::sample::select(vec!["=", "!=", "=~", "!~"]);
    let matcher = (prop::sample::select(vec!["x", "y", "z"]), op, value);
    prop::collection::vec(matcher, 0..4).prop_map(|matchers| {
        let matchers: Vec<_> = matchers.iter().map(|(label, op, value)| format!("{label}{op}\"{value}\"")).collect();
        read(&format!("m{{{}}}", matchers.join(",")))
    })
}

fn matches(selector: &Selector, labels: &BTreeMap<String, String>) -> bool {
    selector.matchers.iter().all(|m| m.accepts(labels.get(&m.label).map_or("", String::as_str)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_witness_keeps_its_word(
        must in prop::collection::vec(selector(), 0..3),
        must_not in prop::collection::vec(selector(), 0..3),
    ) {
        let found = witness(&must.iter().collect::<Vec<_>>(), &must_not.iter().collect::<Vec<_>>(), &|_| None);
        if let Some(labels) = found {
            prop_assert!(must.iter().all(|selector| matches(selector, &labels)));
            prop_assert!(!must_not.iter().any(|selector| matches(selector, &labels)));
        }
    }

    #[test]
    fn a_verdict_on_a_subset_holds(bad in selector(), total in selector()) {
        let found = witness(&[&bad], &[&total], &|_| None);
        match implied(&bad, &total) {
            Subset::Proven => prop_assert_eq!(found, None),
            // If bad selects anything at all, something of it lies outside.
            Subset::Refuted { .. } => {
                prop_assert!(found.is_some() || witness(&[&bad], &[], &|_| None).is_none());
            }
            Subset::Unknown => {}
        }
    }
}
