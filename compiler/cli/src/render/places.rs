//! Lines and columns of spans, for many findings in large files: each source is searched for its lines once.

use std::collections::HashMap;
use std::ops::Range;

use emberline_core::source::{Position, SourceId, Sources, Span};

/// The starts of the lines of each source that was asked about.
pub(crate) struct Places<'a> {
    sources: &'a Sources,
    starts: HashMap<SourceId, Vec<usize>>,
}

impl<'a> Places<'a> {
    /// Nothing is searched yet.
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, starts: HashMap::new() }
    }

    /// The path as shown to people.
    pub(crate) fn path(&self, source: SourceId) -> &'a str {
        &self.sources.get(source).path
    }

    /// The whole text.
    pub(crate) fn text(&self, source: SourceId) -> &'a str {
        &self.sources.get(source).text
    }

    /// Where the text begins in its file.
    pub(crate) fn start(&self, source: SourceId) -> Position {
        self.sources.get(source).start
    }

    /// The first and last position of a span, as [`Sources::positions`] gives them.
    pub(crate) fn positions(&mut self, span: Span) -> (Position, Position) {
        let text = self.text(span.source);
        let start = floor(text, span.range().start);
        let end = floor(text, span.range().end);
        let last = text[start..end.max(start)].char_indices().next_back().map_or(start, |(offset, _)| start + offset);
        (self.position(span.source, start), self.position(span.source, last))
    }

    /// The bytes of a line (counted from 1 in the file), without its end.
    pub(crate) fn line(&mut self, source: SourceId, line: usize) -> Range<usize> {
        let text = self.text(source);
        let line = (line + 1).saturating_sub(self.start(source).line);
        let starts = self.starts(source);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        let end = starts.get(line).map_or(text.len(), |next| next - 1);
        let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }

    fn position(&mut self, source: SourceId, byte: usize) -> Position {
        let text = self.text(source);
        let starts = self.starts(source);
        let line = starts.partition_point(|start| *start <= byte);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        self.start(source).further(line.saturating_sub(1), text[start..byte].chars().count())
    }

    fn starts(&mut self, source: SourceId) -> &[usize] {
        let text = self.text(source);
        self.starts.entry(source).or_insert_with(|| {
            std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect()
        })
    }
}

/// The nearest character boundary at or before a byte; the end for a byte past it.
pub(crate) fn floor(text: &str, byte: usize) -> usize {
    text.floor_char_boundary(byte.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_lies_where_core_says() {
        let mut sources = Sources::default();
        for text in ["", "\n", "a", "é\nüx\r\n\n✓\n", "no end\nof line", "a part\nof a file"] {
            let start = if text.starts_with("a part") { Position { line: 5, column: 9 } } else { Position::START };
            let id = sources.add_part("a.yaml", text, start);
            let ends: Vec<usize> = (0..=text.len()).filter(|byte| text.is_char_boundary(*byte)).collect();
            let mut places_of = Places::new(&sources);
            for (index, start) in ends.iter().enumerate() {
                for end in &ends[index..] {
                    let span = Span::new(id, *start..*end);
                    assert_eq!(places_of.positions(span), sources.positions(span), "{text:?} {start}..{end}");
                }
            }
        }
    }

    #[test]
    fn lines_have_no_end() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "one\r\n\nthree\n");
        let mut places = Places::new(&sources);
        let lines: Vec<&str> = (1..=5).map(|line| &sources.get(id).text[places.line(id, line)]).collect();
        assert_eq!(lines, ["one", "", "three", "", ""]);
        let id = sources.add_part("a.yaml", "seven\neight", Position { line: 7, column: 3 });
        let mut places = Places::new(&sources);
        let lines: Vec<&str> = (7..=8).map(|line| &sources.get(id).text[places.line(id, line)]).collect();
        assert_eq!(lines, ["seven", "eight"]);
    }
}
