//! Pages for people: the latest traces, and all that is known of one. Nothing is loaded from elsewhere.

use crate::api::{BAD_ID, failed};
use crate::db::Store;
use crate::query::{self, Owned, Search, Stacked};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;

const STYLE: &str = "
:root{color-scheme:light dark;--line:light-dark(#ddd,#333);--soft:light-dark(#666,#a5a5a5);--bar:light-dark(#3f74c9,#7aa7f0);--bad:light-dark(#b3261e,#ff8a80)}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;background:light-dark(#fff,#16181c);color:light-dark(#1b1b1b,#e6e6e6)}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}a{color:var(--bar)}code,.id{font-family:ui-monospace,monospace;font-size:.9em}
table{border-collapse:collapse;width:100%}td,th{padding:.2rem .5rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.soft{color:var(--soft)}.bad{color:var(--bad);font-weight:600}
.track{position:relative;height:1.1rem;min-width:16rem}.track i{position:absolute;top:.2rem;height:.7rem;min-width:2px;border-radius:2px;background:var(--bar)}.track i.e{background:var(--bad)}
td.m{word-break:break-word}svg{width:100%;height:auto}svg text{font:11px ui-monospace,monospace;fill:#1b1b1b}";

/// Text as HTML shows it, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Controls, and marks that turn the direction of the text around.
            c if c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                out.push('\u{fffd}')
            }
            c => out.push(c),
        }
    }
    out
}

fn html(title: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{}</title><style>{STYLE}</style><body>{body}</body></html>",
        escape(title)
    );
    let guard = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, guard)], text)
        .into_response()
}

fn millis(nanos: i64) -> String {
    if nanos >= 1_000_000_000 {
        format!("{:.2} s", nanos as f64 / 1e9)
    } else {
        format!("{:.2} ms", nanos as f64 / 1e6)
    }
}

/// The time of day (UTC) of unix nanoseconds.
fn clock(nanos: u64) -> String {
    let seconds = nanos / 1_000_000_000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, nanos / 1_000_000 % 1000)
}

pub(crate) async fn latest(State(store): State<Store>) -> Response {
    let wanted = Search { end: i64::MAX, limit: 50, ..Search::default() };
    let found = match store.read(move |file| query::search(file, &wanted)).await {
        Ok(found) => found,
        Err(error) => return failed(&error),
    };
    let mut body = String::from("<h1>Latest traces</h1>");
    if found.is_empty() {
        body.push_str("<p class=soft>No trace has come yet.</p>");
    } else {
        body.push_str(
            "<table><tr><th>Started (UTC)<th>Service<th>Request<th class=n>Duration<th class=n>Spans<th>Trace",
        );
        for trace in found {
            let mark = if trace.error { " <span class=bad>error</span>" } else { "" };
            let _ = write!(
                body,
                "<tr><td>{}<td>{}<td>{}{mark}<td class=n>{}<td class=n>{}<td class=id><a href=\"/trace/{id}\">{id}</a>",
                clock(trace.start_time_unix_nano.parse().unwrap_or_default()),
                escape(&trace.root_service_name),
                escape(&trace.root_trace_name),
                millis(trace.duration_nanos),
                trace.spans,
                id = trace.trace_id
            );
        }
        body.push_str("</table>");
    }
    html("Latest traces", &body)
}

pub(crate) async fn trace(
    State(store): State<Store>,
    Path(id): Path<String>,
    Query(given): Query<HashMap<String, String>>,
) -> Response {
    let Some(bytes) = query::trace_id(&id) else { return (StatusCode::BAD_REQUEST, BAD_ID).into_response() };
    let read = store
        .read(move |file| Ok((query::trace(file, &bytes)?, query::logs(file, &bytes)?, query::profile(file, &bytes)?)))
        .await;
    let (spans, logs, samples) = match read {
        Ok((spans, logs, samples)) => (query::flat_spans(spans), query::flat_logs(logs), samples),
        Err(error) => return failed(&error),
    };
    let mut body =
        format!("<p><a href=\"/\">Latest traces</a></p><h1>Trace <span class=id>{}</span></h1>", escape(&id));
    if let Some(value) = given.get("exemplar") {
        let _ = write!(
            body,
            "<p>Exemplar: <b>{}</b> {}</p>",
            escape(value),
            escape(given.get("metric").map_or("", String::as_str))
        );
    }
    waterfall(&mut body, &spans);
    log_lines(&mut body, &logs);
    profile(&mut body, &samples, &id);
    html(&format!("Trace {id}"), &body)
}

/// Spans in the order of their tree, with their depth. Those whose parent is absent, or that go in circles, come as roots.
fn tree(spans: &[Owned<Span>]) -> Vec<(usize, usize)> {
    let ids: HashSet<&[u8]> = spans.iter().map(|span| &span.item.span_id[..]).collect();
    let mut children: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for (place, span) in spans.iter().enumerate() {
        let parent = &span.item.parent_span_id[..];
        if ids.contains(parent) { children.entry(parent).or_default().push(place) } else { roots.push(place) }
    }
    let (mut order, mut seen) = (Vec::new(), HashSet::new());
    for start in roots.into_iter().chain(0..spans.len()) {
        let mut stack = vec![(start, 0)];
        while let Some((place, depth)) = stack.pop() {
            if seen.insert(place) {
                order.push((place, depth));
                stack.extend(
                    children
                        .get(&spans[place].item.span_id[..])
                        .into_iter()
                        .flatten()
                        .rev()
                        .map(|child| (*child, depth + 1)),
                );
            }
        }
    }
    order
}

fn waterfall(body: &mut String, spans: &[Owned<Span>]) {
    body.push_str("<h2>Spans</h2>");
    let (Some(start), Some(end)) = (
        spans.iter().map(|s| s.item.start_time_unix_nano).min(),
        spans.iter().map(|s| s.item.end_time_unix_nano).max(),
    ) else {
        body.push_str(
            "<p class=soft>The store does not have this trace: it was not kept, or is past its retention.</p>",
        );
        return;
    };
    let whole = end.saturating_sub(start).max(1) as f64;
    body.push_str("<table><tr><th>Service<th>Span<th>Time<th class=n>Duration");
    for (place, depth) in tree(spans) {
        let span = &spans[place].item;
        let error = span.status.as_ref().is_some_and(|status| status.code == 2);
        let length = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
        let left = span.start_time_unix_nano.saturating_sub(start) as f64 / whole * 100.0;
        let _ = write!(
            body,
            "<tr><td>{}<td style=\"padding-left:{}rem\">{}{}{}<td><div class=track><i class=\"{}\" style=\"left:{left:.2}%;width:{:.2}%\"></i></div><td class=n>{}",
            escape(&spans[place].service),
            depth.min(20) as f64 + 0.5,
            escape(&span.name),
            if error {
                format!(" <span class=bad>error</span> {}", escape(span.status.as_ref().map_or("", |s| &s.message)))
            } else {
                String::new()
            },
            span.links
                .iter()
                .map(|link| {
                    let id = query::hex(&link.trace_id);
                    format!(" <a href=\"/trace/{id}\">link</a>")
                })
                .collect::<String>(),
            if error { "e" } else { "" },
            (length as f64 / whole * 100.0).min(100.0 - left),
            millis(i64::try_from(length).unwrap_or(i64::MAX))
        );
    }
    body.push_str("</table>");
}

fn value(given: &AnyValue) -> String {
    match &given.value {
        None => String::new(),
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        Some(other) => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn log_lines(body: &mut String, logs: &[Owned<LogRecord>]) {
    body.push_str("<h2>Log lines</h2>");
    if logs.is_empty() {
        body.push_str("<p class=soft>None.</p>");
        return;
    }
    body.push_str("<table><tr><th>Time (UTC)<th>Severity<th>Service<th>Message");
    for Owned { service, item } in logs {
        let time = if item.time_unix_nano == 0 { item.observed_time_unix_nano } else { item.time_unix_nano };
        let attributes: Vec<String> = item
            .attributes
            .iter()
            .map(|pair| format!("{}={}", pair.key, pair.value.as_ref().map(value).unwrap_or_default()))
            .collect();
        let _ = write!(
            body,
            "<tr><td>{}<td class=\"{}\">{}<td>{}<td class=m>{} <span class=soft>{}</span>",
            clock(time),
            if item.severity_number >= 17 { "bad" } else { "" },
            escape(&item.severity_text),
            escape(service),
            escape(&item.body.as_ref().map(value).unwrap_or_default()),
            escape(&attributes.join(" "))
        );
    }
    body.push_str("</table>");
}

fn profile(body: &mut String, samples: &[Stacked], id: &str) {
    body.push_str("<h2>CPU profile</h2>");
    let all: i64 = samples.iter().fold(0, |sum, sample| sum.saturating_add(sample.count));
    if all <= 0 {
        body.push_str("<p class=soft>No sample fell into this trace.</p>");
        return;
    }
    let mut own: BTreeMap<_, i64> = BTreeMap::new();
    for sample in samples {
        if let Some(frame) = sample.frames.first() {
            let sum = own.entry((&sample.service, frame)).or_default();
            *sum = sum.saturating_add(sample.count);
        }
    }
    let mut top: Vec<_> = own.into_iter().collect();
    top.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let _ = write!(
        body,
        "<p>{all} samples · <a href=\"/api/profiles/{}.pprof\">pprof</a></p><table><tr><th class=n>Share<th class=n>Samples<th>Function<th>Place<th>Service",
        escape(id)
    );
    for ((service, frame), count) in top.into_iter().take(15) {
        let _ = write!(
            body,
            "<tr><td class=n>{:.1}%<td class=n>{count}<td class=m><code>{}</code><td class=m><code>{}:{}</code><td>{}",
            count as f64 / all as f64 * 100.0,
            escape(&frame.function),
            escape(&frame.file),
            frame.line,
            escape(service)
        );
    }
    body.push_str("</table>");
    flames(body, samples, all);
}

/// A flame graph, the outermost calls on top; narrow boxes and deep ones are left out.
fn flames(body: &mut String, samples: &[Stacked], all: i64) {
    const WIDTH: f64 = 1100.0;
    let mut rows: Vec<BTreeMap<Vec<&str>, i64>> = Vec::new();
    for sample in samples {
        let path: Vec<&str> = std::iter::once(&sample.service[..])
            .chain(sample.frames.iter().rev().map(|frame| &frame.function[..]))
            .take(60)
            .collect();
        rows.resize(rows.len().max(path.len()), BTreeMap::new());
        for depth in 0..path.len() {
            let sum = rows[depth].entry(path[..=depth].to_vec()).or_default();
            *sum = sum.saturating_add(sample.count);
        }
    }
    let _ = write!(body, "<svg viewBox=\"0 0 {WIDTH} {}\" role=img aria-label=\"flame graph\">", rows.len() * 18);
    let mut starts: HashMap<Vec<&str>, f64> = HashMap::new();
    for (depth, row) in rows.iter().enumerate() {
        for (path, count) in row {
            // Children follow one another from where their parent starts.
            let x = *starts.entry(path[..depth].to_vec()).or_insert(0.0);
            let width = *count as f64 / all as f64 * WIDTH;
            starts.insert(path[..depth].to_vec(), x + width);
            starts.insert(path.clone(), x);
            if width < 2.0 {
                continue;
            }
            let name = path[depth];
            let shown: String = name.chars().take((width / 7.0) as usize).collect();
            let _ = write!(
                body,
                "<g><title>{} — {count} samples</title><rect x=\"{x:.1}\" y=\"{}\" width=\"{:.1}\" height=\"17\" rx=\"2\" fill=\"hsl({} 80% 70%)\"/><text x=\"{:.1}\" y=\"{}\">{}</text></g>",
                escape(name),
                depth * 18,
                (width - 1.0).max(1.0),
                20 + name.len() * 7 % 35,
                x + 3.0,
                depth * 18 + 12,
                escape(&shown)
            );
        }
    }
    body.push_str("</svg>");
}
