//! What of a request is kept, and where its texts are searched.

use super::field::Id;
use super::otlp::{Dictionary, Exemplar, Group, Metric, Pair, Profile, Record, Request, Value};
use super::{Capture, MOST_PLACES, MOST_TEXT, MOST_VALUES, Name, Reference, Signal, Span, SpanKind, TraceId, otlp};
use crate::sensitive::{self, Origin};

/// A service that does not say its name, as SDKs call it.
const UNNAMED: &str = "unknown_service";
/// The lowest severity of an error, as OpenTelemetry counts them.
const SEVERE: i32 = 17;
/// The smallest number that has as many digits as the shortest card number.
const SHORTEST_CARD: u64 = 1_000_000_000_000;

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
        self.tables(&request.dictionary);
    }

    /// Puts aside what memory cannot hold.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.shelf.settle().map_err(|cause| format!("there is no room to put spans aside: {cause}"))
    }

    /// Texts that profiles share belong to no one service of those that sent them.
    pub(super) fn tables(&mut self, dictionary: &Dictionary<'_>) {
        if !dictionary.string_table.is_empty() {
            let service = self.services.number(UNNAMED);
            for text in &dictionary.string_table {
                self.text(service, "a text of a profile", None, text);
            }
        }
    }

    /// The service of a resource, whose attributes are searched.
    pub(super) fn resource(&mut self, group: &Group<'_>, dictionary: Option<&Dictionary<'_>>) -> Name {
        let string = |at: usize| dictionary.and_then(|tables| tables.string_table.get(at)).map(AsRef::as_ref);
        let named = group.resource.attributes.iter().find_map(|pair| {
            let key = if pair.key.is_empty() { string(pair.key_strindex)? } else { pair.key.as_ref() };
            let value = pair.value.string_value.as_deref().or_else(|| string(pair.value.string_value_strindex));
            (key == "service.name").then_some(value?)
        });
        let service = self.services.number(named.unwrap_or(UNNAMED));
        self.pairs(service, None, &group.resource.attributes);
        service
    }

    pub(super) fn span(&mut self, service: Name, span: &otlp::Span<'_>) {
        let (Id::Is(trace), Id::Is(id), parent @ (Id::Is(_) | Id::Absent)) =
            (span.trace_id, span.span_id, span.parent_span_id)
        else {
            self.counts.bad_ids += 1;
            return;
        };
        self.counts.spans += 1;
        self.counts.dropped += [span.dropped_attributes_count, span.dropped_links_count, span.dropped_events_count]
            .into_iter()
            .map(u64::from)
            .sum::<u64>();
        let text = |key: &str| {
            let pair = span.attributes.iter().find(|pair| pair.key == key)?;
            pair.value.string_value.as_deref()
        };
        let status = span.attributes.iter().find(|pair| pair.key == "http.response.status_code");
        let status = status.and_then(|pair| pair.value.int_value).unwrap_or(0);
        let kind = match span.kind {
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        };
        let time = (span.start_time_unix_nano, span.end_time_unix_nano);
        let is_error = span.status.code == 2 || status >= 500;
        let is_slow = self.replay.is_slow(kind, self.services.text(service), time.1.saturating_sub(time.0), text);
        let erred = is_error || text("error.type").is_some();
        let name = self.names.number(&span.name);
        let route = text("http.route").or_else(|| text("rpc.method")).map(|route| self.names.number(route));
        let peer = text("peer.service").or_else(|| text("server.address")).map(|peer| self.names.number(peer));
        self.shelf.span(Span {
            trace,
            id,
            parent: parent.get(),
            time,
            flags: span.flags,
            service,
            name,
            route,
            peer,
            kind,
            failed: erred || status >= 400,
            erred,
            keeps: is_error || is_slow,
            asks_database: text("db.system.name").or_else(|| text("db.system")).is_some(),
            linked: !span.links.is_empty(),
        });
        if kind == SpanKind::Consumer && parent.get().is_none() {
            for trace in span.links.iter().filter_map(|link| link.trace_id.get()) {
                self.shelf.reference(Reference { trace, service, signal: Signal::Link, of: Some(name) });
            }
        }
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

    pub(super) fn log(&mut self, service: Name, record: &Record<'_>) {
        let trace = record.trace_id.get();
        if let Some(trace) = trace {
            self.counts.logs += 1;
            let signal = Signal::Log { severe: record.severity_number >= SEVERE };
            self.shelf.reference(Reference { trace, service, signal, of: None });
        }
        self.value(service, "a log record's body", trace, &record.body);
        self.pairs(service, trace, &record.attributes);
    }

    pub(super) fn metric(&mut self, service: Name, metric: &Metric<'_>) {
        let Metric { gauge, sum, histogram, exponential_histogram, summary, .. } = metric;
        let name = self.names.number(&metric.name);
        let points = [gauge, sum, histogram, exponential_histogram, summary];
        for point in points.into_iter().flat_map(|points| &points.data_points) {
            self.pairs(service, None, &point.attributes);
            for Pair { key, value, .. } in &point.attributes {
                let full = self.labels.len() >= MOST_PLACES;
                let place = (service, name, held(key).to_owned());
                if full && !self.labels.contains_key(&place) {
                    continue;
                }
                // Enough to show that a label is unbounded, and not more than can be held.
                let seen = self.labels.entry(place).or_default();
                if seen.len() < MOST_PLACES && self.values < MOST_VALUES {
                    self.values += usize::from(seen.insert(shown(value)));
                }
            }
            for Exemplar { trace_id, filtered_attributes, .. } in &point.exemplars {
                self.pairs(service, trace_id.get(), filtered_attributes);
                if let Some(trace) = trace_id.get() {
                    self.counts.exemplars += 1;
                    self.shelf.reference(Reference { trace, service, signal: Signal::Exemplar, of: Some(name) });
                }
            }
        }
    }

    pub(super) fn profile(&mut self, service: Name, profile: &Profile<'_>, dictionary: &Dictionary<'_>) {
        let mut links: Vec<usize> = profile.samples.iter().map(|sample| sample.link_index).collect();
        links.sort_unstable();
        links.dedup();
        for trace in links.into_iter().filter_map(|at| dictionary.link_table.get(at)?.trace_id.get()) {
            self.counts.profiles += 1;
            self.shelf.reference(Reference { trace, service, signal: Signal::Profile, of: None });
        }
    }

    pub(super) fn pairs(&mut self, service: Name, trace: Option<TraceId>, pairs: &[Pair<'_>]) {
        if !self.looks_for_leaks {
            return;
        }
        for pair in pairs {
            self.value(service, &pair.key, trace, &pair.value);
            // The same few names come again and again.
            let is_known = self.clean.contains(&*pair.key);
            if is_known || self.text(service, "an attribute's name", trace, &pair.key) {
                continue;
            }
            if self.clean.len() < MOST_PLACES && pair.key.len() <= MOST_TEXT {
                self.clean.insert(pair.key.as_ref().into());
            }
        }
    }

    fn value(&mut self, service: Name, field: &str, trace: Option<TraceId>, value: &Value<'_>) {
        if let Some(text) = &value.string_value {
            self.text(service, field, trace, text);
        }
        // A card number is a number too.
        if let Some(number) = value.int_value.filter(|number| number.unsigned_abs() >= SHORTEST_CARD) {
            self.text(service, field, trace, &number.to_string());
        }
        for value in value.array_value.iter().flat_map(|array| &array.values) {
            self.value(service, field, trace, value);
        }
        if let Some(list) = &value.kvlist_value {
            self.pairs(service, trace, &list.values);
        }
    }

    /// Searches a text; whether anything was found.
    fn text(&mut self, service: Name, field: &str, trace: Option<TraceId>, text: &str) -> bool {
        // Nothing that is looked for is shorter.
        if !self.looks_for_leaks || text.len() < sensitive::SHORTEST {
            return false;
        }
        let hits = sensitive::scan(text, Origin::Telemetry);
        for hit in &hits {
            let full = self.leaks.len() >= MOST_PLACES;
            let place = (service, held(field).to_owned(), hit.kind);
            if full && !self.leaks.contains_key(&place) {
                continue;
            }
            let (count, first) = self.leaks.entry(place).or_default();
            *count += 1;
            *first = first.or(trace);
        }
        !hits.is_empty()
    }
}

/// As much of a text as is held.
fn held(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or(text)
}

/// A label's value as Prometheus would show it.
fn shown(value: &Value<'_>) -> String {
    match value {
        Value { string_value: Some(text), .. } => held(text).to_owned(),
        Value { int_value: Some(number), .. } => number.to_string(),
        Value { bool_value: Some(bool), .. } => bool.to_string(),
        _ => String::new(),
    }
}
