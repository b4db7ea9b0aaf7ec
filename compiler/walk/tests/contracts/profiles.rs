//! The store and Pyroscope return the same CPU samples, as far as Pyroscope has them.

use emberline_walk::source::{Profiles, Pyroscope, Sample, Store, Tempo, Trace, Traces};

use crate::server::Server;
use crate::{TRACE, response};

fn trace() -> Trace {
    let server = Server::new(&[("GET /api/v2/traces", 200, response!("tempo/trace_v2.json"))]);
    Tempo::new(&server.address).trace(TRACE).unwrap().unwrap()
}

fn shown(samples: &[Sample]) -> Vec<String> {
    let frames = |sample: &Sample| {
        let frames = sample.frames.iter().map(|frame| format!("{}@{}:{}", frame.function, frame.file, frame.line));
        frames.collect::<Vec<_>>().join(" < ")
    };
    let one = |sample: &Sample| {
        format!("{}/{} {}x {} ns {}", sample.service, sample.span_id, sample.count, sample.cpu_nanos, frames(sample))
    };
    samples.iter().map(one).collect()
}

#[test]
fn the_store_tells_stacks() {
    let server = Server::new(&[
        (&format!("GET /api/profiles/{TRACE}"), 200, response!("store/profile.json")),
        ("GET /api/profiles/", 200, r#"{"samples":[]}"#),
        ("GET /api/profiles", 200, response!("store/profiles.json")),
    ]);
    let store = Store::new(&server.address);
    let frames = "checkout::pricing::total@services/checkout/src/pricing.rs:41 < checkout::main@services/checkout/src/main.rs:12";
    let expected = |span: &str| {
        [
            format!("checkout/{span} 7x 70000000 ns {frames}"),
            format!("checkout/{span} 1x 10000000 ns checkout::main@services/checkout/src/main.rs:12"),
        ]
    };
    assert_eq!(shown(&store.of_trace(&trace()).unwrap()), expected("0a00000000000002"));
    assert_eq!(server.asked().remove(0).line, format!("GET /api/profiles/{TRACE}"));
    assert_eq!(shown(&store.of_service("checkout", 1.5, 2.0).unwrap()), expected(""));
    let asked = server.asked().remove(0);
    assert_eq!(
        (asked.query("service"), asked.query("start"), asked.query("end")),
        (Some("checkout"), Some("1.5"), Some("2"))
    );
    assert_eq!(store.of_trace(&Trace { id: "abc".to_owned(), ..trace() }).unwrap(), []);
}

#[test]
fn pyroscope_tells_stacks_of_a_service() {
    let server = Server::new(&[("GET /pyroscope/render", 200, response!("pyroscope/render.json"))]);
    let samples = Pyroscope::new(&server.address).of_service("checkout", 1_764_077_600.5, 1_764_077_700.0).unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.query("query"), Some("process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name=\"checkout\"}"));
    assert_eq!((asked.query("from"), asked.query("until")), (Some("1764077600500"), Some("1764077700000")));
    assert_eq!(asked.query("format"), Some("json"));
    assert_eq!(
        shown(&samples),
        [
            "checkout/ 7x 65000000 ns checkout::pricing::total@:0 < checkout::main@:0",
            "checkout/ 1x 10000000 ns checkout::main@:0",
            "checkout/ 1x 5000000 ns checkout::pricing::rate@:0 < checkout::pricing::total@:0 < checkout::main@:0",
        ]
    );
}

#[test]
fn pyroscope_tells_stacks_of_a_traces_spans() {
    let path = "POST /querier.v1.QuerierService/SelectMergeSpanProfile";
    let server = Server::new(&[(path, 200, response!("pyroscope/span_profile.json"))]);
    let pyroscope = Pyroscope::new(&server.address);
    let mut trace = trace();
    trace.spans[1].attributes.insert("pyroscope.profile.id".to_owned(), "0A000000000000FF".to_owned());
    let samples = pyroscope.of_trace(&trace).unwrap();
    let asked = server.asked();
    assert_eq!(asked.iter().map(|one| one.line.as_str()).collect::<Vec<_>>(), [path, path]);
    let bodies: Vec<serde_json::Value> = asked.iter().map(|one| serde_json::from_str(&one.body).unwrap()).collect();
    let expected = serde_json::json!({
        "profileTypeID": "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
        "labelSelector": "{service_name=\"checkout\"}",
        "spanSelector": ["0a00000000000001", "0a00000000000002", "0a000000000000ff"],
        "start": "1764077634999",
        "end": "1764077755413",
    });
    assert_eq!(bodies[0], expected);
    assert_eq!(bodies[1]["spanSelector"], serde_json::json!(["0a00000000000000"]));
    // The samples of frontend have a single possible span. Those of checkout have several, so their span stays unknown.
    assert_eq!(
        shown(&samples)[..2],
        [
            "checkout/ 7x 65000000 ns checkout::pricing::total@:0 < checkout::main@:0",
            "frontend/0a00000000000000 7x 65000000 ns checkout::pricing::total@:0 < checkout::main@:0",
        ]
    );
    // These answers hold no profile of the spans.
    for nothing in ["{}", r#"{"flamegraph":{"names":["total"],"levels":[{"values":["0","0","0","0"]}]}}"#] {
        let server = Server::new(&[(path, 200, nothing)]);
        assert_eq!(Pyroscope::new(&server.address).of_trace(&trace).unwrap(), []);
    }
    let server = Server::new(&[(path, 200, r#"{"flamegraph":{"names":[],"levels":[{"values":["0","1"]}]}}"#)]);
    let told = Pyroscope::new(&server.address).of_trace(&trace).unwrap_err().to_string();
    assert!(told.contains("Pyroscope") && told.contains("impossible"), "{told}");
}
