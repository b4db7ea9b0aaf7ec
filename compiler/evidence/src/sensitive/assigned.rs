//! Values of names such as `password`: in assignments, in configuration, in calls, in headers.

use emberline_core::sensitive::names::{Secrecy, secrecy};

use super::hit::{Hit, Kind, LONGEST_NAME, Origin, hit, is_word};
use super::{cookie, value};

const LONGEST_VALUE: usize = 512;

/// A value with what stands around it.
pub(super) struct Found<'t> {
    pub(super) text: &'t [u8],
    pub(super) start: usize,
    pub(super) quoted: bool,
    /// Whether the value follows the separator at once.
    tight: bool,
}

/// The value behind the separator at `at`, if the name before it carries secrets.
pub(super) fn assigned(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let before = at.checked_sub(1).map(|index| bytes[index]);
    let next = bytes.get(at + 1).copied();
    let behind = match bytes[at] {
        b'=' if matches!(before, Some(b'=' | b'!' | b'<' | b'>' | b'~' | b':'))
            || matches!(next, Some(b'=' | b'~')) =>
        {
            return None;
        }
        b':' if before == Some(b':')
            || next == Some(b':')
            || (next == Some(b'/') && bytes.get(at + 2) == Some(&b'/')) =>
        {
            return None;
        }
        b'=' if next == Some(b'>') => at + 2,
        b':' if next == Some(b'=') => at + 2,
        // Calls and arguments, in code alone.
        b'(' | b',' if origin == Origin::Telemetry => return None,
        _ => at + 1,
    };
    let (start, end) = name_before(bytes, at)?;
    let mut name = &bytes[start..end];
    if origin == Origin::File {
        // `let password: &str = "…"`.
        let is_type = [&b"str"[..], b"string", b"String", b"any", b"SecretStr"].contains(&name);
        if is_type && bytes[at] == b'=' {
            let colon = bytes[..start].iter().rposition(|byte| !b" &*".contains(byte))?;
            let (start, end) = (bytes[colon] == b':').then(|| name_before(bytes, colon))??;
            name = &bytes[start..end];
        }
        if name.eq_ignore_ascii_case(b"value") {
            name = named_before(&bytes[start.saturating_sub(120)..start])?;
        }
    }
    if name.eq_ignore_ascii_case(b"key") && start > 0 && bytes[start - 1] == b' ' {
        let start = name_before(bytes, start - 1)?.0;
        name = &bytes[start..end];
    }
    let secrecy = secrecy(name)?;
    let is_cookie = bytes[at] == b':' && name.len() >= 6 && name[name.len() - 6..].eq_ignore_ascii_case(b"cookie");
    if is_cookie && let found @ Some(_) = cookie::find(bytes, behind, origin) {
        return found;
    }
    let mut found = value_behind(bytes, behind)?;
    if origin == Origin::File {
        found = whole(bytes, start, behind, name, found);
    }
    let counts = match origin {
        Origin::Telemetry => counts_in_telemetry(&found, secrecy, bytes[at] == b'='),
        Origin::File => {
            let is_call = matches!(bytes[at], b'(' | b',');
            (!is_call || found.quoted) && counts_in_file(bytes, start, name, &found, secrecy, bytes[at] == b'=')
        }
    };
    let plain = found.text.iter().all(u8::is_ascii_graphic);
    (counts && plain).then(|| hit(found.start..found.start + found.text.len(), Kind::Assigned))
}

/// The value without the scheme of an `Authorization`, or with the signs that end a value elsewhere: in a line of an
/// environment file, all up to a blank is the value.
fn whole<'t>(bytes: &'t [u8], start: usize, behind: usize, name: &[u8], found: Found<'t>) -> Found<'t> {
    let end = found.start + found.text.len();
    let is_scheme =
        [&b"token"[..], b"apikey", b"api-key", b"ssws"].iter().any(|known| found.text.eq_ignore_ascii_case(known));
    if is_scheme
        && !found.quoted
        && bytes.get(end) == Some(&b' ')
        && name.to_ascii_lowercase().ends_with(b"authorization")
    {
        return value_behind(bytes, end).unwrap_or(found);
    }
    let is_variable = name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    if !is_variable
        || found.quoted
        || !found.tight
        || bytes[behind - 1] != b'='
        || !bytes.get(end).is_some_and(|byte| b"&;,".contains(byte))
    {
        return found;
    }
    let rest = &bytes[found.start..bytes.len().min(found.start + LONGEST_VALUE)];
    let length =
        rest.iter().position(|byte| byte.is_ascii_whitespace() || b"\"'`\\".contains(byte)).unwrap_or(rest.len());
    let longer = Found { text: without_signs(&rest[..length]), ..found };
    if is_whole_line(bytes, start, &longer) { longer } else { found }
}

/// The name that ends before a separator, without blanks, quotes and brackets in between.
fn name_before(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut end = at;
    while end > 0 && at - end < 16 && bytes[end - 1] == b' ' {
        end -= 1;
    }
    let closed = end;
    while end > 0 && closed - end < 5 && b"\"'`]\\".contains(&bytes[end - 1]) {
        end -= 1;
    }
    let is_name = |byte: &&u8| is_word(**byte) || b"-.".contains(byte);
    let length = bytes[..end].iter().rev().take(LONGEST_NAME + 1).take_while(is_name).count();
    (2..=LONGEST_NAME).contains(&length).then_some((end - length, end))
}

/// The name in `name: DB_PASSWORD, value: …`.
fn named_before(text: &[u8]) -> Option<&[u8]> {
    let mut words = text.split(|byte| !(is_word(*byte) || b"-.".contains(byte))).filter(|word| !word.is_empty()).rev();
    let mut last = words.next()?;
    for word in words.take(4) {
        if [&b"name"[..], b"key", b"id"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Some(last);
        }
        last = word;
    }
    None
}

/// The value that begins at or shortly behind `from`.
pub(super) fn value_behind(bytes: &[u8], from: usize) -> Option<Found<'_>> {
    let mut at = from;
    while at - from < 16 && bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    let tight = at == from;
    let slashes = bytes[at..].iter().take(3).take_while(|byte| **byte == b'\\').count();
    at += slashes;
    // `b"…"`, `f'…'`, `@"…"`.
    if bytes.get(at).is_some_and(|byte| b"bfruL@".contains(byte)) && matches!(bytes.get(at + 1), Some(b'"' | b'\'')) {
        at += 1;
    }
    let quote = bytes.get(at).copied().filter(|byte| b"\"'`".contains(byte));
    at += usize::from(quote.is_some());
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + LONGEST_VALUE)];
    let length = match quote {
        Some(quote) => rest.iter().position(|byte| *byte == quote || b"\n\\".contains(byte)),
        None => rest.iter().position(|byte| byte.is_ascii_whitespace() || b"&;,\"'`<>(){}[]\\".contains(byte)),
    };
    let reached_end = at + rest.len() == bytes.len();
    let length = length.or(reached_end.then_some(rest.len()))?;
    let text = &rest[..length];
    (!text.is_empty()).then_some(Found { text, start: at, quoted: quote.is_some(), tight })
}

/// Nothing in telemetry is documentation. Words that say how a secret is are none, and the agent's expressions say the same.
fn counts_in_telemetry(found: &Found<'_>, secrecy: Secrecy, is_equals: bool) -> bool {
    let text = found.text;
    if text.len() < 4 || value::is_placeholder(text) || value::is_state(text) {
        return false;
    }
    match secrecy {
        Secrecy::Chosen => value::is_mixed(text) || (is_equals && found.tight),
        // A key holds no sign that ends a value without quotes, and the agent's expressions know no quotes around keys.
        Secrecy::Made => {
            let key = text.split(|byte| b"&;,<>(){}[]".contains(byte)).next().unwrap_or_default();
            key.len() >= 8 && value::is_mixed(key)
        }
    }
}

/// In files, code assigns variables to such names. So a value counts that looks chosen or made, and where no quote
/// encloses it, only in a line of configuration or behind `=` without blanks.
fn counts_in_file(
    bytes: &[u8],
    start: usize,
    name: &[u8],
    found: &Found<'_>,
    secrecy: Secrecy,
    is_equals: bool,
) -> bool {
    let text = found.text;
    if value::is_placeholder(text) {
        return false;
    }
    if name.eq_ignore_ascii_case(b"auth") {
        return found.quoted && text.len() >= 12 && value::is_basic(text);
    }
    let is_line = || is_whole_line(bytes, start, found);
    let fits = match (found.quoted, found.tight && is_equals) {
        (true, _) => true,
        (false, true) => !bytes.get(found.start + text.len()).is_some_and(|byte| b"([{<".contains(byte)),
        (false, false) => is_line() || is_header(bytes, start, found) || is_entry(bytes, start, found),
    };
    fits && match secrecy {
        Secrecy::Made => text.len() >= 16 && value::is_made(text),
        Secrecy::Chosen if found.quoted => text.len() >= 8 && value::is_chosen(text) && value::is_strong(text),
        Secrecy::Chosen => text.len() >= 6 && value::is_chosen(text) && (value::is_strong(text) || is_line()),
    }
}

/// A value without the commas and semicolons at its end.
fn without_signs(text: &[u8]) -> &[u8] {
    let signs = text.iter().rev().take_while(|byte| b",;".contains(byte)).count();
    &text[..text.len() - signs]
}

/// Whether name and value stand in one pair of quotes, as headers do in commands: `'X-Api-Key: …'`.
fn is_header(bytes: &[u8], start: usize, found: &Found<'_>) -> bool {
    let quote = start.checked_sub(1).map(|index| bytes[index]).filter(|byte| b"\"'".contains(byte));
    quote.is_some() && bytes.get(found.start + found.text.len()).copied() == quote
}

/// Whether name and value are an entry of a map in one line of YAML, and the value no name in code: `{password: p4ss!}`.
fn is_entry(bytes: &[u8], start: usize, found: &Found<'_>) -> bool {
    let before = bytes[..start].iter().rev().take(16).find(|byte| **byte != b' ');
    let behind = bytes.get(found.start + found.text.len());
    let sign = found.text.iter().any(|byte| b"!#@?+*^~".contains(byte));
    let length = found.text.len();
    matches!(before, Some(b'{' | b',')) && matches!(behind, Some(b'}' | b',')) && (sign || length >= 24)
}

/// Whether name and value are a line of their own: behind blanks, a dash or `export`, and before the end or a comment.
fn is_whole_line(bytes: &[u8], start: usize, found: &Found<'_>) -> bool {
    let line = bytes[..start]
        .iter()
        .rev()
        .take(64)
        .position(|byte| *byte == b'\n')
        .map_or(start.saturating_sub(64), |at| start - at);
    let before = bytes[line..start].trim_ascii();
    let opens = matches!(before, b"" | b"-" | b"export" | b"set" | b"ENV" | b"env" | b"ARG" | b"\"" | b"'");
    let behind = &bytes[found.start + found.text.len()..];
    let rest = &behind[..behind.iter().take(64).position(|byte| *byte == b'\n').unwrap_or(behind.len().min(64))];
    let rest = rest.trim_ascii();
    opens && (rest.is_empty() || rest.starts_with(b"#") || rest.starts_with(b"//"))
}
