//! Finds personal data and secrets in a text: their kind and place, never their value.
//!
//! A detector knows a checksum, an issuer's prefix or a unique shape, and checks both ends of a match. A card number within
//! a longer number is none; that excludes time stamps, ids and decimals. Every detector starts at a byte that its
//! matches must hold, and reads a bounded number of bytes from there. Time is therefore linear in the text, and only the
//! hits are kept.

use emberline_core::sensitive::names::Secrecy;

mod assigned;
mod commands;
mod cookie;
mod email;
mod hit;
mod iban;
mod mask;
mod number;
mod places;
mod token;
mod value;

use hit::is_word;
pub use hit::{Hit, Kind, Origin, REACH};
pub use mask::{Values, masked};

/// The length of the shortest possible hit: an address such as `a@b.de`.
pub const SHORTEST: usize = 6;

/// The hits in a text, sorted by place. If two detectors match the same bytes, the more specific one counts.
#[must_use]
pub fn scan(text: &str, origin: Origin) -> Vec<Hit> {
    let bytes = text.as_bytes();
    let is_file = origin == Origin::File;
    let mut hits = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let mut width = 1;
        let found = match bytes[at] {
            b'@' => email::find(bytes, at, 1, origin),
            b'%' if is_escape(bytes, at) => {
                // An `@` in a URL. Behind every escape a word may begin.
                width = 3;
                bytes[at..].starts_with(b"%40").then(|| email::find(bytes, at, 3, origin)).flatten()
            }
            // A word may begin behind an escaped line end.
            b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r' | b't')) => {
                width = 2;
                None
            }
            b'-' => {
                token::private_key(bytes, at, origin).or_else(|| is_file.then(|| commands::flag(bytes, at)).flatten())
            }
            b':' => token::url_password(bytes, at, origin)
                .or_else(|| assigned::assigned(bytes, at, origin))
                .or_else(|| is_file.then(|| places::pgpass(bytes, at)).flatten()),
            b'=' => assigned::assigned(bytes, at, origin),
            b',' | b'(' if is_file && matches!(bytes.get(at + 1), Some(b' ' | b'"' | b'\'')) => {
                assigned::assigned(bytes, at, origin)
            }
            b'>' if is_file => places::element(bytes, at),
            // Matches begin where words begin, so a word is searched once.
            byte if is_word(byte) => {
                let mut end = at + 1;
                while end < bytes.len() && is_word(bytes[end]) {
                    end += 1;
                }
                width = end - at;
                word(bytes, at, width, origin, &mut hits)
            }
            _ => None,
        };
        if let Some(hit) = found {
            hits.push(hit);
        }
        at += width;
    }
    settled(bytes, hits)
}

/// The hit that begins with a word of `width` bytes.
fn word(bytes: &[u8], at: usize, width: usize, origin: Origin, hits: &mut Vec<Hit>) -> Option<Hit> {
    let is_file = origin == Origin::File;
    let first = bytes[at];
    if first.is_ascii_digit() {
        return token::issued(bytes, at, width, origin)
            .or_else(|| number::card(bytes, at, origin))
            .or_else(|| number::ssn(bytes, at, origin));
    }
    if let found @ Some(_) = token::issued(bytes, at, width, origin) {
        return found;
    }
    let found = match first {
        b'e' => token::jwt(bytes, at, origin),
        b'B' | b'b' if is_file && width == 2 => commands::quoted(bytes, at, width),
        b'B' | b'b' if width <= 6 => token::scheme(bytes, at, origin),
        b'S' | b's' if is_file && width == 12 => commands::quoted(bytes, at, width),
        b'E' if is_file && width == 3 => commands::variable(bytes, at),
        b'k' if is_file && width == 4 => {
            places::kubernetes(bytes, at, hits);
            None
        }
        b'j' if is_file && width == 4 => places::oracle(bytes, at),
        b'P' if is_file && width == 7 => token::putty(bytes, at),
        b'P' | b'p' if is_file && width == 8 => commands::spoken(bytes, at),
        _ => None,
    };
    found.or_else(|| first.is_ascii_uppercase().then(|| iban::find(bytes, at)).flatten())
}

/// Whether `%` and two hexadecimal digits stand here.
fn is_escape(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Whether the value of a field with a secret's name is the secret, and not a word on it such as `expired`.
#[must_use]
pub fn is_secret_value(text: &str, secrecy: Secrecy) -> bool {
    let text = text.as_bytes();
    let told = text.len() >= 4 && !value::is_placeholder(text) && !value::is_state(text);
    told && match secrecy {
        Secrecy::Chosen => true,
        Secrecy::Made => text.len() >= 8 && value::is_mixed(text),
    }
}

/// The hits in order, each with its whole secret. Overlapping hits become one.
fn settled(bytes: &[u8], mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end), hit.kind));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            // A token with a known issuer is more specific than the assignment or header around it.
            Some(last) if hit.range.start < last.range.end => {
                last.kind = last.kind.min(hit.kind);
                last.range.end = last.range.end.max(hit.range.end);
            }
            _ => kept.push(hit),
        }
    }
    // The end of the secrets so far. Each byte is searched once, so a text of nothing but tokens takes linear time.
    let mut reached = 0;
    for hit in &mut kept {
        let range = hit.range.clone();
        let shown = mask::shown(hit.kind, &bytes[range.clone()]);
        let end = if reached >= range.end { range.end } else { token::end_of_secret(bytes, hit) };
        hit.secret = range.start + shown..end;
        reached = reached.max(end);
    }
    kept
}

#[cfg(test)]
mod tests;
