//! OTLP, as far as anything here looks at it: what a record holds while it is read, whichever way it was written. Field
//! names are those of opentelemetry-proto 1.10; unknown ones are passed over.

use std::borrow::Cow;

use serde::Deserialize;

use super::field::{Id, integer, maybe_integer};
use super::{SpanId, TraceId};

macro_rules! message {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $name<'a> {
            $($(#[$attribute])* pub(super) $field: $type,)*
            #[serde(skip)]
            lifetime: std::marker::PhantomData<&'a ()>,
        }
    };
}

message! {
    /// A line: an export request of any signal.
    Request {
        #[serde(borrow)] resource_spans: Vec<Group<'a>>,
        #[serde(borrow)] resource_logs: Vec<Group<'a>>,
        #[serde(borrow)] resource_metrics: Vec<Group<'a>>,
        #[serde(borrow)] resource_profiles: Vec<Group<'a>>,
        #[serde(borrow)] dictionary: Dictionary<'a>,
    }
}
message! {
    /// What one resource sent.
    Group {
        #[serde(borrow)] resource: Resource<'a>,
        #[serde(borrow)] scope_spans: Vec<Scope<'a>>,
        #[serde(borrow)] scope_logs: Vec<Scope<'a>>,
        #[serde(borrow)] scope_metrics: Vec<Scope<'a>>,
        #[serde(borrow)] scope_profiles: Vec<Scope<'a>>,
    }
}
message! {
    Resource { #[serde(borrow)] attributes: Vec<Pair<'a>>, }
}
message! {
    Scope {
        #[serde(borrow)] scope: Resource<'a>,
        #[serde(borrow)] spans: Vec<Span<'a>>,
        #[serde(borrow)] log_records: Vec<Record<'a>>,
        #[serde(borrow)] metrics: Vec<Metric<'a>>,
        #[serde(borrow)] profiles: Vec<Profile<'a>>,
    }
}
message! {
    Span {
        trace_id: Id<TraceId>,
        span_id: Id<SpanId>,
        parent_span_id: Id<SpanId>,
        flags: u32,
        #[serde(borrow)] name: Cow<'a, str>,
        kind: i32,
        #[serde(deserialize_with = "integer")] start_time_unix_nano: u64,
        #[serde(deserialize_with = "integer")] end_time_unix_nano: u64,
        #[serde(borrow)] attributes: Vec<Pair<'a>>,
        #[serde(borrow)] events: Vec<Event<'a>>,
        #[serde(borrow)] links: Vec<Link<'a>>,
        #[serde(borrow)] status: Status<'a>,
        dropped_attributes_count: u32,
        dropped_links_count: u32,
        dropped_events_count: u32,
    }
}
message! {
    Event { #[serde(borrow)] name: Cow<'a, str>, #[serde(borrow)] attributes: Vec<Pair<'a>>, }
}
message! {
    Status { code: i32, #[serde(borrow)] message: Cow<'a, str>, }
}
message! {
    Record {
        trace_id: Id<TraceId>,
        severity_number: i32,
        #[serde(borrow)] body: Value<'a>,
        #[serde(borrow)] attributes: Vec<Pair<'a>>,
    }
}
message! {
    Metric {
        #[serde(borrow)] name: Cow<'a, str>,
        #[serde(borrow)] gauge: Points<'a>,
        #[serde(borrow)] sum: Points<'a>,
        #[serde(borrow)] histogram: Points<'a>,
        #[serde(borrow)] exponential_histogram: Points<'a>,
        #[serde(borrow)] summary: Points<'a>,
    }
}
message! {
    Points { #[serde(borrow)] data_points: Vec<Point<'a>>, }
}
message! {
    Point { #[serde(borrow)] attributes: Vec<Pair<'a>>, #[serde(borrow)] exemplars: Vec<Exemplar<'a>>, }
}
message! {
    Exemplar { trace_id: Id<TraceId>, #[serde(borrow)] filtered_attributes: Vec<Pair<'a>>, }
}
message! {
    Profile { samples: Vec<Sample>, }
}
message! {
    /// The tables that profiles of a request share.
    Dictionary {
        #[serde(borrow)] link_table: Vec<Link<'a>>,
        #[serde(borrow)] string_table: Vec<Cow<'a, str>>,
    }
}
message! {
    /// A trace that a sample of a profile or a span names.
    Link { trace_id: Id<TraceId>, #[serde(borrow)] attributes: Vec<Pair<'a>>, }
}

/// A sample of a profile, by the place of its link.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Sample {
    pub(super) link_index: usize,
}

message! {
    /// An attribute. Those of profiles name their keys by a place in the table of strings.
    Pair {
        #[serde(borrow)] key: Cow<'a, str>,
        key_strindex: usize,
        #[serde(borrow)] value: Value<'a>,
    }
}
message! {
    Value {
        #[serde(borrow)] string_value: Option<Cow<'a, str>>,
        string_value_strindex: usize,
        #[serde(deserialize_with = "maybe_integer")] int_value: Option<i64>,
        bool_value: Option<bool>,
        #[serde(borrow)] array_value: Option<Box<Array<'a>>>,
        #[serde(borrow)] kvlist_value: Option<Box<Pairs<'a>>>,
    }
}
message! {
    Array { #[serde(borrow)] values: Vec<Value<'a>>, }
}
message! {
    Pairs { #[serde(borrow)] values: Vec<Pair<'a>>, }
}
