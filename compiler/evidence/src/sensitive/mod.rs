//! Personal data and secrets in a text: what they are and where, never what they say.
//!
//! A detector is a checksum, an issuer's prefix or a shape that nothing else has, with both ends of the match checked: a
//! card number inside of a longer number is none. That is what keeps time stamps, ids and decimals out. Every detector
//! starts at a byte that its matches must hold and looks a bounded way from there, so time is linear in the text and
//! nothing is kept but the hits.

mod iban;
mod mask;
mod number;
mod token;

use std::ops::Range;

pub use mask::{Values, masked};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A payment card number: issuer, length and check digit fit.
    Card,
    /// A bank account number: country, length and check digits fit.
    Iban,
    /// A number of the US social security, beside a word that says so.
    Ssn,
    /// The header of a private key.
    PrivateKey,
    /// An access key of AWS.
    Aws,
    /// A token of GitHub.
    Github,
    /// A token or webhook of Slack.
    Slack,
    /// An API key of Google.
    Google,
    /// A live key of Stripe.
    Stripe,
    /// A JSON Web Token.
    Jwt,
    /// A token behind `Bearer`.
    Bearer,
    /// A password in a URL.
    UrlPassword,
    /// A value given to a name such as `password` or `api_key`.
    Assigned,
}

impl Kind {
    /// What it is, with its article, to be read after "found".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Card => "a payment card number",
            Self::Iban => "a bank account number",
            Self::Ssn => "a social security number",
            Self::PrivateKey => "a private key",
            Self::Aws => "an AWS access key",
            Self::Github => "a GitHub token",
            Self::Slack => "a Slack token",
            Self::Google => "a Google API key",
            Self::Stripe => "a Stripe key",
            Self::Jwt => "a JSON Web Token",
            Self::Bearer => "a bearer token",
            Self::UrlPassword => "a password in a URL",
            Self::Assigned => "a secret in an assignment",
        }
    }

    /// Whether it opens something, rather than saying something of a person.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, Self::Email | Self::Card | Self::Iban | Self::Ssn)
    }
}

/// Where the text comes from, which decides what is innocent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file that people write. Addresses and keys that are reserved for documentation are what they should use there.
    File,
    /// A field of telemetry. Nothing is documentation there: an address at example.com shows that addresses leave.
    Telemetry,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The bytes of the text; all of them are ASCII.
    pub range: Range<usize>,
    /// The bytes that nobody may be shown, ASCII as well. They can go on behind `range`: the body of a private key, or
    /// the rest of a token that is longer than what was looked at.
    pub secret: Range<usize>,
    /// What they are.
    pub kind: Kind,
}

/// No detector looks further than this around the byte that it starts at, and no secret is longer.
pub const REACH: usize = 64 << 10;

/// The length of the shortest thing that is looked for: an address such as `a@b.de`.
pub const SHORTEST: usize = 6;

/// Everything found in a text, sorted by place; where two detectors see the same bytes, the more telling one counts.
#[must_use]
pub fn scan(text: &str, origin: Origin) -> Vec<Hit> {
    let bytes = text.as_bytes();
    let mut hits = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // A run of digits or letters is looked at once, from its first byte: matches begin where words begin.
        let starts_word = at == 0 || !is_word(bytes[at - 1]);
        let found = match bytes[at] {
            b'@' => email(bytes, at, 1, origin),
            // As URLs have it.
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

/// A detector's match; what of it is secret is settled once all matches are known.
fn hit(range: Range<usize>, kind: Kind) -> Hit {
    Hit { secret: range.clone(), range, kind }
}

/// The hits in order, each with all of its secret. Those that overlap are one.
fn settled(bytes: &[u8], mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end), hit.kind));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            // A named issuer says more than the assignment or the header that its token stands in.
            Some(last) if hit.range.start < last.range.end => {
                last.kind = last.kind.min(hit.kind);
                last.range.end = last.range.end.max(hit.range.end);
            }
            _ => kept.push(hit),
        }
    }
    // Up to where a secret is known to reach: looked at once, so that a text of nothing but tokens takes linear time.
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

/// Letters, digits and `_`: what words are made of.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Endings that look like a top-level domain and are none: `icon@2x.png`.
const NO_DOMAINS: [&str; 12] =
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "json", "html", "toml", "yaml", "local"];

/// An address around an `@` of `width` bytes: at most 64 bytes before, 253 behind.
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
    // The end of `://user:password@host` is a password's.
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

/// Domains that RFC 2606 and RFC 6761 reserve, and those that swallow what is sent to them.
fn is_reserved(labels: &[&str]) -> bool {
    let top = labels.last().copied().unwrap_or_default();
    let second = labels.len().checked_sub(2).and_then(|index| labels.get(index)).copied().unwrap_or_default();
    ["example", "test", "invalid", "localhost"].contains(&top)
        || (second == "example" && ["com", "net", "org"].contains(&top))
        || labels.contains(&"noreply")
}

#[cfg(test)]
mod tests;
