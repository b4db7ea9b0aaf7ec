//! Malformed answers: documented answers that are cut short, have changed bytes or have replaced parts. Nothing may
//! panic, and every parsed value keeps its invariants.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::store::Samples;
use super::{
    Sample, Trace, deployments, jaeger, loki, otlp, prometheus, pyroscope, store, tempo, victorialogs, zipkin,
};

const TRACE: &str = "2f3e0cee77ae5dc9c17ade3689eb2e54";

/// A documented response and the function that reads it.
type Read = (&'static str, fn(&Value));

macro_rules! response {
    ($path:literal) => {
        include_str!(concat!("../../tests/responses/", $path))
    };
}

fn documented() -> Vec<Read> {
    let otlp: fn(&Value) = |answer| otlp::trace(TRACE, answer).iter().for_each(is_sound);
    let series: fn(&Value) = |answer| {
        let found = prometheus::series(&answer["data"]).unwrap_or_default();
        assert!(
            found.iter().all(|one| !one.points.is_empty() && one.points.iter().all(|point| point.value.is_finite()))
        );
    };
    let samples: fn(&Value) = |answer| {
        if let Ok(samples) = serde_json::from_value::<Samples>(answer.clone()) {
            are_sorted(&samples.sorted());
        }
    };
    let jaeger: fn(&Value) = |answer| jaeger::traces(answer).iter().for_each(is_sound);
    let loki: fn(&Value) = |answer| {
        let lines = loki::lines(&answer["data"]).unwrap_or_default();
        assert!(lines.is_sorted_by_key(|line| line.time));
    };
    vec![
        (response!("store/trace.json"), otlp),
        (response!("tempo/trace_v1.json"), otlp),
        (response!("tempo/trace_v2.json"), otlp),
        (response!("store/logs.json"), |answer| assert!(otlp::logs(answer).is_sorted_by_key(|line| line.time))),
        (response!("store/search.json"), |answer| are_ids(&store::found(answer))),
        (response!("tempo/search.json"), |answer| are_ids(&tempo::found(answer))),
        (response!("store/profile.json"), samples),
        (response!("store/profiles.json"), samples),
        (response!("prometheus/alerts.json"), |answer| {
            assert!(prometheus::alerts(&answer["data"]).iter().all(|alert| alert.since.is_finite()));
        }),
        (response!("prometheus/vector.json"), series),
        (response!("prometheus/matrix.json"), series),
        (response!("prometheus/exemplars.json"), |answer| {
            let ids: Vec<String> = prometheus::exemplars(&answer["data"]).into_iter().map(|one| one.trace_id).collect();
            are_ids(&ids);
        }),
        (response!("jaeger/trace.json"), jaeger),
        (response!("jaeger/search.json"), jaeger),
        (response!("jaeger/unknown.json"), jaeger),
        (response!("jaeger/v3_trace.json"), otlp),
        (response!("jaeger/v3_search.json"), |answer| otlp::traces(answer).iter().for_each(is_sound)),
        (response!("jaeger/v3_none.json"), otlp),
        (response!("zipkin/trace.json"), |answer| zipkin::trace(TRACE, answer).iter().for_each(is_sound)),
        (response!("zipkin/search.json"), |answer| zipkin::traces(answer).iter().for_each(is_sound)),
        (response!("victoriametrics/ALERTS.json"), series),
        (response!("victoriametrics/vmalert.json"), |answer| {
            assert!(prometheus::alerts(&answer["data"]).iter().all(|alert| alert.since.is_finite()));
        }),
        (response!("grafana/annotations.json"), |answer| {
            assert!(deployments::annotations(answer).is_sorted_by(|a, b| a.time <= b.time));
        }),
        (response!("loki/streams.json"), loki),
        (response!("loki/categorized.json"), loki),
        (response!("pyroscope/render.json"), |answer| {
            are_sorted(&pyroscope::samples("s", "", &answer["flamebearer"]).unwrap_or_default());
        }),
        (response!("pyroscope/span_profile.json"), |answer| {
            are_sorted(&pyroscope::samples("s", "", &answer["flamegraph"]).unwrap_or_default());
        }),
    ]
}

/// Span ids are unique and well formed, spans end after they begin, and the parents of every span lead to a root.
fn is_sound(trace: &Trace) {
    are_ids(std::slice::from_ref(&trace.id));
    assert!(!trace.spans.is_empty() && trace.spans.is_sorted_by_key(|span| span.start));
    let parents: HashMap<&str, &str> =
        trace.spans.iter().map(|span| (span.id.as_str(), span.parent.as_str())).collect();
    assert_eq!(parents.len(), trace.spans.len());
    for span in &trace.spans {
        assert!(span.id.len() == 16 && matches!(span.parent.len(), 0 | 16) && span.start <= span.end, "{span:?}");
        are_ids(&span.links);
        let (mut at, mut met) = (span.id.as_str(), HashSet::new());
        while let Some(above) = parents.get(at) {
            assert!(met.insert(at), "a circle at {at}");
            at = above;
        }
    }
}

fn are_ids(ids: &[String]) {
    assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())), "{ids:?}");
}

fn are_sorted(samples: &[Sample]) {
    assert!(samples.is_sorted_by_key(|sample| std::cmp::Reverse(sample.count)));
}

/// Values that replace any part of an answer.
fn anything() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, at| if at % 2 == 0 { json!([inner]) } else { json!({"value": inner}) });
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("18446744073709551615"),
        json!("-9223372036854775808"),
        json!("é"),
        json!("NaN"),
        json!([]),
        json!([[], {}, null, 0]),
        json!({}),
        deep,
    ]
}

/// Every place of a document, as a JSON pointer.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| places(item, &format!("{at}/{place}"), all));
        }
        Value::Object(fields) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            fields.iter().for_each(|(name, field)| places(field, &format!("{at}/{}", escaped(name)), all));
        }
        _ => {}
    }
}

#[test]
fn any_part_of_an_answer_may_be_anything() {
    let others = anything();
    for (text, read) in documented() {
        let whole: Value = serde_json::from_str(text).unwrap();
        read(&whole);
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        let mut changed = whole;
        for place in all {
            for other in &others {
                let before = std::mem::replace(changed.pointer_mut(&place).unwrap(), other.clone());
                read(&changed);
                *changed.pointer_mut(&place).unwrap() = before;
            }
            // An array may repeat all its items.
            if let Some(Value::Array(items)) = changed.pointer_mut(&place) {
                let once = items.len();
                items.extend(items.clone());
                read(&changed);
                if let Some(Value::Array(items)) = changed.pointer_mut(&place) {
                    items.truncate(once);
                }
            }
        }
    }
}

#[test]
fn any_part_of_a_line_may_be_anything() {
    let texts = [response!("victorialogs/lines.jsonl"), response!("victorialogs/pino.jsonl")];
    let lines = texts.into_iter().flat_map(str::lines);
    let whole: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    for document in &whole {
        let mut all = Vec::new();
        places(document, "", &mut all);
        for place in all {
            for other in anything() {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).unwrap() = other;
                let lines = victorialogs::lines(&[changed, document.clone()]);
                assert!(!lines.is_empty() && lines.is_sorted_by_key(|line| line.time));
            }
        }
    }
}

#[test]
fn answers_may_be_cut_short_or_garbled() {
    for (text, read) in documented() {
        let whole: Value = serde_json::from_str(text).unwrap();
        let bytes = whole.to_string().into_bytes();
        for place in (0..bytes.len()).step_by(7) {
            if let Ok(answer) = serde_json::from_slice(&bytes[..place]) {
                read(&answer);
            }
            let mut garbled = bytes.clone();
            garbled[place] = b"0a\"-,"[place % 5];
            if let Ok(answer) = serde_json::from_slice(&garbled) {
                read(&answer);
            }
        }
    }
}

#[test]
fn spans_may_name_each_other_in_any_way() {
    // All ways in which four spans choose their parents among themselves and one missing span.
    for ways in 0..5_u32.pow(4) {
        let span = |at: u32| {
            let parent = ways / 5_u32.pow(at) % 5;
            json!({"spanId": format!("{:016x}", at + 1), "parentSpanId": format!("{:016x}", parent + 1), "startTimeUnixNano": (at * 7 % 4).to_string()})
        };
        let spans: Vec<Value> = (0..4).map(span).collect();
        let trace = otlp::trace(TRACE, &json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})).unwrap();
        is_sound(&trace);
        assert_eq!(trace.spans.len(), 4);
    }
}
