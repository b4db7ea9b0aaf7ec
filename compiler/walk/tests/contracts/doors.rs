//! Every product gets what opens its door, and its tenant in its own form, below whatever path it is served at.

use std::path::Path;

use emberline_walk::source::{Access, Connected, Endpoints, Sources, Trace};
use serde_json::{Value, json};

use crate::TRACE;
use crate::server::{Request, Server};

/// A product's key, what is asked of it, and a tenant with the headers and the path that it becomes.
type Case = (&'static str, fn(&Sources<'_>), Option<Tenant>);
type Tenant = (&'static str, &'static [(&'static str, &'static str)], &'static str);

fn alerts(sources: &Sources<'_>) {
    let _ = sources.metrics.alerts();
}

fn metrics(sources: &Sources<'_>) {
    alerts(sources);
    let _ = sources.metrics.instant("up", 1.0);
    let _ = sources.metrics.range("up", 1.0, 2.0, 1.0);
    let _ = sources.metrics.exemplars("up", 1.0, 2.0);
}

fn traces(sources: &Sources<'_>) {
    let traces = sources.traces.unwrap();
    let _ = traces.trace(TRACE);
    let wanted = emberline_walk::source::Search { service: "a".into(), end: 1.0, limit: 1, ..Default::default() };
    let _ = traces.search(&wanted);
}

fn logs(sources: &Sources<'_>) {
    let _ = sources.logs.unwrap().of_trace(TRACE, (0.0, 1.0));
}

fn profiles(sources: &Sources<'_>) {
    let _ = sources.profiles.unwrap().of_service("a", 0.0, 1.0);
}

fn store(sources: &Sources<'_>) {
    traces(sources);
    logs(sources);
    profiles(sources);
    let _ = sources.profiles.unwrap().of_trace(&Trace { id: TRACE.into(), spans: Vec::new() });
}

fn deployments(sources: &Sources<'_>) {
    let _ = sources.deployments.unwrap().between(0.0, 1.0);
}

const SCOPE: Option<Tenant> = Some(("a|b", &[("x-scope-orgid", "a|b")], ""));

const CASES: [Case; 11] = [
    ("prometheus", metrics, SCOPE),
    ("victoria_metrics", metrics, Some(("7:1", &[], "/select/7:1/prometheus"))),
    ("ruler", alerts, SCOPE),
    ("store", store, None),
    ("tempo", traces, SCOPE),
    ("jaeger", traces, Some(("shop", &[("x-tenant", "shop")], ""))),
    ("zipkin", traces, None),
    ("loki", logs, SCOPE),
    ("victoria_logs", logs, Some(("7:1", &[("accountid", "7"), ("projectid", "1")], ""))),
    ("pyroscope", profiles, SCOPE),
    ("grafana", deployments, Some(("2", &[("x-grafana-org-id", "2")], ""))),
];

/// What a product is asked, if its entry has these keys.
fn asked(product: &str, ask: fn(&Sources<'_>), keys: &Value, folder: &Path) -> Vec<Request> {
    let server = Server::new(&[("GET /", 500, ""), ("POST /", 500, "")]);
    let mut entry = keys.clone();
    entry["url"] = json!(format!("{}/behind/a/proxy", server.address));
    let mut stores = json!({ product: entry });
    if !["prometheus", "victoria_metrics"].contains(&product) {
        // Nobody listens there: this test asks the product alone.
        stores["prometheus"] = json!("http://127.0.0.1:9");
    }
    let endpoints = Endpoints::read(&stores, folder, &Access::default(), true).unwrap();
    ask(&Connected::new(&endpoints, None).unwrap().sources());
    let asked = server.asked();
    assert!(!asked.is_empty(), "{product}");
    asked
}

#[test]
fn each_product_gets_each_kind_of_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("token", concat!("t0", "ken\n"));
    write("user", concat!("me:", "w0rd\n"));
    write("value", "from a file\n");
    for (product, ask, _) in CASES {
        for (keys, name, value) in [
            (json!({"bearer_token_file": "token"}), "authorization", concat!("Bearer ", "t0ken")),
            (json!({"basic_auth_file": "user"}), "authorization", concat!("Basic ", "bWU6dzByZA==")),
            (json!({"headers": {"X-Own": "as it is"}}), "x-own", "as it is"),
            (json!({"headers": {"X-Own": "@value"}}), "x-own", "from a file"),
        ] {
            for request in asked(product, ask, &keys, folder.path()) {
                assert_eq!(request.header(name), Some(value), "{product}: {request:?}");
                assert!(request.line.contains(" /behind/a/proxy/"), "{product}: {request:?}");
            }
        }
        // What nobody gave is not sent.
        assert!(asked(product, ask, &json!({}), folder.path()).iter().all(|it| it.header("authorization").is_none()));
    }
}

#[test]
fn each_product_gets_its_tenant() {
    for (product, ask, tenant) in CASES {
        let Some((tenant, headers, path)) = tenant else { continue };
        for request in asked(product, ask, &json!({ "tenant": tenant }), Path::new("/")) {
            for (name, value) in headers {
                assert_eq!(request.header(name), Some(*value), "{product}: {request:?}");
            }
            assert!(request.line.contains(&format!(" /behind/a/proxy{path}/")), "{product}: {request:?}");
        }
    }
}

#[test]
fn one_store_does_not_get_the_keys_of_another() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), concat!("t0", "ken")).unwrap();
    let (one, other) = (Server::new(&[]), Server::new(&[]));
    let stores = json!({
        "prometheus": {"url": one.address, "bearer_token_file": "token", "tenant": "a"},
        "loki": other.address,
    });
    let endpoints = Endpoints::read(&stores, folder.path(), &Access::default(), true).unwrap();
    let connected = Connected::new(&endpoints, None).unwrap();
    metrics(&connected.sources());
    logs(&connected.sources());
    assert!(one.asked().iter().all(|it| it.header("authorization").is_some()));
    let asked = other.asked();
    assert!(
        !asked.is_empty() && asked.iter().all(|it| it.header("authorization").or(it.header("x-scope-orgid")).is_none())
    );
}
