//! Searches one file of any size and with lines of any length. A window moves over the text, and only a little text
//! around each finding is kept.

use std::io::{self, Read};
use std::ops::Range;

use emberline_core::source::Position;
use emberline_evidence::sensitive::{self, Hit, Kind, Origin, REACH, Values};

use crate::world::text::Decoder;

/// Bytes of text that are searched at once.
const WINDOW: usize = 4 << 20;
/// Bytes of a line kept on either side of a finding, more than reports ever show.
const AROUND: usize = 1 << 10;
/// The most bytes of a line in one piece. Columns are counted from the beginning of the piece, again for each finding.
const PIECE: usize = 8 << 10;
/// The most findings that a report can hold of one file.
const MOST_HITS: usize = 100_000;

/// The findings in one file.
#[derive(Debug, Default)]
pub(super) struct Searched {
    /// The pieces of lines with findings, in file order.
    pub(super) parts: Vec<Part>,
    /// The values found, so that every other copy of them can be hidden.
    pub(super) values: Values,
    /// Whether the decoder read only runs of printable characters.
    pub(super) is_binary: bool,
}

/// A piece of one line with all its findings, whose values are masked in the text.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) text: String,
    /// The position of the piece in the file.
    pub(super) start: Position,
    /// The range of each finding, in bytes of the piece, and its kind.
    pub(super) hits: Vec<(Range<usize>, Kind)>,
}

/// Searches a file. Time is linear in the file's length. Memory grows with the number of findings, not with the length.
pub(super) fn search(from: impl Read) -> io::Result<Searched> {
    search_by(from, WINDOW)
}

fn search_by(from: impl Read, window: usize) -> io::Result<Searched> {
    let mut decoder = Decoder::new(from)?;
    let mut searched = Searched { is_binary: decoder.is_binary(), ..Searched::default() };
    let mut text = String::new();
    let mut cursor = Cursor { byte: 0, position: Position::START };
    // The start of the text that is not yet searched. Detectors look back at the text before it.
    let mut fresh = 0;
    let mut found = 0;
    loop {
        let is_over = decoder.fill(&mut text, fresh + window + REACH)?;
        let end = if is_over { text.len() } else { text.floor_char_boundary(text.len().saturating_sub(REACH)) };
        let all = sensitive::scan(&text, Origin::File);
        let is_new = |hit: &&Hit| (fresh..end).contains(&hit.range.start);
        let hits: Vec<Hit> = all.iter().filter(is_new).cloned().collect();
        found += hits.len();
        if found > MOST_HITS {
            return Err(io::Error::other(format!("it holds more than {MOST_HITS} findings")));
        }
        if !hits.is_empty() {
            searched.values.add(&text, &hits);
            // Findings from before the window moved may still be in the text, so all findings are masked.
            let masked = sensitive::masked(&text, &all);
            parts(&masked, &hits, &mut cursor, &mut searched.parts);
        }
        if is_over {
            return Ok(searched);
        }
        let reached = hits.last().map_or(end, |last| last.secret.end.max(end));
        let cut = text.floor_char_boundary(end.saturating_sub(REACH));
        cursor.go(&text, cut.max(cursor.byte));
        text.drain(..cut);
        cursor.byte -= cut;
        fresh = reached - cut;
    }
}

/// A byte of the window, and its position in the file.
struct Cursor {
    byte: usize,
    position: Position,
}

impl Cursor {
    /// Moves to a byte that is not before the current one.
    fn go(&mut self, text: &str, to: usize) {
        let between = &text[self.byte..to];
        let lines = between.bytes().filter(|byte| *byte == b'\n').count();
        let last = between.rfind('\n').map_or(between, |newline| &between[newline + 1..]);
        self.position = self.position.further(lines, last.chars().count());
        self.byte = to;
    }
}

/// Cuts the pieces of lines with findings out of a masked text. Findings near each other share a piece.
fn parts(masked: &str, hits: &[Hit], cursor: &mut Cursor, parts: &mut Vec<Part>) {
    let mut next = hits;
    while let Some(first) = next.first() {
        let start = start_of(masked, first.range.start).max(cursor.byte);
        cursor.go(masked, start);
        let mut end = end_of(masked, first.range.end);
        let mut taken = 1;
        while let Some(hit) = next.get(taken).filter(|hit| hit.range.start < end && hit.range.end - start < PIECE) {
            end = end.max(end_of(masked, hit.range.end));
            taken += 1;
        }
        let within = |hit: &Hit| (hit.range.start - start..hit.range.end - start, hit.kind);
        let hits = next[..taken].iter().map(within).collect();
        parts.push(Part { text: masked[start..end].to_owned(), start: cursor.position, hits });
        next = &next[taken..];
    }
}

/// The beginning of a byte's line, or a byte far enough before it.
fn start_of(text: &str, byte: usize) -> usize {
    let limit = text.floor_char_boundary(byte.saturating_sub(AROUND));
    text[limit..byte].rfind('\n').map_or(limit, |newline| limit + newline + 1)
}

/// The end of a byte's line, or a byte far enough after it.
fn end_of(text: &str, byte: usize) -> usize {
    let limit = text.floor_char_boundary((byte + AROUND).min(text.len()));
    text[byte..limit].find('\n').map_or(limit, |newline| byte + newline)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key, put together so that a scan of this source file finds none.
    fn key(number: usize) -> String {
        format!("AKIA{}", "Q3EGRIBZT6V5WXYM").replace('Q', ["Q", "R", "S"][number % 3])
    }

    #[test]
    fn windows_find_what_one_look_finds() {
        let filler = "some words, é and more of them ";
        for (before, between) in [(0, "\n"), (1, "\n"), (5_000, " "), (9_000, "\n"), (40_000, " ")] {
            let mut text = String::new();
            for number in 0..12 {
                text += &filler.repeat(before / filler.len() + number * 37);
                text += &format!("key: {} end{between}", key(number));
            }
            let whole = search_by(text.as_bytes(), usize::MAX / 2).unwrap();
            let places = |searched: &Searched| -> Vec<(Position, String)> {
                let place = |part: &Part, at: usize| {
                    let before = &part.text[..at];
                    part.start.further(before.matches('\n').count(), before.chars().count())
                };
                let of = |part: &Part| -> Vec<_> {
                    part.hits
                        .iter()
                        .map(|(range, _)| (place(part, range.start), part.text[range.clone()].to_owned()))
                        .collect()
                };
                searched.parts.iter().flat_map(of).collect()
            };
            assert_eq!(places(&whole).len(), 12);
            let expected: Vec<usize> = text.match_indices("AKIA").map(|(at, _)| at).collect();
            for (at, (place, shown)) in expected.into_iter().zip(places(&whole)) {
                let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                assert_eq!(place.line, text[..at].matches('\n').count() + 1);
                assert_eq!(place.column, text[line_start..at].chars().count() + 1);
                assert_eq!(shown, format!("AKIA{}", "*".repeat(16)));
            }
            for window in [1, 100, 4_096, 70_000] {
                assert_eq!(places(&search_by(text.as_bytes(), window).unwrap()), places(&whole), "{window}");
            }
        }
    }

    #[test]
    fn one_long_line_is_searched_in_linear_time_and_little_is_kept() {
        let line = format!("{} ", key(0)).repeat(50_000);
        let searched = search_by(line.as_bytes(), 100_000).unwrap();
        assert_eq!(searched.parts.iter().map(|part| part.hits.len()).sum::<usize>(), 50_000);
        assert!(searched.parts.iter().all(|part| part.text.len() <= PIECE + 2 * AROUND));
        let quiet = "x ".repeat(4 << 20) + &key(0);
        let searched = search(quiet.as_bytes()).unwrap();
        assert!(searched.parts.iter().map(|part| part.text.len()).sum::<usize>() < 4 * AROUND);
        assert_eq!(searched.parts[0].start.column, quiet.len() - 20 - AROUND + 1);
    }

    #[test]
    fn more_than_can_be_reported_is_no_clean_file() {
        let line = format!("{} ", key(0)).repeat(MOST_HITS + 1);
        assert!(search(line.as_bytes()).unwrap_err().to_string().contains("findings"));
    }
}
