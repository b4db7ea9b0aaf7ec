//! `traces.json`: spans of bad and of healthy traces, with their attributes beside the fields of the layout.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value, json};

use super::incident::Incident;
use super::table::nanos;
use crate::case::{Symptom, answers};
use crate::source::{Labels, Search, Span, Trace};
use emberline_prose::number::many;

/// The most traces of each side.
const KEPT: usize = 50;
/// The most traces of each side that are fetched to find them.
const TRIED: usize = 100;
/// The most spans of a trace.
const SPANS: usize = 1_000;
/// The most spans of all traces.
const ALL_SPANS: usize = 30_000;
/// The most events of a span.
const EVENTS: usize = 16;
/// The longest attribute, in bytes.
pub(super) const LONGEST: usize = 8 << 10;
/// How far back the search for healthy requests goes, in seconds.
const BACK: f64 = 6.0 * 3_600.0;

/// The traces of an incident.
pub(super) struct Traces {
    /// Traces with the symptom, those that the walk compared first.
    pub(super) bad: Vec<Trace>,
    /// Traces without the symptom.
    pub(super) healthy: Vec<Trace>,
    /// Spans that were left out of long traces.
    left_out: usize,
}

/// Fetches the walk's traces, and more of their kind. `None` if there is no source of traces, or none was found.
pub(super) fn collect(incident: &Incident<'_>, notes: &mut Vec<String>) -> Option<Traces> {
    if incident.case.sources.traces.is_none() {
        notes.push("No source of traces was given: traces.json, logs.ndjson and patterns.json are absent.".to_owned());
        return None;
    }
    incident.begin();
    let case = &incident.case;
    let service = incident.walk.trace.as_ref().map_or(&case.slo.service, |trace| &trace.service);
    let (least, failed) = match case.symptom {
        Symptom::Slow(threshold) => (Some(threshold), None),
        Symptom::Failed => (None, Some(true)),
    };
    let own = |trace: &Trace, shows: &dyn Fn(&Span) -> bool| {
        trace.spans.iter().any(|span| span.service == *service && answers(span) && shows(span))
    };
    let is_bad = |trace: &Trace| match case.symptom {
        Symptom::Failed => own(trace, &|_| true) && trace.spans.iter().any(crate::case::has_failed),
        slow => own(trace, &|span| slow.shows(span)),
    };
    let mut traces = Traces { bad: Vec::new(), healthy: Vec::new(), left_out: 0 };
    let (known_bad, known_healthy) =
        incident.walk.trace.as_ref().map_or((&[][..], &[][..]), |trace| (&trace.bad[..], &trace.healthy[..]));
    let wanted = Search { service: service.clone(), limit: TRIED, ..Search::default() };
    let now = Search { start: case.since(), end: case.now, min_seconds: least, failed, ..wanted.clone() };
    let before = Search { start: case.before() - BACK, end: case.before(), failed: Some(false), ..wanted };
    // Half of the room and a time of its own are left for the other side.
    traces.bad = fetch(incident, known_bad, &now, &is_bad, ALL_SPANS / 2, &mut traces.left_out, notes);
    incident.tell_if_over("Bad traces", notes);
    incident.begin();
    let is_healthy = |trace: &Trace| !is_bad(trace) && own(trace, &|span| !span.failed);
    traces.healthy = fetch(incident, known_healthy, &before, &is_healthy, ALL_SPANS / 2, &mut traces.left_out, notes);
    incident.tell_if_over("Healthy traces", notes);
    if traces.bad.is_empty() && traces.healthy.is_empty() {
        notes.push(
            "No trace of the incident was found: traces.json, logs.ndjson and patterns.json are absent.".to_owned(),
        );
        return None;
    }
    Some(traces)
}

/// Fetches known traces, and then those that a search finds and `is_wanted` accepts.
fn fetch(
    incident: &Incident<'_>,
    known: &[String],
    wanted: &Search,
    is_wanted: &dyn Fn(&Trace) -> bool,
    room: usize,
    left_out: &mut usize,
    notes: &mut Vec<String>,
) -> Vec<Trace> {
    let Some(source) = incident.case.sources.traces else { return Vec::new() };
    let mut trouble = |why: &dyn std::fmt::Display| {
        let note = format!("Traces are incomplete: {why}.");
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    let found = source.search(wanted).unwrap_or_else(|why| {
        trouble(&why);
        Vec::new()
    });
    let (mut seen, mut kept, mut spans) = (BTreeSet::new(), Vec::new(), 0);
    for (at, id) in known.iter().chain(&found).enumerate() {
        if kept.len() == KEPT || spans >= room || seen.len() == TRIED || incident.is_over() {
            break;
        }
        if !seen.insert(id) {
            continue;
        }
        match source.trace(id) {
            Ok(Some(trace)) if at < known.len() || is_wanted(&trace) => {
                let (trace, cut) = shortened(trace);
                *left_out += cut;
                spans += trace.spans.len();
                kept.push(trace);
            }
            Ok(_) => {}
            Err(why) => {
                trouble(&why);
                if !why.is_of_one_answer() {
                    break;
                }
            }
        }
    }
    kept
}

/// A trace of at most [`SPANS`] spans, and how many were left out. Failed and long spans stay, with all above them.
fn shortened(trace: Trace) -> (Trace, usize) {
    if trace.spans.len() <= SPANS {
        return (trace, 0);
    }
    let all = trace.spans.len();
    let places: BTreeMap<&str, usize> =
        trace.spans.iter().enumerate().map(|(at, span)| (span.id.as_str(), at)).collect();
    let mut order: Vec<(usize, &Span)> = trace.spans.iter().enumerate().collect();
    order.sort_by_key(|(at, span)| (!span.failed, std::cmp::Reverse(span.end.saturating_sub(span.start)), *at));
    let mut kept = BTreeSet::new();
    for (at, _) in order {
        // The way up ends at a known span: parents form no cycle.
        let mut above = Some(at);
        let mut way = Vec::new();
        while let Some(at) = above.filter(|at| !kept.contains(at)) {
            way.push(at);
            above = trace.spans.get(at).and_then(|span| places.get(span.parent.as_str()).copied());
        }
        if kept.len() + way.len() > SPANS {
            break;
        }
        kept.extend(way);
    }
    let spans = trace.spans.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, span)| span);
    let trace = Trace { id: trace.id, spans: spans.collect() };
    let cut = all - trace.spans.len();
    (trace, cut)
}

impl Traces {
    /// The spans, bad traces first.
    pub(super) fn document(&self, notes: &mut Vec<String>) -> Value {
        if self.left_out > 0 {
            let spans = many(self.left_out, "span", "spans");
            notes.push(format!("{spans} of long traces were left out: neither failed nor among the longest."));
        }
        let traces = self.bad.iter().chain(&self.healthy);
        traces.flat_map(|trace| trace.spans.iter().map(|span| document(trace, span))).collect()
    }
}

fn document(trace: &Trace, span: &Span) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    put("trace_id", trace.id.clone().into());
    put("span_id", span.id.clone().into());
    put("parent_id", if span.parent.is_empty() { Value::Null } else { span.parent.clone().into() });
    put("service", span.service.clone().into());
    put("name", span.name.clone().into());
    put("start", nanos(span.start).into());
    put("duration_ms", json!((span.seconds() * 1e6).round() / 1e3));
    put("status", if span.failed { "ERROR" } else { "OK" }.into());
    if let Some(message) = message(span) {
        put("status_message", cut(message).into());
    }
    put("kind", json!(span.kind));
    let resource: Labels =
        span.resource.iter().filter(|(key, _)| *key != "service.name").map(|(k, v)| (k.clone(), v.clone())).collect();
    if !resource.is_empty() {
        put("resource", attributes(&resource).into());
    }
    let events: Vec<Value> = span
        .events
        .iter()
        .take(EVENTS)
        .map(
            |event| json!({"time": nanos(event.time), "name": event.name, "attributes": attributes(&event.attributes)}),
        )
        .collect();
    if !events.is_empty() {
        put("events", events.into());
    }
    if !span.links.is_empty() {
        put("links", json!(span.links));
    }
    flatten(&mut fields, &span.attributes);
    Value::Object(fields)
}

/// What a failed span says of its failure: the message of its exception, or an attribute.
fn message(span: &Span) -> Option<&str> {
    let keys = ["exception.message", "error.message", "otel.status_description"];
    let labels = span.events.iter().map(|event| &event.attributes).chain([&span.attributes]);
    let mut said = labels.filter_map(|labels| keys.iter().find_map(|key| labels.get(*key)));
    said.next().filter(|_| span.failed).map(String::as_str)
}

/// Adds attributes beside the fields of the layout. One with the name of a field gets `attributes.` in front.
pub(super) fn flatten(fields: &mut Map<String, Value>, labels: &Labels) {
    for (key, value) in attributes(labels) {
        let key = if fields.contains_key(&key) { format!("attributes.{key}") } else { key };
        fields.insert(key, value);
    }
}

fn attributes(labels: &Labels) -> Map<String, Value> {
    labels.iter().map(|(key, value)| (key.clone(), typed(value))).collect()
}

/// The value of an attribute: a number if it is a short one, else a text. Long numbers may be card numbers or ids, and
/// stay texts, so that they can be masked.
fn typed(text: &str) -> Value {
    let is_short = text.len() <= 11;
    let whole = text.parse::<i64>().ok().filter(|number| is_short && number.to_string() == text).map(Number::from);
    let real = || text.parse::<f64>().ok().filter(|number| is_short && number.to_string() == text);
    whole.or_else(|| real().and_then(Number::from_f64)).map_or_else(|| cut(text).into(), Value::Number)
}

/// A text of bounded length.
pub(super) fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SpanKind;

    fn span(id: u64, parent: u64, length: u64) -> Span {
        Span {
            id: format!("{id:016x}"),
            parent: if parent == 0 { String::new() } else { format!("{parent:016x}") },
            service: "a".to_owned(),
            name: "x".to_owned(),
            kind: SpanKind::Internal,
            start: 0,
            end: length,
            failed: false,
            attributes: Labels::new(),
            resource: Labels::new(),
            events: Vec::new(),
            links: Vec::new(),
        }
    }

    #[test]
    fn long_traces_keep_failures_with_all_above_them() {
        let mut spans: Vec<Span> = (1..=5_000).map(|id| span(id, id / 2, 10)).collect();
        spans.last_mut().unwrap().failed = true;
        let (trace, cut) = shortened(Trace { id: "t".to_owned(), spans });
        assert!(trace.spans.len() <= SPANS && trace.spans.len() + cut == 5_000);
        assert!(trace.spans.iter().any(|span| span.failed));
        let ids: BTreeSet<&str> = trace.spans.iter().map(|span| span.id.as_str()).collect();
        assert!(trace.spans.iter().all(|span| span.parent.is_empty() || ids.contains(span.parent.as_str())));
    }

    #[test]
    fn attributes_have_types_and_do_not_replace_fields() {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), "span".into());
        let labels = [("name", "n"), ("rows", "12"), ("share", "0.5"), ("zip", "01234"), ("card", "4111111111111111")];
        flatten(&mut fields, &labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
        let wanted = json!({"name": "span", "attributes.name": "n", "rows": 12, "share": 0.5, "zip": "01234",
            "card": "4111111111111111"});
        assert_eq!(Value::Object(fields), wanted);
    }
}
