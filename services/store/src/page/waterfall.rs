//! The spans of a trace under one another, each over its stretch of time; what else it has unfolds on demand.

use super::text::{attributes, escape, length, moment};
use crate::query::{self, Owned};
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// Spans on a page; browsers grow slow with more.
const MOST: usize = 2_000;

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

/// From the first start to the last end.
pub(super) fn extent(spans: &[Owned<Span>]) -> Option<(u64, u64)> {
    let start = spans.iter().map(|span| span.item.start_time_unix_nano).min()?;
    let end = spans.iter().map(|span| span.item.end_time_unix_nano).max()?;
    Some((start, end.max(start)))
}

/// Where the trace lies: its first instant and its length, which is never zero.
struct Frame {
    start: u64,
    whole: f64,
}

impl Frame {
    fn percent(&self, at: u64) -> f64 {
        (at.saturating_sub(self.start) as f64 / self.whole * 100.0).min(100.0)
    }
}

pub(super) fn waterfall(body: &mut String, spans: &[Owned<Span>]) {
    body.push_str("<h2>Spans</h2>");
    let Some((start, end)) = extent(spans) else {
        body.push_str(
            "<p class=soft>The store does not have this trace: it was not kept, or is past its retention.</p>",
        );
        return;
    };
    let frame = Frame { start, whole: (end - start).max(1) as f64 };
    body.push_str("<div class=\"row head\" aria-hidden=true><span class=name style=\"--d:0\">Service and span</span><span class=axis>");
    for half in 0..3 {
        let _ = write!(body, "<span>{}</span>", length((end - start) / 2 * half));
    }
    body.push_str("</span><span class=n>Duration</span></div>");
    let mut colours: HashMap<&str, usize> = HashMap::new();
    for (place, depth) in tree(spans).into_iter().take(MOST) {
        let next = colours.len();
        let colour = *colours.entry(&spans[place].service).or_insert(next) % 6;
        line(body, &spans[place], depth, colour, &frame);
    }
    if spans.len() > MOST {
        let _ = write!(
            body,
            "<p class=soft>{MOST} of {} spans are shown; <code>/api/traces</code> has them all.</p>",
            spans.len()
        );
    }
}

fn line(body: &mut String, owned: &Owned<Span>, depth: usize, colour: usize, frame: &Frame) {
    let span = &owned.item;
    let status = span.status.as_ref().filter(|status| status.code == 2);
    let took = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
    let left = frame.percent(span.start_time_unix_nano);
    let width = (took as f64 / frame.whole * 100.0).min(100.0 - left);
    let _ = write!(
        body,
        "<details style=\"--c:var(--c{colour})\"><summary class=row><span class=name style=\"--d:{}\"><span class=dot></span><span class=soft>{}</span> {}",
        depth.min(20),
        escape(&owned.service),
        escape(&span.name)
    );
    if let Some(status) = status {
        let _ = write!(body, " <span class=bad>error</span> {}", escape(&status.message));
    }
    let _ = write!(
        body,
        "</span><span class=track><i class=\"{}\" style=\"left:{left:.2}%;width:{width:.2}%\"></i>",
        if status.is_some() { "e" } else { "" }
    );
    for event in &span.events {
        let _ = write!(
            body,
            "<b style=\"left:{:.2}%\" title=\"{}\"></b>",
            frame.percent(event.time_unix_nano),
            escape(&event.name)
        );
    }
    let _ = write!(body, "</span><span class=n>{}</span></summary>", length(took));
    details(body, span, frame);
    body.push_str("</details>");
}

fn kind(number: i32) -> &'static str {
    ["unspecified", "internal", "server", "client", "producer", "consumer"]
        .get(usize::try_from(number).unwrap_or_default())
        .copied()
        .unwrap_or("unspecified")
}

fn details(body: &mut String, span: &Span, frame: &Frame) {
    let after = |at: u64| length(at.saturating_sub(frame.start));
    let _ = write!(
        body,
        "<div class=more id=\"s-{id}\"><dl><dt>Started (UTC)<dd>{}, after {}<dt>Kind<dd>{}<dt>Span id<dd>{id}",
        moment(span.start_time_unix_nano),
        after(span.start_time_unix_nano),
        kind(span.kind),
        id = query::hex(&span.span_id)
    );
    for link in &span.links {
        let id = query::hex(&link.trace_id);
        let _ = write!(body, "<dt>Link<dd><a href=\"/trace/{id}\">{id}</a>");
    }
    body.push_str("</dl>");
    if !span.attributes.is_empty() {
        body.push_str("<h3>Attributes</h3>");
        attributes(body, &span.attributes);
    }
    for event in &span.events {
        let _ = write!(
            body,
            "<h3>{} <span class=soft>after {}</span></h3>",
            escape(&event.name),
            after(event.time_unix_nano)
        );
        attributes(body, &event.attributes);
    }
    body.push_str("</div>");
}
