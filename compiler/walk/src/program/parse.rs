//! Parses a text within bounds, so that no file holds up a walk.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::grammar::Grammar;

/// Longer files, in bytes, are not parsed: they are generated or data.
const LONGEST: usize = 2_000_000;
/// A text whose brackets nest deeper is not parsed: nobody writes it, and a parser takes quadratic time for its errors.
const DEEPEST: usize = 1_000;
/// The parser reports after each hundred steps. Of 2,750 real files, the worst took a report for each 40 bytes. The
/// bound counts reports, so that a walk gives the same answer on a slow machine.
const BYTES_PER_REPORT: usize = 16;
/// Reports for a short text.
const REPORTS: usize = 500;
/// The last resort, because nothing bounds the time of a single report.
const PATIENCE: Duration = Duration::from_secs(10);

/// The syntax tree of a text; `None` if the text is too long, too deep, or takes too many steps.
pub(super) fn parse(text: &str, grammar: &Grammar) -> Option<Tree> {
    if text.len() > LONGEST || depth(text) > DEEPEST {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&grammar.parser).ok()?;
    let (begin, mut left) = (Instant::now(), REPORTS + text.len() / BYTES_PER_REPORT);
    let mut progress = |_: &ParseState| {
        left = left.saturating_sub(1);
        if left > 0 && begin.elapsed() < PATIENCE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let bytes = text.as_bytes();
    let mut from = |at: usize, _| bytes.get(at..).unwrap_or_default();
    parser.parse_with_options(&mut from, None, Some(ParseOptions::new().progress_callback(&mut progress)))
}

/// How deep the brackets of a text nest, those in strings included.
fn depth(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}
