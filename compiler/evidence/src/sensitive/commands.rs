//! Passwords in commands and statements: behind flags, in SQL, in `.netrc`, in files that build images. In files only.

use emberline_core::sensitive::names::{Secrecy, secrecy};

use super::assigned::{Found, value_behind};
use super::hit::{Hit, Kind, LONGEST_NAME, Origin, hit, is_word};
use super::{cookie, value};

/// How far a line is read before a flag, in bytes.
const BEFORE: usize = 120;

/// The value as a hit, if it looks like a password that somebody chose.
fn chosen(found: &Found<'_>) -> Option<Hit> {
    let text = found.text;
    let counts = text.len() >= 6
        && text.iter().all(u8::is_ascii_graphic)
        && value::is_chosen(text)
        && !value::is_placeholder(text);
    counts.then(|| hit(found.start..found.start + text.len(), Kind::Assigned))
}

/// Whether the text before a byte ends with a word, in either case.
fn follows(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    at >= word.len() && bytes[at - word.len()..at].eq_ignore_ascii_case(word)
}

/// The line before a byte, as far as it is read.
fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let before = &bytes[at.saturating_sub(BEFORE)..at];
    &before[before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)..]
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The password behind a flag of one letter, which only its command tells.
fn short_flag(bytes: &[u8], at: usize, name: &[u8]) -> Option<Hit> {
    let line = line_before(bytes, at);
    let behind = at + 1 + name.len();
    match name {
        b"p" if holds(line, b"sshpass ") || holds(line, b" login ") => chosen(&value_behind(bytes, behind)?),
        b"b" if holds(line, b"curl ") => cookie::find(bytes, behind, Origin::File),
        b"a" if holds(line, b"redis-cli ") => chosen(&value_behind(bytes, behind)?),
        [b'p', _, ..] if holds(line, b"mysql") => chosen(&value_behind(bytes, at + 2)?),
        _ => None,
    }
}

/// The value behind a flag such as `--password`, or the password behind `-u user:`.
pub(super) fn flag(bytes: &[u8], at: usize) -> Option<Hit> {
    let begins = at == 0 || bytes[at - 1].is_ascii_whitespace() || matches!(bytes[at - 1], b'"' | b'\'' | b'`');
    if !begins || matches!(bytes.get(at + 1), None | Some(b' ' | b'>')) {
        return None;
    }
    let rest = &bytes[at..bytes.len().min(at + LONGEST_NAME)];
    let dashes = rest.iter().take_while(|byte| **byte == b'-').count();
    let length = rest.get(dashes..)?.iter().take_while(|byte| is_word(**byte) || **byte == b'-').count();
    let name = &rest[dashes..dashes + length];
    let end = at + dashes + length;
    if dashes == 1
        && let found @ Some(_) = short_flag(bytes, at, name)
    {
        return found;
    }
    if !(1..=2).contains(&dashes) || name.is_empty() || bytes.get(end) != Some(&b' ') {
        return None;
    }
    let found = value_behind(bytes, end)?;
    if matches!(name, b"u" | b"user") {
        let colon = found.text.iter().position(|byte| *byte == b':')?;
        let password = &found.text[colon + 1..];
        let counts = colon > 0 && password.len() >= 6 && value::is_chosen(password);
        return counts.then(|| hit(found.start + colon + 1..found.start + found.text.len(), Kind::Assigned));
    }
    let counts = match (dashes == 2).then(|| secrecy(name))?? {
        Secrecy::Made => found.text.len() >= 16 && value::is_made(found.text),
        Secrecy::Chosen => found.text.len() >= 6 && value::is_chosen(found.text) && !value::is_placeholder(found.text),
    };
    counts.then(|| hit(found.start..found.start + found.text.len(), Kind::Assigned))
}

/// The value behind the word `password` and a blank: in `.netrc`, and in SQL.
pub(super) fn spoken(bytes: &[u8], at: usize) -> Option<Hit> {
    let word = bytes.get(at..at + 9)?;
    if !word[..8].eq_ignore_ascii_case(b"password") || !b" \t".contains(&word[8]) {
        return None;
    }
    let found = value_behind(bytes, at + 9)?;
    let before = &bytes[at.saturating_sub(200)..at];
    let netrc =
        || [&b"login "[..], b"machine "].iter().any(|word| before.windows(word.len()).any(|part| part == *word));
    let counts = found.text.len() >= 6 && value::is_chosen(found.text) && !value::is_placeholder(found.text);
    let fits = (found.quoted && word[8] == b' ' && value::is_strong(found.text)) || (!found.quoted && netrc());
    (counts && fits).then(|| hit(found.start..found.start + found.text.len(), Kind::Assigned))
}

/// The value of a variable in a file that builds an image, from the word `ENV`: `ENV NAME value`.
pub(super) fn variable(bytes: &[u8], at: usize) -> Option<Hit> {
    let begins = at == 0 || bytes[at - 1] == b'\n';
    let rest = bytes[at..bytes.len().min(at + LONGEST_NAME)].strip_prefix(b"ENV ")?;
    let length = rest.iter().take_while(|byte| is_word(**byte)).count();
    let behind = at + 4 + length;
    if !begins || length == 0 || bytes.get(behind) != Some(&b' ') {
        return None;
    }
    let secrecy = secrecy(&rest[..length])?;
    let found = value_behind(bytes, behind)?;
    let ends = bytes.get(found.start + found.text.len()).is_none_or(|byte| b"\r\n\"'".contains(byte));
    match secrecy {
        Secrecy::Made if found.text.len() < 16 || !value::is_made(found.text) => None,
        Secrecy::Made | Secrecy::Chosen => ends.then(|| chosen(&found)).flatten(),
    }
}

/// The password behind the word `BY` of `IDENTIFIED BY '…'`, and behind PowerShell's `ConvertTo-SecureString "…"`.
pub(super) fn quoted(bytes: &[u8], at: usize, width: usize) -> Option<Hit> {
    let word = &bytes[at..at + width];
    let fits = (word.eq_ignore_ascii_case(b"by") && follows(bytes, at, b"identified "))
        || (word.eq_ignore_ascii_case(b"securestring") && follows(bytes, at, b"convertto-"));
    if !fits {
        return None;
    }
    let mut behind = at + width;
    if bytes[behind..].starts_with(b" -String") {
        behind += 8;
    }
    let found = value_behind(bytes, behind)?;
    (found.quoted && value::is_strong(found.text)).then(|| chosen(&found)).flatten()
}
