//! Takes records into the capture: keeps what connects them, and searches their texts.

use super::field::Id;
use super::instrument::Resource;
use super::keyed;
use super::label::{MOST_TEXT, held, shown};
use super::otlp;
use super::otlp::{Dictionary, Exemplar, Group, Metric, Pair, Profile, Record, Request, Value};
use super::semantics::Semantics;
use super::store::{Capture, MOST_PLACES, MOST_VALUES};
use super::wire::Wire;
use crate::names::Name;
use crate::sensitive::{self, Origin};
use crate::span::{Operation, Reference, Signal, Span, SpanId, SpanKind, TraceId};

/// The name that SDKs use for a service without one.
const UNNAMED: &str = "unknown_service";
/// The bits of a span's flags that W3C's trace context defines.
const TRACE_FLAGS: u32 = 0xff;
/// Platforms for functions, as `cloud.platform` names them.
const FUNCTIONS: [&str; 6] =
    ["aws_lambda", "gcp_cloud_functions", "gcp_cloud_run", "azure_functions", "azure.functions", "alibaba_cloud_fc"];
/// The lowest severity number of an error.
const SEVERE: i32 = 17;
/// The smallest integer that is long enough for a card number.
const SHORTEST_CARD: u64 = 1_000_000_000_000;
/// The range of doubles that may be card numbers.
const DIGITS: std::ops::Range<f64> = 1e12..1e19;
/// The words for an unknown field in a finding.
pub(super) const FOREIGN: &str = "a field that OTLP 1.10 does not define";

impl Capture {
    /// Takes the records of a JSON request. A record counts even if it stands under the key of another signal.
    pub(super) fn request(&mut self, request: &Request<'_>) {
        let Request { resource_spans, resource_logs, resource_metrics, resource_profiles, dictionary, .. } = request;
        self.counts.unknown += request.unknown;
        for group in [resource_spans, resource_logs, resource_metrics, resource_profiles].into_iter().flatten() {
            let service = self.resource(group, Some(dictionary));
            let Group { scope_spans, scope_logs, scope_metrics, scope_profiles, .. } = group;
            self.counts.unknown += group.unknown;
            for scope in [scope_spans, scope_logs, scope_metrics, scope_profiles].into_iter().flatten() {
                self.counts.unknown += scope.unknown;
                self.pairs(service, None, &scope.scope.attributes);
                scope.spans.iter().for_each(|span| self.span(service, span));
                scope.log_records.iter().for_each(|record| self.log(service, record));
                scope.metrics.iter().for_each(|metric| self.metric(service, metric));
                scope.profiles.iter().for_each(|profile| self.profile(service, profile, dictionary));
            }
        }
        self.tables(dictionary);
    }

    /// Counts and searches an unknown protobuf field next to records: it may hold records too.
    pub(super) fn foreign(&mut self, service: Option<Name>, value: Wire<'_>) {
        if let Wire::Bytes(bytes) = value {
            self.counts.unknown += 1;
            let service = service.unwrap_or_else(|| self.unnamed());
            self.raw(service, FOREIGN, None, bytes);
        }
    }

    /// The service of texts that belong to no service.
    pub(super) fn unnamed(&mut self) -> Name {
        self.services.number(UNNAMED)
    }

    /// Searches bytes that may contain text.
    pub(super) fn raw(&mut self, service: Name, field: &str, trace: Option<TraceId>, bytes: &[u8]) {
        self.text(service, field, trace, &String::from_utf8_lossy(bytes));
    }

    /// Moves spans to disk if memory cannot hold them.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.shelf.settle().map_err(|cause| format!("there is no room to put spans aside: {cause}"))
    }

    /// Searches the tables of profiles. Several services may share them.
    pub(super) fn tables(&mut self, dictionary: &Dictionary<'_>) {
        if dictionary.string_table.is_empty() && dictionary.attribute_table.is_empty() {
            return;
        }
        let service = self.unnamed();
        for text in &dictionary.string_table {
            self.text(service, "a text of a profile", None, text);
        }
        for attribute in &dictionary.attribute_table {
            self.value(service, "an attribute of a profile", None, &attribute.value);
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
        self.in_browser = group.resource.attributes.iter().any(|pair| {
            pair.key.starts_with("browser.")
                || (pair.key == "telemetry.sdk.language" && pair.value.string_value.as_deref() == Some("webjs"))
        });
        self.in_function = group.resource.attributes.iter().any(|pair| {
            let platform = pair.value.string_value.as_deref().filter(|_| pair.key == "cloud.platform");
            pair.key == "faas.name" || platform.is_some_and(|platform| FUNCTIONS.contains(&platform))
        });
        if self.instruments.is_some() {
            let text = |key: &str| {
                group.resource.attributes.iter().find(|pair| pair.key == key).map(|pair| shown(&pair.value))
            };
            self.resource = Resource {
                service: named.unwrap_or(UNNAMED).to_owned(),
                namespace: text("service.namespace"),
                instance: text("service.instance.id"),
            };
        }
        self.pairs(service, None, &group.resource.attributes);
        service
    }

    pub(super) fn span(&mut self, service: Name, span: &otlp::Span<'_>) {
        let trace = span.trace_id.get();
        match (span.trace_id, span.span_id, span.parent_span_id) {
            (Id::Is(trace), Id::Is(id), parent @ (Id::Is(_) | Id::Absent)) => {
                self.counts.spans.read += 1;
                self.join(service, span, trace, id, parent.get());
            }
            // The span belongs to no trace, but its texts are still searched below.
            _ => {
                self.counts.spans.skipped += 1;
                self.counts.bad_ids += 1;
            }
        }
        self.text(service, "the span's name", trace, &span.name);
        self.text(service, "the span's status", trace, &span.status.message);
        self.pairs(service, trace, &span.attributes);
        for event in &span.events {
            self.text(service, "an event's name", trace, &event.name);
            self.pairs(service, trace, &event.attributes);
        }
        for link in &span.links {
            self.pairs(service, trace, &link.attributes);
        }
    }

    /// Adds a span to its trace.
    fn join(&mut self, service: Name, span: &otlp::Span<'_>, trace: TraceId, id: SpanId, parent: Option<SpanId>) {
        self.counts.dropped += [span.dropped_attributes_count, span.dropped_links_count, span.dropped_events_count]
            .into_iter()
            .map(u64::from)
            .sum::<u64>();
        let text = |key: &str| {
            let pair = span.attributes.iter().find(|pair| pair.key == key)?;
            pair.value.string_value.as_deref()
        };
        let kind = match span.kind {
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        };
        let means = Semantics::of(span, kind);
        let time = (span.start_time_unix_nano, span.end_time_unix_nano);
        // The generated tail sampling looks at the attribute of today's conventions only.
        let is_error = span.status.code == 2 || (means.status >= 500 && !means.is_old_status);
        let is_slow = self.replay.is_slow(kind, self.services.text(service), time.1.saturating_sub(time.0), text);
        let erred = is_error || means.has_error_type;
        let name = self.names.number(&span.name);
        let route = means.route.map(|route| self.names.number(held(route)));
        let path = means.path().map(|path| self.paths.number(held(path)));
        let peer = means.peer.map(|peer| self.names.number(held(peer)));
        if span.flags & TRACE_FLAGS != 0 {
            self.writes_flags.insert(service);
        }
        self.shelf.span(Span {
            trace,
            id,
            parent,
            time,
            flags: span.flags,
            service,
            name,
            route,
            path,
            peer,
            kind,
            failed: erred || means.status >= 400 || means.rpc_failed,
            erred,
            keeps: is_error || is_slow,
            asks_database: means.asks_database,
            linked: !span.links.is_empty(),
            is_short: means.is_short(),
            is_probe: means.is_probe(),
            in_function: self.in_function || means.in_function,
            in_browser: self.in_browser || means.is_page_load,
            message: means.message,
        });
        self.counts.bad_ids += span.links.iter().filter(|link| link.trace_id == Id::Bad).count() as u64;
        let takes =
            kind == SpanKind::Consumer || matches!(means.message, Some(Operation::Receive | Operation::FullReceive));
        if takes && kind != SpanKind::Producer {
            // A batch links to many messages of few traces.
            let mut last = None;
            for (linked, flags) in span.links.iter().filter_map(|link| Some((link.trace_id.get()?, link.flags))) {
                let flags = (flags & TRACE_FLAGS) as u8;
                if flags != 0 {
                    self.links_flags.insert(service);
                }
                if last != Some(linked) && linked != trace {
                    let (signal, of) = (Signal::Link, Some(name));
                    self.shelf.reference(Reference { trace: linked, service, signal, of, flags });
                }
                last = Some(linked);
            }
        }
    }

    pub(super) fn log(&mut self, service: Name, record: &Record<'_>) {
        let trace = record.trace_id.get();
        match record.trace_id {
            Id::Is(trace) => {
                self.counts.logs.read += 1;
                let signal = Signal::Log { severe: record.severity_number >= SEVERE };
                let flags = (record.flags & TRACE_FLAGS) as u8;
                if flags != 0 {
                    self.logs_flags.insert(service);
                }
                self.shelf.reference(Reference { trace, service, signal, of: None, flags });
            }
            // Services also log outside of requests, for example at their start.
            Id::Absent => self.counts.logs.read += 1,
            Id::Bad => {
                self.counts.logs.skipped += 1;
                self.counts.bad_ids += 1;
            }
        }
        self.value(service, "a log record's body", trace, &record.body);
        self.text(service, "a log record's severity", trace, &record.severity_text);
        self.text(service, "a log record's event name", trace, &record.event_name);
        self.pairs(service, trace, &record.attributes);
    }

    pub(super) fn metric(&mut self, service: Name, metric: &Metric<'_>) {
        let Metric { gauge, sum, histogram, exponential_histogram, summary, .. } = metric;
        let name = self.names.number(&metric.name);
        self.pairs(service, None, &metric.metadata);
        if let Some(instruments) = &mut self.instruments {
            instruments.add(&self.resource, metric);
        }
        let points = [gauge, sum, histogram, exponential_histogram, summary];
        for point in points.into_iter().flat_map(|points| &points.data_points) {
            self.pairs(service, None, &point.attributes);
            self.series.add(service, name, &point.attributes);
            point.attributes.iter().for_each(|pair| self.label(service, name, pair));
            let mut is_whole = true;
            for Exemplar { trace_id, filtered_attributes, .. } in &point.exemplars {
                self.pairs(service, trace_id.get(), filtered_attributes);
                match *trace_id {
                    Id::Is(trace) => {
                        self.counts.exemplars += 1;
                        let (signal, of) = (Signal::Exemplar, Some(name));
                        self.shelf.reference(Reference { trace, service, signal, of, flags: 0 });
                    }
                    Id::Absent => {}
                    Id::Bad => {
                        self.counts.bad_ids += 1;
                        is_whole = false;
                    }
                }
            }
            self.counts.points.add(is_whole);
        }
    }

    fn label(&mut self, service: Name, metric: Name, Pair { key, value, .. }: &Pair<'_>) {
        let full = self.labels.len() >= MOST_PLACES;
        let place = (service, metric, held(key).to_owned());
        if full && !self.labels.contains_key(&place) {
            return;
        }
        // This many values suffice to show that a label is unbounded.
        let seen = self.labels.entry(place).or_default();
        if seen.len() < MOST_PLACES && self.values < MOST_VALUES {
            self.values += usize::from(seen.insert(shown(value)));
        }
    }

    pub(super) fn profile(&mut self, service: Name, profile: &Profile<'_>, dictionary: &Dictionary<'_>) {
        // Link 0 means none, whether the table was written or not.
        let mut links: Vec<usize> =
            profile.samples.iter().map(|sample| sample.link_index).filter(|link| *link != 0).collect();
        links.sort_unstable();
        links.dedup();
        let mut is_whole = true;
        for link in links {
            match dictionary.link_table.get(link).map(|link| link.trace_id) {
                Some(Id::Is(trace)) => {
                    self.counts.profile_links += 1;
                    let signal = Signal::Profile;
                    self.shelf.reference(Reference { trace, service, signal, of: None, flags: 0 });
                }
                Some(Id::Absent) => {}
                Some(Id::Bad) => {
                    self.counts.bad_ids += 1;
                    is_whole = false;
                }
                None => is_whole = false,
            }
        }
        self.counts.profiles.add(is_whole);
    }

    pub(super) fn pairs(&mut self, service: Name, trace: Option<TraceId>, pairs: &[Pair<'_>]) {
        if !self.looks_for_leaks {
            return;
        }
        for pair in pairs {
            self.value(service, &pair.key, trace, &pair.value);
            // The same few names come again and again, so each is searched once.
            let is_known = self.clean.contains(&*pair.key);
            if is_known
                || self.named(service, trace, pair)
                || self.text(service, "an attribute's name", trace, &pair.key)
            {
                continue;
            }
            if self.clean.len() < MOST_PLACES && pair.key.len() <= MOST_TEXT {
                self.clean.insert(pair.key.as_ref().into());
            }
        }
    }

    /// Judges an attribute by its name: whether it is declared to hold personal data, or is called as secrets are. Returns
    /// whether the name says so; the value may still be masked.
    fn named(&mut self, service: Name, trace: Option<TraceId>, pair: &Pair<'_>) -> bool {
        let kind = keyed::kind(self.replay.declared(&pair.key), &pair.key);
        if let Some(kind) = kind.filter(|kind| keyed::shows(*kind, &pair.value)) {
            self.leak(service, &pair.key, kind.found(), trace);
        }
        kind.is_some()
    }

    fn value(&mut self, service: Name, field: &str, trace: Option<TraceId>, value: &Value<'_>) {
        if let Some(text) = &value.string_value {
            self.text(service, field, trace, text);
        }
        // A card number may be an integer.
        if let Some(number) = value.int_value.filter(|number| number.unsigned_abs() >= SHORTEST_CARD) {
            self.text(service, field, trace, &number.to_string());
        }
        // A card number may also be a double.
        if let Some(number) =
            value.double_value.filter(|number| number.fract() == 0.0 && DIGITS.contains(&number.abs()))
        {
            self.text(service, field, trace, &format!("{number:.0}"));
        }
        if let Some(bytes) = &value.bytes_value {
            self.raw(service, field, trace, &bytes.0);
        }
        for value in value.array_value.iter().flat_map(|array| &array.values) {
            self.value(service, field, trace, value);
        }
        if let Some(list) = &value.kvlist_value {
            self.pairs(service, trace, &list.values);
        }
    }

    /// Searches a text. Returns whether it holds personal data or a secret.
    fn text(&mut self, service: Name, field: &str, trace: Option<TraceId>, text: &str) -> bool {
        // Shorter texts cannot hold anything.
        if !self.looks_for_leaks || text.len() < sensitive::SHORTEST {
            return false;
        }
        let hits = sensitive::scan(text, Origin::Telemetry);
        for hit in &hits {
            self.leak(service, field, hit.kind, trace);
        }
        !hits.is_empty()
    }

    /// Keeps the place of personal data or a secret.
    fn leak(&mut self, service: Name, field: &str, kind: sensitive::Kind, trace: Option<TraceId>) {
        let full = self.leaks.len() >= MOST_PLACES;
        let place = (service, held(field).to_owned(), kind);
        if full && !self.leaks.contains_key(&place) {
            return;
        }
        let (count, first) = self.leaks.entry(place).or_default();
        *count += 1;
        *first = first.or(trace);
    }
}
