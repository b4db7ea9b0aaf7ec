//! Requests to a server of this file, and what their messages tell.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use super::*;

fn client(product: &'static str, address: &str) -> Client {
    Client::new(product, address, &Access::default())
}

/// A server that gives these answers one after the other, and tells the head of each request.
fn server(answers: Vec<String>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(|line| line.unwrap());
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let _ = tell.send(head.join("\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (format!("http://{address}"), told)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_refusal_is_one_line() {
    assert_eq!(refusal(br#"{"status":"error","errorType":"bad_data","error":"no such\nquery"}"#), "no such");
    assert_eq!(refusal(br#"{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}"#), "trace not found");
    assert_eq!(refusal(b"\n  \x1b[31mgone\nfor good"), "[31mgone");
    assert_eq!(refusal(b"[\xff"), "[\u{fffd}");
    assert_eq!(refusal(b""), "");
}

#[test]
fn no_answer_is_waited_for_without_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut access = Access::default();
    access.patience = Duration::from_millis(100);
    let http = Client::new("Tempo", &address, &access);
    // The system accepts the connection, but no server reads the request.
    let told = http.get::<Value>("/", &[]).unwrap_err().to_string();
    assert!(told.ends_with("does not answer: nothing within 0.1 s"), "{told}");
    let _waiting = listener.accept().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[").unwrap();
        stream
    });
    let told = http.get::<Value>("/", &[]).unwrap_err().to_string();
    assert!(told.contains("sent an incomplete answer: "), "{told}");
    drop(server.join().unwrap());
}

#[test]
fn this_machine_needs_no_proxy() {
    for own in ["http://127.0.0.1:9090", "http://localhost/x", "http://[::1]:1"] {
        assert!(is_loopback(own), "{own}");
    }
    for other in ["http://10.0.0.1:9090", "http://localhost.example.org", "http://", "x y"] {
        assert!(!is_loopback(other), "{other}");
    }
}

#[test]
fn passwords_are_not_told() {
    for (address, password, shown) in [
        ("http://me{}host:1/x/", ":hunter2@", "Tempo at http://host:1/x"),
        ("host:1", "", "Tempo at http://host:1"),
        ("https://me{}host", ":hun@ter2@", "Tempo at https://host"),
        ("http://me{}host", ":hun/ter2@", "Tempo at http://host"),
    ] {
        let client = client("Tempo", &address.replace("{}", password));
        assert_eq!(client.name(), shown);
        assert!(!format!("{client:?}").contains("ter2"), "{client:?}");
    }
}

#[test]
fn what_opens_the_door_is_sent_and_never_shown() {
    let mut access = Access::default();
    access.bearer(&Secret::new("t0ken-of-mine\n")).unwrap();
    access.header("X-Scope-OrgID", &Secret::new("a-long-tenant")).unwrap();
    let refused = answer("401 Unauthorized", "", "bad token t0ken-of-mine of a-long-tenant");
    let long = answer("401 Unauthorized", "", &format!("{}t0ken-of-mine", "ä".repeat(TOLD - 5)));
    let (address, told) = server(vec![answer("200 OK", "", "7"), refused, long]);
    let http = Client::new("Mimir", &address, &access);
    assert_eq!(http.get::<u8>("/x", &[("a", "b c")]).unwrap(), 7);
    let head = told.recv().unwrap();
    assert!(head.starts_with("GET /x?a=b%20c HTTP/1.1"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("authorization: bearer t0ken-of-mine"), "{head}");
    assert!(head.contains("x-scope-orgid: a-long-tenant"), "{head}");
    let why = http.get::<u8>("/x", &[]).unwrap_err().to_string();
    assert!(
        why.ends_with(
            "answers 401 Unauthorized, so it refuses the credentials that were sent: bad token (hidden) of (hidden)"
        ),
        "{why}"
    );
    // Not even the beginning of one, where a long answer is cut.
    let why = http.get::<u8>("/x", &[]).unwrap_err().to_string();
    assert!(why.ends_with("ä(hidd"), "{why}");
    assert!(!format!("{http:?} {access:?}").contains("t0ken"), "{http:?}");
}

#[test]
fn a_user_in_the_address_is_basic_authentication() {
    let (address, told) = server(vec![answer("200 OK", "", "1"), answer("200 OK", "", "1")]);
    let with_user = address.replace("://", "://aladdin:open%20sesame@");
    client("Prometheus", &with_user).get::<u8>("", &[]).unwrap();
    let encoded = "authorization: basic ywxhzgrpbjpvcgvuihnlc2ftzq==";
    assert!(told.recv().unwrap().to_lowercase().contains(encoded));
    let mut access = Access::default();
    access.basic(&Secret::new("Aladdin:open sesame")).unwrap();
    Client::new("Prometheus", &address, &access).get::<u8>("", &[]).unwrap();
    assert!(told.recv().unwrap().contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
}

#[test]
fn only_an_address_escapes_its_password() {
    let (address, told) = server(vec![answer("200 OK", "", "1")]);
    let mut access = Access::default();
    access.basic(&Secret::new("me:100%41")).unwrap();
    Client::new("Prometheus", &address, &access).get::<u8>("", &[]).unwrap();
    // `100A` would be another password.
    assert!(told.recv().unwrap().contains(&format!("Basic {}", "bWU6MTAwJTQx")));
}

#[test]
fn a_redirect_is_followed_within_the_host_alone() {
    let moved = answer("302 Found", "Location: /prom/x?a=1\r\n", "");
    let away = answer("302 Found", "Location: http://me:pass@elsewhere.example/x\r\n", "");
    let (address, told) = server(vec![moved, answer("200 OK", "", "7"), away]);
    let http = client("Prometheus", &address);
    assert_eq!(http.get::<u8>("/x", &[("a", "1")]).unwrap(), 7);
    assert!(told.recv().unwrap().starts_with("GET /x?a=1 "));
    assert!(told.recv().unwrap().starts_with("GET /prom/x?a=1 "));
    let why = http.get::<u8>("/x", &[]).unwrap_err().to_string();
    assert!(why.contains("redirects to http://elsewhere.example, which is not followed"), "{why}");
}

#[test]
fn what_cannot_be_sent_is_refused_without_being_shown() {
    let mut access = Access::default();
    let told = [
        access.bearer(&Secret::new("two\nlines")).unwrap_err(),
        access.bearer(&Secret::new("")).unwrap_err(),
        access.basic(&Secret::new("nobody")).unwrap_err(),
        access.header("bad name", &Secret::new("x")).unwrap_err(),
        access.trust(b"hello").unwrap_err(),
        access.identity(b"hello", b"hello").unwrap_err(),
        access.through("::").unwrap_err(),
    ];
    assert!(
        told.iter().all(|why| !why.contains("lines") && !why.contains("nobody") && !why.contains("hello")),
        "{told:?}"
    );
}
