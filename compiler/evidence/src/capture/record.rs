//! What of a request is kept, and where its texts are searched.

use super::otlp::{Dictionary, Exemplar, Group, Metric, Pair, Point, Points, Profile, Record, Request, Value};
use super::{Capture, Reference, Span, SpanKind, TraceId, otlp};
use crate::sensitive::{self, Origin};

impl Capture {
    /// Takes up what a request holds.
    pub(super) fn request(&mut self, request: &Request<'_>) {
        for group in &request.resource_spans {
            let service = self.resource(group, None);
            for scope in &group.scope_spans {
                self.pairs(service, None, &scope.scope.attributes);
                for span in &scope.spans {
                    self.span(service, span);
                }
            }
        }
        for group in &request.resource_logs {
            let service = self.resource(group, None);
            for record in group.scope_logs.iter().flat_map(|scope| &scope.log_records) {
                self.log(service, record);
            }
        }
        for group in &request.resource_metrics {
            let service = self.resource(group, None);
            for metric in group.scope_metrics.iter().flat_map(|scope| &scope.metrics) {
                self.metric(service, metric);
            }
        }
        for group in &request.resource_profiles {
            let service = self.resource(group, Some(&request.dictionary));
            for profile in group.scope_profiles.iter().flat_map(|scope| &scope.profiles) {
                self.profile(service, profile, &request.dictionary);
            }
        }
        if let Some(first) = request.resource_profiles.first() {
            let service = self.resource(first, Some(&request.dictionary));
            for text in &request.dictionary.string_table {
                self.text(service, "profile", None, text);
            }
        }
    }

    fn resource(&mut self, group: &Group<'_>, dictionary: Option<&Dictionary<'_>>) -> usize {
        let string = |at: usize| dictionary.and_then(|tables| tables.string_table.get(at)).map(AsRef::as_ref);
        let named = group.resource.attributes.iter().find_map(|pair| {
            let key = if pair.key.is_empty() { string(pair.key_strindex)? } else { pair.key.as_ref() };
            let value = pair.value.string_value.as_deref().or_else(|| string(pair.value.string_value_strindex));
            (key == "service.name").then_some(value?)
        });
        let service = self.service(named.unwrap_or("unknown_service"));
        self.pairs(service, None, &group.resource.attributes);
        service
    }

    fn span(&mut self, service: usize, span: &otlp::Span<'_>) {
        let (Some(trace), Some(id)) = (trace_id(&span.trace_id), span_id(&span.span_id)) else {
            self.bad_ids += 1;
            return;
        };
        let parent = match span.parent_span_id.trim_matches('0') {
            "" => None,
            _ => match span_id(&span.parent_span_id) {
                Some(parent) => Some(parent),
                None => {
                    self.bad_ids += 1;
                    return;
                }
            },
        };
        let text = |key: &str| {
            let pair = span.attributes.iter().find(|pair| pair.key == key)?;
            pair.value.string_value.as_deref()
        };
        let status = span.attributes.iter().find(|pair| pair.key == "http.response.status_code");
        let status = status.and_then(|pair| number(&pair.value)).unwrap_or(0);
        self.dropped += u64::from(span.dropped_links_count) + u64::from(span.dropped_events_count);
        self.spans.push(Span {
            trace,
            id,
            parent,
            flags: span.flags,
            kind: match span.kind {
                2 => SpanKind::Server,
                3 => SpanKind::Client,
                4 => SpanKind::Producer,
                5 => SpanKind::Consumer,
                _ => SpanKind::Internal,
            },
            service,
            name: span.name.as_ref().into(),
            time: (span.start_time_unix_nano, span.end_time_unix_nano),
            failed: span.status.code == 2 || status >= 400 || text("error.type").is_some(),
            route: text("http.route").or_else(|| text("rpc.method")).map(Into::into),
            peer: text("peer.service").or_else(|| text("server.address")).map(Into::into),
            asks_database: text("db.system.name").or_else(|| text("db.system")).is_some(),
        });
        self.text(service, "the span's name", Some(trace), &span.name);
        self.text(service, "the span's status", Some(trace), &span.status.message);
        self.pairs(service, Some(trace), &span.attributes);
        for event in &span.events {
            self.text(service, "an event's name", Some(trace), &event.name);
            self.pairs(service, Some(trace), &event.attributes);
        }
        for link in &span.links {
            self.pairs(service, Some(trace), &link.attributes);
        }
    }

    fn log(&mut self, service: usize, record: &Record<'_>) {
        let trace = trace_id(&record.trace_id);
        if let Some(trace) = trace {
            self.logs.push(Reference { trace, service, of: "".into() });
        }
        self.value(service, "a log record's body", trace, &record.body);
        self.pairs(service, trace, &record.attributes);
    }

    fn metric(&mut self, service: usize, metric: &Metric<'_>) {
        let Metric { gauge, sum, histogram, exponential_histogram, summary, .. } = metric;
        for point in [gauge, sum, histogram, exponential_histogram, summary].into_iter().flat_map(points) {
            self.pairs(service, None, &point.attributes);
            for Pair { key, value, .. } in &point.attributes {
                let seen = self.labels.entry((service, metric.name.clone().into_owned(), key.clone().into_owned()));
                let seen = seen.or_default();
                // Enough to show that a label is unbounded, and not more than can be held.
                if seen.len() < 10_000 {
                    seen.insert(shown(value));
                }
            }
            for Exemplar { trace_id: id, filtered_attributes, .. } in &point.exemplars {
                self.pairs(service, trace_id(id), filtered_attributes);
                let of = metric.name.as_ref().into();
                self.exemplars.extend(trace_id(id).map(|trace| Reference { trace, service, of }));
            }
        }
    }

    fn profile(&mut self, service: usize, profile: &Profile<'_>, dictionary: &Dictionary<'_>) {
        let mut links: Vec<usize> = profile.samples.iter().map(|sample| sample.link_index).collect();
        links.sort_unstable();
        links.dedup();
        let traces = links.into_iter().filter_map(|at| trace_id(&dictionary.link_table.get(at)?.trace_id));
        self.profiles.extend(traces.map(|trace| Reference { trace, service, of: "".into() }));
    }

    fn pairs(&mut self, service: usize, trace: Option<TraceId>, pairs: &[Pair<'_>]) {
        for pair in pairs {
            self.value(service, &pair.key, trace, &pair.value);
            self.text(service, "an attribute's name", trace, &pair.key);
        }
    }

    fn value(&mut self, service: usize, field: &str, trace: Option<TraceId>, value: &Value<'_>) {
        if let Some(text) = &value.string_value {
            self.text(service, field, trace, text);
        }
        // A card number is a number too.
        if let Some(serde_json::Value::String(text)) = &value.int_value {
            self.text(service, field, trace, text);
        }
        for value in value.array_value.iter().flat_map(|array| &array.values) {
            self.value(service, field, trace, value);
        }
        if let Some(list) = &value.kvlist_value {
            self.pairs(service, trace, &list.values);
        }
    }

    fn text(&mut self, service: usize, field: &str, trace: Option<TraceId>, text: &str) {
        if !self.looks_for_leaks {
            return;
        }
        for hit in sensitive::scan(text, Origin::Telemetry) {
            let (count, first) = self.leaks.entry((service, field.to_owned(), hit.kind)).or_default();
            *count += 1;
            *first = first.or(trace);
        }
    }
}

fn points<'p, 'a>(of: &'p Points<'a>) -> impl Iterator<Item = &'p Point<'a>> {
    of.data_points.iter()
}

/// A label's value as Prometheus would show it.
fn shown(value: &Value<'_>) -> String {
    match value {
        Value { string_value: Some(text), .. } => text.clone().into_owned(),
        Value { int_value: Some(serde_json::Value::String(text)), .. } => text.clone(),
        Value { int_value: Some(number), .. } => number.to_string(),
        Value { bool_value: Some(bool), .. } => bool.to_string(),
        _ => String::new(),
    }
}

fn number(value: &Value<'_>) -> Option<i64> {
    match value.int_value.as_ref()? {
        serde_json::Value::String(text) => text.parse().ok(),
        number => number.as_i64(),
    }
}

/// Sixteen bytes in hexadecimal, not all zero.
fn trace_id(text: &str) -> Option<TraceId> {
    let sound = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(text, 16).ok().filter(|id| sound && *id != 0)
}

/// Eight bytes in hexadecimal, not all zero.
fn span_id(text: &str) -> Option<u64> {
    let sound = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|id| sound && *id != 0)
}
