//! The store, Tempo, Jaeger and Zipkin return the same spans for one trace.

use emberline_walk::source::{Jaeger, Search, Span, SpanKind, Store, Tempo, Trace, Traces, Zipkin};

use crate::server::Server;
use crate::{TRACE, response};

/// Asserts the content of the failed checkout's trace, which is the same from every source.
fn understood(trace: &Trace) {
    assert_eq!(trace.id, TRACE);
    let shown: Vec<_> =
        trace.spans.iter().map(|span| (span.id.as_str(), span.parent.as_str(), span.kind, span.failed)).collect();
    assert_eq!(
        shown,
        [
            ("0a00000000000000", "", SpanKind::Client, false),
            ("0a00000000000001", "0a00000000000000", SpanKind::Server, true),
            ("0a00000000000002", "0a00000000000001", SpanKind::Internal, true),
        ]
    );
    let [client, server, work] = &trace.spans[..] else { unreachable!("{trace:?}") };
    assert_eq!([client, server, work].map(|span| span.service.as_str()), ["frontend", "checkout", "checkout"]);
    assert_eq!((server.name.as_str(), server.start), ("POST /checkout", 1_764_077_695_000_000_000));
    assert!((server.seconds() - 0.412).abs() < 1e-9);
    assert_eq!(server.attributes["http.response.status_code"], "500");
    assert_eq!(server.links, ["00000000000000000000000000000abc"]);
    assert_eq!(work.attributes["code.function.name"], "checkout::pricing::total");
    assert_eq!(work.resource["vcs.ref.head.revision"], "0f".repeat(20));
    assert_eq!(work.resource["service.name"], "checkout");
    assert_eq!((work.events.len(), work.events[0].name.as_str()), (1, "exception"));
    assert_eq!(work.events[0].time, 1_764_077_695_399_000_000);
    assert_eq!(work.events[0].attributes["exception.type"], "checkout::PriceError");
}

fn lines(server: &Server) -> Vec<String> {
    server.asked().into_iter().map(|request| request.line).collect()
}

fn slow_and_failed() -> Search {
    Search {
        service: "checkout".to_owned(),
        start: 1_764_077_600.25,
        end: 1_764_077_700.0,
        min_seconds: Some(0.3),
        failed: Some(true),
        limit: 5,
    }
}

fn query(server: &Server) -> Vec<String> {
    server.asked().remove(0).query.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn the_store_tells_a_trace() {
    let server = Server::new(&[(&format!("GET /api/traces/{TRACE}"), 200, response!("store/trace.json"))]);
    let store = Store::new(&server.address);
    let trace = store.trace(&TRACE.to_uppercase()).unwrap().unwrap();
    understood(&trace);
    let of = |span: &Span, key: &str| span.attributes[key].clone();
    assert_eq!(of(&trace.spans[1], "otel.status_description"), "payment refused");
    assert_eq!(of(&trace.spans[1], "retried"), "true");
    assert_eq!(of(&trace.spans[1], "load"), "0.25");
    assert_eq!(of(&trace.spans[1], "tags"), r#"["a","b"]"#);
    assert_eq!(store.trace("abc").unwrap(), None);
    assert_eq!(lines(&server)[1], format!("GET /api/traces/{:0>32}", "abc"));
    for wrong in ["", "../search", "xyz", &"a".repeat(33)] {
        assert!(store.trace(wrong).is_err(), "{wrong}");
    }
    assert_eq!(lines(&server).len(), 0);
}

#[test]
fn the_store_is_searched() {
    let server = Server::new(&[("GET /api/search", 200, response!("store/search.json"))]);
    let store = Store::new(&server.address);
    assert_eq!(store.search(&slow_and_failed()).unwrap(), [TRACE]);
    assert_eq!(
        query(&server),
        ["start=1764077600.25", "end=1764077700", "limit=5", "service=checkout", "min_duration=300ms", "error=true"]
    );
    store.search(&Search { end: 1.0, limit: 1, ..Search::default() }).unwrap();
    assert_eq!(query(&server), ["start=0", "end=1", "limit=1"]);
}

#[test]
fn tempo_tells_a_trace_in_both_versions() {
    let server = Server::new(&[(&format!("GET /api/v2/traces/{TRACE}"), 200, response!("tempo/trace_v2.json"))]);
    understood(&Tempo::new(&server.address).trace(TRACE).unwrap().unwrap());
    assert_eq!(lines(&server), [format!("GET /api/v2/traces/{TRACE}")]);
    // An older release of Tempo has only the first version of the API.
    let server = Server::new(&[(&format!("GET /api/traces/{TRACE}"), 200, response!("tempo/trace_v1.json"))]);
    let tempo = Tempo::new(&server.address);
    understood(&tempo.trace(TRACE).unwrap().unwrap());
    assert_eq!(lines(&server), [format!("GET /api/v2/traces/{TRACE}"), format!("GET /api/traces/{TRACE}")]);
    assert_eq!(tempo.trace("abc").unwrap(), None);
    // An answer without spans means that Tempo found no trace.
    let server = Server::new(&[("GET /api/v2/traces", 200, r#"{"trace":{},"metrics":{}}"#)]);
    assert_eq!(Tempo::new(&server.address).trace(TRACE).unwrap(), None);
}

#[test]
fn tempo_is_searched_in_traceql() {
    let server = Server::new(&[("GET /api/search", 200, response!("tempo/search.json"))]);
    let tempo = Tempo::new(&server.address);
    // The latest trace comes first. Ids have the leading zeros that Tempo omits.
    assert_eq!(tempo.search(&slow_and_failed()).unwrap(), [TRACE, "0000000000000000d6e9329d67b6146a"]);
    assert_eq!(
        query(&server),
        [
            "q={ resource.service.name = \"checkout\" } && { traceDuration >= 300000us } && { status = error }",
            "start=1764077600",
            "end=1764077700",
            "limit=5",
        ]
    );
    // A search for traces without failure subtracts the failed traces. The server gives both searches the same traces.
    assert_eq!(tempo.search(&Search { failed: Some(false), ..slow_and_failed() }).unwrap(), [""; 0]);
    let asked: Vec<bool> = server.asked().iter().map(|one| one.query("q").unwrap().contains("error")).collect();
    assert_eq!(asked, [false, true]);
}

#[test]
fn jaeger_tells_a_trace() {
    let server = Server::new(&[
        (&format!("GET /jaeger/api/traces/{TRACE}"), 200, response!("jaeger/trace.json")),
        ("GET /jaeger/api/traces/", 404, response!("jaeger/unknown.json")),
    ]);
    let jaeger = Jaeger::new(&format!("{}/jaeger", server.address));
    let trace = jaeger.trace(TRACE).unwrap().unwrap();
    understood(&trace);
    assert_eq!(trace.spans[1].attributes["sampler.param"], "0.25");
    assert_eq!(jaeger.trace("abc").unwrap(), None);
}

#[test]
fn jaeger_is_searched() {
    let server = Server::new(&[("GET /api/traces", 200, response!("jaeger/search.json"))]);
    let jaeger = Jaeger::new(&server.address);
    let calm = "00000000000000000000000000000def";
    // Whatever the search answers, only what failed counts.
    assert_eq!(jaeger.search(&slow_and_failed()).unwrap(), [TRACE]);
    assert_eq!(
        query(&server),
        [
            "service=checkout",
            "start=1764077600250000",
            "end=1764077700000000",
            "limit=5",
            "minDuration=300000us",
            "tags={\"error\":\"true\"}",
        ]
    );
    assert_eq!(jaeger.search(&Search { failed: Some(false), ..slow_and_failed() }).unwrap(), [calm]);
    assert_eq!(server.asked().remove(0).query("limit"), Some("20"));
    assert_eq!(jaeger.search(&Search { failed: None, limit: 1, ..slow_and_failed() }).unwrap(), [calm]);
    assert!(jaeger.search(&Search::default()).is_err());
}

#[test]
fn jaeger_is_searched_without_a_tag_if_the_tag_finds_nothing() {
    let server =
        Server::new(&[("GET /api/traces", 200, r#"{"data":[],"total":0,"limit":0,"offset":0,"errors":null}"#)]);
    assert_eq!(Jaeger::new(&server.address).search(&slow_and_failed()).unwrap(), [""; 0]);
    let asked: Vec<_> =
        server.asked().iter().map(|it| (it.query("tags").is_some(), it.query("limit").map(str::to_owned))).collect();
    assert_eq!(asked, [(true, Some("5".to_owned())), (false, Some("20".to_owned()))]);
}

#[test]
fn jaeger_is_asked_by_its_documented_api_where_the_other_is_closed() {
    let server = Server::new(&[
        (&format!("GET /jaeger/api/v3/traces/{TRACE}"), 200, response!("jaeger/v3_trace.json")),
        ("GET /jaeger/api/v3/traces/", 404, response!("jaeger/v3_none.json")),
        ("GET /jaeger/api/v3/traces", 200, response!("jaeger/v3_search.json")),
    ]);
    let jaeger = Jaeger::new(&format!("{}/jaeger", server.address));
    understood(&jaeger.trace(TRACE).unwrap().unwrap());
    assert_eq!(jaeger.trace("abc").unwrap(), None);
    server.asked();
    let calm = "00000000000000000000000000000def";
    assert_eq!(jaeger.search(&slow_and_failed()).unwrap(), [TRACE]);
    let asked: Vec<String> =
        server.asked().remove(1).query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        asked,
        [
            "query.service_name=checkout",
            "query.start_time_min=2025-11-25T13:33:20.250000Z",
            "query.start_time_max=2025-11-25T13:35:00.000000Z",
            "query.num_traces=20",
            "query.duration_min=300000us",
        ]
    );
    assert_eq!(jaeger.search(&Search { failed: Some(false), ..slow_and_failed() }).unwrap(), [calm]);
    // By this API, 404 means that no trace matches.
    let server = Server::new(&[("GET /api/v3/traces", 404, response!("jaeger/v3_none.json"))]);
    assert_eq!(Jaeger::new(&server.address).search(&slow_and_failed()).unwrap(), [""; 0]);
}

#[test]
fn zipkin_tells_a_trace() {
    let server = Server::new(&[(&format!("GET /zipkin/api/v2/trace/{TRACE}"), 200, response!("zipkin/trace.json"))]);
    let zipkin = Zipkin::new(&format!("{}/zipkin/", server.address));
    let trace = zipkin.trace(TRACE).unwrap().unwrap();
    understood(&trace);
    assert_eq!(trace.spans[0].attributes["peer.service"], "checkout");
    assert_eq!(zipkin.trace("abc").unwrap(), None);
    assert!(zipkin.trace("../traces").is_err());
}

#[test]
fn zipkin_is_searched() {
    let server = Server::new(&[("GET /api/v2/traces", 200, response!("zipkin/search.json"))]);
    let zipkin = Zipkin::new(&server.address);
    let calm = "00000000000000000000000000000def";
    assert_eq!(zipkin.search(&slow_and_failed()).unwrap(), [calm, TRACE]);
    assert_eq!(
        query(&server),
        [
            "endTs=1764077700000",
            "lookback=99750",
            "limit=5",
            "serviceName=checkout",
            "minDuration=300000",
            "annotationQuery=error",
        ]
    );
    assert_eq!(zipkin.search(&Search { failed: Some(false), ..slow_and_failed() }).unwrap(), [calm]);
    assert_eq!(server.asked().remove(0).query("limit"), Some("20"));
}
