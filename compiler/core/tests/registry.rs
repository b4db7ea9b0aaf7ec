//! Registries of semantic conventions beside the specs give labels their values, in either of Weaver's formats.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use emberline_core::source::Sources;

const SPEC: &str = r#"
version: emberline/v1
service: shop
metrics:
  orders: {type: counter, labels: {shop.order.state: {semconv: shop.order.state}}}
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{shop_order_state="lost"}'}}}
"#;

/// As `open-telemetry/semantic-conventions` writes them: much of it says nothing here.
const GROUPS: &str = r#"
groups:
  - id: registry.shop
    type: attribute_group
    brief: Orders of a shop.
    attributes:
      - id: shop.order.state
        stability: development
        type:
          members:
            - {id: open, value: "open", stability: development}
            - {id: paid, value: "paid", stability: development}
            - {id: lost, value: "lost", stability: development}
        brief: What became of the order.
      - id: shop.order.id
        type: string
"#;
const PREFIXED: &str = r#"
groups:
  - id: shop
    prefix: shop
    attributes:
      - {id: order.state, type: {members: [{id: open}, {id: paid}, {id: lost}]}}
"#;
const SECOND: &str = r#"
file_format: definition/2
attributes:
  - key: shop.order.state
    type: {members: [{id: open, value: open}, {id: paid, value: paid}, {id: lost, value: lost}]}
"#;

fn analysed(registries: &[&str]) -> emberline_core::Analysis {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    for (at, registry) in registries.iter().enumerate() {
        sources.add(format!("slos/registry/{at}.yaml"), *registry);
    }
    emberline_core::analyse(&sources, None)
}

#[test]
fn a_registry_bounds_the_labels_that_refer_to_it() {
    for registry in [GROUPS, PREFIXED, SECOND] {
        let analysis = analysed(&[registry]);
        assert!(analysis.plan.is_some() && analysis.findings.is_empty(), "{:?}", analysis.findings);
        assert_eq!(analysis.bounds[0].metrics[0].streams, 3);
    }
    // The same attribute twice is all right as long as both say the same.
    assert!(analysed(&[GROUPS, SECOND]).findings.is_empty());
}

#[test]
fn what_no_registry_lists_and_what_two_list_otherwise_is_told() {
    let missing = analysed(&[]);
    assert_eq!(missing.findings[0].code.id, "unknown-reference");
    let typo = analysed(&[&GROUPS.replace("id: shop.order.state", "id: shop.order.sate")]);
    assert!(typo.findings[0].hint.as_deref().unwrap().contains("shop.order.sate"), "{:?}", typo.findings);
    let twice = analysed(&[GROUPS, &SECOND.replace("value: lost", "value: gone")]);
    assert_eq!(twice.findings[0].code.id, "duplicate-name");
    // A value that the registry does not list is one that the label cannot have.
    let narrowed = analysed(&[&GROUPS.replace("lost", "gone")]);
    assert_eq!(narrowed.findings[0].code.id, "undeclared-value");
}
