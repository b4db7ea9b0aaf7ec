//! The log lines of a trace; their attributes unfold on demand.

use super::text::{attributes, escape, moment, value};
use crate::query::{self, Owned};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use std::fmt::Write;

/// Lines on a page.
const MOST: usize = 2_000;

/// The severity as it was written, or the name of its number.
fn severity(record: &LogRecord) -> &str {
    if !record.severity_text.is_empty() {
        return &record.severity_text;
    }
    match record.severity_number {
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        21..=24 => "FATAL",
        _ => "",
    }
}

pub(super) fn lines(body: &mut String, logs: &[Owned<LogRecord>], known: impl Fn(&[u8]) -> bool) {
    body.push_str("<h2>Log lines</h2>");
    if logs.is_empty() {
        body.push_str("<p class=soft>None.</p>");
        return;
    }
    body.push_str("<table><thead><tr><th scope=col>Time (UTC)<th scope=col>Severity<th scope=col>Service<th scope=col>Message</thead><tbody>");
    for Owned { service, item } in logs.iter().take(MOST) {
        let time = if item.time_unix_nano == 0 { item.observed_time_unix_nano } else { item.time_unix_nano };
        let _ = write!(
            body,
            "<tr><td>{}<td class=\"{}\">{}<td>{}<td class=w>",
            moment(time),
            if item.severity_number >= 17 { "bad" } else { "" },
            escape(severity(item)),
            escape(service)
        );
        let text = escape(&item.body.as_ref().map(value).unwrap_or_default());
        let of_span = known(&item.span_id);
        if item.attributes.is_empty() && !of_span {
            body.push_str(&text);
            continue;
        }
        let _ = write!(body, "<details><summary>{text}</summary>");
        if of_span {
            let id = query::hex(&item.span_id);
            let _ = write!(body, "<dl><dt>Span<dd><a href=\"#s-{id}\">{id}</a></dl>");
        }
        attributes(body, &item.attributes);
        body.push_str("</details>");
    }
    body.push_str("</tbody></table>");
    if logs.len() > MOST {
        let _ = write!(
            body,
            "<p class=soft>{MOST} of {} lines are shown; <code>/api/logs</code> has them all.</p>",
            logs.len()
        );
    }
}
