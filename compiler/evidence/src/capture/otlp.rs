//! The messages of OTLP with the fields that are judged, for both JSON and protobuf. Field names are those of
//! opentelemetry-proto 1.10.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::{Bytes, Id};
use super::json_value::{FromJson, Maybe};
use crate::span::{SpanId, TraceId};

/// The key of a field in an object: as JSON writes it, or the field's original name, which proto3 also allows.
macro_rules! key {
    ($($pattern:pat => $field:ident,)*) => {
        #[allow(non_camel_case_types, reason = "named as the fields")]
        enum Key {
            $($field,)*
            /// The time before scopes: `instrumentationLibrarySpans`, `instrumentationLibrary` and the like.
            Old,
            Other,
        }

        impl<'de> Deserialize<'de> for Key {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Name;
                impl Visitor<'_> for Name {
                    type Value = Key;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a key")
                    }

                    #[inline]
                    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                        Ok(match key {
                            $($pattern => Key::$field,)*
                            _ if key.starts_with("instrumentationLibrary") => Key::Old,
                            _ if key.starts_with("instrumentation_library") => Key::Old,
                            _ => Key::Other,
                        })
                    }
                }
                from.deserialize_identifier(Name)
            }
        }
    };
}

macro_rules! message {
    ($(#[$doc:meta])* $name:ident { $($pattern:pat => $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: $type,)*
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'de: 'a, 'a> FromJson<'de> for $name<'a> {
            fn from_json<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                key! { $($pattern => $field,)* }
                struct Keys<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> Visitor<'de> for Keys<'a> {
                    type Value = $name<'a>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        while let Some(found) = map.next_key::<Key>()? {
                            match found {
                                $(Key::$field => {
                                    if $field.replace(map.next_value::<Maybe<$type>>()?.0).is_some() {
                                        return Err(serde::de::Error::duplicate_field(stringify!($field)));
                                    }
                                })*
                                Key::Old | Key::Other => drop(map.next_value::<IgnoredAny>()?),
                            }
                        }
                        let lifetime = std::marker::PhantomData;
                        Ok($name { $($field: $field.unwrap_or_default(),)* lifetime })
                    }
                }
                from.deserialize_map(Keys(std::marker::PhantomData))
            }
        }
    };
}

/// A message that holds records. An unknown key may hold records too, so its items are counted.
macro_rules! container {
    ($(#[$doc:meta])* $name:ident { $($pattern:pat => $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: $type,)*
            /// The number of items under keys that OTLP does not define.
            pub(super) unknown: u64,
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'de: 'a, 'a> FromJson<'de> for $name<'a> {
            fn from_json<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                key! { $($pattern => $field,)* "schemaUrl" | "schema_url" => schema, }
                struct Keys<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> Visitor<'de> for Keys<'a> {
                    type Value = $name<'a>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("an object with ", $("`", stringify!($pattern), "` ",)*))
                    }

                    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        let (mut unknown, mut is_known, mut is_empty) = (0, false, true);
                        while let Some(found) = map.next_key::<Key>()? {
                            is_empty = false;
                            match found {
                                // A second list under the same key would replace the first.
                                $(Key::$field => {
                                    is_known = true;
                                    if $field.replace(map.next_value::<Maybe<$type>>()?.0).is_some() {
                                        return Err(serde::de::Error::duplicate_field(stringify!($field)));
                                    }
                                })*
                                Key::schema => drop(map.next_value::<IgnoredAny>()?),
                                Key::Old => {
                                    return Err(serde::de::Error::custom(
                                        "it has instrumentation libraries (`instrumentationLibrarySpans`), as OTLP \
                                         before 0.15; newer exporters write scopes (`scopeSpans`)",
                                    ));
                                }
                                Key::Other => unknown += map.next_value::<Items>()?.0,
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
        "resourceSpans" | "resource_spans" => resource_spans: Vec<Group<'a>>,
        "resourceLogs" | "resource_logs" => resource_logs: Vec<Group<'a>>,
        "resourceMetrics" | "resource_metrics" => resource_metrics: Vec<Group<'a>>,
        "resourceProfiles" | "resource_profiles" => resource_profiles: Vec<Group<'a>>,
        "dictionary" => dictionary: Dictionary<'a>,
    }
}
impl<'de: 'a, 'a> Deserialize<'de> for Request<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_json(from)
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
        "scopeSpans" | "scope_spans" => scope_spans: Vec<Scope<'a>>,
        "scopeLogs" | "scope_logs" => scope_logs: Vec<Scope<'a>>,
        "scopeMetrics" | "scope_metrics" => scope_metrics: Vec<Scope<'a>>,
        "scopeProfiles" | "scope_profiles" => scope_profiles: Vec<Scope<'a>>,
    }
}
container! {
    /// The telemetry of one instrumentation scope.
    Scope {
        "scope" => scope: Resource<'a>,
        "spans" => spans: Vec<Span<'a>>,
        "logRecords" | "log_records" => log_records: Vec<Record<'a>>,
        "metrics" => metrics: Vec<Metric<'a>>,
        "profiles" => profiles: Vec<Profile<'a>>,
    }
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
    Resource { "attributes" => attributes: Vec<Pair<'a>>, }
}
message! {
    Span {
        "traceId" | "trace_id" => trace_id: Id<TraceId>,
        "spanId" | "span_id" => span_id: Id<SpanId>,
        "parentSpanId" | "parent_span_id" => parent_span_id: Id<SpanId>,
        "flags" => flags: u32,
        "name" => name: Cow<'a, str>,
        "kind" => kind: i32,
        "startTimeUnixNano" | "start_time_unix_nano" => start_time_unix_nano: u64,
        "endTimeUnixNano" | "end_time_unix_nano" => end_time_unix_nano: u64,
        "attributes" => attributes: Vec<Pair<'a>>,
        "events" => events: Vec<Event<'a>>,
        "links" => links: Vec<Link<'a>>,
        "status" => status: Status<'a>,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count: u32,
        "droppedLinksCount" | "dropped_links_count" => dropped_links_count: u32,
        "droppedEventsCount" | "dropped_events_count" => dropped_events_count: u32,
    }
}
message! {
    Event { "name" => name: Cow<'a, str>, "attributes" => attributes: Vec<Pair<'a>>, }
}
message! {
    Status { "code" => code: i32, "message" => message: Cow<'a, str>, }
}
message! {
    Record {
        "traceId" | "trace_id" => trace_id: Id<TraceId>,
        "severityNumber" | "severity_number" => severity_number: i32,
        "severityText" | "severity_text" => severity_text: Cow<'a, str>,
        "eventName" | "event_name" => event_name: Cow<'a, str>,
        "body" => body: Value<'a>,
        "attributes" => attributes: Vec<Pair<'a>>,
        "flags" => flags: u32,
    }
}
message! {
    Metric {
        "name" => name: Cow<'a, str>,
        "unit" => unit: Cow<'a, str>,
        "gauge" => gauge: Points<'a>,
        "sum" => sum: Points<'a>,
        "histogram" => histogram: Points<'a>,
        "exponentialHistogram" | "exponential_histogram" => exponential_histogram: Points<'a>,
        "summary" => summary: Points<'a>,
        "metadata" => metadata: Vec<Pair<'a>>,
    }
}
message! {
    Points {
        "dataPoints" | "data_points" => data_points: Vec<Point<'a>>,
        "aggregationTemporality" | "aggregation_temporality" => aggregation_temporality: i32,
        "isMonotonic" | "is_monotonic" => is_monotonic: bool,
    }
}
message! {
    Point {
        "attributes" => attributes: Vec<Pair<'a>>,
        "exemplars" => exemplars: Vec<Exemplar<'a>>,
        "timeUnixNano" | "time_unix_nano" => time_unix_nano: u64,
        "asDouble" | "as_double" => as_double: Option<f64>,
        "asInt" | "as_int" => as_int: Option<i64>,
        "count" => count: u64,
        "explicitBounds" | "explicit_bounds" => explicit_bounds: Vec<f64>,
    }
}
message! {
    Exemplar {
        "traceId" | "trace_id" => trace_id: Id<TraceId>,
        "filteredAttributes" | "filtered_attributes" => filtered_attributes: Vec<Pair<'a>>,
    }
}
message! {
    Profile { "samples" => samples: Vec<Sample<'a>>, }
}
message! {
    /// The tables that the profiles of a request share.
    Dictionary {
        "linkTable" | "link_table" => link_table: Vec<Link<'a>>,
        "stringTable" | "string_table" => string_table: Vec<Cow<'a, str>>,
        "attributeTable" | "attribute_table" => attribute_table: Vec<Pair<'a>>,
    }
}
message! {
    /// A link of a span, or of a profile's sample, to a trace.
    Link {
        "traceId" | "trace_id" => trace_id: Id<TraceId>,
        "attributes" => attributes: Vec<Pair<'a>>,
        "flags" => flags: u32,
    }
}

message! {
    /// A sample of a profile: the index of its link.
    Sample { "linkIndex" | "link_index" => link_index: usize, }
}

message! {
    /// An attribute. In profiles, the key is an index of the string table.
    Pair {
        "key" => key: Cow<'a, str>,
        "keyStrindex" | "key_strindex" => key_strindex: usize,
        "value" => value: Value<'a>,
    }
}
message! {
    Value {
        "stringValue" | "string_value" => string_value: Option<Cow<'a, str>>,
        "stringValueStrindex" | "string_value_strindex" => string_value_strindex: usize,
        "intValue" | "int_value" => int_value: Option<i64>,
        "boolValue" | "bool_value" => bool_value: Option<bool>,
        "doubleValue" | "double_value" => double_value: Option<f64>,
        "bytesValue" | "bytes_value" => bytes_value: Option<Box<Bytes<'a>>>,
        "arrayValue" | "array_value" => array_value: Option<Box<Array<'a>>>,
        "kvlistValue" | "kvlist_value" => kvlist_value: Option<Box<Pairs<'a>>>,
    }
}
message! {
    Array { "values" => values: Vec<Value<'a>>, }
}
message! {
    Pairs { "values" => values: Vec<Pair<'a>>, }
}
