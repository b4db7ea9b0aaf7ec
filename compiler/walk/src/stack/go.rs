//! Go: a line with the function, and below it a tab with `file.go:12 +0x1d`, innermost first. What stands above
//! `panic(…)` prints the stack.

use super::line::file_and_line;
use crate::spot::{Spot, plain};

pub(super) fn frames(text: &str) -> Vec<Spot> {
    let mut frames: Vec<Spot> = Vec::new();
    let mut function = "";
    for line in text.lines() {
        let Some(at) = line.strip_prefix('\t') else {
            function = line.strip_prefix("created by ").unwrap_or(line);
            continue;
        };
        if function.starts_with("panic(") {
            frames.clear();
        }
        let at = at.split_once(" +0x").map_or(at, |(at, _)| at);
        if let Some((file, line)) = file_and_line(at).filter(|(file, _)| file.ends_with(".go")) {
            frames.push(Spot { function: plain(called(function)), file: file.to_owned(), line });
        }
    }
    // The frame of `panic` itself lies in Go's own library, wherever that is.
    frames.retain(|frame| !frame.file.ends_with("/runtime/panic.go"));
    frames
}

/// A function without its arguments: `main.(*Shop).price(0xc0001, {0x1, 0x2})` is `main.(*Shop).price`.
fn called(line: &str) -> &str {
    let line = line.split(" in goroutine ").next().unwrap_or(line).trim_end();
    line.strip_suffix(')').and_then(|line| line.rsplit_once('(')).map_or(line, |(function, _)| function)
}
