//! What the processor did for a trace.

use anyhow::Result;

use super::list;
use crate::ask;
use crate::system::Addresses;

/// Samples at one stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The service.
    pub service: String,
    /// The span that was current.
    pub span_id: String,
    /// How many samples.
    pub count: u64,
    /// Processor time, in milliseconds.
    pub millis: f64,
    /// Function, file and line, the innermost first.
    pub frames: Vec<(String, String, u64)>,
}

impl Stack {
    /// The innermost frame of our own code: whose file lies in the repository.
    #[must_use]
    pub fn own(&self) -> Option<&(String, String, u64)> {
        self.frames.iter().find(|(_, file, _)| file.starts_with("services/"))
    }
}

/// The stacks of a trace, the most frequent first.
///
/// # Errors
/// When the store does not answer.
pub fn stacks(at: &Addresses, trace_id: &str) -> Result<Vec<Stack>> {
    let answer = ask::json(&format!("http://{}/api/profiles/{trace_id}", at.store), &[])?;
    let samples = list(&answer, "samples").iter().map(|sample| {
        let text = |key: &str| sample[key].as_str().unwrap_or_default().to_owned();
        let frames = list(sample, "frames").iter().map(|frame| {
            let part = |key: &str| frame[key].as_str().unwrap_or_default().to_owned();
            (part("function"), part("file"), frame["line"].as_u64().unwrap_or(0))
        });
        Stack {
            service: text("service"),
            span_id: text("span_id"),
            count: sample["count"].as_u64().unwrap_or(0),
            millis: sample["cpu_nanos"].as_f64().unwrap_or(0.0) / 1e6,
            frames: frames.collect(),
        }
    });
    Ok(samples.collect())
}
