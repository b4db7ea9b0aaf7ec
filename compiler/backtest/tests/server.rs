//! How a server is asked for long ranges, and what its answers may be.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use emberline_backtest::{Grid, Server, Source, is_absent};
use emberline_observe::http::{Access, Client};

/// Answers requests in their order, and gives what was asked.
fn serve(answers: Vec<(u16, String)>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            asked.push(lines.next().unwrap().unwrap());
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
        }
        asked
    });
    (address, serving)
}

fn page(result: &str) -> (u16, String) {
    (200, format!("{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{result}]}}}}"))
}

fn parameter(asked: &str, name: &str) -> f64 {
    let (_, behind) = asked.split_once(&format!("{name}=")).unwrap();
    behind.split(['&', ' ']).next().unwrap().parse().unwrap()
}

#[test]
fn a_long_range_is_asked_for_in_parts() {
    let first = page(r#"{"metric":{"__name__":"x","a":"1"},"values":[[0.5,"1"],[30.5,"NaN"],[60.5,"+Inf"]]}"#);
    let second =
        page(r#"{"metric":{"a":"1"},"values":[[300000.5,"2e-3"]]},{"metric":{"a":"2"},"values":[[450000.5,"7"]]}"#);
    let (address, serving) = serve(vec![first, second]);
    let client = Client::new("Prometheus", &address, &Access::default());
    let grid = Grid { first: 500, step: 30_000, count: 15_001 };
    let series = Server::new(&client).range("sum(x)", grid).unwrap();
    let asked = serving.join().unwrap();
    let spans: Vec<_> = asked.iter().map(|asked| (parameter(asked, "start"), parameter(asked, "end"))).collect();
    assert_eq!(spans, [(0.5, 299_970.5), (300_000.5, 450_000.5)]);
    assert_eq!(series.len(), 2, "the parts of a series are one, whatever its name");
    let values = &series[0].values;
    assert!(values[0] == 1.0 && values[1].is_nan() && !is_absent(values[1]) && values[2] == f64::INFINITY);
    assert!(is_absent(values[3]) && values[10_000] == 0.002);
    assert_eq!(series[1].values[15_000], 7.0);
}

#[test]
fn a_failed_query_is_tried_again_with_fewer_instants() {
    let error = r#"{"status":"error","errorType":"execution","error":"too many samples"}"#.to_owned();
    let (address, serving) = serve(vec![(422, error.clone()), page(""), page("")]);
    let client = Client::new("Prometheus", &address, &Access::default());
    let grid = Grid { first: 0, step: 1_000, count: 10_000 };
    assert!(Server::new(&client).range("x", grid).unwrap().is_empty());
    let ends: Vec<f64> = serving.join().unwrap().iter().map(|asked| parameter(asked, "end")).collect();
    assert_eq!(ends, [9_999.0, 4_999.0, 9_999.0]);
    let (address, serving) = serve(vec![(422, error); 5]);
    let client = Client::new("Prometheus", &address, &Access::default());
    let why = Server::new(&client).range("x", grid).unwrap_err();
    assert_eq!(serving.join().unwrap().len(), 5);
    assert!(why.starts_with("`x`: ") && why.contains("too many samples"), "{why}");
}

#[test]
fn histograms_are_refused_and_warnings_are_kept() {
    let histogram = page(r#"{"metric":{},"histograms":[[0,{"count":"1"}]]}"#);
    let warned = r#"{"status":"success","data":{"resultType":"matrix","result":[]},"warnings":["a store is down"]}"#;
    let (address, serving) = serve(vec![histogram, (200, warned.to_owned()), (200, warned.to_owned())]);
    let client = Client::new("Prometheus", &address, &Access::default());
    let server = Server::new(&client);
    let grid = Grid { first: 0, step: 1_000, count: 10 };
    assert!(server.range("x", grid).unwrap_err().contains("gives histograms"));
    assert!(server.range("x", grid).unwrap().is_empty());
    assert!(server.range("x", grid).unwrap().is_empty());
    serving.join().unwrap();
    assert_eq!(server.warnings(), ["a store is down"]);
}
