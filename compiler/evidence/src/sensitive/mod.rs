//! Finds personal data and secrets in a text: their kind and place, never their value.
//!
//! A detector knows a checksum, an issuer's prefix or a unique shape, and checks both ends of a match. A card number within
//! a longer number is none; that excludes time stamps, ids and decimals. Every detector starts at a byte that its
//! matches must hold, and reads a bounded number of bytes from there. Time is therefore linear in the text, and only the
//! hits are kept.

mod hit;
mod iban;
mod mask;
mod number;
mod token;

pub use hit::{Hit, Kind, Origin, REACH};
use hit::{hit, is_word};
pub use mask::{Values, masked};

/// The length of the shortest possible hit: an address such as `a@b.de`.
pub const SHORTEST: usize = 6;

/// The hits in a text, sorted by place. If two detectors match the same bytes, the more specific one counts.
#[must_use]
pub fn scan(text: &str, origin: Origin) -> Vec<Hit> {
    let bytes = text.as_bytes();
    let mut hits = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // Matches begin where words begin, so a run of digits or letters is searched once.
        let starts_word = at == 0 || !is_word(bytes[at - 1]);
        let found = match bytes[at] {
            b'@' => email(bytes, at, 1, origin),
            // An `@` in a URL.
            b'%' if bytes[at..].starts_with(b"%40") => email(bytes, at, 3, origin),
            b'-' => token::private_key(bytes, at),
            b':' => token::url_password(bytes, at),
            b'0'..=b'9' if starts_word => number::card(bytes, at).or_else(|| number::ssn(bytes, at)),
            b'A'..=b'Z' | b'a'..=b'z' if starts_word => token::prefixed(bytes, at, origin)
                .or_else(|| iban::find(bytes, at))
                .or_else(|| token::assigned(bytes, at, origin)),
            _ => None,
        };
        if let Some(hit) = found {
            hits.push(hit);
        }
        at += 1;
    }
    settled(bytes, hits)
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

/// File extensions that look like a top-level domain, as in `icon@2x.png`.
const NO_DOMAINS: [&str; 12] =
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "json", "html", "toml", "yaml", "local"];

/// An address around an `@` of `width` bytes: at most 64 bytes before it, 253 behind it.
fn email(bytes: &[u8], at: usize, width: usize, origin: Origin) -> Option<Hit> {
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let local = bytes[at.saturating_sub(65)..at].iter().rev().take_while(|byte| is_local(byte)).count();
    let trimmed = bytes[at - local..at].iter().take_while(|byte| b"._%+-".contains(byte)).count();
    let start = at - local + trimmed;
    if local > 64 || start == at || bytes[at - 1] == b'.' {
        return None;
    }
    let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let reach = bytes.len().min(at + width + 254);
    let mut length = bytes[at + width..reach].iter().take_while(|byte| is_domain(byte)).count();
    while length > 0 && b".-".contains(&bytes[at + width + length - 1]) {
        length -= 1;
    }
    if length > 253 {
        return None;
    }
    let domain = std::str::from_utf8(&bytes[at + width..at + width + length]).ok()?.to_ascii_lowercase();
    let labels: Vec<&str> = domain.split('.').collect();
    let top = labels.last()?;
    let sound = labels.iter().all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    if labels.len() < 2 || !sound || top.len() < 2 || !top.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    if NO_DOMAINS.contains(top) {
        return None;
    }
    let behind = bytes.get(at + width + length);
    // `git@github.com:owner/name` and `ssh://git@…` name a repository.
    let is_repository = &bytes[start..at] == b"git" && matches!(behind, Some(b':' | b'/'));
    // In `://user:password@host`, the `@` ends a password.
    let is_url = bytes[..start].iter().rev().take(64).take_while(|byte| !byte.is_ascii_whitespace()).count() > 0
        && matches!(bytes[..start].last(), Some(b':'))
        && bytes[start.saturating_sub(64)..start].windows(3).any(|part| part == b"://");
    if behind == Some(&b'@') || is_repository || is_url {
        return None;
    }
    if origin == Origin::File && is_reserved(&labels) {
        return None;
    }
    Some(hit(start..at + width + length, Kind::Email))
}

/// Whether a domain is reserved by RFC 2606 or RFC 6761, or discards its mail.
fn is_reserved(labels: &[&str]) -> bool {
    let top = labels.last().copied().unwrap_or_default();
    let second = labels.len().checked_sub(2).and_then(|index| labels.get(index)).copied().unwrap_or_default();
    ["example", "test", "invalid", "localhost"].contains(&top)
        || (second == "example" && ["com", "net", "org"].contains(&top))
        || labels.contains(&"noreply")
}

#[cfg(test)]
mod tests;
