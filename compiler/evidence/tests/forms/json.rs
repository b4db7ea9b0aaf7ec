//! JSON as proto3 allows it is read like JSON as the collector writes it. Anything else gets an error that names it.

use emberline_evidence::capture;
use emberline_evidence::judge::Stage::Redacted;

use crate::sketch::{empty, judged, lines};

const SPAN: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"scope":{},"spans":[{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000b","parentSpanId":"","name":"GET /","kind":2,"startTimeUnixNano":"5","endTimeUnixNano":"7","attributes":[{"key":"note","value":{"stringValue":"to a@example.com"}}],"status":{}}]}]}]}"#;

/// The counts, findings and skipped records of a capture.
fn told(bytes: &[u8]) -> String {
    let mut read = empty(Redacted);
    capture::read(&mut read, bytes).unwrap_or_else(|fault| panic!("{}: {}", fault.record, fault.cause));
    format!("{:?} {:?}", read.counts, judged(bytes, Redacted))
}

fn refused(bytes: &[u8]) -> String {
    capture::read(&mut empty(Redacted), bytes).unwrap_err().cause
}

/// `resourceSpans` becomes `resource_spans`, for every key and nothing else.
fn original_names(text: &str) -> String {
    let mut written = String::new();
    for (at, part) in text.split('"').enumerate() {
        let is_key = text.split('"').nth(at + 1).is_some_and(|next| next.starts_with(':'));
        let part: String = match at % 2 == 1 && is_key {
            true => part
                .chars()
                .map(|c| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.into() })
                .collect(),
            false => part.to_owned(),
        };
        written.push_str(&part);
        written.push('"');
    }
    written.pop();
    written
}

#[test]
fn json_as_proto3_allows_it_is_read_like_the_collectors() {
    let wanted = told(SPAN.as_bytes());
    assert!(wanted.contains("pii-in-telemetry") || wanted.contains("PII"), "{wanted}");
    let value: serde_json::Value = serde_json::from_str(SPAN).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let null = SPAN.replace(r#""parentSpanId":"""#, r#""parentSpanId":null,"events":null,"flags":null,"links":null"#);
    let nulls = null.replace(r#""status":{}"#, r#""status":null,"droppedEventsCount":null"#);
    for (what, text) in [
        ("a byte-order mark", format!("\u{feff}{SPAN}")),
        ("a byte-order mark and a pretty document", format!("\u{feff}{pretty}\n")),
        ("null for absent", null),
        ("null for absent messages and counts", nulls),
        (
            "null for an absent list and scope",
            SPAN.replace(r#""scope":{}"#, r#""scope":null,"schemaUrl":null,"logRecords":null"#),
        ),
        ("null for other signals", SPAN.replacen('{', r#"{"resourceLogs":null,"#, 1)),
        ("original field names", original_names(SPAN)),
        ("times as numbers", SPAN.replace(r#""5""#, "5").replace(r#""7""#, "7")),
        ("a number with a fraction of zero", SPAN.replace(r#""kind":2"#, r#""kind":2.0"#)),
        ("a number as a text", SPAN.replace(r#""kind":2"#, r#""kind":"2""#)),
        ("unknown fields of a record", SPAN.replace(r#""kind":2"#, r#""kind":2,"color":{"a":[1]}"#)),
        ("a pretty document", pretty.clone()),
        ("carriage returns", pretty.replace('\n', "\r\n")),
        ("blank lines", format!("\n\n{SPAN}\n\n")),
        ("upper-case ids", SPAN.replace("0000000a", "0000000A")),
    ] {
        assert_eq!(told(text.as_bytes()), wanted, "{what}");
    }
    assert_ne!(original_names(SPAN), SPAN);
}

#[test]
fn documents_are_separated_by_anything_or_nothing() {
    let (one, two) = (SPAN.to_owned(), SPAN.replace("000b", "000c").replace("000a", "000d"));
    let wanted = told(format!("{one}\n{two}\n").as_bytes());
    let pretty =
        |text: &str| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap();
    for text in [
        format!("{one}{two}"),
        format!("{one} {two}"),
        format!("{}{}", pretty(&one), pretty(&two)),
        format!("{}\n{}\n", pretty(&one), pretty(&two)),
        format!("{}\n{two}\n", pretty(&one)),
        format!("{one}\n{}", pretty(&two)),
        format!("{}\n\u{feff}{}\n", pretty(&one), pretty(&two)),
    ] {
        assert_eq!(told(text.as_bytes()), wanted, "{text}");
    }
    // A document that ends too early is a cut.
    let whole = format!("{}\n{}", pretty(&one), pretty(&two));
    for length in [whole.len() - 1, whole.len() - 40, pretty(&one).len() - 2] {
        assert!(judged(&whole.as_bytes()[..length], Redacted).is_inconclusive, "{length}");
    }
}

#[test]
fn half_a_character_is_replaced_and_the_rest_of_its_text_is_searched() {
    let wanted = told(SPAN.as_bytes());
    for half in [r"\ud83d ", r"\udc00 ", r"\ud83d\ud83d ", r"\\\ud83d ", r"\ud83d\ude00 ", r"\ud83dx ", "\\ud800\\n "] {
        assert_eq!(told(SPAN.replace("to a@", &format!("{half}a@")).as_bytes()), wanted, "{half}");
    }
    let mut bytes = SPAN.replace("to a@", "XX a@").into_bytes();
    bytes.iter_mut().filter(|byte| **byte == b'X').for_each(|byte| *byte = 0xff);
    assert_eq!(told(&bytes), wanted);
    assert!(refused(SPAN.replace("to a@", r"\ud8zz a@").as_bytes()).contains("escape"));
}

#[test]
fn what_is_no_otlp_is_named() {
    let enumeration = "allows only its number";
    let hexadecimal = "base64";
    let utf_16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let span = |from: &str, to: &str| {
        let changed = SPAN.replace(from, to);
        assert_ne!(changed, SPAN, "{from}");
        changed
    };
    for (text, cause) in [
        (span(r#""kind":2"#, r#""kind":"SPAN_KIND_SERVER""#), enumeration),
        (span(r#""status":{}"#, r#""status":{"code":"STATUS_CODE_ERROR"}"#), enumeration),
        (
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_INFO"}]}]}]}"#.to_owned(),
            enumeration,
        ),
        (
            r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA"}}]}]}]}"#.to_owned(),
            enumeration,
        ),
        (span("0000000000000000000000000000000a", "AAAAAAAAAAAAAAAAAAAACg=="), hexadecimal),
        (span("000000000000000b", "AAAAAAAAAAs="), hexadecimal),
        (span("scopeSpans", "instrumentationLibrarySpans"), "before 0.15"),
        (span("scopeSpans", "instrumentation_library_spans"), "before 0.15"),
        (span(r#""scope":{}"#, r#""instrumentationLibrary":{}"#), "before 0.15"),
        (span("resourceSpans", "batches"), "Tempo"),
        (format!(r#"{{"trace":{SPAN}}}"#), "Tempo"),
        (r#"{"traces":[{"traceID":"a"}],"metrics":{}}"#.to_owned(), "Tempo's search"),
        (format!(r#"{{"result":{SPAN}}}"#), "Jaeger"),
        (r#"{"data":[{"traceID":"a","spans":[],"processes":{}}],"total":0}"#.to_owned(), "Jaeger"),
        (r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#.to_owned(), "Prometheus or Loki"),
        (r#"[{"traceId":"a","id":"b","name":"get"}]"#.to_owned(), "Zipkin"),
        (format!("[{SPAN}]"), "list"),
        (format!("[\n{SPAN}\n]\n"), "list"),
        (r#"{"spans":[]}"#.to_owned(), "none of `resourceSpans`"),
    ] {
        let found = refused(text.as_bytes());
        assert!(found.contains(cause), "{text}: {found}");
    }
    assert!(refused(&utf_16).contains("UTF-16"));
}

#[test]
fn a_span_without_usable_ids_is_counted_and_makes_the_verdict_inconclusive() {
    for id in ["0000000000000000000000000000000", "", "zz"] {
        let text = SPAN.replace("0000000000000000000000000000000a", id);
        let mut read = empty(Redacted);
        capture::read(&mut read, text.as_bytes()).unwrap();
        assert_eq!((read.counts.spans.read, read.counts.spans.skipped), (0, 1), "{id}");
        assert!(judged(format!("{text}\n{}", lines("web SERVER /")).as_bytes(), Redacted).is_inconclusive, "{id}");
    }
}
