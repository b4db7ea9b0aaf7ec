//! The few lines of a source that a finding shows: harmless to a terminal, narrow enough to read, cheap in large files.

use std::ops::Range;

use emberline_core::source::{Position, SourceId, Span};

use super::places::{Places, floor};
use crate::terminal;

/// A span of more lines than this (a whole mapping, say) is underlined in its first line only.
const LINES_UNDERLINED: usize = 6;
/// Places of one source that lie within so many lines of each other are shown in one excerpt.
const LINES_BETWEEN: usize = 12;
/// Characters shown of a line around an underlined place; the rest is an ellipsis.
const CHARACTERS_AROUND: usize = 100;
/// Characters of an underlined place that are shown.
const CHARACTERS_UNDERLINED: usize = 200;

/// A span to underline.
#[derive(Debug, Clone)]
pub(crate) struct Mark<'a> {
    /// Where it is in the source.
    pub(crate) span: Span,
    /// The words beside it.
    pub(crate) text: &'a str,
    /// Whether the finding is about this place.
    pub(crate) is_primary: bool,
}

/// Lines of a source with marks in them.
#[derive(Debug)]
pub(crate) struct Excerpt<'a> {
    /// The source.
    pub(crate) source: SourceId,
    /// Line and column, from 1, of the first mark (the primary one if there is one), where cutting a line has moved it.
    pub(crate) moved_from: Option<Position>,
    /// Number of the first line.
    pub(crate) first_line: usize,
    /// The lines as they are to be shown.
    pub(crate) text: String,
    /// The bytes of `text` to underline.
    pub(crate) marks: Vec<(Range<usize>, Mark<'a>)>,
}

/// Excerpts that show every mark; the primary one's first, the others in the order of their places.
pub(crate) fn excerpts<'a>(mut marks: Vec<Mark<'a>>, places: &mut Places<'_>) -> Vec<Excerpt<'a>> {
    marks.sort_by_key(|mark| mark.span);
    let mut clusters: Vec<(usize, Vec<Mark<'a>>)> = Vec::new();
    for mark in marks {
        let (start, end) = places.positions(mark.span);
        let last = if end.line - start.line < LINES_UNDERLINED { end.line } else { start.line };
        match clusters.last_mut() {
            Some((reached, cluster))
                if cluster.iter().all(|other| other.span.source == mark.span.source)
                    && start.line <= *reached + LINES_BETWEEN =>
            {
                *reached = last.max(*reached);
                cluster.push(mark);
            }
            _ => clusters.push((last, vec![mark])),
        }
    }
    clusters.sort_by_key(|(_, marks)| !marks.iter().any(|mark| mark.is_primary));
    clusters.into_iter().filter_map(|(last, marks)| excerpt(marks, last, places)).collect()
}

fn excerpt<'a>(marks: Vec<Mark<'a>>, last_line: usize, places: &mut Places<'_>) -> Option<Excerpt<'a>> {
    let source = marks.first()?.span.source;
    let first_line = places.positions(marks.first()?.span).0.line;
    let head = marks.iter().find(|mark| mark.is_primary).or(marks.first())?;
    let head = places.positions(head.span).0;
    let mut shown =
        Excerpt { source, moved_from: None, first_line, text: String::new(), marks: Vec::with_capacity(marks.len()) };
    let ranges: Vec<Range<usize>> = marks.iter().map(|mark| underlined(mark, places)).collect();
    let mut mapped: Vec<Range<usize>> = vec![0..0; ranges.len()];
    let text = places.text(source);
    let begins = places.start(source);
    for line in first_line..=last_line {
        let bytes = places.line(source, line);
        let window = window(text, &bytes, &ranges);
        // A part of a file may itself begin within a line.
        if window.start > bytes.start || (line == begins.line && begins.column > 1) {
            shown.text.push('…');
            shown.moved_from = Some(head);
        }
        let characters = text[window.clone()].char_indices().map(|(offset, c)| (window.start + offset, Some(c)));
        for (byte, character) in characters.chain([(window.end, None)]) {
            // What lies beyond the window is shown at its end.
            let reach = byte..=character.map_or(bytes.end, |_| byte);
            for (range, mapped) in ranges.iter().zip(&mut mapped) {
                if reach.contains(&range.start) {
                    *mapped = shown.text.len()..shown.text.len();
                }
                if reach.contains(&range.end) {
                    mapped.end = shown.text.len().max(mapped.start);
                }
            }
            shown.text.extend(character.map(terminal::visible));
        }
        if window.end < bytes.end {
            shown.text.push('…');
        }
        if line < last_line {
            shown.text.push('\n');
        }
    }
    shown.marks = mapped.into_iter().zip(marks).collect();
    Some(shown)
}

/// The bytes of the source to underline: without the line ends and blanks that a block ends with, and of a long block only
/// the first line.
fn underlined(mark: &Mark<'_>, places: &mut Places<'_>) -> Range<usize> {
    let text = places.text(mark.span.source);
    let (from, to) = places.positions(mark.span);
    let start = floor(text, mark.span.range().start);
    let end = floor(text, mark.span.range().end).max(start);
    let first_line = places.line(mark.span.source, from.line);
    // A place at the end of a line stays there, even where a carriage return stands.
    let start = start.min(first_line.end);
    let end = if to.line - from.line < LINES_UNDERLINED { end } else { first_line.end };
    start..start + text[start..end.max(start)].trim_end().len()
}

/// The part of a line to show: around the marks in it, or its beginning.
fn window(text: &str, line: &Range<usize>, ranges: &[Range<usize>]) -> Range<usize> {
    if line.len() <= 2 * CHARACTERS_AROUND {
        return line.clone();
    }
    let inside = |range: &&Range<usize>| range.start <= line.end && range.end >= line.start;
    let Some(first) = ranges.iter().filter(inside).map(|range| range.start.max(line.start)).min() else {
        return line.start..forward(text, line.start, line.end, CHARACTERS_AROUND);
    };
    let start = back(text, first, line.start, CHARACTERS_AROUND);
    start..forward(text, first, line.end, CHARACTERS_UNDERLINED + CHARACTERS_AROUND)
}

/// The byte that lies `characters` after `from`, or `limit`.
fn forward(text: &str, from: usize, limit: usize, characters: usize) -> usize {
    text[from..limit].char_indices().nth(characters).map_or(limit, |(offset, _)| from + offset)
}

/// The byte that lies `characters` before `from`, or `limit`.
fn back(text: &str, from: usize, limit: usize, characters: usize) -> usize {
    text[limit..from].char_indices().rev().nth(characters.saturating_sub(1)).map_or(limit, |(offset, _)| limit + offset)
}
