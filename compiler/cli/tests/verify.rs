//! `emberline verify` as typed: what it reads, what it says and its exit status.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::io::Write;

use shell::Shell;

/// A service that calls nobody, or an undeclared one.
const SPEC: &str = "\
version: emberline/v1
service: web
slos:
  - {name: a, objective: 99%, sli: {events: {total: t, bad: 't{code=\"500\"}'}}}
";

fn span(service: &str, id: u32, parent: Option<u32>, kind: u32) -> String {
    let parent = parent.map_or(String::new(), |id| format!("{id:016x}"));
    let span = format!(r#"{{"traceId":"{:032x}","spanId":"{id:016x}","parentSpanId":"{parent}","kind":{kind}}}"#, 7);
    let resource = format!(r#"{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}}"#);
    format!(r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#) + "\n"
}

/// A folder with the spec and a capture.
fn with(capture: &[u8]) -> Shell {
    let shell = Shell::new();
    fs::create_dir(shell.folder.path().join("slos")).unwrap();
    fs::write(shell.folder.path().join("slos/web.yaml"), SPEC).unwrap();
    fs::write(shell.folder.path().join("capture.jsonl"), capture).unwrap();
    shell
}

#[test]
fn a_sound_capture_is_clean_plain_and_compressed() {
    let lines = span("web", 1, None, 2) + &span("web", 2, Some(1), 1);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines.as_bytes()).unwrap();
    for capture in [lines.clone().into_bytes(), gzip.finish().unwrap()] {
        let ran = with(&capture).run("emberline verify capture.jsonl");
        assert_eq!((ran.status, ran.out.as_str()), (0, "no findings in 1 file\n"), "{ran:?}");
    }
    let ran = with(lines.as_bytes()).run("cat capture.jsonl | emberline verify -");
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_finding_names_trace_span_service_and_edge() {
    let lines = span("web", 1, None, 3) + &span("mail", 2, Some(1), 2);
    let ran = with(lines.as_bytes()).run("emberline verify capture.jsonl --format json");
    assert_eq!(ran.status, 1, "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let edge =
        document["findings"].as_array().unwrap().iter().find(|found| found["code"] == "undeclared-edge").unwrap();
    assert_eq!(edge["path"], "slos/web.yaml");
    assert_eq!((&edge["line"], &edge["column"]), (&2.into(), &10.into()));
    assert_eq!(edge["edge"], "web -> mail");
    assert_eq!(edge["service"], "mail");
    assert_eq!(edge["trace_id"], format!("{:032x}", 7));
    assert_eq!(edge["span_id"], format!("{:016x}", 2));
}

#[test]
fn what_cannot_be_judged_is_told_from_what_cannot_be_read() {
    let whole = span("web", 1, None, 2);
    let orphan = span("web", 1, Some(9), 2) + "{\"resourceSpans\":[";
    for (capture, status, words) in [
        ("", 3, "it holds no span"),
        (&whole[..40], 3, "it ends inside a record"),
        (&orphan, 3, "orphan-span"),
        ("7\n", 2, "capture.jsonl:1 is not OTLP"),
        ("\u{28}\u{fffd}", 2, "is not OTLP"),
    ] {
        let ran = with(capture.as_bytes()).run("emberline verify capture.jsonl");
        assert_eq!(ran.status, status, "{ran:?}");
        assert!(format!("{}{}", ran.out, ran.err).contains(words), "{ran:?}");
    }
    let ran = with(&[0x28, 0xb5, 0x2f, 0xfd, 0]).run("emberline verify capture.jsonl");
    assert!(ran.status == 2 && ran.err.contains("capture.jsonl:1 is not OTLP"), "{ran:?}");
}

#[test]
fn a_compressed_bomb_is_refused_in_bounded_memory() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let blanks = vec![b' '; 1 << 20];
    (0..256).for_each(|_| gzip.write_all(&blanks).unwrap());
    let ran = with(&gzip.finish().unwrap()).run("emberline verify capture.jsonl");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("it is longer than 64 MiB"), "{ran:?}");
}

#[test]
fn a_waiver_accepts_what_a_capture_shows() {
    let lines = span("web", 2, Some(1), 2);
    let shell = with(lines.as_bytes());
    assert_eq!(shell.run("emberline verify capture.jsonl").status, 1);
    let policy = "\
version: emberline/v1
waivers:
  - {code: orphan-span, place: slos/web.yaml, owner: team-web, reason: the gateway is not ours, expires: 2999-12-31}
";
    fs::write(shell.folder.path().join("slos/policy.yaml"), policy).unwrap();
    let ran = shell.run("emberline verify capture.jsonl");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("1 waived"), "{ran:?}");
    // `check` sees no capture, so it does not call the waiver unused.
    let ran = shell.run("emberline check");
    assert!(ran.status == 0 && !ran.out.contains("unused-waiver"), "{ran:?}");
}

/// Protobuf messages behind their lengths: a log record of `web` whose body is an address, its fields in descending order
/// as the collector writes them, and a message whose only record may be a log record or a metric.
fn log_message(is_certain: bool) -> Vec<u8> {
    let field = |tag: u8, value: &[u8]| [&[tag << 3 | 2, u8::try_from(value.len()).unwrap()], value].concat();
    let record = match is_certain {
        true => [field(5, &field(1, b"mail jane.roe@example.org")), [&[1 << 3 | 1], &[7; 8][..]].concat()].concat(),
        false => field(5, &field(1, &field(7, &field(1, b"k")))),
    };
    let name = field(1, &[field(2, &field(1, b"web")), field(1, b"service.name")].concat());
    let message = field(1, &[field(2, &field(2, &record)), field(1, &name)].concat());
    [&u32::try_from(message.len()).unwrap().to_be_bytes(), &message[..]].concat()
}

#[test]
fn log_records_without_a_trace_are_judged_and_counted() {
    let shell = with(span("web", 1, None, 2).as_bytes());
    fs::write(shell.folder.path().join("more.pb"), log_message(true)).unwrap();
    let ran = shell.run("emberline verify capture.jsonl more.pb --format json");
    assert_eq!(ran.status, 1, "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["findings"][0]["code"], "pii-in-telemetry", "{ran:?}");
    assert_eq!(document["findings"].as_array().unwrap().len(), 1, "{ran:?}");
    assert_eq!(document["records"]["spans"], serde_json::json!({"read": 1, "skipped": 0}));
    assert_eq!(document["records"]["log_records"], serde_json::json!({"read": 1, "skipped": 0}));
    assert!(
        ran.err.contains("read 1 span in 1 trace, 1 log record, ") && ran.err.contains("skipped nothing"),
        "{ran:?}"
    );
}

#[test]
fn a_record_of_no_certain_signal_is_inconclusive_until_somebody_says_what_it_is() {
    let shell = with(span("web", 1, None, 2).as_bytes());
    for name in ["more.pb", "agent-logs.pb"] {
        fs::write(shell.folder.path().join(name), log_message(false)).unwrap();
    }
    let ran = shell.run("emberline verify capture.jsonl more.pb --format json");
    assert_eq!(ran.status, 3, "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["records"]["unknown"], serde_json::json!({"read": 0, "skipped": 1}));
    let ran = shell.run("emberline verify capture.jsonl more.pb");
    assert!(ran.status == 3 && ran.err.contains("skipped 1 record of an unknown signal"), "{ran:?}");
    assert!(ran.out.contains("1 of its records were not read") && ran.out.contains("--signal"), "{ran:?}");
    for typed in ["more.pb --signal logs", "agent-logs.pb"] {
        let ran = shell.run(&format!("emberline verify capture.jsonl {typed}"));
        assert!(ran.status == 0 && ran.err.contains("1 log record, 0 data points"), "{ran:?}");
    }
    let ran = shell.run("emberline verify capture.jsonl more.pb --signal metrics");
    assert!(ran.status == 0 && ran.err.contains("0 log records, 1 data point "), "{ran:?}");
}

#[test]
fn no_finding_quotes_a_secret_of_a_capture() {
    let secret = ["AKIA", "Q3EGRIBZT6V5WXYM"].concat();
    let person = ["jane.doe@", "contoso.com"].concat();
    for leak in [&secret, &person] {
        let named = |line: String| {
            line.replace("\"kind\"", &format!("\"name\":\"{leak}\",\"attributes\":[{{\"key\":\"{leak}\",\"value\":{{\"stringValue\":\"{leak}\"}}}}],\"kind\""))
        };
        let metric = format!(
            "{{\"resourceMetrics\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"web\"}}}}]}},\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"t\",\"sum\":{{\"isMonotonic\":true,\"aggregationTemporality\":2,\"dataPoints\":[{{\"asInt\":\"1\",\"attributes\":[{{\"key\":\"{leak}\",\"value\":{{\"stringValue\":\"x\"}}}}]}}]}}}}]}}]}}]}}\n"
        );
        let lines = named(span("web", 1, None, 3))
            + &named(span(leak, 2, Some(1), 2))
            + &named(span(leak, 3, Some(9), 2))
            + &metric;
        let shell = with(lines.as_bytes());
        fs::write(
            shell.folder.path().join("slos/web.yaml"),
            format!("{SPEC}metrics: {{t: {{type: counter, labels: {{}}}}}}\n"),
        )
        .unwrap();
        for format in ["human", "json", "sarif", "github", "gitlab", "junit"] {
            let ran = shell.run(&format!("emberline verify capture.jsonl --format {format}"));
            assert!(
                ran.status == 1 && ran.out.contains("undeclared-label") && ran.out.contains("-in-telemetry"),
                "{ran:?}"
            );
            assert!(!ran.out.contains(&leak[4..]) && !ran.err.contains(&leak[4..]), "{leak}: {ran:?}");
        }
        // What could not be read is quoted by whoever tried.
        let odd = span("web", 1, None, 2)
            .replace("\"kind\":2", &format!("\"kind\":\"{leak}\",\"startTimeUnixNano\":\"{leak}\""));
        let ran = with(odd.as_bytes()).run("emberline verify capture.jsonl");
        assert!(ran.status == 2 && !ran.err.contains(&leak[4..]), "{leak}: {ran:?}");
    }
}
