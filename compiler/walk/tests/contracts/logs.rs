//! The store, Loki and VictoriaLogs return the same log lines for one trace.

use emberline_walk::source::{LogLine, Logs, Loki, Store, VictoriaLogs};

use crate::server::Server;
use crate::{TRACE, response};

fn understood(lines: &[LogLine]) {
    let shown: Vec<_> =
        lines.iter().map(|line| (line.time, &line.severity[..], &line.body[..], &line.span_id[..])).collect();
    assert_eq!(
        shown,
        [
            (1_764_077_695_000_001_000, "INFO", "order received", "0a00000000000001"),
            (1_764_077_695_399_000_001, "ERROR", "cannot price the order", "0a00000000000002"),
        ]
    );
    assert!(lines.iter().all(|line| line.service == "checkout" && line.trace_id == TRACE), "{lines:?}");
    assert_eq!(lines[1].attributes["code.function.name"], "checkout::pricing::total");
}

#[test]
fn the_store_tells_lines() {
    let server = Server::new(&[(&format!("GET /api/logs/{TRACE}"), 200, response!("store/logs.json"))]);
    let store = Store::new(&server.address);
    let lines = store.of_trace(TRACE, (0.0, 0.0)).unwrap();
    understood(&lines);
    assert_eq!(lines[1].attributes["items"], "3");
    assert_eq!(store.of_trace("abc", (0.0, 0.0)).unwrap(), []);
}

#[test]
fn loki_tells_lines() {
    for answer in [response!("loki/streams.json"), response!("loki/categorized.json")] {
        let server = Server::new(&[("GET /loki/api/v1/query_range", 200, answer)]);
        let lines = Loki::new(&server.address).of_trace(TRACE, (1_764_077_695.0, 1_764_077_696.0)).unwrap();
        let asked = server.asked().remove(0);
        assert_eq!(
            asked.query("query"),
            Some("{service_name=~\".+\"} | trace_id = \"2f3e0cee77ae5dc9c17ade3689eb2e54\"")
        );
        // The range is a minute wider on both sides, in nanoseconds. The earliest line comes first.
        assert_eq!(asked.query("start"), Some("1764077635000000000"));
        assert_eq!(asked.query("end"), Some("1764077756000000000"));
        assert_eq!((asked.query("limit"), asked.query("direction")), (Some("5000"), Some("forward")));
        understood(&lines);
        // An attribute keeps its underscores if the original dots are unknown.
        assert_eq!(lines[1].attributes["order_items"], "3");
        assert!(!lines[1].attributes.contains_key("service_name"));
    }
}

#[test]
fn loki_is_asked_for_traces_only() {
    let server = Server::new(&[("GET /", 200, r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#)]);
    let loki = Loki::new(&server.address);
    assert!(loki.of_trace("\" or 1", (0.0, 1.0)).is_err() && server.asked().is_empty());
    assert!(loki.of_trace(TRACE, (0.0, 1.0)).unwrap_err().to_string().contains("no streams"));
}

#[test]
fn victorialogs_tells_lines() {
    for answer in [response!("victorialogs/lines.jsonl"), response!("victorialogs/pino.jsonl")] {
        let server = Server::new(&[("GET /logs/select/logsql/query", 200, answer)]);
        let logs = VictoriaLogs::new(&format!("{}/logs", server.address));
        let lines = logs.of_trace(TRACE, (1_764_077_695.0, 1_764_077_696.0)).unwrap();
        let asked = server.asked().remove(0);
        let query = asked.query("query").unwrap();
        assert!(query.starts_with(&format!("\"trace_id\":=\"{TRACE}\" or \"traceId\":=")), "{query}");
        assert_eq!(asked.query("start"), Some("1764077635000000000"));
        assert_eq!(asked.query("end"), Some("1764077756000000000"));
        understood(&lines);
        assert!(!lines[1].attributes.contains_key("_stream_id"), "{lines:?}");
    }
    // No line at all is an answer without a byte.
    let server = Server::new(&[("GET /select/logsql/query", 200, "")]);
    assert_eq!(VictoriaLogs::new(&server.address).of_trace(TRACE, (0.0, 1.0)).unwrap(), []);
    let server = Server::new(&[("GET /select/logsql/query", 200, "<html>Log in</html>")]);
    let told = VictoriaLogs::new(&server.address).of_trace(TRACE, (0.0, 1.0)).unwrap_err().to_string();
    assert!(told.starts_with("VictoriaLogs at ") && told.contains("documentation does not describe"), "{told}");
    assert!(VictoriaLogs::new(&server.address).of_trace("\" or *", (0.0, 1.0)).is_err());
}
