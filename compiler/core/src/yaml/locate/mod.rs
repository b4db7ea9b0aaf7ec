//! Where a part of a scalar's text stands in the source, exactly.
//!
//! The scalar's source is decoded once more by the rules of its style, this time keeping what each character came from.
//! The result must be the text that the parser gave; where it is not, the whole scalar is the answer: rather a wide
//! place than a wrong one. Called for findings only.

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::source::Span;
use crate::yaml::node::{Scalar, Style};

/// The place of bytes `range` of the scalar's text, which stands at `span` of the source `text`. An escape counts as a
/// whole; a folded line break is the place of the space it became. An empty range is the place before that byte.
#[must_use]
pub fn locate(text: &str, span: Span, scalar: &Scalar, range: Range<usize>) -> Span {
    let Some(decoded) = decode(text, span.range(), scalar) else { return span };
    // Nothing inside: the quotes themselves are the place.
    if decoded.pieces.is_empty() {
        return span;
    }
    let mut covered =
        decoded.pieces.iter().filter(|piece| piece.decoded < range.end && range.start < piece.decoded_end);
    let found = match covered.next() {
        Some(first) if range.start < range.end => {
            let last = covered.next_back().unwrap_or(first);
            first.source.start..last.source.end.max(first.source.start)
        }
        _ => {
            let before = decoded.pieces.iter().find(|piece| range.start < piece.decoded_end);
            let at = before.map_or_else(|| decoded.end(), |piece| piece.source.start);
            at..at
        }
    };
    Span::new(span.source, found)
}

/// A character of the decoded text, and the bytes of the source it came from.
struct Piece {
    decoded: usize,
    decoded_end: usize,
    source: Range<usize>,
}

#[derive(Default)]
struct Decoded {
    text: String,
    pieces: Vec<Piece>,
}

impl Decoded {
    fn push(&mut self, character: char, source: Range<usize>) {
        let decoded = self.text.len();
        self.text.push(character);
        self.pieces.push(Piece { decoded, decoded_end: self.text.len(), source });
    }

    /// Each character of the source as it stands.
    fn push_verbatim(&mut self, text: &str, start: usize) {
        for (offset, character) in text.char_indices() {
            let at = start + offset;
            self.push(character, at..at + character.len_utf8());
        }
    }

    /// Line folding: one break is a space, and of more the first vanishes. `next` is where the text goes on.
    fn push_folded(&mut self, breaks: &[Range<usize>], next: usize) {
        match breaks {
            [] => {}
            [only] => self.push(' ', only.start..next),
            [_, rest @ ..] => rest.iter().for_each(|newline| self.push('\n', newline.clone())),
        }
    }

    fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.source.end)
    }
}

/// The scalar's source decoded, if that gives the scalar's text.
fn decode(text: &str, at: Range<usize>, scalar: &Scalar) -> Option<Decoded> {
    let written = text.get(at.clone())?;
    let decoded = match scalar.style {
        Style::Plain => flow(written, at.start, scalar.style),
        Style::SingleQuoted => flow(written.strip_prefix('\'')?.strip_suffix('\'')?, at.start + 1, scalar.style),
        Style::DoubleQuoted => flow(written.strip_prefix('"')?.strip_suffix('"')?, at.start + 1, scalar.style),
        Style::Literal | Style::Folded => block(text, at, scalar)?,
    };
    (*decoded.text == *scalar.text).then_some(decoded)
}

/// Plain and quoted scalars: lines are folded, the blanks around a line break vanish.
fn flow(written: &str, start: usize, style: Style) -> Decoded {
    let mut decoded = Decoded::default();
    let mut at = 0;
    while let Some(rest) = written.get(at..).filter(|rest| !rest.is_empty()) {
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let escaped = if style == Style::DoubleQuoted { escape(rest) } else { None };
        if let Some((character, width)) = escaped {
            if let Some(character) = character {
                decoded.push(character, start + at..start + at + width);
                at += width;
            } else {
                // A backslash at the end of a line: the break and the next line's indentation vanish, blank lines stay.
                let (breaks, next) = line_breaks(written, at + 1, start);
                breaks.iter().skip(1).for_each(|newline| decoded.push('\n', newline.clone()));
                at = next;
            }
        } else if style == Style::SingleQuoted && rest.starts_with("''") {
            decoded.push('\'', start + at..start + at + 2);
            at += 2;
        } else if rest[blanks..].starts_with(['\n', '\r']) {
            let (breaks, next) = line_breaks(written, at, start);
            decoded.push_folded(&breaks, start + next);
            at = next;
        } else {
            let width = blanks.max(rest.chars().next().map_or(1, char::len_utf8));
            decoded.push_verbatim(&rest[..width], start + at);
            at += width;
        }
    }
    decoded
}

/// The line breaks from `at` on with the blanks between and behind them: their places in the source, whose byte `start`
/// is the first of `written`, and where in `written` the text goes on.
fn line_breaks(written: &str, at: usize, start: usize) -> (Vec<Range<usize>>, usize) {
    let mut breaks = Vec::new();
    let mut next = at;
    while let Some(rest) = written.get(next..) {
        let width = line_break(rest);
        if width > 0 {
            breaks.push(start + next..start + next + width);
            next += width;
        } else if rest.starts_with([' ', '\t']) {
            next += 1;
        } else {
            break;
        }
    }
    (breaks, next)
}

/// Bytes of the line break that `text` begins with; 0 if it begins with none.
fn line_break(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) }
}

/// The escape that `text` begins with: its character (none for an escaped line break) and its bytes.
pub(super) fn escape(text: &str) -> Option<(Option<char>, usize)> {
    let kind = text.strip_prefix('\\')?.chars().next()?;
    if matches!(kind, '\n' | '\r') {
        return Some((None, 1));
    }
    let width = 2 + escape_width(kind)?;
    let single = text.get(..width).and_then(code_point);
    // A pair of surrogates, as JSON writes characters past U+FFFF.
    let (character, width) = match single {
        Some(character) => (character, width),
        None => (text.get(..width + 6).and_then(code_point)?, width + 6),
    };
    Some((Some(character), width))
}

/// How many hexadecimal digits follow this letter of an escape; none if YAML knows no such escape.
pub(super) fn escape_width(kind: char) -> Option<usize> {
    match kind {
        'x' => Some(2),
        'u' => Some(4),
        'U' => Some(8),
        '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\' | 'N' | '_' | 'L' | 'P'
        | '\n' | '\r' => Some(0),
        _ => None,
    }
}

/// The character that one whole escape stands for.
fn code_point(escape: &str) -> Option<char> {
    let mut chars = escape.strip_prefix('\\')?.chars();
    let character = match chars.next()? {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' | 'U' => return char::from_u32(hexadecimal(chars.as_str())?),
        'u' => {
            let units = chars.as_str().split("\\u").map(|digits| u16::try_from(hexadecimal(digits)?).ok());
            let units = units.collect::<Option<Vec<u16>>>()?;
            let mut decoded = char::decode_utf16(units);
            let character = decoded.next()?.ok()?;
            return decoded.next().is_none().then_some(character);
        }
        character @ (' ' | '"' | '/' | '\\') => character,
        _ => return None,
    };
    Some(character)
}

/// Digits only: the standard parser would let a sign pass.
fn hexadecimal(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Literal and folded blocks. The span begins at the first character of content, so its column is the indentation of
/// every line; blank lines before it and line breaks behind it are counted in the scalar's text, as the header decides
/// how many of them there are.
fn block(text: &str, at: Range<usize>, scalar: &Scalar) -> Option<Decoded> {
    let before = text.get(..at.start)?;
    let first_line = before.rfind(['\n', '\r'])? + 1;
    let indent = at.start - first_line;
    let mut decoded = Decoded::default();
    leading_breaks(text.get(..first_line)?, &scalar.text, &mut decoded)?;

    let mut line = at.start;
    let mut above_is_blank = false;
    let mut breaks: Vec<Range<usize>> = Vec::new();
    while line < at.end {
        let rest = text.get(line..at.end)?;
        let width = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let content = &rest[..width];
        let blank = content.starts_with([' ', '\t']);
        if scalar.style == Style::Folded && !above_is_blank && !blank {
            decoded.push_folded(&breaks, line);
        } else {
            breaks.iter().for_each(|newline| decoded.push('\n', newline.clone()));
        }
        above_is_blank = blank;
        decoded.push_verbatim(content, line);
        (breaks, line) = block_breaks(text, line + width, at.end, indent);
    }
    trailing_breaks(text, at.end, &scalar.text, &mut decoded)?;
    Some(decoded)
}

/// The line breaks of empty lines before the first content, `before` being the text up to its line.
fn leading_breaks(before: &str, wanted: &str, decoded: &mut Decoded) -> Option<()> {
    let count = wanted.len() - wanted.trim_start_matches('\n').len();
    let mut places = Vec::with_capacity(count);
    let mut before = before;
    for _ in 0..count {
        let width = if before.ends_with("\r\n") { 2 } else { usize::from(before.ends_with(['\n', '\r'])) };
        let rest = before.get(..before.len().checked_sub(width.max(1))?)?;
        places.push(rest.len()..before.len());
        before = rest.trim_end_matches(' ');
    }
    places.into_iter().rev().for_each(|place| decoded.push('\n', place));
    Some(())
}

/// The breaks from `at` (at most up to `end`) over empty lines, and where the next content begins.
fn block_breaks(text: &str, at: usize, end: usize, indent: usize) -> (Vec<Range<usize>>, usize) {
    let mut breaks = Vec::new();
    let mut next = at;
    while let Some(rest) = text.get(next..end) {
        let width = line_break(rest);
        if width == 0 {
            break;
        }
        breaks.push(next..next + width);
        next += width;
        let line = rest.get(width..).unwrap_or_default();
        next += line.bytes().take(indent).take_while(|byte| *byte == b' ').count();
    }
    (breaks, next)
}

/// The line breaks behind the last content that the header keeps; the one that a file lacks at its end has no bytes.
fn trailing_breaks(text: &str, end: usize, wanted: &str, decoded: &mut Decoded) -> Option<()> {
    let missing = wanted.get(decoded.text.len()..)?;
    let mut next = end;
    for _ in missing.matches('\n') {
        let rest = text.get(next..)?;
        let blanks = if next == end { 0 } else { rest.len() - rest.trim_start_matches(' ').len() };
        let width = line_break(rest.get(blanks..)?);
        decoded.push('\n', next + blanks..next + blanks + width);
        next += blanks + width;
    }
    Some(())
}
