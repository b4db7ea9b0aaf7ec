//! Python: `File "service.py", line 12, in order`, innermost last. An exception that another one caused, or that came
//! while another one was handled, stands below that one.

use crate::spot::{Spot, plain};

pub(super) fn frames(text: &str) -> Vec<Spot> {
    let mut exceptions: Vec<Vec<Spot>> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Traceback (") {
            exceptions.push(Vec::new());
        } else if let (Some(frame), Some(exception)) = (frame(line), exceptions.last_mut()) {
            exception.push(frame);
        }
    }
    exceptions.into_iter().flat_map(|frames| frames.into_iter().rev()).collect()
}

fn frame(line: &str) -> Option<Spot> {
    let (file, rest) = line.strip_prefix("File \"")?.split_once("\", line ")?;
    let (number, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    // `<module>`, `<lambda>` and `<listcomp>` are no functions of the file.
    let function = if function.starts_with('<') { String::new() } else { plain(function) };
    Some(Spot { function, file: file.to_owned(), line: number.parse().ok()? })
}
