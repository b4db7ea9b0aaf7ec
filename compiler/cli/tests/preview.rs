//! `emberline preview` serves the pages and nothing else, to this machine only, and says what it cannot know.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A preview under way; ended by its process id when it goes out of scope.
struct Preview {
    child: Child,
    at: String,
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(arguments: &[&str]) -> Preview {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut child = Command::new(env!("CARGO_BIN_EXE_emberline"))
        .args(["--color", "never", "preview", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .current_dir(checkout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    let at =
        line.split("http://").nth(1).unwrap_or_else(|| unreachable!("{line}")).split('/').next().unwrap().to_owned();
    Preview { child, at }
}

/// What is answered to a request as it stands on the wire: status, headers and body.
fn ask(preview: &Preview, method: &str, path: &str, host: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(&preview.at).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_ascii_lowercase(), body.to_owned())
}

#[test]
fn pages_are_served_and_nothing_else() {
    let preview = start(&[]);
    let get = |path: &str| ask(&preview, "GET", path, &preview.at);
    let (status, head, body) = get("/");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: text/html") && head.contains("content-security-policy: default-src 'self'"));
    assert!(body.contains("<h1>Runbooks</h1>") && !body.contains("preview.js"));
    let (status, _, body) = get("/checkout/latency/burn-1h-5m.html");
    assert!(status == 200 && body.contains("slo:burn_rate:5m"), "{status}");
    assert!(get("/assets.d/style.css").1.contains("content-type: text/css"));
    assert_eq!(get("/checkout/").0, 200);
    for path in
        ["/nothing.html", "/../slos/policy.yaml", "/..%2f..%2fCargo.toml", "/%2fetc%2fpasswd", "/checkout/..", "/.live"]
    {
        assert_eq!(get(path).0, 404, "{path}");
    }
    assert_eq!(ask(&preview, "POST", "/", &preview.at).0, 405);
    assert_eq!(ask(&preview, "DELETE", "/index.html", &preview.at).0, 405);
}

#[test]
fn a_foreign_name_is_refused() {
    let preview = start(&[]);
    let port = preview.at.rsplit(':').next().unwrap();
    assert_eq!(ask(&preview, "GET", "/", &format!("evil.example.com:{port}")).0, 403);
    assert_eq!(ask(&preview, "GET", "/", &format!("localhost:{port}")).0, 200);
}

#[test]
fn a_prometheus_that_does_not_answer_is_said_and_pages_go_on() {
    // Port 9 of this machine: nobody listens there.
    let preview = start(&["--prometheus", "http://127.0.0.1:9/"]);
    let get = |path: &str| ask(&preview, "GET", path, &preview.at);
    let (status, _, body) = get("/.live/checkout/latency");
    assert!(status == 502 && body.contains("http://127.0.0.1:9 does not answer"), "{status} {body}");
    assert_eq!(get("/.live/checkout/nothing").0, 404);
    let (status, _, body) = get("/checkout/latency/index.html");
    assert!(status == 200 && body.contains("<script src=\"/.preview.js\">"));
    assert!(get("/.preview.js").2.contains("EVERY"));
}

#[test]
fn an_address_that_is_none_is_told() {
    let out = Command::new(env!("CARGO_BIN_EXE_emberline"))
        .args(["--color", "never", "preview", "--prometheus", "localhost:9090"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.code() == Some(2) && said.contains("is not the address of a Prometheus"), "{said}");
}
