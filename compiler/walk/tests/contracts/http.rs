//! If a source does not answer, or not as documented, the error names the source and the reason.

use std::net::TcpListener;

use emberline_walk::source::{Metrics, Profiles, Prometheus, Store, Tempo, Traces};

use crate::server::Server;
use crate::{TRACE, response};

fn told(status: u16, body: &str) -> String {
    let server = Server::new(&[("GET /", status, body)]);
    let told = Prometheus::new(&server.address).alerts().unwrap_err().to_string();
    told.replace(&server.address, "ADDRESS")
}

#[test]
fn refusals_are_told_with_their_reason() {
    assert_eq!(
        told(400, response!("prometheus/error.json")),
        "Prometheus at ADDRESS answers 400 Bad Request: invalid parameter \"query\": 1:4: parse error: unclosed left parenthesis"
    );
    assert_eq!(
        told(503, "\nService Unavailable\nmore"),
        "Prometheus at ADDRESS answers 503 Service Unavailable: Service Unavailable"
    );
    assert_eq!(told(404, ""), "Prometheus at ADDRESS answers 404 Not Found");
    // An error in the body counts, even if the HTTP status is a success.
    assert!(told(200, response!("prometheus/error.json")).contains("answers: invalid parameter"));
}

#[test]
fn answers_of_another_form_are_told() {
    for wrong in
        ["<html>Log in</html>", "", "{\"status\":\"success\"", "1e999", "[]", "{\"status\":\"success\"}", "null"]
    {
        let told = told(200, wrong);
        assert!(
            told.starts_with("Prometheus at ADDRESS sent an answer that its documentation does not describe: "),
            "{wrong}: {told}"
        );
    }
    let deep = "[".repeat(100_000);
    assert!(told(200, &deep).contains("recursion limit"));
}

#[test]
fn nobody_at_the_address_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let told = Tempo::new(&address).trace(TRACE).unwrap_err().to_string();
    assert!(told.starts_with(&format!("Tempo at http://{address} does not answer: ")), "{told}");
    assert!(told.contains("refused"), "{told}");
    for wrong in ["http://", "http://a b/", "http://[::1", "https://127.0.0.1:1"] {
        let told = Store::new(wrong).of_service("a", 0.0, 1.0).unwrap_err().to_string();
        assert!(told.contains("does not answer"), "{told}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_told() {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"status\":").unwrap();
    });
    let told = Prometheus::new(&address).alerts().unwrap_err().to_string();
    server.join().unwrap();
    assert!(told.contains("incomplete answer"), "{told}");
}
