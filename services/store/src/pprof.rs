//! A profile as gzipped pprof, which `go tool pprof` reads.

use crate::query::Stacked;
use flate2::{Compression, write::GzEncoder};
use prost::Message;
use std::collections::HashMap;
use std::io::Write;

macro_rules! message {
    ($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Message)]
        #[allow(missing_docs, reason = "the fields are those of profile.proto")]
        pub struct $name { $($(#[$attr])* pub $field: $kind,)* }
    };
}

message!(/// `ValueType` of profile.proto.
ValueType { #[prost(int64, tag = "1")] kind: i64, #[prost(int64, tag = "2")] unit: i64, });
message!(/// `Label` of profile.proto.
Label { #[prost(int64, tag = "1")] key: i64, #[prost(int64, tag = "2")] text: i64, });
message!(/// `Sample` of profile.proto.
Sample { #[prost(uint64, repeated, tag = "1")] location: Vec<u64>, #[prost(int64, repeated, tag = "2")] value: Vec<i64>, #[prost(message, repeated, tag = "3")] label: Vec<Label>, });
message!(/// `Line` of profile.proto.
Line { #[prost(uint64, tag = "1")] function: u64, #[prost(int64, tag = "2")] line: i64, });
message!(/// `Location` of profile.proto.
Location { #[prost(uint64, tag = "1")] id: u64, #[prost(message, repeated, tag = "4")] line: Vec<Line>, });
message!(/// `Function` of profile.proto.
Function { #[prost(uint64, tag = "1")] id: u64, #[prost(int64, tag = "2")] name: i64, #[prost(int64, tag = "3")] system_name: i64, #[prost(int64, tag = "4")] filename: i64, });
message!(/// `Profile` of profile.proto.
Profile {
    #[prost(message, repeated, tag = "1")] sample_type: Vec<ValueType>, #[prost(message, repeated, tag = "2")] sample: Vec<Sample>,
    #[prost(message, repeated, tag = "4")] location: Vec<Location>, #[prost(message, repeated, tag = "5")] function: Vec<Function>,
    #[prost(string, repeated, tag = "6")] strings: Vec<String>, #[prost(int64, tag = "9")] time: i64,
});

#[derive(Default)]
struct Strings {
    list: Vec<String>,
    places: HashMap<String, i64>,
}

impl Strings {
    fn of(&mut self, text: &str) -> i64 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.list.len() as i64;
        self.list.push(text.into());
        self.places.insert(text.into(), place);
        place
    }
}

/// Encodes samples; `trace` becomes a label of each.
///
/// # Errors
/// The compressor failed.
pub fn encode(samples: &[Stacked], trace: &str) -> std::io::Result<Vec<u8>> {
    let mut strings = Strings::default();
    strings.of("");
    let mut profile = Profile {
        sample_type: vec![
            ValueType { kind: strings.of("samples"), unit: strings.of("count") },
            ValueType { kind: strings.of("cpu"), unit: strings.of("nanoseconds") },
        ],
        time: samples.iter().map(|sample| sample.time).min().unwrap_or_default(),
        ..Profile::default()
    };
    let (mut functions, mut locations) = (HashMap::new(), HashMap::new());
    for sample in samples {
        let mut stack = Vec::with_capacity(sample.frames.len());
        for frame in &sample.frames {
            let next = functions.len() as u64 + 1;
            let function = *functions.entry((&frame.function, &frame.file)).or_insert_with(|| {
                let name = strings.of(&frame.function);
                profile.function.push(Function {
                    id: next,
                    name,
                    system_name: name,
                    filename: strings.of(&frame.file),
                });
                next
            });
            let next = locations.len() as u64 + 1;
            stack.push(*locations.entry((function, frame.line)).or_insert_with(|| {
                profile.location.push(Location { id: next, line: vec![Line { function, line: frame.line }] });
                next
            }));
        }
        let label = [("trace_id", trace), ("span_id", &sample.span_id), ("service", &sample.service)];
        profile.sample.push(Sample {
            location: stack,
            value: vec![sample.count, sample.cpu_nanos],
            label: label
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(key, text)| Label { key: strings.of(key), text: strings.of(text) })
                .collect(),
        });
    }
    profile.strings = strings.list;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&profile.encode_to_vec())?;
    packed.finish()
}
