//! Pages for people: the latest traces, and all that is known of one. Nothing is loaded from elsewhere.

mod flames;
mod logs;
mod text;
mod waterfall;

use crate::api::{BAD_ID, failed};
use crate::db::Store;
use crate::query::{self, Search};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
pub use text::escape;
use text::{length, moment};

const STYLE: &str = include_str!("style.css");

fn html(status: StatusCode, title: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>",
        escape(title)
    );
    let guard = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, guard)], text)
        .into_response()
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
            "<table><thead><tr><th scope=col>Started (UTC)<th scope=col>Service<th scope=col>Request<th scope=col class=n>Duration<th scope=col class=n>Spans<th scope=col>Trace</thead><tbody>",
        );
        for trace in found {
            let mark = if trace.error { " <span class=bad>error</span>" } else { "" };
            let _ = write!(
                body,
                "<tr><td>{}<td>{}<td>{}{mark}<td class=n>{}<td class=n data-of=spans>{}<td class=\"id w\"><a href=\"/trace/{id}\">{id}</a>",
                moment(trace.start_time_unix_nano.parse().unwrap_or_default()),
                escape(&trace.root_service_name),
                escape(&trace.root_trace_name),
                length(u64::try_from(trace.duration_nanos).unwrap_or_default()),
                trace.spans,
                id = trace.trace_id
            );
        }
        body.push_str("</tbody></table>");
    }
    html(StatusCode::OK, "Latest traces", &body)
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
        format!("<nav><a href=\"/\">Latest traces</a></nav><h1>Trace <span class=id>{}</span></h1>", escape(&id));
    if let Some((start, end)) = waterfall::extent(&spans) {
        let services: HashSet<&str> = spans.iter().map(|span| &span.service[..]).collect();
        let _ = write!(
            body,
            "<p>{} UTC · {} · {} spans of {} services · {} log lines</p>",
            moment(start),
            length(end - start),
            spans.len(),
            services.len(),
            logs.len()
        );
    }
    if let Some(value) = given.get("exemplar") {
        let _ = write!(
            body,
            "<p>Exemplar: <b>{}</b> {}</p>",
            escape(value),
            escape(given.get("metric").map_or("", String::as_str))
        );
    }
    let known: HashSet<&[u8]> = spans.iter().map(|span| &span.item.span_id[..]).collect();
    waterfall::waterfall(&mut body, &spans);
    logs::lines(&mut body, &logs, |span| known.contains(span));
    flames::profile(&mut body, &samples, &id);
    // A trace of which the store has nothing is not found, as under /api.
    let nothing = spans.is_empty() && logs.is_empty() && samples.is_empty();
    html(if nothing { StatusCode::NOT_FOUND } else { StatusCode::OK }, &format!("Trace {id}"), &body)
}
