//! The store in this process and as a real one: what goes in comes out, what is too old goes, hostile input does no harm.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod faults;
mod pages;
mod process;

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse, trace_service_client::TraceServiceClient,
};
use opentelemetry_proto::tonic::profiles::v1development as p;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use prost::Message;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use store::db::{MINUTE, Store};
use store::retention::Retention;
use store::{api, otlp, query, rows};

const DAY: i64 = 86_400_000_000_000;

fn open(retention: Retention) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db"), retention).unwrap();
    (folder, store)
}

async fn serve(store: Store) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, api::router(store)).await });
    address
}

fn request(trace: u8, span: u8, name: &str) -> ExportTraceServiceRequest {
    let span = Span {
        trace_id: vec![trace; 16],
        span_id: vec![span; 8],
        name: name.into(),
        start_time_unix_nano: 1_000_000_000,
        end_time_unix_nano: 1_300_000_000,
        ..Span::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    }
}

async fn post(url: &str, kind: &str, gzip: bool, body: Vec<u8>) -> reqwest::Response {
    let mut call = reqwest::Client::new().post(url).header("content-type", kind);
    if gzip {
        call = call.header("content-encoding", "gzip");
    }
    call.body(body).send().await.unwrap()
}

fn pack(body: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

async fn get(url: String) -> Value {
    serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap()
}

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

#[tokio::test]
async fn spans_come_back_as_they_went_in_and_retries_double_nothing() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store.clone()).await;
    let sent = request(7, 1, "checkout");
    for gzip in [false, true, true] {
        let body = sent.encode_to_vec();
        let body = if gzip { pack(&body) } else { body };
        assert_eq!(post(&format!("{at}/v1/traces"), PROTOBUF, gzip, body).await.status(), 200);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let grpc = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(otlp::Grpc(store.clone()).serve(listener, std::future::pending()));
    let mut client =
        TraceServiceClient::connect(grpc).await.unwrap().send_compressed(tonic::codec::CompressionEncoding::Gzip);
    client.export(sent.clone()).await.unwrap();
    let text = reqwest::get(format!("{at}/api/traces/{}", "07".repeat(16))).await.unwrap().text().await.unwrap();
    let back: TracesData = serde_json::from_str(&text).unwrap();
    assert_eq!(back.resource_spans, sent.resource_spans);
    let found = get(format!("{at}/api/search?min_duration=200ms&start=1970-01-01T00:00:00Z&end=2")).await;
    assert_eq!(found["traces"][0]["spans"], 1);
    assert_eq!(get(format!("{at}/api/search?min_duration=400ms")).await["traces"], json!([]));
}

#[tokio::test]
async fn logs_in_json_keep_equal_lines_apart_and_pages_escape_them() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store).await;
    let now = store::db::now().to_string();
    let id = "ab".repeat(16);
    let line = json!({"timeUnixNano": now, "traceId": id, "severityText": "ERROR", "severityNumber": 17, "body": {"stringValue": "<script>alert(1)</script>"}});
    let body = json!({"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "a\"><img>"}}]}, "scopeLogs": [{"logRecords": [line, line]}]}]}).to_string();
    for _ in 0..2 {
        assert_eq!(post(&format!("{at}/v1/logs"), JSON, false, body.clone().into_bytes()).await.status(), 200);
    }
    let logs = get(format!("{at}/api/logs/{id}")).await;
    assert_eq!(logs["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().unwrap().len(), 2);
    let page = reqwest::get(format!("{at}/trace/{id}?exemplar=%3Cb%3E")).await.unwrap().text().await.unwrap();
    assert!(page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
}

fn profile(trace: u8) -> ExportProfilesServiceRequest {
    let texts = ["", "cpu", "nanoseconds", "hot", "services/checkout/src/pricing.rs", "main"];
    ExportProfilesServiceRequest {
        resource_profiles: vec![p::ResourceProfiles {
            scope_profiles: vec![p::ScopeProfiles {
                profiles: vec![p::Profile {
                    sample_type: Some(p::ValueType { type_strindex: 1, unit_strindex: 2 }),
                    period_type: Some(p::ValueType { type_strindex: 1, unit_strindex: 2 }),
                    period: 10,
                    time_unix_nano: u64::try_from(5 * MINUTE + 7).unwrap(),
                    samples: vec![p::Sample {
                        stack_index: 1,
                        link_index: 1,
                        values: vec![30],
                        ..p::Sample::default()
                    }],
                    ..p::Profile::default()
                }],
                ..p::ScopeProfiles::default()
            }],
            ..p::ResourceProfiles::default()
        }],
        dictionary: Some(p::ProfilesDictionary {
            string_table: texts.map(String::from).to_vec(),
            function_table: vec![
                p::Function::default(),
                p::Function { name_strindex: 3, filename_strindex: 4, ..p::Function::default() },
                p::Function { name_strindex: 5, ..p::Function::default() },
            ],
            location_table: vec![
                p::Location::default(),
                p::Location {
                    lines: vec![p::Line { function_index: 1, line: 42, column: 0 }],
                    ..p::Location::default()
                },
                p::Location {
                    lines: vec![p::Line { function_index: 2, line: 1, column: 0 }],
                    ..p::Location::default()
                },
            ],
            stack_table: vec![p::Stack::default(), p::Stack { location_indices: vec![1, 2] }],
            link_table: vec![p::Link::default(), p::Link { trace_id: vec![trace; 16], span_id: vec![1; 8] }],
            ..p::ProfilesDictionary::default()
        }),
    }
}

#[tokio::test]
async fn samples_wait_a_minute_for_their_trace_and_lose_its_id_then() {
    let (_folder, store) = open(Retention::default());
    let now = 6 * MINUTE;
    store.write(rows::of_profiles(profile(1), 0), now).await.unwrap();
    store.write(rows::of_profiles(profile(1), 0), now).await.unwrap();
    store.write(rows::of_profiles(profile(2), 0), now).await.unwrap();
    store.write(rows::of_traces(request(1, 1, "late"), 0), now + MINUTE / 2).await.unwrap();
    let count = |trace: u8| {
        let store = store.clone();
        async move { store.read(move |file| query::profile(file, &[trace; 16])).await.unwrap() }
    };
    store.sweep(now + MINUTE - 1).await.unwrap();
    assert_eq!((count(1).await[0].count, count(2).await[0].count), (3, 3));
    store.sweep(now + MINUTE).await.unwrap();
    let kept = count(1).await;
    assert_eq!((kept[0].count, kept[0].cpu_nanos), (3, 30));
    assert_eq!(
        (&kept[0].frames[0].function[..], &kept[0].frames[0].file[..], kept[0].frames[0].line),
        ("hot", "services/checkout/src/pricing.rs", 42)
    );
    assert!(count(2).await.is_empty());
    for (which, expected) in [(None, 6), (Some(true), 3), (Some(false), 3)] {
        let sum = store.read(move |file| query::aggregate(file, "", 0, i64::MAX, which)).await.unwrap();
        assert_eq!(sum.iter().map(|one| one.count).sum::<i64>(), expected);
    }
    let mut plain = Vec::new();
    GzDecoder::new(&store::pprof::encode(&kept, "01").unwrap()[..]).read_to_end(&mut plain).unwrap();
    let read = store::pprof::Profile::decode(&plain[..]).unwrap();
    assert_eq!((read.sample[0].value.clone(), read.location[0].line[0].line), (vec![3, 30], 42));
    if let Some(path) = std::env::var_os("STORE_TEST_PPROF") {
        std::fs::write(path, store::pprof::encode(&kept, "01").unwrap()).unwrap();
    }
}

#[tokio::test]
async fn profiles_in_json_may_leave_out_defaults() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store).await;
    let body = json!({"resourceProfiles": [{"scopeProfiles": [{"profiles": [{"timeUnixNano": "5", "samples": [{"stackIndex": 1, "linkIndex": 1, "values": ["4"]}]}]}]}],
        "dictionary": {"stringTable": ["", "f"], "functionTable": [{}, {"nameStrindex": 1}], "locationTable": [{}, {"lines": [{"functionIndex": 1, "line": "9"}]}],
        "stackTable": [{}, {"locationIndices": [1]}], "linkTable": [{}, {"traceId": "cd".repeat(16), "spanId": "01".repeat(8)}]}});
    let answer = post(&format!("{at}/v1development/profiles"), JSON, true, pack(body.to_string().as_bytes())).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    let back = get(format!("{at}/api/profiles/{}", "cd".repeat(16))).await;
    assert_eq!(back["samples"][0]["count"], 4);
    assert_eq!(back["samples"][0]["frames"][0], json!({"function": "f", "file": "", "line": 9}));
}

#[tokio::test]
async fn retention_deletes_by_tier_and_gives_space_back() {
    let (folder, store) =
        open(Retention::parse("traces: 14d\nprofiles: 7d\nlogs:\n  error: 90d\n  debug: 2d\n").unwrap());
    let line = |tier: &str, text: &str| {
        let body = json!({"resourceLogs": [{"resource": {"attributes": [{"key": "retention.tier", "value": {"stringValue": tier}}]}, "scopeLogs": [{"logRecords": [{"body": {"stringValue": text}}]}]}]});
        rows::of_logs(serde_json::from_value(body).unwrap(), 0)
    };
    let now = 100 * DAY;
    let mut long = request(3, 1, &"x".repeat(4_000_000));
    long.resource_spans[0].scope_spans[0].spans[0].start_time_unix_nano = u64::try_from(now).unwrap();
    store.write(rows::of_traces(long, 0), now).await.unwrap();
    for tier in ["error", "debug", "unknown"] {
        store.write(line(tier, "a"), now).await.unwrap();
    }
    let tiers = || {
        let store = store.clone();
        async move {
            store
                .read(|file| Ok(query::stats(file)?.0))
                .await
                .unwrap()
                .into_iter()
                .filter(|s| s.signal == "logs" && s.rows > 0)
                .filter_map(|s| s.tier)
                .collect::<Vec<_>>()
        }
    };
    let bytes = || std::fs::metadata(folder.path().join("store.db")).unwrap().len();
    store.sweep(now + 2 * DAY).await.unwrap();
    assert_eq!(tiers().await, ["debug", "error", "unknown"]);
    let before = bytes();
    store.sweep(now + 2 * DAY + 1).await.unwrap();
    assert_eq!(tiers().await, ["error", "unknown"]);
    store.sweep(now + 14 * DAY + 1).await.unwrap();
    assert!(!store.read(|file| Ok(store::db::has_trace(file, &[3; 16])?)).await.unwrap());
    assert!(bytes() + 3_000_000 < before, "{before} then {}", bytes());
    store.sweep(now + 90 * DAY + 1).await.unwrap();
    assert_eq!(tiers().await, [""; 0]);
}

#[tokio::test]
async fn hostile_requests_are_refused_with_a_reason() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store).await;
    let traces = format!("{at}/v1/traces");
    assert_eq!(post(&traces, PROTOBUF, true, pack(&vec![0; otlp::MOST_UNPACKED + 1])).await.status(), 413);
    assert_eq!(post(&traces, PROTOBUF, true, b"not gzip".to_vec()).await.status(), 400);
    assert_eq!(post(&traces, JSON, false, "[".repeat(100_000).into_bytes()).await.status(), 400);
    assert_eq!(post(&traces, "text/plain", false, Vec::new()).await.status(), 415);
    assert_eq!(post(&traces, PROTOBUF, false, vec![0; otlp::MOST_SENT + 1]).await.status(), 413);
    let mut mixed = request(9, 1, "good");
    mixed.resource_spans.extend(request(0, 1, "zero").resource_spans);
    let answer = post(&traces, PROTOBUF, false, mixed.encode_to_vec()).await.bytes().await.unwrap();
    assert_eq!(ExportTraceServiceResponse::decode(answer).unwrap().partial_success.unwrap().rejected_spans, 1);
    assert_eq!(get(format!("{at}/api/search")).await["traces"].as_array().unwrap().len(), 1);
    let mut broken = profile(1);
    broken.resource_profiles[0].scope_profiles[0].profiles[0].samples[0].stack_index = -5;
    assert_eq!(rows::of_profiles(broken, 0).rejected, 1);
    for path in ["api/traces/zz", "trace/%00", "api/profiles/1.pprof", "api/search?start=x"] {
        assert_eq!(reqwest::get(format!("{at}/{path}")).await.unwrap().status(), 400, "{path}");
    }
}

proptest::proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300), index in -3..9_i32, values in proptest::collection::vec(proptest::num::i64::ANY, 0..3)) {
        if let Ok(request) = ExportTraceServiceRequest::decode(&bytes[..]) { rows::of_traces(request, 0); }
        if let Ok(request) = ExportProfilesServiceRequest::decode(&bytes[..]) { rows::of_profiles(request, 0); }
        let mut given = profile(1);
        let one = &mut given.resource_profiles[0].scope_profiles[0].profiles[0].samples[0];
        (one.stack_index, one.link_index, one.values) = (index, index / 2, values);
        given.dictionary.as_mut().unwrap().stack_table[1].location_indices[0] = index;
        rows::of_profiles(given, 0);
        let text = String::from_utf8_lossy(&bytes);
        api::time(&text);
        let _ = store::retention::duration(&text);
        let shown = store::page::escape(&text);
        proptest::prop_assert!(!shown.contains(['<', '>', '"', '\'']));
    }
}

/// The real program, killed again and again while it takes batches.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut next) = (Vec::new(), 0_u64);
    for round in 0..4_u64 {
        let program = process::start(&folder.path().join("s.db"));
        let url = program.url.clone();
        let kill = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(150 + round * 83 + u64::from(std::process::id()) % 60));
            // Dropping it is SIGKILL.
            drop(program);
        });
        loop {
            next += 1;
            let mut one = request(1, 1, "x");
            let span = &mut one.resource_spans[0].scope_spans[0].spans[0];
            span.trace_id = [[1; 8], next.to_be_bytes()].concat();
            span.start_time_unix_nano = u64::try_from(store::db::now()).unwrap();
            span.end_time_unix_nano = span.start_time_unix_nano;
            match reqwest::Client::new()
                .post(format!("{url}/v1/traces"))
                .header("content-type", PROTOBUF)
                .body(one.encode_to_vec())
                .send()
                .await
            {
                Ok(answer) if answer.status() == 200 => acknowledged.push(next),
                _ => break,
            }
        }
        kill.join().unwrap();
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    let store = Store::open(&folder.path().join("s.db"), Retention::default()).unwrap();
    for number in acknowledged {
        let id = [[1; 8], number.to_be_bytes()].concat();
        assert!(store.read(move |file| Ok(store::db::has_trace(file, &id)?)).await.unwrap(), "{number}");
    }
}
