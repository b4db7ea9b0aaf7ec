//! The comments between which our part stands, and a text without what is between them.

use std::ops::Range;

use super::refused::Refused;
use super::text::{line_after, lines, source};
use crate::yaml::{self, Node, Value};

/// How the comment before a part of ours begins.
const BEGIN: &str = "# emberline: begin";
/// The comment behind a part of ours.
const END: &str = "# emberline: end";
/// What the first comment says to those who would edit.
const ADVICE: &str = " (edits up to the end are lost: `emberline alertmanager` writes these lines)";

/// Our lines between their marks, all so far to the right.
pub(super) fn marked(indent: usize, lines: &[String]) -> String {
    let margin = " ".repeat(indent);
    let mut text = format!("{margin}{BEGIN}{ADVICE}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text + &format!("{margin}{END}\n")
}

/// A text without our part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bare {
    /// What is left.
    pub(super) text: String,
    /// What went, in order: bytes of the original.
    gone: Vec<Range<usize>>,
}

impl Bare {
    /// The byte of the original that stands at this byte of what is left.
    pub(super) fn original(&self, at: usize) -> usize {
        self.gone.iter().fold(at, |at, gone| if gone.start <= at { at + gone.len() } else { at })
    }
}

/// The text without our part. A key that we wrote stays where the team has hung items of its own below it.
pub(super) fn without_ours(text: &str) -> Result<Bare, Refused> {
    let mut gone: Vec<Range<usize>> = Vec::new();
    for block in blocks(text)? {
        let kept = key_in_use(text, &block).unwrap_or(block.start..block.start);
        gone.extend([block.start..kept.start, kept.end..block.end].into_iter().filter(|range| !range.is_empty()));
    }
    join(&mut gone);
    // The last line before us had no end: it came with us.
    if let Some(last) = gone.last_mut().filter(|last| last.end == text.len() && !text.ends_with('\n')) {
        let before = &text[..last.start];
        last.start = before.strip_suffix("\r\n").or(before.strip_suffix('\n')).unwrap_or(before).len();
    }
    let (mut left, mut done) = (String::with_capacity(text.len()), 0);
    for range in &gone {
        left.push_str(&text[done..range.start]);
        done = range.end;
    }
    left.push_str(&text[done..]);
    Ok(Bare { text: left, gone })
}

/// Makes one range of those that touch.
fn join(ranges: &mut Vec<Range<usize>>) {
    ranges.dedup_by(|later, earlier| {
        let touches = earlier.end == later.start;
        if touches {
            earlier.end = later.end;
        }
        touches
    });
}

/// Every part of ours with its marks: whole lines.
fn blocks(text: &str) -> Result<Vec<Range<usize>>, Refused> {
    let mut scalars = Vec::new();
    if text.contains(BEGIN) || text.contains(END) {
        // A text within the configuration may look like a mark.
        yaml::parse(source(), text).documents.iter().for_each(|root| collect(root, &mut scalars));
    }
    let is_text = |at: usize| scalars.iter().any(|scalar: &Range<usize>| scalar.contains(&at));
    let broken = |at: usize, what: &str| {
        Err(Refused::new(
            at,
            what,
            "restore both marks of each part from version control, or remove them with our lines",
        ))
    };
    let (mut blocks, mut open) = (Vec::new(), None);
    for (start, line) in lines(text) {
        let content = line.trim_start();
        let at = start + line.len() - content.len();
        let is_begin = content.starts_with(BEGIN);
        if !is_begin && !content.starts_with(END) || is_text(at) {
            continue;
        }
        match (is_begin, open) {
            (true, None) => open = Some((start, at)),
            (true, Some(_)) => return broken(at, "a part of ours begins here within another one"),
            (false, None) => return broken(at, "a part of ours ends here that begins nowhere"),
            (false, Some((from, _))) => {
                blocks.push(from..line_after(text, start));
                open = None;
            }
        }
    }
    match open {
        Some((_, at)) => broken(at, "a part of ours begins here and ends nowhere"),
        None => Ok(blocks),
    }
}

/// The places of all scalars.
fn collect(node: &Node, scalars: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Scalar(_) => scalars.push(node.span.range()),
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, scalars)),
        Value::Mapping(entries) => entries.iter().for_each(|(_, value)| collect(value, scalars)),
    }
}

/// The line of the key that a part of ours brings, if an item behind the part hangs below it.
fn key_in_use(text: &str, block: &Range<usize>) -> Option<Range<usize>> {
    let first = |text| lines(text).find(|(_, line)| is_content(line));
    let (start, line) = first(&text[block.clone()])?;
    if line.trim_start().starts_with('-') {
        return None;
    }
    let (_, behind) = first(&text[block.end..])?;
    let is_item = behind.trim_start().split([' ', '\t']).next() == Some("-");
    let indent = |line: &str| line.len() - line.trim_start().len();
    (is_item && indent(behind) >= indent(line)).then(|| {
        let start = block.start + start;
        start..line_after(text, start)
    })
}

fn is_content(line: &str) -> bool {
    let content = line.trim_start();
    !content.is_empty() && !content.starts_with('#')
}
