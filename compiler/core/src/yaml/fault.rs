//! granit's errors in our words: cause, exact place, one hint.
//!
//! granit reports a fault inside a scalar at the scalar's start; here the place is narrowed to the character at fault.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::locate;
use crate::code::INVALID_YAML;
use crate::finding::Finding;
use crate::source::{SourceId, Span};

/// Whether granit stopped because of its nesting limit.
pub(super) fn is_nesting(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::RecursionLimitExceeded)
}

/// The finding for a tab at `span` that stands where indentation should.
pub(super) fn tab(span: Span) -> Finding {
    Finding::new(&INVALID_YAML, span, "a tab is used for indentation")
        .label("a tab")
        .hint("indent with spaces; YAML forbids tabs there")
}

/// The finding for a syntax error.
pub(super) fn explain(source: SourceId, text: &str, error: &ScanError) -> Finding {
    let kind = error.kind();
    let mark = error.marker().byte_offset().unwrap_or_default();
    let span = Span::new(source, place(text, mark, kind));
    if is_tab(kind) {
        return tab(span);
    }
    if let ErrorKind::UnexpectedCharacter { character } = kind {
        return character_fault(span, *character);
    }
    if let Some(opened) = quote_of_earlier_line(text, mark, kind) {
        return Finding::new(&INVALID_YAML, Span::new(source, opened.clone()), "a quote is never closed on its line")
            .label("opened here")
            .related(span, "the next quote closes it, and this is left over")
            .hint("add the closing quote");
    }
    let (message, label, hint) = words(kind);
    Finding::new(&INVALID_YAML, span, message).label(label).hint(hint)
}

/// The opening quote of a quoted scalar with text behind it, where the scalar began on an earlier line: then it is not
/// the text that is one too many, but a quote too few. Inside the scalar no quote stands unescaped, so the one before
/// the closing one is the opening one.
fn quote_of_earlier_line(text: &str, mark: usize, kind: &ErrorKind) -> Option<Range<usize>> {
    let quote = match kind {
        ErrorKind::InvalidTrailingSingleQuotedScalar => '\'',
        ErrorKind::InvalidTrailingDoubleQuotedScalar => '"',
        _ => return None,
    };
    let closing = text.get(..mark)?.rfind(quote)?;
    let mut end = closing;
    loop {
        let before = text.get(..end)?;
        let opening = before.rfind(quote)?;
        let escaped = match quote {
            '"' => (opening - before[..opening].trim_end_matches('\\').len()) % 2 == 1,
            _ => before[..opening].ends_with(quote),
        };
        if !escaped {
            return text[opening..closing].contains(['\n', '\r']).then_some(opening..opening + 1);
        }
        end = if quote == '"' { opening } else { opening - 1 };
    }
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
    )
}

fn character_fault(span: Span, character: char) -> Finding {
    let finding = match character {
        '\0' => Finding::new(&INVALID_YAML, span, "the file contains a NUL byte")
            .hint("remove it; if the editor shows none, the file may be UTF-16: save it as UTF-8"),
        '@' | '`' | '%' => {
            Finding::new(&INVALID_YAML, span, format!("a value cannot begin with `{character}` unless it is quoted"))
                .hint("put the value in quotes")
        }
        _ => Finding::new(
            &INVALID_YAML,
            span,
            format!("the character U+{:04X} is not allowed here", u32::from(character)),
        )
        .hint("remove it, or write it as an escape in double quotes"),
    };
    finding.label("this character")
}

/// Message, label and hint of every kind that has no better words above.
fn words(kind: &ErrorKind) -> (String, &'static str, &'static str) {
    use ErrorKind as Kind;
    let (message, label, hint) = match kind {
        Kind::UnclosedQuotedScalar => ("a quote is never closed", "opened here", "add the closing quote"),
        Kind::DocumentIndicatorInQuotedScalar => {
            ("a quote is still open where the document ends", "opened here", "add the closing quote")
        }
        Kind::InvalidTrailingSingleQuotedScalar => (
            "text after the closing quote",
            "the value has ended before this",
            "quote the whole value; inside single quotes, write `''` for `'`",
        ),
        Kind::InvalidTrailingDoubleQuotedScalar => (
            "text after the closing quote",
            "the value has ended before this",
            "quote the whole value; inside double quotes, write `\\\"` for `\"`",
        ),
        Kind::UnknownQuotedScalarEscape => (
            "an escape that YAML does not know",
            "unknown escape",
            "write `\\\\` for a backslash, or use single quotes, which know no escapes",
        ),
        Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => (
            "an escape that names no character",
            "incomplete or invalid escape",
            "write two hexadecimal digits after `\\x`, four after `\\u`, eight after `\\U`",
        ),
        Kind::UnclosedFlowCollection { open } => {
            let close = if *open == '{' { '}' } else { ']' };
            let message = format!("`{open}` is never closed by `{close}`");
            return (message, "opened here", "close it; if text was meant, put the value in quotes");
        }
        Kind::MismatchedFlowCollectionEnd { open, close } => {
            let message = format!("`{open}` is closed by `{close}`");
            return (message, "opened here", "close brackets in the order they were opened");
        }
        Kind::MisplacedFlowCollectionEnd => {
            ("a closing bracket that nothing opened", "no bracket is open here", "remove it, or quote the value")
        }
        Kind::ExpectedFlowMappingSeparator => (
            "expected `,` or `}` between braces",
            "found this",
            "check that every `{` is closed and entries are separated by `,`",
        ),
        Kind::ExpectedFlowSequenceSeparator => (
            "expected `,` or `]` between brackets",
            "found this",
            "check that every `[` is closed and items are separated by `,`",
        ),
        Kind::FlowMappingValueAdjacentCollection
        | Kind::InvalidColonPlacement
        | Kind::InvalidMappingValueWhitespace => {
            ("a `:` without a space after it", "this `:`", "write a space after `:`, or quote the value")
        }
        Kind::MappingValueNotAllowed => (
            "a `:` where no value can begin",
            "this `:`",
            "quote a value that contains `: `; otherwise check the indentation and the `:` of the line before",
        ),
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => (
            "expected a key and `:`, found only text",
            "no `:` follows",
            "write `: ` after the key, or indent the line if it continues the value above",
        ),
        Kind::MappingKeyNotAllowed => {
            ("a key cannot begin here", "not allowed here", "begin the mapping on a line of its own")
        }
        Kind::ExpectedBlockMappingKey => (
            "expected another key of the mapping above",
            "found this",
            "check the indentation: keys of one mapping begin in one column",
        ),
        Kind::ExpectedBlockSequenceEntry => (
            "expected another `- ` of the list above",
            "found this",
            "check the indentation: items of one list begin in one column",
        ),
        Kind::BlockSequenceEntryNotAllowed | Kind::InvalidBlockEntryWhitespace => (
            "a list cannot begin here",
            "this `-`",
            "begin the list on a line of its own; quote the value if text was meant",
        ),
        Kind::BlockEntryInFlowCollection | Kind::PlainScalarStartsWithDashFlowIndicator => {
            ("a `-` item between brackets", "this `-`", "separate items by `,` between brackets")
        }
        Kind::InvalidIndentation
        | Kind::InvalidQuotedScalarIndent
        | Kind::InvalidFlowScalarIndent
        | Kind::InvalidBlockScalarIndent => {
            ("this line is indented wrongly", "begins here", "indent it further than the key it belongs to")
        }
        Kind::InvalidBlockScalarHeader | Kind::ZeroBlockScalarIndent => (
            "text behind `|` or `>`",
            "a block begins here",
            "begin the text on the next line; quote the value if it is to begin with `|` or `>`",
        ),
        Kind::CommentNotSeparated => {
            ("a `#` without a space before it", "this `#`", "write a space before the comment")
        }
        Kind::CommentInterceptedScalar => (
            "a comment in the middle of a value",
            "the value goes on after a comment",
            "move the comment above the key",
        ),
        Kind::BomInsideDocument => (
            "a byte-order mark inside the text",
            "an invisible U+FEFF",
            "delete it; it may stand only at the start of the file",
        ),
        Kind::MissingAnchorOrAliasName => {
            ("`&` or `*` without a name", "no name follows", "put the value in quotes if text was meant")
        }
        Kind::InvalidDocumentEnd => {
            ("text after `...`", "the document has ended", "begin the next document with `---`")
        }
        Kind::ExpectedDocumentStart | Kind::MissingDocumentEndBeforeDirective => (
            "the document has ended before this",
            "found this",
            "check the indentation, or begin a document with `---`",
        ),
        Kind::UnexpectedEofFlowSequence | Kind::UnexpectedEofFlowMapping | Kind::UnexpectedEofImplicitFlowMapping => {
            ("a bracket is still open at the end", "ends here", "close the bracket")
        }
        Kind::UndeclaredTagHandle | Kind::ExpectedTagBang | Kind::InvalidTagTerminator | Kind::MissingTagUri => {
            ("a `!` begins a YAML tag, which has no meaning here", "this tag", "put the value in quotes")
        }
        Kind::ExpectedWhitespace => ("a space is missing", "expected a space here", "separate the two by a space"),
        Kind::ExpectedNodeContent | Kind::UnexpectedEndOfPlainScalar | Kind::UnexpectedEofBlockMapping => {
            ("expected a value", "no value can begin like this", "put the value in quotes")
        }
        _ => ("this is not YAML", "the fault is here", "check the indentation and the quotes around it"),
    };
    (message.to_owned(), label, hint)
}

/// The character at fault; where granit names the start of a scalar, the place inside it.
fn place(text: &str, mark: usize, kind: &ErrorKind) -> Range<usize> {
    let tail = text.get(mark..).unwrap_or_default();
    let start = match kind {
        ErrorKind::UnexpectedCharacter { character } => tail.find(*character).map_or(mark, |offset| mark + offset),
        ErrorKind::TabInPlainScalar | ErrorKind::TabAtBlockScalarStart => {
            indenting_tab(tail).map_or(mark, |at| mark + at)
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => {
            let escape = bad_escape(tail);
            return mark + escape.start..mark + escape.end;
        }
        // Here granit is past the tab.
        ErrorKind::TabInBlockIndentation => {
            let before = text.get(..mark).unwrap_or_default();
            let line = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
            before.get(line..).and_then(|indent| indent.find('\t')).map_or(mark, |tab| line + tab)
        }
        // granit is past the `- ` that it did not expect.
        ErrorKind::ExpectedBlockMappingKey => {
            let before = text.get(..mark).unwrap_or_default().trim_end_matches(' ');
            if before.ends_with('-') && before.len() < mark { before.len() - 1 } else { mark }
        }
        _ => mark,
    };
    match text.get(start..).and_then(|tail| tail.chars().next()) {
        Some(character) if !matches!(character, '\n' | '\r') => start..start + character.len_utf8(),
        _ => start..start,
    }
}

/// The first tab among the blanks that begin a line after the first.
fn indenting_tab(tail: &str) -> Option<usize> {
    let mut indent = false;
    for (at, byte) in tail.bytes().enumerate() {
        match byte {
            b'\n' | b'\r' => indent = true,
            b'\t' if indent => return Some(at),
            b' ' => {}
            _ => indent = false,
        }
    }
    None
}

/// The first escape of a double-quoted scalar (which begins `tail`) that YAML does not know.
fn bad_escape(tail: &str) -> Range<usize> {
    let mut at = 0;
    while let Some(offset) = tail.get(at..).and_then(|rest| rest.find('\\')) {
        at += offset;
        let rest = tail.get(at..).unwrap_or_default();
        if let Some((_, width)) = locate::escape(rest) {
            at += width;
            continue;
        }
        let kind = rest.chars().nth(1);
        let start = 1 + kind.map_or(0, char::len_utf8);
        let digits = rest.get(start..).unwrap_or_default().bytes().take_while(u8::is_ascii_hexdigit).count();
        let wanted = kind.and_then(locate::escape_width).unwrap_or_default();
        return at..at + start + digits.min(wanted);
    }
    0..tail.len().min(1)
}
