//! How a text is written: plain where every reader gives the same text back, else as a block of lines, else in quotes.
//!
//! "Every reader" is YAML 1.1 and 1.2, Go's yaml.v2 and yaml.v3 (Prometheus, the collector) included: what any of them
//! would take for something other than a string is quoted.

/// The notation that a text needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// `|`, or `|-` where the text does not end in a line break.
    Lines,
    Quoted,
}

/// What a byte means for the form of the text it stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Says nothing.
    Any,
    /// `:`, which ends a key before a blank or at the end.
    Colon,
    /// `#`, which begins a comment behind a blank.
    Hash,
    /// A line break.
    Newline,
    /// The first byte of characters of which some must be escaped.
    Lead,
    /// Must be escaped, wherever it stands.
    Escape,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Any; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = Class::Escape;
        byte += 1;
    }
    classes[0x7f] = Class::Escape;
    classes[b'\n' as usize] = Class::Newline;
    classes[b':' as usize] = Class::Colon;
    classes[b'#' as usize] = Class::Hash;
    // U+0080–U+009F; U+2028 and U+2029, line breaks of YAML 1.1; U+FEFF, U+FFFE and U+FFFF.
    classes[0xc2] = Class::Lead;
    classes[0xe2] = Class::Lead;
    classes[0xef] = Class::Lead;
    classes
};

fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Escape)
}

/// The simplest notation that keeps `text`. `lines` says whether a block of lines may stand here.
pub(super) fn form(text: &str, lines: bool) -> Form {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return Form::Quoted };
    let mut plain = first != b' ' && last != b' ';
    let mut multiline = false;
    let mut rest = bytes.iter().enumerate();
    while let Some((at, &byte)) = rest.find(|(_, byte)| class(**byte) != Class::Any) {
        match class(byte) {
            Class::Colon => plain &= !matches!(bytes.get(at + 1), None | Some(b' ')),
            Class::Hash => plain &= at > 0 && bytes.get(at - 1) != Some(&b' '),
            Class::Newline => multiline = true,
            Class::Lead if !must_escape(bytes, at) => {}
            Class::Lead | Class::Escape => return Form::Quoted,
            Class::Any => {}
        }
    }
    if multiline {
        return if lines && lines_are_faithful(text) { Form::Lines } else { Form::Quoted };
    }
    if plain && !begins_something(first, bytes) && !is_resolved(first, text) { Form::Plain } else { Form::Quoted }
}

/// Whether the character that begins at `at` with a byte of [`Class::Lead`] must be escaped.
fn must_escape(bytes: &[u8], at: usize) -> bool {
    matches!(
        bytes.get(at..).unwrap_or_default(),
        [0xc2, 0x80..=0x9f, ..]
            | [0xe2, 0x80, 0xa8 | 0xa9, ..]
            | [0xef, 0xbb, 0xbf, ..]
            | [0xef, 0xbf, 0xbe | 0xbf, ..]
    )
}

/// Whether a plain scalar cannot begin like this: YAML would see another construct.
fn begins_something(first: u8, bytes: &[u8]) -> bool {
    match first {
        b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
        | b'`' | b'?' | b':' => true,
        b'-' => matches!(bytes.get(1), None | Some(b' ' | b'-')),
        _ => false,
    }
}

/// Whether some reader takes the plain text for a number, a boolean, a date, nothing, or a merge key.
fn is_resolved(first: u8, text: &str) -> bool {
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => is_number_like(text),
        b'~' | b'=' | b'<' => matches!(text, "~" | "=" | "<<"),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'i' | b'I' => {
            const WORDS: &[&str] =
                &["y", "yes", "n", "no", "true", "false", "on", "off", "null", "nan", "inf", "infinity"];
            text.len() <= 8 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        }
        _ => false,
    }
}

/// Integers and floats in every base and with every separator, base-60 numbers, dates and times. Wider than any reader's
/// own rule, but `5m` and `30d` stay plain.
fn is_number_like(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let bytes = digits.as_bytes();
    match bytes {
        [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]
        | [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] => true,
        [b'.', rest @ ..] if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"nan") => true,
        _ if digits.eq_ignore_ascii_case("inf") || digits.eq_ignore_ascii_case("nan") => true,
        _ => {
            bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'_' | b',' | b'.' | b':' | b'e' | b'E' | b'+' | b'-'))
        }
    }
}

/// Whether a block of lines keeps the text: its first line shows the indentation, no line is only blanks, and at most
/// one line break ends it. The bytes themselves have been found fit.
fn lines_are_faithful(text: &str) -> bool {
    let content = text.strip_suffix('\n').unwrap_or(text);
    !content.is_empty()
        && !content.starts_with([' ', '\n'])
        && !content.ends_with('\n')
        && content.split('\n').all(|line| line.is_empty() || line.bytes().any(|byte| byte != b' '))
}

/// Writes `text` in double quotes.
pub(super) fn push_quoted(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escaped = match class(byte) {
            Class::Any => matches!(byte, b'"' | b'\\'),
            Class::Colon | Class::Hash => false,
            Class::Newline | Class::Escape => true,
            Class::Lead => must_escape(bytes, at),
        };
        // Escaped bytes begin characters, and so do those behind them: the slices cannot fail.
        if escaped && let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
            out.push_str(text.get(copied..at).unwrap_or_default());
            push_escape(out, character);
            copied = at + character.len_utf8();
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.push('"');
}

fn push_escape(out: &mut String, character: char) {
    let short = match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        _ => {
            let code = u32::from(character);
            let digits = if code < 0x100 { 2 } else { 4 };
            out.push_str(if digits == 2 { "\\x" } else { "\\u" });
            (0..digits).rev().for_each(|place| {
                out.push(char::from_digit((code >> (4 * place)) & 0xf, 16).unwrap_or('0').to_ascii_uppercase());
            });
            return;
        }
    };
    out.push_str(short);
}

/// Writes `text` as a literal block whose lines are indented by `column`.
pub(super) fn push_lines(out: &mut String, text: &str, column: usize) {
    let (header, content) = text.strip_suffix('\n').map_or(("|-", text), |content| ("|", content));
    out.push_str(header);
    for line in content.split('\n') {
        if line.is_empty() {
            out.push('\n');
        } else {
            push_line_start(out, column);
            out.push_str(line);
        }
    }
}

/// Begins a line at `column`.
pub(super) fn push_line_start(out: &mut String, column: usize) {
    const BLANKS: &str = "\n                                ";
    match BLANKS.get(..=column) {
        Some(blanks) => out.push_str(blanks),
        None => {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', column));
        }
    }
}

/// Writes a float so that YAML 1.1 too reads a float: with a point, and a sign in the exponent.
pub(super) fn push_float(out: &mut String, debug: &str) {
    match debug {
        "NaN" => out.push_str(".nan"),
        "inf" => out.push_str(".inf"),
        "-inf" => out.push_str("-.inf"),
        _ => match debug.split_once('e') {
            None => out.push_str(debug),
            Some((mantissa, exponent)) => {
                out.push_str(mantissa);
                out.push_str(if mantissa.contains('.') { "e" } else { ".0e" });
                out.push_str(if exponent.starts_with('-') { "" } else { "+" });
                out.push_str(exponent);
            }
        },
    }
}
