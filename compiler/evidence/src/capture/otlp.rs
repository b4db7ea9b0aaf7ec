//! The messages of OTLP with the fields that are judged, for both JSON and protobuf. Field names are those of
//! opentelemetry-proto 1.10.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::{Bytes, Id, doubles, integer, maybe_double, maybe_integer, temporality};
use crate::span::{SpanId, TraceId};

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

/// A message that holds records. An unknown key may hold records too, so its items are counted.
macro_rules! container {
    ($(#[$doc:meta])* $name:ident { $($key:literal => $field:ident: $type:ty,)* } $(ignores $ignored:literal)?) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: $type,)*
            /// The number of items under keys that OTLP does not define.
            pub(super) unknown: u64,
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Keys<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> Visitor<'de> for Keys<'a> {
                    type Value = $name<'a>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("an object with ", $("`", $key, "` ",)*))
                    }

                    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        let (mut unknown, mut is_known, mut is_empty) = (0, false, true);
                        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                            is_empty = false;
                            match &*key {
                                // A second list under the same key would replace the first.
                                $($key => {
                                    is_known = true;
                                    if $field.replace(map.next_value()?).is_some() {
                                        return Err(serde::de::Error::duplicate_field($key));
                                    }
                                })*
                                $($ignored => drop(map.next_value::<IgnoredAny>()?),)?
                                _ => unknown += map.next_value::<Items>()?.0,
                            }
                        }
                        if !is_known && !is_empty {
                            unknown = unknown.max(1);
                        }
                        let lifetime = std::marker::PhantomData;
                        Ok($name { $($field: $field.unwrap_or_default(),)* unknown, lifetime })
                    }
                }
                from.deserialize_map(Keys(std::marker::PhantomData))
            }
        }
    };
}

container! {
    /// An export request of any signal.
    Request {
        "resourceSpans" => resource_spans: Vec<Group<'a>>,
        "resourceLogs" => resource_logs: Vec<Group<'a>>,
        "resourceMetrics" => resource_metrics: Vec<Group<'a>>,
        "resourceProfiles" => resource_profiles: Vec<Group<'a>>,
        "dictionary" => dictionary: Dictionary<'a>,
    }
}
impl Request<'_> {
    /// Whether the request has only keys that OTLP does not define.
    pub(super) fn is_foreign(&self) -> bool {
        let Self { resource_spans, resource_logs, resource_metrics, resource_profiles, .. } = self;
        let groups = [resource_spans, resource_logs, resource_metrics, resource_profiles];
        self.unknown > 0 && groups.iter().all(|groups| groups.is_empty())
    }
}

container! {
    /// The telemetry of one resource.
    Group {
        "resource" => resource: Resource<'a>,
        "scopeSpans" => scope_spans: Vec<Scope<'a>>,
        "scopeLogs" => scope_logs: Vec<Scope<'a>>,
        "scopeMetrics" => scope_metrics: Vec<Scope<'a>>,
        "scopeProfiles" => scope_profiles: Vec<Scope<'a>>,
    } ignores "schemaUrl"
}
container! {
    /// The telemetry of one instrumentation scope.
    Scope {
        "scope" => scope: Resource<'a>,
        "spans" => spans: Vec<Span<'a>>,
        "logRecords" => log_records: Vec<Record<'a>>,
        "metrics" => metrics: Vec<Metric<'a>>,
        "profiles" => profiles: Vec<Profile<'a>>,
    } ignores "schemaUrl"
}

/// The number of items in a value: all items of a list, one for an object, none for other types.
struct Items(u64);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Items;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Items, S::Error> {
                let mut items = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    items += 1;
                }
                Ok(Items(items))
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Items, M::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Items(1))
            }

            fn visit_str<E>(self, _: &str) -> Result<Items, E> {
                Ok(Items(0))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Items, E> {
                Ok(Items(0))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Items, E> {
                Ok(Items(0))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Items, E> {
                Ok(Items(0))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Items, E> {
                Ok(Items(0))
            }

            fn visit_unit<E>(self) -> Result<Items, E> {
                Ok(Items(0))
            }
        }
        from.deserialize_any(Any)
    }
}

message! {
    Resource { #[serde(borrow)] attributes: Vec<Pair<'a>>, }
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
        #[serde(borrow)] severity_text: Cow<'a, str>,
        #[serde(borrow)] event_name: Cow<'a, str>,
        #[serde(borrow)] body: Value<'a>,
        #[serde(borrow)] attributes: Vec<Pair<'a>>,
    }
}
message! {
    Metric {
        #[serde(borrow)] name: Cow<'a, str>,
        #[serde(borrow)] unit: Cow<'a, str>,
        #[serde(borrow)] gauge: Points<'a>,
        #[serde(borrow)] sum: Points<'a>,
        #[serde(borrow)] histogram: Points<'a>,
        #[serde(borrow)] exponential_histogram: Points<'a>,
        #[serde(borrow)] summary: Points<'a>,
        #[serde(borrow)] metadata: Vec<Pair<'a>>,
    }
}
message! {
    Points {
        #[serde(borrow)] data_points: Vec<Point<'a>>,
        #[serde(deserialize_with = "temporality")] aggregation_temporality: u64,
        is_monotonic: bool,
    }
}
message! {
    Point {
        #[serde(borrow)] attributes: Vec<Pair<'a>>,
        #[serde(borrow)] exemplars: Vec<Exemplar<'a>>,
        #[serde(deserialize_with = "integer")] time_unix_nano: u64,
        #[serde(deserialize_with = "maybe_double")] as_double: Option<f64>,
        #[serde(deserialize_with = "maybe_integer")] as_int: Option<i64>,
        #[serde(deserialize_with = "integer")] count: u64,
        #[serde(deserialize_with = "doubles")] explicit_bounds: Vec<f64>,
    }
}
message! {
    Exemplar { trace_id: Id<TraceId>, #[serde(borrow)] filtered_attributes: Vec<Pair<'a>>, }
}
message! {
    Profile { samples: Vec<Sample>, }
}
message! {
    /// The tables that the profiles of a request share.
    Dictionary {
        #[serde(borrow)] link_table: Vec<Link<'a>>,
        #[serde(borrow)] string_table: Vec<Cow<'a, str>>,
        #[serde(borrow)] attribute_table: Vec<Pair<'a>>,
    }
}
message! {
    /// A link of a span, or of a profile's sample, to a trace.
    Link { trace_id: Id<TraceId>, #[serde(borrow)] attributes: Vec<Pair<'a>>, }
}

/// A sample of a profile: the index of its link.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Sample {
    pub(super) link_index: usize,
}

message! {
    /// An attribute. In profiles, the key is an index of the string table.
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
        #[serde(deserialize_with = "maybe_double")] double_value: Option<f64>,
        #[serde(borrow)] bytes_value: Option<Box<Bytes<'a>>>,
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
