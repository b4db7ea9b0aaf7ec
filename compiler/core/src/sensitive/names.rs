//! Names that carry secrets, and words that are none.
//!
//! A name is its words: `userAccessToken`, `USER_ACCESS_TOKEN` and `user.access-token` are the same three. The last words
//! say whether the value is secret, and the word before them may take it back: `page_token` opens nothing.

use std::sync::LazyLock;

/// What a name promises of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secrecy {
    /// A key or token, which a machine made.
    Made,
    /// A password, which a person may have chosen.
    Chosen,
}

/// Last words of names of passwords.
pub(super) const CHOSEN: &[&str] =
    &["password", "passwd", "passphrase", "passcode", "pwd", "pass", "secret", "psswd", "passwort"];

/// Last words of names of keys and tokens, joined.
pub(super) const MADE: &[&str] = &[
    "token",
    "apikey",
    "appkey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "accountkey",
    "licensekey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "sharedkey",
    "storagekey",
    "servicekey",
    "sessionkey",
    "clientkey",
    "adminkey",
    "deploykey",
    "integrationkey",
    "routingkey",
    "ingestkey",
    "secretkeybase",
    "secretaccesskey",
    "credential",
    "credentials",
    "authorization",
    "cookie",
    "bearer",
    "apitoken",
    "securitytoken",
    "sharedaccesskey",
    "subscriptionkey",
    "writekey",
    "hmackey",
    "jwtkey",
    "cipherkey",
    "apisecret",
    "appsecret",
    "clientsecret",
    "consumersecret",
    "fernetkey",
    "connectionkey",
    "applicationkey",
    "honeycombteam",
    "pat",
    "auth",
    "secrets",
];

/// Words before the last that take it back: what they name is counted, shown or asked, and opens nothing.
pub(super) const HARMLESS: &[&str] = &[
    "has",
    "is",
    "use",
    "uses",
    "no",
    "needs",
    "need",
    "require",
    "requires",
    "show",
    "hide",
    "forgot",
    "total",
    "max",
    "min",
    "num",
    "number",
    "count",
    "input",
    "output",
    "prompt",
    "completion",
    "page",
    "next",
    "prev",
    "previous",
    "continuation",
    "continue",
    "cursor",
    "sync",
    "csrf",
    "xsrf",
    "antiforgery",
    "requestverification",
    "public",
    "cancel",
    "cancellation",
    "reset",
    "invalid",
    "missing",
    "expired",
    "bad",
    "wrong",
    "unknown",
    "eos",
    "bos",
    "pad",
    "mask",
    "stop",
    "start",
    "end",
    "special",
    "first",
    "last",
    "current",
    "peek",
    "lookahead",
    "syntax",
    "client_request",
    "request",
    "idempotency",
    "fencing",
    "resume",
    "change",
    "delta",
    "per",
    "cached",
    "reasoning",
    "enable",
    "enabled",
    "disable",
    "allow",
    "validate",
    "verify",
    "with",
    "without",
];

/// The last words of names of secrets, joined: passwords, then keys and tokens.
pub fn last_words() -> impl Iterator<Item = (&'static str, Secrecy)> {
    let chosen = CHOSEN.iter().map(|word| (*word, Secrecy::Chosen));
    chosen.chain(MADE.iter().map(|word| (*word, Secrecy::Made)))
}

/// The words that take a name back.
#[must_use]
pub fn harmless() -> &'static [&'static str] {
    HARMLESS
}

/// Words that stand for a value or say how it is: no secret. In lower case.
pub const STATES: &[&str] = &[
    "null",
    "none",
    "nil",
    "undefined",
    "empty",
    "true",
    "false",
    "yes",
    "no",
    "unset",
    "missing",
    "required",
    "optional",
    "expired",
    "invalid",
    "valid",
    "incorrect",
    "wrong",
    "rejected",
    "revoked",
    "denied",
    "failed",
    "unknown",
    "redacted",
    "masked",
    "hidden",
    "filtered",
    "removed",
    "changed",
    "updated",
    "reset",
    "provided",
    "ok",
    "error",
    "string",
    "password",
    "secret",
    "token",
    "changeme",
    "default",
    "disabled",
    "enabled",
    "encrypted",
    "mismatch",
    "not",
    "is",
    "must",
    "basic",
    "bearer",
];

/// The words of a name, in lower case, the last first; at most four.
fn words(name: &[u8]) -> ([&[u8]; 6], usize) {
    let mut words: [&[u8]; 6] = [&[]; 6];
    let (mut count, mut end) = (0, name.len());
    let mut at = name.len();
    while at > 0 && count < words.len() {
        let byte = name[at - 1];
        let before = at.checked_sub(2).map(|index| name[index]);
        let is_part = byte.is_ascii_alphanumeric();
        // `accessToken`, `APIKey`: a word begins at a capital behind a small letter or a digit, or before a small letter.
        let begins = is_part
            && byte.is_ascii_uppercase()
            && match before {
                None => true,
                Some(before) if before.is_ascii_lowercase() || before.is_ascii_digit() => true,
                Some(before) => {
                    before.is_ascii_uppercase() && name.get(at).is_some_and(u8::is_ascii_lowercase) && at < end
                }
            };
        if begins || !is_part {
            let start = if is_part { at - 1 } else { at };
            if start < end {
                words[count] = &name[start..end];
                count += 1;
            }
            end = at - 1;
        }
        at -= 1;
    }
    if end > 0 && count < words.len() {
        words[count] = &name[..end];
        count += 1;
    }
    (words, count)
}

/// Words behind the last that say where a secret is used, not what it is.
const BEHIND: &[&str] = &[
    "prod",
    "production",
    "dev",
    "test",
    "staging",
    "live",
    "old",
    "new",
    "value",
    "default",
    "b64",
    "base64",
    "raw",
    "plain",
];

/// What a name says of its value; `None` for a name without secrets.
#[must_use]
pub fn secrecy(name: &[u8]) -> Option<Secrecy> {
    let (all, count) = words(name);
    let mut words = &all[..count];
    let is = |word: &[u8], of: &[&str]| of.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    while let [last, rest @ ..] = words {
        let is_behind = last.len() <= 10 && (last[0].is_ascii_digit() || is(last, BEHIND));
        if rest.is_empty() || !is_behind || (last[0].is_ascii_digit() && !last.iter().all(u8::is_ascii_digit)) {
            break;
        }
        words = rest;
    }
    let (secrecy, taken) = ends(words)?;
    // .NET's name for the hash of a public key.
    if let [token, key, public, ..] = words
        && is(token, &["token"])
        && is(key, &["key"])
        && is(public, &["public"])
    {
        return None;
    }
    let harmless = words.get(taken).is_some_and(|before| is(before, HARMLESS));
    (!harmless).then_some(secrecy)
}

/// Whether the last words are those of a secret, and how many they are.
fn ends(words: &[&[u8]]) -> Option<(Secrecy, usize)> {
    let last = words.first()?;
    let last = trimmed(last);
    let is = |of: &[&str], text: &[u8]| {
        is_possible(text) && of.iter().any(|known| text.eq_ignore_ascii_case(known.as_bytes()))
    };
    if is(CHOSEN, last) {
        return Some((Secrecy::Chosen, 1));
    }
    let mut joined = [0_u8; 32];
    let mut found = None;
    for taken in 1..=words.len().min(3) {
        let mut at = 0;
        for word in words[..taken].iter().rev() {
            let room = joined.get_mut(at..at + word.len())?;
            room.copy_from_slice(word);
            at += word.len();
        }
        if is(MADE, trimmed(&joined[..at])) {
            found = Some((Secrecy::Made, taken));
        }
    }
    // The words that stand at the end of others end with these letters.
    if found.is_none() && last.len() > 5 && matches!(last[last.len() - 1] | 0x20, b'd' | b'e' | b'n' | b'y') {
        // `dbpassword`, `authtoken`, `myapikey`: written in one.
        let ends = |of: &[&str]| {
            of.iter().any(|known| {
                known.len() >= 5
                    && last.len() > known.len()
                    && last[last.len() - known.len()..].eq_ignore_ascii_case(known.as_bytes())
            })
        };
        let before = |of: &[&str]| {
            of.iter().filter(|known| last.len() > known.len()).any(|known| {
                let (head, tail) = last.split_at(last.len() - known.len());
                tail.eq_ignore_ascii_case(known.as_bytes())
                    && HARMLESS.iter().any(|word| head.eq_ignore_ascii_case(word.as_bytes()))
            })
        };
        if ends(&CHOSEN[..3]) && !before(&CHOSEN[..3]) {
            return Some((Secrecy::Chosen, 1));
        }
        if ends(&MADE[..6]) && !before(&MADE[..6]) {
            return Some((Secrecy::Made, 1));
        }
    }
    found
}

/// The lengths of the last words that end with each letter, as bits: most names are told by it.
static LENGTHS: LazyLock<[u32; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for word in CHOSEN.iter().chain(MADE) {
        let last = word.bytes().last().unwrap_or_default();
        lengths[usize::from(last)] |= 1 << word.len();
    }
    lengths
});

/// Whether a last word has the length and the last letter of this text.
fn is_possible(text: &[u8]) -> bool {
    let [.., last] = *text else { return false };
    text.len() < 32 && LENGTHS[usize::from(last | 0x20)] & (1 << text.len()) != 0
}

/// Without digits at the end: `password2`.
fn trimmed(word: &[u8]) -> &[u8] {
    let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    &word[..word.len() - digits]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_secrets() {
        for name in
            ["password", "DB_PASSWORD", "dbPassword", "pwd", "spring.datasource.password", "PASSWORD_PROD", "password2"]
        {
            assert_eq!(secrecy(name.as_bytes()), Some(Secrecy::Chosen), "{name}");
        }
        for name in [
            "api_key",
            "apiKey",
            "APIKey",
            "X-API-Key",
            "accessToken",
            "GITHUB_TOKEN",
            "aws_secret_access_key",
            "_authToken",
            "ENCRYPTION_KEY",
            "secret_key_base",
            "AccountKey",
            "authorization",
            "http.request.header.cookie",
            "DD_API_KEY",
            "authtoken",
            "clientsecret",
            "X-Honeycomb-Team",
        ] {
            assert_eq!(secrecy(name.as_bytes()), Some(Secrecy::Made), "{name}");
        }
        for name in [
            "has_password",
            "hasPassword",
            "total_token",
            "next_page_token",
            "nextPageToken",
            "CSRF_TOKEN",
            "csrftoken",
            "publicKeyToken",
            "public_key",
            "key",
            "token_type",
            "password_hash",
            "tokens",
            "primary_key",
            "secret_name",
            "compass",
            "bypass",
            "max_tokens",
            "tokenizer",
            "keyword",
        ] {
            assert_eq!(secrecy(name.as_bytes()), None, "{name}");
        }
    }
}
