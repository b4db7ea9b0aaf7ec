//! Keys and tokens, recognised by their issuer's prefix or by the text around them.

use emberline_core::sensitive::{open, starting};

use super::hit::{self, Hit, Kind, Origin, REACH};
use super::value;

/// The longest token that is read, in bytes.
const MOST: usize = 4_096;

/// The shortest first word of a form that no two bytes tell, apart from those of digits and those with Azure's marks.
const SHORTEST_WORD: usize = 14;

/// A key of an issuer of the catalogue at `at`, where a word of `word` bytes begins. In files, keys that are made for
/// documentation are innocent.
pub(super) fn issued(bytes: &[u8], at: usize, word: usize, origin: Origin) -> Option<Hit> {
    let rest = &bytes[at..bytes.len().min(at + MOST)];
    let heads = starting(rest);
    let goes_on = matches!(rest.get(word), Some(b'+' | b'/' | b'='));
    let is_azure = rest.get(4..6) == Some(b"Q~") || rest.get(44..48) == Some(b"AzFu");
    let may_be_open = word >= SHORTEST_WORD || goes_on || rest[0].is_ascii_digit() || is_azure;
    let open = if may_be_open { open() } else { &[] };
    for (form, issuer) in heads.iter().chain(open.iter().filter(|(form, _)| form.may_begin(rest, word))) {
        let Some(length) = form.length(rest) else { continue };
        let key = &rest[..length];
        let prefix = form.prefix().len();
        let secret = &key[prefix..];
        let innocent = match origin {
            // Keys in AWS's documentation end with the word.
            Origin::File => is_invented(secret) || few(secret),
            Origin::Telemetry => secret.iter().all(|byte| b"*xX".contains(byte)),
        };
        // A parameter of a URL stands in its query.
        let is_parameter = form.prefix().ends_with('=');
        if is_parameter && !at.checked_sub(1).is_some_and(|index| b"?&;".contains(&bytes[index])) {
            continue;
        }
        // Behind three letters, words are none: `md-primary-color`. Without a telling prefix, only what a machine made counts.
        let told = prefix > 3 || (prefix == 3 && !value::is_wordy(secret));
        let made = (told && !is_parameter)
            || (value::is_mixed(secret)
                && !few(secret)
                && (origin == Origin::Telemetry || prefix == 0 || value::is_made(secret)));
        if !innocent && made {
            return Some(hit::hit(at..at + length, Kind::Issued(issuer.words)));
        }
    }
    None
}

/// Whether the longest part of a key is made for documentation. Numbers of accounts before it may be anything.
fn is_invented(secret: &[u8]) -> bool {
    let parts = secret.split(|byte| !byte.is_ascii_alphanumeric());
    let longest = parts.filter(|part| !part.iter().all(u8::is_ascii_digit)).max_by_key(|part| part.len());
    value::is_invented(longest.unwrap_or(secret))
}

/// Whether a text has so few different characters that it is no key.
fn few(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    text.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count() < (text.len() / 3).min(8)
}

/// The payload of the token that jwt.io shows to everybody: `{"sub":"1234567890","name":"John Do…`.
const SHOWN_PAYLOAD: &[u8] = b"eyJzdWIiOiIxMjM0NTY3ODkwI";

/// A JSON Web Token (RFC 7519): header and payload are objects, the signature is not empty.
pub(super) fn jwt(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let rest = &bytes[at..bytes.len().min(at + MOST)];
    if !rest.starts_with(b"eyJ") {
        return None;
    }
    let run = |from: usize| {
        let fits = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-' || **byte == b'_';
        rest.get(from..).map_or(0, |rest| rest.iter().take_while(fits).count())
    };
    let header = run(0);
    if header < 10 || !rest.get(header + 1..)?.starts_with(b"eyJ") || rest[header] != b'.' {
        return None;
    }
    let payload = header + 1 + run(header + 1);
    let signature = run(payload + 1);
    let signed = rest.get(payload) == Some(&b'.') && signature >= 10;
    let end = payload + 1 + signature;
    let innocent = origin == Origin::File
        && (rest[header + 1..].starts_with(SHOWN_PAYLOAD) || signed && value::is_invented(&rest[payload + 1..end]));
    (signed && !innocent).then(|| hit::hit(at..at + end, Kind::Jwt))
}

/// What follows `Bearer` or `Basic`: a token, or user and password in base64 (RFC 6750, RFC 7617).
pub(super) fn scheme(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let rest = &bytes[at..bytes.len().min(at + MOST)];
    let word = rest.iter().take(7).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let blank = rest[word..].iter().take(8).take_while(|byte| **byte == b' ').count();
    if blank == 0 {
        return None;
    }
    let start = word + blank;
    let fits = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    let length = rest[start..].iter().take_while(fits).count();
    let token = &rest[start..start + length];
    let counts = match rest[..word].to_ascii_lowercase().as_slice() {
        b"bearer" => {
            length >= 9
                && value::is_mixed(token)
                && (origin == Origin::Telemetry || (length >= 16 && value::is_made(token)))
        }
        b"basic" => {
            let shown = origin == Origin::File && is_shown(token);
            length >= 8
                && !shown
                && value::is_basic(token)
                && (token.contains(&b'=') || token.iter().any(u8::is_ascii_digit))
        }
        _ => false,
    };
    counts.then(|| hit::hit(at + start..at + start + length, Kind::Bearer))
}

/// Whether user and password in base64 are those that documentation writes, such as those of RFC 7617.
fn is_shown(token: &[u8]) -> bool {
    let bytes = value::base64(token).unwrap_or_default();
    let colon = bytes.iter().position(|byte| *byte == b':').unwrap_or(bytes.len());
    let (user, password) = (&bytes[..colon], bytes.get(colon + 1..).unwrap_or_default());
    let told = password.to_ascii_lowercase().windows(6).any(|part| part == b"secret");
    user.eq_ignore_ascii_case(b"aladdin") || told || is_written(user, password)
}

/// Whether a password is one that documentation writes.
fn is_written(user: &[u8], password: &[u8]) -> bool {
    user.eq_ignore_ascii_case(password) || WRITTEN.iter().any(|word| password.eq_ignore_ascii_case(word.as_bytes()))
}

/// `-----BEGIN … PRIVATE KEY-----`. In files, a header that a program looks for has no key behind it.
pub(super) fn private_key(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let rest = bytes[at..].strip_prefix(b"-----BEGIN ")?;
    let line = &rest[..rest.len().min(64)];
    let end = line.windows(5).position(|part| part == b"-----")?;
    let name = &line[..end];
    let sound = name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    let private = name == b"PRIVATE KEY" || name.ends_with(b" PRIVATE KEY") || name == b"PGP PRIVATE KEY BLOCK";
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let behind = &rest[(end + 5).min(rest.len())..rest.len().min(end + 5 + 320)];
    let behind = behind.split(|byte| !is_base64(byte)).any(|run| run.len() >= 24);
    let whole = origin == Origin::Telemetry || behind;
    (sound && private && whole).then_some(hit::hit(at..at + 11 + end + 5, Kind::PrivateKey))
}

/// The key in PuTTY's format, from its line `Private-Lines: …`. In files only.
pub(super) fn putty(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = bytes[at..].strip_prefix(b"Private-Lines: ")?;
    let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let body = &rest[digits..rest.len().min(digits + 96)];
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let key = body.trim_ascii_start().iter().take_while(is_base64).count();
    (digits > 0 && key >= 40).then(|| hit::hit(at..at + 15 + digits, Kind::PrivateKey))
}

/// The end of a secret: of the body of a private key, or of all characters of a token.
pub(super) fn end_of_secret(bytes: &[u8], hit: &Hit) -> usize {
    let end = hit.range.end;
    let rest = &bytes[end..bytes.len().min(end + REACH - MOST)];
    let run = |fits: fn(&u8) -> bool| rest.iter().take_while(|byte| fits(byte)).count();
    match hit.kind {
        Kind::PrivateKey => end + body_of_key(rest),
        // The token is longer than the detector reads.
        Kind::Issued(_) | Kind::Jwt | Kind::Bearer if hit.range.len() + 16 >= MOST => {
            end + run(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte))
        }
        _ => end,
    }
}

/// The end of a private key's body: the end of its footer or, without one, the end of the lines that look like a body. The
/// key may stand on one line, with line ends written as `\n`.
fn body_of_key(rest: &[u8]) -> usize {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\\ \t\r\n:,.()\"'-#*>|".contains(byte);
    let body = rest.iter().take_while(|byte| fits(byte)).count();
    let Some(footer) = rest[..body].windows(9).position(|part| part == b"-----END ") else {
        // A header may be quoted in prose or code. Without a footer, the body ends with its own lines.
        return without_footer(&rest[..body]);
    };
    let behind = &rest[footer + 9..body];
    footer + 9 + behind.windows(5).position(|part| part == b"-----").map_or(0, |at| at + 5)
}

/// The length of the lines of base64 after a header, with blank lines and the headers of an encrypted key.
fn without_footer(body: &[u8]) -> usize {
    let mut end = 0;
    let mut next = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        next += line.len();
        let text = line.trim_ascii();
        let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\\".contains(byte);
        let longest = text.split(|byte| !base64(byte)).map(<[u8]>::len).max().unwrap_or_default();
        let is_header =
            [&b"Proc-Type:"[..], b"DEK-Info:", b"Version:", b"Comment:"].iter().any(|it| text.starts_with(it));
        if longest >= 16 || (end > 0 && !text.is_empty() && text.len() == longest) {
            end = next;
        } else if !text.is_empty() && !is_header {
            break;
        }
    }
    end
}

/// Passwords that documentation writes, and that images have before anybody sets one.
const WRITTEN: [&str; 26] = [
    "password",
    "pass",
    "secret",
    "pw",
    "passwd",
    "passw0rd",
    "p4ssw0rd",
    "pwd",
    "test",
    "admin",
    "root",
    "postgres",
    "mysql",
    "guest",
    "user",
    "username",
    "foo",
    "bar",
    "baz",
    "abc",
    "123",
    "1234",
    "12345",
    "123456",
    "mypassword",
    "mysecretpassword",
];

/// The password of `scheme://user:password@host`, from the colon of the scheme.
pub(super) fn url_password(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let rest = bytes[at..].strip_prefix(b"://")?;
    let rest = &rest[..rest.len().min(256)];
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'`<>@,;(){}$".contains(byte);
    let length = rest.iter().position(is_end)?;
    let colon = rest[..length].iter().position(|byte| *byte == b':')?;
    let (user, password) = (&rest[..colon], &rest[colon + 1..length]);
    let is_word = match origin {
        // The key of a telemetry vendor's DSN is public.
        Origin::File => {
            let host = &rest[length.min(rest.len() - 1) + 1..];
            let host = &host[..host.iter().position(is_end).unwrap_or(host.len())];
            let is_dsn =
                host.windows(6).any(|part| part == b"sentry") || host.windows(7).any(|part| part == b"ingest.");
            let reserved = [&b"example."[..], b".example", b".test", b".invalid"];
            let is_example = reserved.iter().any(|part| host.windows(part.len()).any(|window| window == *part));
            // A word alone is told of this machine, or of nobody.
            let is_local = user.is_empty() || host.starts_with(b"localhost") || host.starts_with(b"127.");
            let is_weak = is_local && !value::is_mixed(password);
            let is_shown = user.eq_ignore_ascii_case(b"aladdin")
                || is_written(user, password)
                || is_port(password)
                || value::is_invented(password);
            is_dsn || is_example || is_weak || is_shown
        }
        Origin::Telemetry => WRITTEN[..4].iter().any(|word| password == word.as_bytes()),
    };
    let told = password.iter().all(u8::is_ascii_graphic) && !value::is_placeholder(&unescaped(password)) && !is_word;
    let start = at + 3 + colon + 1;
    let least = if origin == Origin::File { 4 } else { 1 };
    (rest[length] == b'@' && password.len() >= least && told)
        .then(|| hit::hit(start..start + password.len(), Kind::UrlPassword))
}

/// A password of a URL without its escapes: `%40` is no sign of a template. Nothing but escapes is none.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let is_escape =
            text[at] == b'%' && text.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        plain.push(if is_escape { b'*' } else { text[at] });
        at += if is_escape { 3 } else { 1 };
    }
    plain
}

/// `host:8080@…` is no password.
fn is_port(text: &[u8]) -> bool {
    text.len() <= 5 && text.iter().all(u8::is_ascii_digit)
}
