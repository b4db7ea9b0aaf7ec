//! From RE2's syntax to that of Rust's `regex`, or the reason why RE2 has no such thing.
//!
//! Three kinds of difference matter: what RE2 lacks (lookaround, set operations in classes), what only RE2 takes
//! literally (`{` that begins no count, `[` in a class), and what means less in RE2 (`\d`, `\w`, `\s` and `\b` know
//! ASCII only). Places always refer to the pattern as the person wrote it.

use std::ops::Range;

use regex_syntax::ast::{self, Ast, ErrorKind};
use regex_syntax::hir::Hir;

use super::fault::RegexFault;

/// RE2 refuses counts, and products of nested counts, past this.
const MOST_REPEATS: u32 = 1000;

/// The pattern in Rust's syntax with its meaning.
pub(super) fn translate(pattern: &str) -> Result<(String, Hir), RegexFault> {
    let (text, inserted) = escape_what_is_literal(pattern)?;
    // Backslashes were put in front of some characters: places behind them are further left in the original.
    let original = |range: Range<usize>| {
        let back = |byte: usize| byte - inserted.iter().filter(|at| **at < byte).count();
        back(range.start)..back(range.end)
    };
    let tree = ast::parse::ParserBuilder::new().nest_limit(200).build().parse(&text).map_err(|error| {
        let (message, hint) = explain(error.kind());
        RegexFault { range: at_least_one(pattern, original(bytes(error.span()))), message, hint }
    })?;
    let walk = Walk { text: &text, edits: Vec::new(), repeats: vec![1] };
    let edits = ast::visit(&tree, walk).map_err(|fault| RegexFault { range: original(fault.range), ..fault })?;
    // Judged before the edits, since they move everything behind them.
    let mut meaning = regex_syntax::hir::translate::TranslatorBuilder::new().dot_matches_new_line(true).build();
    let hir = meaning.translate(&text, &tree).map_err(|error| {
        let range = at_least_one(pattern, original(bytes(error.span())));
        RegexFault { range, message: error.kind().to_string(), hint: None }
    })?;
    if edits.is_empty() {
        return Ok((text, hir));
    }
    let mut translated = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, replacement) in edits {
        translated.push_str(&text[copied..range.start]);
        translated.push_str(replacement);
        copied = range.end;
    }
    translated.push_str(&text[copied..]);
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(200).dot_matches_new_line(true).build();
    match parser.parse(&translated) {
        Ok(hir) => Ok((translated, hir)),
        Err(error) => Err(RegexFault { range: 0..pattern.len(), message: error.to_string(), hint: None }),
    }
}

/// `range`, or the character behind it where it is empty.
fn at_least_one(pattern: &str, range: Range<usize>) -> Range<usize> {
    let next = pattern.get(range.start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    range.start..range.end.max(range.start + next)
}

fn bytes(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

fn refuse(range: Range<usize>, message: &str, hint: &str) -> RegexFault {
    let hint = (!hint.is_empty()).then(|| hint.to_owned());
    RegexFault { range, message: message.to_owned(), hint }
}

/// Words and actions for the errors that people meet.
fn explain(kind: &ErrorKind) -> (String, Option<String>) {
    let (message, hint) = match kind {
        ErrorKind::UnsupportedLookAround => {
            ("RE2 has no lookaround", "say what must not match in a second matcher with `!~`")
        }
        ErrorKind::UnsupportedBackreference => ("RE2 has no backreferences", "spell the alternatives out"),
        ErrorKind::RepetitionMissing => ("nothing stands before this repetition", "escape it, or put a `.` before it"),
        ErrorKind::GroupUnclosed => ("this group is never closed", "add `)`"),
        ErrorKind::GroupUnopened => ("no group is open here", "remove `)`, or escape it"),
        ErrorKind::ClassUnclosed => ("this class is never closed", "add `]`, or escape `[`"),
        other => return (other.to_string(), None),
    };
    (message.to_owned(), Some(hint.to_owned()))
}

/// Puts a backslash before what RE2 takes literally and Rust does not; returns where each one went.
fn escape_what_is_literal(pattern: &str) -> Result<(String, Vec<usize>), RegexFault> {
    let bytes = pattern.as_bytes();
    let next = |at: usize| bytes.get(at + 1).copied();
    let mut text = String::with_capacity(pattern.len() + 2);
    let mut inserted = Vec::new();
    let mut in_class = false;
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at += 1;
        match bytes[start] {
            b'\\' => {
                if next(start) == Some(b'Q') {
                    let hint = "escape each character with a backslash";
                    return Err(refuse(start..start + 2, "`\\Q…\\E` is not supported here", hint));
                }
                // `\p{…}` and `\x{…}`: their braces are no repetition.
                let brace = matches!(next(start), Some(b'p' | b'P' | b'x')) && next(start + 1) == Some(b'{');
                at = match find_near(&bytes[start..], b"}") {
                    Some(length) if brace => start + length + 1,
                    _ => start + 1 + pattern[start + 1..].chars().next().map_or(0, char::len_utf8),
                };
            }
            b'[' if !in_class => {
                in_class = true;
                if next(start) == Some(b'^') {
                    at += 1;
                }
                // A bracket that closes nothing yet is a member.
                if bytes.get(at) == Some(&b']') {
                    at += 1;
                }
            }
            b'[' => match find_near(&bytes[start..], b":]") {
                Some(length) if next(start) == Some(b':') => at = start + length + 2,
                _ => insert(&mut text, &mut inserted),
            },
            b']' => in_class = false,
            b'&' | b'~' if in_class => insert(&mut text, &mut inserted),
            b'-' if in_class && next(start) == Some(b'-') => {
                let hint = "escape the hyphens that are meant literally: `\\-`";
                return Err(refuse(start..start + 2, "`--` in a class is ambiguous", hint));
            }
            b'{' if !in_class && !begins_count(&pattern[start..]) => insert(&mut text, &mut inserted),
            _ => {}
        }
        // Everything special is ASCII, so `at` may stand inside a character only while copying it whole.
        while !pattern.is_char_boundary(at) {
            at += 1;
        }
        text.push_str(&pattern[start..at]);
    }
    Ok((text, inserted))
}

/// Finds `wanted` within the length of any class name, so that the whole stays linear.
fn find_near(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes[..bytes.len().min(64)].windows(wanted.len()).position(|window| window == wanted)
}

fn insert(text: &mut String, inserted: &mut Vec<usize>) {
    inserted.push(text.len());
    text.push('\\');
}

/// Whether `text` begins with `{3}`, `{3,}` or `{3,5}`.
fn begins_count(text: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let Some(text) = text.strip_prefix('{') else { return false };
    let first = digits(text);
    let text = &text[first..];
    let text = text.strip_prefix(',').map_or(text, |text| &text[digits(text)..]);
    first > 0 && text.starts_with('}')
}

/// Walks a parsed pattern: refuses what RE2 lacks, and notes what must be said otherwise.
struct Walk<'t> {
    text: &'t str,
    edits: Vec<(Range<usize>, &'static str)>,
    /// The product of the counts around the current node, for each node that has one.
    repeats: Vec<u32>,
}

impl Walk<'_> {
    fn literal(&self, literal: &ast::Literal) -> Result<(), RegexFault> {
        use ast::{
            HexLiteralKind::{UnicodeLong, UnicodeShort},
            LiteralKind::{HexBrace, HexFixed},
        };
        match literal.kind {
            HexFixed(UnicodeShort | UnicodeLong) | HexBrace(UnicodeShort | UnicodeLong) => {
                let hint = format!("write `\\x{{{:x}}}`", u32::from(literal.c));
                Err(refuse(bytes(&literal.span), "RE2 has no `\\u` escapes", &hint))
            }
            _ => Ok(()),
        }
    }

    fn perl(&mut self, class: &ast::ClassPerl) {
        use ast::ClassPerlKind::{Digit, Space, Word};
        self.edits.push((
            bytes(&class.span),
            match (&class.kind, class.negated) {
                (Digit, false) => "[0-9]",
                (Digit, true) => "[^0-9]",
                (Space, false) => r"[\t\n\x0c\r ]",
                (Space, true) => r"[^\t\n\x0c\r ]",
                (Word, false) => "[0-9A-Za-z_]",
                (Word, true) => "[^0-9A-Za-z_]",
            },
        ));
    }

    fn unicode(class: &ast::ClassUnicode) -> Result<(), RegexFault> {
        // RE2 knows classes by their exact names; Rust is lenient.
        let known = match &class.kind {
            ast::ClassUnicodeKind::OneLetter(letter) => "CLMNPSZ".contains(*letter),
            ast::ClassUnicodeKind::Named(name) => name.starts_with(|c: char| c.is_ascii_uppercase()),
            ast::ClassUnicodeKind::NamedValue { .. } => false,
        };
        if known {
            return Ok(());
        }
        let hint = "name a script or a general category: `\\p{Greek}`, `\\p{Lu}`, `\\pL`";
        Err(refuse(bytes(&class.span), "RE2 knows no such class", hint))
    }

    fn flags(flags: &ast::Flags) -> Result<(), RegexFault> {
        use ast::{
            Flag::{CRLF, IgnoreWhitespace, Unicode},
            FlagsItemKind::Flag,
        };
        match flags.items.iter().find(|item| matches!(item.kind, Flag(CRLF | IgnoreWhitespace | Unicode))) {
            Some(item) => Err(refuse(bytes(&item.span), "RE2 has no such flag", "RE2 knows `i`, `m`, `s` and `U`")),
            None => Ok(()),
        }
    }

    fn repetition(&mut self, repetition: &ast::Repetition) -> Result<(), RegexFault> {
        let range = bytes(&repetition.op.span);
        if matches!(*repetition.ast, Ast::Repetition(_)) {
            let hint = "put the inner repetition into a group";
            return Err(refuse(range, "RE2 does not repeat a repetition", hint));
        }
        let count = match &repetition.op.kind {
            ast::RepetitionKind::Range(
                ast::RepetitionRange::Exactly(n)
                | ast::RepetitionRange::AtLeast(n)
                | ast::RepetitionRange::Bounded(_, n),
            ) => *n,
            _ => 1,
        };
        let total = self.repeats.last().copied().unwrap_or(1).saturating_mul(count.max(1));
        if total > MOST_REPEATS {
            return Err(refuse(range, "RE2 repeats at most 1000 times, nested counts multiplied", ""));
        }
        self.repeats.push(total);
        Ok(())
    }
}

impl ast::Visitor for Walk<'_> {
    type Output = Vec<(Range<usize>, &'static str)>;
    type Err = RegexFault;

    fn finish(self) -> Result<Self::Output, RegexFault> {
        Ok(self.edits)
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), RegexFault> {
        use ast::AssertionKind::{EndLine, EndText, NotWordBoundary, StartLine, StartText, WordBoundary};
        match node {
            Ast::Literal(literal) => self.literal(literal)?,
            Ast::ClassPerl(class) => self.perl(class),
            Ast::ClassUnicode(class) => Self::unicode(class)?,
            Ast::Flags(flags) => Self::flags(&flags.flags)?,
            Ast::Group(group) => {
                if let Some(flags) = group.flags() {
                    Self::flags(flags)?;
                }
            }
            Ast::Repetition(repetition) => self.repetition(repetition)?,
            Ast::Assertion(assertion) => match assertion.kind {
                WordBoundary => self.edits.push((bytes(&assertion.span), r"(?-u:\b)")),
                StartLine | EndLine | StartText | EndText | NotWordBoundary => {}
                _ => {
                    let written = &self.text[bytes(&assertion.span)];
                    let message = format!("RE2 does not read `{written}` as a word boundary");
                    return Err(refuse(bytes(&assertion.span), &message, "write `\\b` for one"));
                }
            },
            _ => {}
        }
        Ok(())
    }

    fn visit_post(&mut self, node: &Ast) -> Result<(), RegexFault> {
        if matches!(node, Ast::Repetition(_)) {
            self.repeats.pop();
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), RegexFault> {
        match item {
            ast::ClassSetItem::Literal(literal) => self.literal(literal),
            ast::ClassSetItem::Range(range) => self.literal(&range.start).and_then(|()| self.literal(&range.end)),
            ast::ClassSetItem::Perl(class) => {
                self.perl(class);
                Ok(())
            }
            ast::ClassSetItem::Unicode(class) => Self::unicode(class),
            _ => Ok(()),
        }
    }
}
