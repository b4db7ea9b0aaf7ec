//! Keys and tokens, recognised by their issuer's prefix or by the text around them.

use super::hit::{self, Hit, Kind, Origin, REACH, is_word};

/// The longest token that is read, in bytes.
const MOST: usize = 4_096;

/// A token that begins with its issuer's prefix at `at`.
pub(super) fn prefixed(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let rest = &bytes[at..bytes.len().min(at + MOST)];
    let run = |from: usize, fits: fn(u8) -> bool| {
        rest.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| fits(**byte)).count())
    };
    let word: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric();
    let url: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let starts = |prefix: &[u8]| rest.starts_with(prefix);
    let hit = |length: usize, kind: Kind| Some(hit::hit(at..at + length, kind));
    match rest.first()? {
        b'A' if starts(b"AKIA") || starts(b"ASIA") => {
            let length = 4 + run(4, |byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte));
            // Keys in AWS's documentation end like this.
            let is_documentation = origin == Origin::File && rest[..length].ends_with(b"EXAMPLE");
            let ends = !rest.get(length).is_some_and(|byte| is_word(*byte));
            (length == 20 && ends && !is_documentation).then_some(()).and_then(|()| hit(20, Kind::Aws))
        }
        b'A' if starts(b"AIza") => {
            let length = 4 + run(4, url);
            (length == 39).then_some(()).and_then(|()| hit(39, Kind::Google))
        }
        b'g' if rest.len() > 4 && starts(b"gh") && b"pousr".contains(&rest[2]) && rest[3] == b'_' => {
            let length = 4 + run(4, word);
            (40..=255).contains(&length).then_some(()).and_then(|()| hit(length, Kind::Github))
        }
        b'g' if starts(b"github_pat_") => {
            let length = 11 + run(11, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (length >= 51).then_some(()).and_then(|()| hit(length, Kind::Github))
        }
        b'x' if rest.len() > 5 && starts(b"xox") && b"abeoprs".contains(&rest[3]) && rest[4] == b'-' => {
            let length = 5 + run(5, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let digits = rest[5..length].iter().any(u8::is_ascii_digit);
            (length >= 20 && digits).then_some(()).and_then(|()| hit(length, Kind::Slack))
        }
        b'h' if starts(b"hooks.slack.com/services/T") => {
            let length = 25 + run(25, |byte| byte.is_ascii_alphanumeric() || byte == b'/');
            (length >= 60).then_some(()).and_then(|()| hit(length, Kind::Slack))
        }
        b's' | b'r' if starts(b"sk_live_") || starts(b"rk_live_") => {
            let length = 8 + run(8, word);
            (length >= 24).then_some(()).and_then(|()| hit(length, Kind::Stripe))
        }
        b'e' if starts(b"eyJ") => {
            let header = run(0, url);
            if header < 10 || !rest.get(header + 1..)?.starts_with(b"eyJ") || rest[header] != b'.' {
                return None;
            }
            let payload = header + 1 + run(header + 1, url);
            let signed = rest.get(payload) == Some(&b'.') && run(payload + 1, url) >= 10;
            signed.then_some(()).and_then(|()| hit(payload + 1 + run(payload + 1, url), Kind::Jwt))
        }
        b'B' | b'b' if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"bearer ")) => {
            let length = run(7, |byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
            let token = &rest[7..7 + length];
            let mixed = token.iter().any(u8::is_ascii_digit) && token.iter().any(u8::is_ascii_alphabetic);
            (length >= 16 && mixed).then_some(hit::hit(at + 7..at + 7 + length, Kind::Bearer))
        }
        _ => None,
    }
}

/// `-----BEGIN … PRIVATE KEY-----`.
pub(super) fn private_key(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = bytes[at..].strip_prefix(b"-----BEGIN ")?;
    let line = &rest[..rest.len().min(64)];
    let end = line.windows(5).position(|part| part == b"-----")?;
    let name = &line[..end];
    let sound = name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    let private = name == b"PRIVATE KEY" || name.ends_with(b" PRIVATE KEY") || name == b"PGP PRIVATE KEY BLOCK";
    (sound && private).then_some(hit::hit(at..at + 11 + end + 5, Kind::PrivateKey))
}

/// The end of a secret: of the body of a private key, or of all characters of a token.
pub(super) fn end_of_secret(bytes: &[u8], hit: &Hit) -> usize {
    let end = hit.range.end;
    let rest = &bytes[end..bytes.len().min(end + REACH - MOST)];
    let run = |fits: fn(&u8) -> bool| rest.iter().take_while(|byte| fits(byte)).count();
    match hit.kind {
        Kind::PrivateKey => end + body_of_key(rest),
        // The token is longer than the detector reads.
        Kind::Github | Kind::Slack | Kind::Jwt | Kind::Bearer if hit.range.len() + 16 >= MOST => {
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

/// The password of `scheme://user:password@host`, from the colon of the scheme.
pub(super) fn url_password(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = bytes[at..].strip_prefix(b"://")?;
    let rest = &rest[..rest.len().min(256)];
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'`<>@,;(){}$".contains(byte);
    let length = rest.iter().position(is_end)?;
    let colon = rest[..length].iter().position(|byte| *byte == b':')?;
    let password = &rest[colon + 1..length];
    // Documentation writes the word itself.
    let is_word = [&b"password"[..], b"pass", b"secret", b"pw"].contains(&password);
    let told = password.iter().all(|byte| byte.is_ascii_graphic()) && !is_placeholder(password) && !is_word;
    let start = at + 3 + colon + 1;
    (rest[length] == b'@' && !password.is_empty() && told)
        .then_some(hit::hit(start..start + password.len(), Kind::UrlPassword))
}

/// Names of secrets, in lower case and without separators.
const NAMES: [&[u8]; 11] = [
    b"password",
    b"passwd",
    b"secret",
    b"secretkey",
    b"apikey",
    b"accesstoken",
    b"authtoken",
    b"clientsecret",
    b"secretaccesskey",
    b"token",
    b"privatekey",
];

/// The value in `password = "…"`, from the first letter of the name. In files, code assigns variables to such names. So
/// only a quoted value counts there, and only if it looks generated.
pub(super) fn assigned(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let rest = &bytes[at..bytes.len().min(at + 256)];
    let length = rest.iter().take_while(|byte| is_word(**byte) || **byte == b'-' || **byte == b'.').count();
    if !(5..=48).contains(&length) {
        return None;
    }
    let blank = |from: usize| rest.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| **byte == b' ').count());
    let mut next = length;
    next += usize::from(matches!(rest.get(next), Some(b'"' | b'\'')));
    next += blank(next);
    if !matches!(rest.get(next), Some(b':' | b'=')) {
        return None;
    }
    let name: Vec<u8> =
        rest[..length].iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    if !NAMES.iter().any(|known| name.ends_with(known)) {
        return None;
    }
    next += 1;
    next += usize::from(rest.get(next) == Some(&b'>'));
    next += blank(next);
    let quote = rest.get(next).copied().filter(|byte| b"\"'`".contains(byte));
    next += usize::from(quote.is_some());
    let is_end = |byte: &u8| match quote {
        Some(quote) => *byte == quote || *byte == b'\n',
        None => byte.is_ascii_whitespace() || b"&;,\"'".contains(byte),
    };
    let value = &rest[next..];
    let closed = value.iter().position(is_end);
    let value = &value[..closed.unwrap_or(value.len())];
    let quoted = quote.is_some() && closed.is_some();
    let counts = match origin {
        Origin::File => quoted && value.len() >= 12 && is_made(value),
        Origin::Telemetry => value.len() >= 4,
    };
    let plain = value.iter().all(u8::is_ascii_graphic) && !is_placeholder(value);
    (counts && plain).then_some(hit::hit(at + next..at + next + value.len(), Kind::Assigned))
}

/// Whether a value looks generated: letters and digits, and an entropy of at least 3 bits a character.
fn is_made(value: &[u8]) -> bool {
    let mixed = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    let mut counts = [0_u16; 128];
    for byte in value.iter().filter(|byte| byte.is_ascii()) {
        counts[usize::from(*byte)] += 1;
    }
    let length = value.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum();
    mixed && entropy >= 3.0
}

/// Whether a value is a placeholder: a variable, a template, asterisks.
fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let holds = |word: &[u8]| lower.windows(word.len()).any(|part| part == word);
    value.iter().any(|byte| b"${}<>()%[]".contains(byte))
        || value.iter().all(|byte| b"*xX.-_".contains(byte))
        || [&b"redacted"[..], b"example", b"changeme", b"placeholder", b"your-", b"your_"]
            .iter()
            .any(|word| holds(word))
}
