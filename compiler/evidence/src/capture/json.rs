//! Reads OTLP as JSON lines, an export request a line, as the collector's file exporter writes it.

use std::io::{self, BufRead, Read};

use super::{Capture, Unreadable};

/// The longest line that is read: a request of this size is refused by the collector itself long before.
const LONGEST: u64 = 64 << 20;

/// Reads everything into `capture`. A last line that is not whole marks it as cut.
///
/// # Errors
///
/// What stands in a line is not OTLP, a line is longer than 64 MiB, or `from` cannot be read.
pub fn read(capture: &mut Capture, mut from: impl BufRead) -> Result<(), Unreadable> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let fault = |cause: String| Unreadable { line: number, cause };
        match from.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) if line.len() as u64 > LONGEST => return Err(fault("it is longer than 64 MiB".to_owned())),
            Ok(_) => {}
            // What a compressed stream says that ends too early.
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                capture.cut = true;
                break;
            }
            Err(cause) => return Err(fault(cause.to_string())),
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        match serde_json::from_slice(text) {
            Ok(request) => capture.request(&request),
            Err(cause) if cause.is_eof() && line.last() != Some(&b'\n') => capture.cut = true,
            Err(cause) => return Err(fault(cause.to_string())),
        }
    }
    Ok(())
}
