//! Reads OTLP as JSON lines, one export request a line.

use std::io::{self, BufRead, Read};

use super::otlp::Request;
use super::store::Capture;
use super::unreadable::{LONGEST, Unreadable, too_long};

/// Reads every line.
pub(super) fn read(capture: &mut Capture, mut from: Box<dyn BufRead + '_>) -> Result<(), Unreadable> {
    let mut line = Vec::new();
    for record in 1.. {
        line.clear();
        let fault = |cause: String| Unreadable { record, cause };
        match from.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) if line.len() as u64 > LONGEST => return Err(fault(too_long())),
            Ok(_) => {}
            // A compressed stream ended too early.
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                capture.is_cut = true;
                break;
            }
            Err(cause) => return Err(fault(cause.to_string())),
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        match request(capture, text) {
            Ok(()) => capture.settle().map_err(fault)?,
            Err(cause) if cause.is_eof() && line.last() != Some(&b'\n') => capture.is_cut = true,
            Err(cause) => return Err(fault(cause.to_string())),
        }
    }
    Ok(())
}

/// Reads one export request.
pub(super) fn request(capture: &mut Capture, text: &[u8]) -> serde_json::Result<()> {
    let request: Request<'_> = serde_json::from_slice(text)?;
    if request.is_foreign() {
        return Err(serde::de::Error::custom(
            "it has none of `resourceSpans`, `resourceLogs`, `resourceMetrics` and `resourceProfiles`",
        ));
    }
    capture.request(&request);
    Ok(())
}
