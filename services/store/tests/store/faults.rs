//! What the store cannot take is refused in the way that makes senders try again; what is too old goes.

use super::*;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, logs_service_client::LogsServiceClient,
};
use opentelemetry_proto::tonic::collector::profiles::v1development::profiles_service_client::ProfilesServiceClient;
use std::time::{Duration, Instant};

async fn serve_grpc(store: Store) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(otlp::Grpc(store).serve(listener, std::future::pending()));
    address
}

#[tokio::test]
async fn logs_and_profiles_come_by_grpc_and_rejections_are_counted() {
    let (_folder, store) = open(Retention::default());
    let (at, grpc) = (serve(store.clone()).await, serve_grpc(store).await);
    let id = "ab".repeat(16);
    let sent: ExportLogsServiceRequest =
        serde_json::from_value(json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [
        {"timeUnixNano": store::db::now().to_string(), "traceId": id, "body": {"stringValue": "by gRPC"}}]}]}]}))
        .unwrap();
    let mut logs = LogsServiceClient::connect(grpc.clone())
        .await
        .unwrap()
        .send_compressed(tonic::codec::CompressionEncoding::Gzip);
    assert_eq!(logs.export(sent).await.unwrap().into_inner().partial_success, None);
    let back = get(format!("{at}/api/logs/{id}")).await;
    assert_eq!(back["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"]["stringValue"], "by gRPC");
    let mut profiles = ProfilesServiceClient::connect(grpc).await.unwrap();
    assert_eq!(profiles.export(profile(1)).await.unwrap().into_inner().partial_success, None);
    let back = get(format!("{at}/api/profiles/{}", "01".repeat(16))).await;
    assert_eq!(back["samples"][0]["count"], 3);
    assert_eq!(back["samples"][0]["frames"][0]["function"], "hot");
    let mut broken = profile(2);
    broken.resource_profiles[0].scope_profiles[0].profiles[0].samples[0].stack_index = 99;
    let partial = profiles.export(broken).await.unwrap().into_inner().partial_success.unwrap();
    assert_eq!(partial.rejected_profiles, 1);
    assert!(!partial.error_message.is_empty());
}

/// Another program holds the file, as a backup might: nothing is lost, and all wait for it once only.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_and_a_full_queue_ask_for_another_try() {
    let (folder, store) = open(Retention::default());
    let (at, grpc) = (serve(store.clone()).await, serve_grpc(store.clone()).await);
    let other = rusqlite::Connection::open(folder.path().join("store.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut client = TraceServiceClient::connect(grpc).await.unwrap();
    let began = Instant::now();
    let url = format!("{at}/v1/traces");
    // Each waiting for the file by itself would take minutes.
    let crowd: Vec<_> = (0..20_u8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.write(rows::of_traces(request(100 + number, 1, "x"), 0), 1).await })
        })
        .collect();
    let (first, second, third) = tokio::join!(
        post(&url, PROTOBUF, false, request(1, 1, "x").encode_to_vec()),
        post(&url, JSON, false, serde_json::to_vec(&request(2, 1, "x")).unwrap()),
        client.export(request(3, 1, "x")),
    );
    for one in crowd {
        assert!(one.await.unwrap().is_err());
    }
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(25), "{waited:?}");
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (503, 503));
    assert_eq!(first.headers()["retry-after"], "1");
    let text: Value = serde_json::from_str(&second.text().await.unwrap()).unwrap();
    assert_eq!(text["code"], 14, "{text}");
    assert_eq!(third.unwrap_err().code(), tonic::Code::Unavailable);
    // The queue, while nothing is taken from it: by bytes and by requests.
    let mut heavy = rows::of_traces(request(4, 1, "x"), 0);
    heavy.bytes = (128 << 20) + 1;
    assert!(store.write(heavy, 1).await.unwrap_err().0.contains("too many bytes"));
    let many: Vec<_> = (0..600_u64)
        .map(|number| {
            let store = store.clone();
            let mut one = request(9, 1, "x");
            one.resource_spans[0].scope_spans[0].spans[0].span_id = (number + 1).to_be_bytes().to_vec();
            tokio::spawn(async move { store.write(rows::of_traces(one, 0), 1).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    other.execute_batch("ROLLBACK").unwrap();
    let (mut taken, mut refused) = (0, 0);
    for one in many {
        match one.await.unwrap() {
            Ok(()) => taken += 1,
            Err(why) => {
                assert!(why.0.contains("too many requests"), "{}", why.0);
                refused += 1;
            }
        }
    }
    assert!(taken >= 256 && refused > 0, "{taken} taken, {refused} refused");
    // What was acknowledged is there, what was refused is not, and the next try succeeds.
    assert_eq!(post(&url, PROTOBUF, false, request(1, 1, "x").encode_to_vec()).await.status(), 200);
    let found = get(format!("{at}/api/search")).await;
    let mut spans: Vec<_> =
        found["traces"].as_array().unwrap().iter().map(|trace| trace["spans"].as_u64().unwrap()).collect();
    spans.sort_unstable();
    assert_eq!(spans, [1, taken]);
}

#[tokio::test]
async fn samples_and_minutes_go_by_age_and_their_trace_stays() {
    let (_folder, store) = open(Retention::default());
    let received = 6 * MINUTE;
    store.write(rows::of_profiles(profile(1), 0), received).await.unwrap();
    store.write(rows::of_profiles(profile(2), 0), received).await.unwrap();
    let mut sent = request(1, 1, "kept");
    sent.resource_spans[0].scope_spans[0].spans[0].start_time_unix_nano = u64::try_from(received).unwrap();
    store.write(rows::of_traces(sent, 0), received).await.unwrap();
    let rows = || {
        let store = store.clone();
        async move {
            let stats = store.read(|file| Ok(query::stats(file)?.0)).await.unwrap();
            ["samples", "minutes", "traces"]
                .map(|name| stats.iter().find(|stat| stat.signal == name).map_or(-1, |stat| stat.rows))
        }
    };
    assert_eq!(rows().await, [2, 0, 1]);
    // Their own time is earlier than their receipt, and retention goes by the earlier one.
    let taken = 5 * MINUTE + 7;
    store.sweep(taken + 7 * DAY).await.unwrap();
    assert_eq!(rows().await, [1, 1, 1]);
    store.sweep(taken + 7 * DAY + 1).await.unwrap();
    assert_eq!(rows().await, [0, 0, 1]);
}
