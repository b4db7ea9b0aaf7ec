//! OTLP profiles (v1development, as of opentelemetry-proto 1.10): samples and the tables that they refer to.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::profiles::v1development::{
    Function, KeyValueAndUnit, Line, Link, Location, Mapping, Profile, ProfilesDictionary, ResourceProfiles, Sample,
    ScopeProfiles, Stack, ValueType,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use crate::context::Ids;
use crate::symbols::Frame;

/// Samples that were equal: what they have in common, and the processor time of them all.
#[derive(Debug)]
pub(crate) struct Summed {
    pub(crate) ids: Ids,
    pub(crate) thread: String,
    /// A location each: the frames at one address, inlined calls first.
    pub(crate) stack: Vec<Arc<[Frame]>>,
    /// Periods of the sampling frequency.
    pub(crate) periods: i64,
}

/// A table in which each entry stands once; the first is the zero value, as the format wants it.
struct Table<T>(Vec<T>, HashMap<T, i32>);

impl<T: Clone + Eq + Hash> Table<T> {
    fn new(zero: T) -> Self {
        Self(vec![zero.clone()], HashMap::from([(zero, 0)]))
    }

    fn index(&mut self, entry: T) -> i32 {
        if let Some(index) = self.1.get(&entry) {
            return *index;
        }
        let index = i32::try_from(self.0.len()).unwrap_or(0);
        self.0.push(entry.clone());
        self.1.insert(entry, index);
        index
    }
}

/// A request that holds these samples of a span of time.
pub(crate) fn request(
    samples: &[Summed],
    resource: &[(String, String)],
    began: SystemTime,
    lasted: Duration,
    period: Duration,
) -> ExportProfilesServiceRequest {
    let mut strings = Table::new(String::new());
    let mut functions: Table<(i32, i32)> = Table::new((0, 0));
    let mut locations: Table<Vec<(i32, i64)>> = Table::new(Vec::new());
    let mut stacks: Table<Vec<i32>> = Table::new(Vec::new());
    let mut links: Table<(Vec<u8>, Vec<u8>)> = Table::new((Vec::new(), Vec::new()));
    let mut threads: Table<String> = Table::new(String::new());
    let period = i64::try_from(period.as_nanos()).unwrap_or(i64::MAX);
    let mut rows = Vec::with_capacity(samples.len());
    for sample in samples {
        let mut stack = Vec::with_capacity(sample.stack.len());
        for frames in &sample.stack {
            let lines = frames.iter().map(|frame| {
                let (name, file) = (strings.index(frame.function.clone()), strings.index(frame.file.clone()));
                (functions.index((name, file)), i64::from(frame.line))
            });
            let lines = lines.collect();
            stack.push(locations.index(lines));
        }
        let link_index = if sample.ids.trace == [0, 0] {
            0
        } else {
            let trace = sample.ids.trace.map(u64::to_be_bytes).concat();
            links.index((trace, sample.ids.span.to_be_bytes().to_vec()))
        };
        rows.push(Sample {
            stack_index: stacks.index(stack),
            attribute_indices: vec![threads.index(sample.thread.clone())],
            link_index,
            values: vec![sample.periods.saturating_mul(period)],
            timestamps_unix_nano: Vec::new(),
        });
    }
    let value_type =
        ValueType { type_strindex: strings.index("cpu".into()), unit_strindex: strings.index("nanoseconds".into()) };
    let thread_name = strings.index("thread.name".into());
    let profile = Profile {
        sample_type: Some(value_type),
        samples: rows,
        time_unix_nano: nanos(began.duration_since(UNIX_EPOCH).unwrap_or_default()),
        duration_nano: nanos(lasted),
        period_type: Some(value_type),
        period,
        ..Profile::default()
    };
    let dictionary = ProfilesDictionary {
        mapping_table: vec![Mapping::default()],
        location_table: locations.0.into_iter().map(location).collect(),
        function_table: functions.0.into_iter().map(|(name, file)| function(name, file)).collect(),
        link_table: links.0.into_iter().map(|(trace_id, span_id)| Link { trace_id, span_id }).collect(),
        string_table: strings.0,
        attribute_table: threads.0.into_iter().map(|name| thread(thread_name, name)).collect(),
        stack_table: stacks.0.into_iter().map(|location_indices| Stack { location_indices }).collect(),
    };
    ExportProfilesServiceRequest {
        resource_profiles: vec![ResourceProfiles {
            resource: Some(Resource {
                attributes: resource.iter().map(|(key, value)| attribute(key, value)).collect(),
                ..Resource::default()
            }),
            scope_profiles: vec![ScopeProfiles {
                scope: Some(InstrumentationScope { name: "profiler".into(), ..InstrumentationScope::default() }),
                profiles: vec![profile],
                ..ScopeProfiles::default()
            }],
            ..ResourceProfiles::default()
        }],
        dictionary: Some(dictionary),
    }
}

fn nanos(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

fn location(lines: Vec<(i32, i64)>) -> Location {
    let lines = lines.into_iter().map(|(function_index, line)| Line { function_index, line, column: 0 });
    Location { lines: lines.collect(), ..Location::default() }
}

fn function(name_strindex: i32, filename_strindex: i32) -> Function {
    Function { name_strindex, filename_strindex, ..Function::default() }
}

fn text(value: &str) -> Option<AnyValue> {
    Some(AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) })
}

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: text(value), ..KeyValue::default() }
}

/// The name of a thread as an attribute; the first entry is the table's zero value.
fn thread(key_strindex: i32, name: String) -> KeyValueAndUnit {
    if name.is_empty() {
        return KeyValueAndUnit::default();
    }
    KeyValueAndUnit { key_strindex, value: text(&name), unit_strindex: 0 }
}
