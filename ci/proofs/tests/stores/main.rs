//! `walk` and `preview` through doors of TLS, paths and credentials, to VictoriaMetrics, vmalert and VictoriaLogs.
//!
//! `cargo test --profile services -p emberline-proofs --test stores -- --nocapture` shows what was measured. Stores of
//! traces take long to build or to start, so they stand in `tests/walks`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise, and prints figures")]

use std::time::Instant;

use emberline_proofs::stores::System;
use serde_json::Value;

/// What a walk asked of a product, with the answers.
fn asked<'w>(layer: &'w Value, product: &str) -> Vec<&'w str> {
    let asked = layer["asked"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let own = asked.filter(|ask| ask["source"].as_str().is_some_and(|source| source.starts_with(product)));
    own.filter_map(|ask| ask["answer"].as_str()).collect()
}

#[test]
fn metrics_and_alerts_behind_doors() {
    let mut system = System::start().unwrap();
    let began = Instant::now();
    let walk = system.walked().unwrap();
    println!("stores: walked in {:.1} s through VictoriaMetrics and vmalert", began.elapsed().as_secs_f64());
    // The alert is vmalert's own; the numbers are what it recorded.
    assert!(walk["headline"].as_str().unwrap().starts_with("payments/booking"), "{}", walk["headline"]);
    assert_eq!(walk["objective"]["firing"]["group"]["currency"], "JPY", "{walk:#}");
    assert_eq!(walk["objective"]["onset"]["is_seen"], true, "{:#}", walk["objective"]);
    assert!(!asked(&walk["objective"], "VictoriaMetrics at https://127.0.0.1").is_empty());
    assert_eq!(walk["requests"]["deepest"], "payments", "{:#}", walk["requests"]);
    // The versions of the builds are commits, by tags of the service.
    let payments = &walk["code"]["revisions"][0];
    assert_eq!(
        (&payments["service"], &payments["known_by"]),
        (&Value::from("payments"), &Value::from("`payments_build_info`, as `1.4.2` and `1.4.1`"))
    );
    assert_eq!(walk["code"]["commits"], 4, "{:#}", walk["code"]);
    // Without traces no commit is certain, and the walk says what is missing.
    assert_eq!(walk["verdict"], "not-certain");
    assert!(walk["missing"].to_string().contains("No source of traces"), "{}", walk["missing"]);

    // Without the ruler, what it recorded tells what fires.
    let ruler = system.doors.without("ruler");
    assert!(ruler.is_some());
    let walk = system.walked().unwrap();
    assert_eq!(walk["objective"]["firing"]["slo"], "booking", "{walk:#}");

    let (status, live) = system.previewed().unwrap();
    let live: Value = serde_json::from_str(&live).unwrap();
    assert_eq!(status, 200);
    assert!(live["firing"].to_string().contains("JPY"), "{live}");

    // A wrong token, a wrong tenant and a wrong authority are each told, and no secret is.
    let right = system.doors.swap("metrics.token", "wr0ng-t0ken").unwrap();
    let said = system.walk("human").unwrap();
    assert_eq!(said.status, 2, "{}{}", said.out, said.err);
    assert!(said.err.contains("401") && said.err.contains("refuses the credentials"), "{}", said.err);
    assert!(said.err.contains("`--bearer-token-file`") && !said.err.contains("wr0ng"), "{}", said.err);
    let (status, live) = system.previewed().unwrap();
    assert!(status == 502 && live.contains("401") && !live.contains("wr0ng"), "{live}");
    system.doors.swap("metrics.token", &right).unwrap();
    let ca = system.doors.swap("ca.pem", &emberline_proofs::stores::Authority::new().unwrap().pem).unwrap();
    let said = system.walk("human").unwrap();
    assert!(said.status == 2 && said.err.to_lowercase().contains("certificate"), "{}", said.err);
    system.doors.swap("ca.pem", &ca).unwrap();
    let said = system.walk("human").unwrap();
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
}
