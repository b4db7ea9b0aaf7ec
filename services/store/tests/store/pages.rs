//! What pages show, and that nothing that was sent gets to be markup.

use super::*;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Status, span::Event};

/// Would leave an element, a quoted attribute of either kind, or a comment.
const HOSTILE: &str = "</b><script>x</script>\" onclick=\"x' onfocus='x--><img src=x>\u{202e}";

fn pair(key: &str, text: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(text.into())) };
    KeyValue { key: key.into(), value: Some(value), ..KeyValue::default() }
}

async fn page(at: &str, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{at}{path}")).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn waterfall_and_flame_graph_escape_what_they_show() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store.clone()).await;
    let mut sent = request(1, 1, HOSTILE);
    let of_resource = &mut sent.resource_spans[0];
    of_resource.resource = Some(Resource { attributes: vec![pair("service.name", HOSTILE)], ..Resource::default() });
    let span = &mut of_resource.scope_spans[0].spans[0];
    span.status = Some(Status { code: 2, message: HOSTILE.into() });
    span.attributes = vec![pair(HOSTILE, HOSTILE)];
    span.events = vec![Event { name: HOSTILE.into(), attributes: vec![pair(HOSTILE, HOSTILE)], ..Event::default() }];
    store.write(rows::of_traces(sent, 0), store::db::now()).await.unwrap();
    let mut samples = profile(1);
    samples.resource_profiles[0].resource =
        Some(Resource { attributes: vec![pair("service.name", HOSTILE)], ..Resource::default() });
    for text in &mut samples.dictionary.as_mut().unwrap().string_table[3..] {
        *text = HOSTILE.into();
    }
    store.write(rows::of_profiles(samples, 0), store::db::now()).await.unwrap();
    for path in ["/".into(), format!("/trace/{}?exemplar={}", "01".repeat(16), "%22%3E%3Cscript%3E")] {
        let (status, text) = page(&at, &path).await;
        assert_eq!(status, 200, "{path}");
        assert!(text.contains("&lt;/b&gt;&lt;script&gt;x&lt;/script&gt;&quot; onclick=&quot;x&#39;"), "{path}: {text}");
        for broken in ["<script", "<img", "\" onclick", "' onfocus", "\u{202e}"] {
            assert!(!text.contains(broken), "{path} has {broken}: {text}");
        }
    }
    let (_, text) = page(&at, &format!("/trace/{}", "01".repeat(16))).await;
    // Each place where the text was planted: service, name, status, event, keys and values; service and functions.
    assert!(text.matches("&lt;/b&gt;").count() >= 12, "{text}");
    assert!(text.contains("class=flame") && text.contains("<details"), "{text}");
}

#[tokio::test]
async fn a_trace_unfolds_with_its_date_and_attributes_and_an_unknown_one_is_not_found() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store.clone()).await;
    let mut sent = request(1, 1, "POST /checkout");
    let spans = &mut sent.resource_spans[0].scope_spans[0].spans;
    spans[0].attributes = vec![pair("rpc.method", "Charge")];
    let mut child = spans[0].clone();
    (child.span_id, child.parent_span_id) = (vec![2; 8], vec![1; 8]);
    (child.start_time_unix_nano, child.end_time_unix_nano) = (1_150_000_000, 1_225_000_000);
    spans.push(child);
    store.write(rows::of_traces(sent, 0), store::db::now()).await.unwrap();
    let (_, text) = page(&at, &format!("/trace/{}", "01".repeat(16))).await;
    assert!(text.contains("1970-01-01 00:00:01.000"), "{text}");
    assert!(text.contains("<dt>rpc.method<dd>Charge"), "{text}");
    // Half a way in, a quarter long, one level deep.
    assert!(text.contains("left:50.00%;width:25.00%") && text.contains("--d:1"), "{text}");
    assert!(text.contains("300.0 ms") && text.contains("75.0 ms"), "{text}");
    assert_eq!(page(&at, &format!("/trace/{}", "77".repeat(16))).await.0, 404);
}

#[tokio::test]
async fn search_goes_by_service_and_error() {
    let (_folder, store) = open(Retention::default());
    let at = serve(store.clone()).await;
    for (trace, service, code) in [(1, "checkout", 0), (2, "checkout", 2), (3, "payments", 2), (4, "payments", 1)] {
        let mut sent = request(trace, 1, "x");
        sent.resource_spans[0].resource =
            Some(Resource { attributes: vec![pair("service.name", service)], ..Resource::default() });
        sent.resource_spans[0].scope_spans[0].spans[0].status = Some(Status { code, message: String::new() });
        store.write(rows::of_traces(sent, 0), store::db::now()).await.unwrap();
    }
    for (query, expected) in [
        ("service=checkout", "1 2"),
        ("service=payments&error=true", "3"),
        ("error=true", "2 3"),
        ("error=false", "1 4"),
        ("service=check", ""),
        ("service=checkout%27%20OR%201=1--", ""),
    ] {
        let found = get(format!("{at}/api/search?{query}")).await;
        let mut ids: Vec<_> = found["traces"]
            .as_array()
            .unwrap()
            .iter()
            .map(|trace| trace["traceID"].as_str().unwrap()[31..].to_string())
            .collect();
        ids.sort();
        assert_eq!(ids.join(" "), expected, "{query}");
    }
}
