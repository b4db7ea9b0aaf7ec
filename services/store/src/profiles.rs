//! OTLP profiles, resolved: every index of the dictionary followed, every sample on its own.

use crate::rows::{Hash, digest, resource_attribute, signed, valid_id};
use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::profiles::v1development::{Profile, ProfilesDictionary, Sample};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// A frame of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Frame {
    /// The function's name.
    pub function: String,
    /// Its source file, relative to the repository's root where the profiler knows it.
    pub file: String,
    /// The line, or 0.
    pub line: i64,
}

/// A stack, the innermost frame first, stored once.
#[derive(Debug)]
pub struct Stack {
    /// Digest of `frames`.
    pub hash: Hash,
    /// The frames as JSON.
    pub frames: String,
}

/// A sample, or several at the same stack.
#[derive(Debug)]
pub struct SampleRow {
    /// Trace and span it was taken in, if any.
    pub link: Option<(Vec<u8>, Vec<u8>)>,
    /// `service.name`.
    pub service: String,
    /// Where the program was.
    pub stack: Arc<Stack>,
    /// How many samples.
    pub count: i64,
    /// CPU time in nanoseconds, 0 if the profile does not tell.
    pub cpu: i64,
    /// Unix nanoseconds.
    pub time: i64,
}

/// A request has at most this many frames once its tables are followed: a small message may repeat a long stack often.
const MOST_FRAMES: usize = 4_000_000;

/// The samples of a request, how many profiles were refused, and why the first was.
pub fn samples(request: &ExportProfilesServiceRequest) -> (Vec<SampleRow>, i64, String) {
    let empty = ProfilesDictionary::default();
    let mut reader =
        Reader { tables: request.dictionary.as_ref().unwrap_or(&empty), stacks: HashMap::new(), frames: 0 };
    let (mut rows, mut rejected, mut reason) = (Vec::new(), 0, String::new());
    for of_resource in &request.resource_profiles {
        let service = resource_attribute(&of_resource.resource, "service.name");
        for profile in of_resource.scope_profiles.iter().flat_map(|scope| &scope.profiles) {
            let before = rows.len();
            for sample in &profile.samples {
                match reader.sample(profile, sample, &service) {
                    Ok(row) => rows.push(row),
                    Err(why) => {
                        rows.truncate(before);
                        rejected += 1;
                        if reason.is_empty() {
                            reason = why;
                        }
                        break;
                    }
                }
            }
        }
    }
    (rows, rejected, reason)
}

struct Reader<'a> {
    tables: &'a ProfilesDictionary,
    stacks: HashMap<i32, Arc<Stack>>,
    frames: usize,
}

/// Follows an index; it must lie in its table, except that 0 is the zero value even where the table is empty.
fn at<'a, T>(table: &'a [T], index: i32, name: &str) -> Result<Option<&'a T>, String> {
    let found = usize::try_from(index).ok().and_then(|place| table.get(place));
    if found.is_none() && index != 0 {
        return Err(format!(
            "a profile refers to {name}[{index}], which has {} entries: send the dictionary that belongs to it",
            table.len()
        ));
    }
    Ok(found)
}

impl Reader<'_> {
    fn text(&self, index: i32) -> Result<String, String> {
        Ok(at(&self.tables.string_table, index, "string_table")?.cloned().unwrap_or_default())
    }

    fn stack(&mut self, index: i32) -> Result<Arc<Stack>, String> {
        if let Some(known) = self.stacks.get(&index) {
            return Ok(known.clone());
        }
        let mut frames = Vec::new();
        for location in
            at(&self.tables.stack_table, index, "stack_table")?.map_or(&[][..], |stack| &stack.location_indices)
        {
            let Some(location) = at(&self.tables.location_table, *location, "location_table")? else { continue };
            self.frames += location.lines.len().max(1);
            if self.frames > MOST_FRAMES {
                return Err(format!("the request's stacks have more than {MOST_FRAMES} frames: send smaller profiles"));
            }
            if location.lines.is_empty() {
                frames.push(Frame { function: format!("{:#x}", location.address), file: String::new(), line: 0 });
            }
            // Inlined calls first, as the message has them: the innermost leads.
            for line in &location.lines {
                let function = at(&self.tables.function_table, line.function_index, "function_table")?;
                frames.push(match function {
                    None => {
                        Frame { function: format!("{:#x}", location.address), file: String::new(), line: line.line }
                    }
                    Some(function) => Frame {
                        function: self.text(function.name_strindex)?,
                        file: self.text(function.filename_strindex)?,
                        line: line.line,
                    },
                });
            }
        }
        let frames = serde_json::to_string(&frames).map_err(|error| error.to_string())?;
        let stack = Arc::new(Stack { hash: digest(&[frames.as_bytes()]), frames });
        self.stacks.insert(index, stack.clone());
        Ok(stack)
    }

    fn sample(&mut self, profile: &Profile, sample: &Sample, service: &str) -> Result<SampleRow, String> {
        let link = at(&self.tables.link_table, sample.link_index, "link_table")?
            .filter(|link| valid_id(&link.trace_id, 16))
            .map(|link| (link.trace_id.clone(), link.span_id.clone()));
        let kind = profile.sample_type.unwrap_or_default();
        let period = profile.period_type.unwrap_or_default();
        let per_sample = if self.text(period.unit_strindex)? == "nanoseconds" { profile.period.max(0) } else { 0 };
        let sum = sample.values.iter().fold(0_i64, |sum, value| sum.saturating_add((*value).max(0)));
        let stamps = i64::try_from(sample.timestamps_unix_nano.len()).unwrap_or(i64::MAX);
        let (count, cpu) = if sample.values.is_empty() {
            (stamps.max(1), stamps.max(1).saturating_mul(per_sample))
        } else if self.text(kind.unit_strindex)? == "nanoseconds" {
            (if stamps > 0 { stamps } else { sum.checked_div(per_sample).unwrap_or(1).max(1) }, sum)
        } else {
            (sum, sum.saturating_mul(per_sample))
        };
        let time = sample.timestamps_unix_nano.first().copied().unwrap_or(profile.time_unix_nano);
        Ok(SampleRow {
            link,
            service: service.into(),
            stack: self.stack(sample.stack_index)?,
            count,
            cpu,
            time: signed(time),
        })
    }
}
