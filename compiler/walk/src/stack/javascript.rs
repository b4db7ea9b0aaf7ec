//! JavaScript: `at order (file.js:12:5)` or `at file.js:12:5`, innermost first.

use super::line::file_and_line;
use crate::spot::{Spot, plain};

pub(super) fn frames(text: &str) -> Vec<Spot> {
    text.lines().filter_map(|line| frame(line.trim())).collect()
}

fn frame(line: &str) -> Option<Spot> {
    let at = line.strip_prefix("at ")?;
    let (function, at) = match at.strip_suffix(')').and_then(|at| at.rsplit_once(" (")) {
        Some((function, at)) => (function, at),
        None => ("", at),
    };
    let mut function = function;
    for word in ["async ", "new "] {
        function = function.strip_prefix(word).unwrap_or(function);
    }
    // `Shop.order [as handle]` names the property that held the function as well.
    let function = function.split(" [as ").next().unwrap_or(function);
    let at = at.strip_prefix("async ").unwrap_or(at);
    let (file, _column) = file_and_line(at)?;
    let (file, line) = file_and_line(file.strip_prefix("file://").unwrap_or(file))?;
    let is_source =
        [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"].iter().any(|end| file.ends_with(end));
    is_source.then(|| Spot { function: plain(function), file: file.to_owned(), line })
}
