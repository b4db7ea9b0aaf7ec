//! Places in a text: bytes here, lines and UTF-16 code units in the protocol.

use std::ops::Range;

use lsp_types::{Position, TextDocumentContentChangeEvent};

/// Where the lines of a text begin. A line ends with `\n`, `\r\n` or `\r`.
#[derive(Debug, Clone)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// The lines of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// The position of a byte. A byte inside a character counts as the character's first.
    #[must_use]
    pub fn position(&self, text: &str, byte: usize) -> Position {
        let mut byte = byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.0.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.0.get(line).copied().unwrap_or_default();
        let before = text.get(start..byte).unwrap_or_default();
        Position::new(number(line), number(before.encode_utf16().count()))
    }

    /// The range of a range of bytes.
    #[must_use]
    pub fn range(&self, text: &str, range: Range<usize>) -> lsp_types::Range {
        lsp_types::Range::new(self.position(text, range.start), self.position(text, range.end))
    }

    /// The byte of a position. One past the end of a line is the line's end, as the protocol says. One inside a surrogate
    /// pair is before the pair.
    #[must_use]
    pub fn byte(&self, text: &str, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.0.get(line).copied() else { return text.len() };
        let end = self.0.get(line + 1).copied().unwrap_or(text.len());
        let content = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, character) in content.char_indices() {
            units += character.len_utf16();
            if units > position.character as usize {
                return start + at;
            }
        }
        start + content.len()
    }
}

/// Applies the changes of an editor, each to the text that the one before left.
pub fn apply(text: &mut String, changes: Vec<TextDocumentContentChangeEvent>) {
    for change in changes {
        match change.range {
            None => *text = change.text,
            Some(range) => {
                let lines = Lines::of(text);
                let (start, end) = (lines.byte(text, range.start), lines.byte(text, range.end));
                text.replace_range(start..end.max(start), &change.text);
            }
        }
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_utf_16_code_units() {
        let text = "a: é\r\nb: 😀x\rc";
        let lines = Lines::of(text);
        for (byte, line, character) in [(0, 0, 0), (5, 0, 4), (7, 1, 0), (10, 1, 3), (14, 1, 5), (16, 2, 0), (17, 2, 1)]
        {
            assert_eq!(lines.position(text, byte), Position::new(line, character), "{byte}");
            assert_eq!(lines.byte(text, Position::new(line, character)), byte, "{byte}");
        }
        // Inside the surrogate pair, past the end of a line, past the end of the text.
        assert_eq!(lines.byte(text, Position::new(1, 4)), 10);
        assert_eq!(lines.byte(text, Position::new(0, 99)), 5);
        assert_eq!(lines.byte(text, Position::new(9, 0)), text.len());
    }

    proptest! {
        /// A position of a character leads back to it, and any edit at any place is made.
        #[test]
        fn there_and_back(text in "[a😀é\n\r ]{0,30}", from in any::<(u8, u8)>(), to in any::<(u8, u8)>(), put in "[x\n😀]{0,3}") {
            let lines = Lines::of(&text);
            for (byte, character) in text.char_indices() {
                let inside = character == '\n' && text.as_bytes().get(byte.wrapping_sub(1)) == Some(&b'\r');
                if !inside {
                    prop_assert_eq!(lines.byte(&text, lines.position(&text, byte)), byte);
                }
            }
            let at = |(line, character): (u8, u8)| Position::new(u32::from(line % 8), u32::from(character % 40));
            let mut edited = text.clone();
            let range = Some(lsp_types::Range::new(at(from), at(to)));
            apply(&mut edited, vec![TextDocumentContentChangeEvent { range, range_length: None, text: put.clone() }]);
            prop_assert!(edited.contains(&put));
        }
    }
}
