//! Files that hold secrets by their form: Kubernetes' secrets, `.pgpass`, elements of XML.

use emberline_core::sensitive::names::secrecy;

use super::hit::{Hit, Kind, Origin, hit, is_word};
use super::value;

/// How far a document of Kubernetes is read around its kind, in bytes.
const AROUND: usize = 8 << 10;

/// The values of a Kubernetes secret whose `kind: Secret` begins at `at`: entries of `data` and `stringData`.
pub(super) fn kubernetes(bytes: &[u8], at: usize, hits: &mut Vec<Hit>) {
    let is_kind = bytes[at..].starts_with(b"kind: Secret") && bytes.get(at + 12).is_none_or(u8::is_ascii_whitespace);
    if !is_kind || (at > 0 && bytes[at - 1] != b'\n') {
        return;
    }
    // A text of nothing but kinds is read once: a document has one, and ends at the next.
    let ends = |part: &[u8]| part == b"\n---" || part == b"\nkin";
    let before = &bytes[at.saturating_sub(AROUND)..at];
    let start = at - before.windows(4).rposition(ends).map_or(before.len(), |found| before.len() - found);
    let behind = &bytes[at..bytes.len().min(at + AROUND)];
    let end = at + behind.windows(4).position(ends).unwrap_or(behind.len());
    let mut section: &[u8] = b"";
    let mut line_start = start;
    for line in bytes[start..end].split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let indent = text.iter().take_while(|byte| **byte == b' ').count();
        let colon = text.iter().position(|byte| *byte == b':');
        if let Some(colon) = colon.filter(|colon| *colon >= indent) {
            let name = &text[indent..colon];
            let blank = text[colon + 1..].iter().take_while(|byte| **byte == b' ').count();
            let (mut from, mut value) = (colon + 1 + blank, &text[colon + 1 + blank..]);
            if let [b'"' | b'\'', inner @ .., b'"' | b'\''] = value {
                (from, value) = (from + 1, inner);
            }
            if indent == 0 {
                section = name;
            } else if is_secret(section, name, value) {
                hits.push(hit(line_start + from..line_start + from + value.len(), Kind::Assigned));
            }
        }
        line_start += line.len();
    }
}

fn is_secret(section: &[u8], name: &[u8], value: &[u8]) -> bool {
    let harmless =
        [&b"username"[..], b"user", b"host", b"port", b"database", b"ca.crt", b"tls.crt", b"namespace"].contains(&name);
    let plain = value.iter().all(u8::is_ascii_graphic) && !value::is_placeholder(value) && !value::is_reference(value);
    if harmless || value.len() < 8 || !plain {
        return false;
    }
    match section {
        b"data" => {
            let is_value = |bytes: &[u8]| {
                !value::is_placeholder(bytes)
                    && !value::is_state(bytes)
                    && (secrecy(name).is_some() || value::is_chosen(bytes))
            };
            value::base64(value).is_some_and(|bytes| is_value(&bytes)) || holds_secret(value)
        }
        b"stringData" => value::is_chosen(value) && (secrecy(name).is_some() || value::is_made(value)),
        _ => false,
    }
}

/// Whether the text behind base64 holds a secret of its own: a URL with a password, a file of credentials. Each decoding is
/// shorter than the text before, so secrets in secrets take linear time too.
fn holds_secret(value: &[u8]) -> bool {
    let bytes = value::decoded(value, AROUND).unwrap_or_default();
    let text = str::from_utf8(&bytes).unwrap_or_default();
    super::scan(text, Origin::File).iter().any(|hit| hit.kind.is_secret())
}

/// The password of `jdbc:oracle:thin:user/password@…`, from the word `jdbc`.
pub(super) fn oracle(bytes: &[u8], at: usize) -> Option<Hit> {
    let head = b"jdbc:oracle:thin:";
    let rest = &bytes[at..bytes.len().min(at + 160)];
    let rest = rest.strip_prefix(head)?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    let length = rest[slash + 1..].iter().position(|byte| byte.is_ascii_whitespace() || b"@\"'<>".contains(byte))?;
    let password = &rest[slash + 1..slash + 1 + length];
    let is_user = slash > 0 && rest[..slash].iter().all(|byte| is_word(*byte) || b".$#-".contains(byte));
    let ends = rest.get(slash + 1 + length) == Some(&b'@');
    let counts = password.len() >= 4 && value::is_chosen(password) && !value::is_placeholder(password);
    let start = at + head.len() + slash + 1;
    (is_user && ends && counts).then(|| hit(start..start + length, Kind::Assigned))
}

/// The password of a line of `.pgpass`, from its first colon: `host:port:database:user:password`.
pub(super) fn pgpass(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = &bytes[at + 1..bytes.len().min(at + 256)];
    let line = &rest[..rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())];
    let port = line.iter().position(|byte| *byte == b':')?;
    let is_port = &line[..port] == b"*" || ((2..=5).contains(&port) && line[..port].iter().all(u8::is_ascii_digit));
    if !is_port {
        return None;
    }
    let host = bytes[..at].iter().rev().take(64).take_while(|byte| !byte.is_ascii_whitespace()).count();
    let starts = at == host || bytes[at - host - 1] == b'\n';
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
    let [_, database, user, password] = fields[..] else { return None };
    let password = password.trim_ascii_end();
    let named = [database, user]
        .iter()
        .all(|field| !field.is_empty() && field.iter().all(|byte| is_word(*byte) || b"*-.".contains(byte)));
    let counts = password.len() >= 6 && password.iter().all(u8::is_ascii_graphic) && value::is_chosen(password);
    let start = at + 1 + line.len() - fields[3].len();
    (host > 0 && starts && named && counts).then(|| hit(start..start + password.len(), Kind::Assigned))
}

/// The text of an element of XML: `<password>…</password>`, from its first `>`.
pub(super) fn element(bytes: &[u8], at: usize) -> Option<Hit> {
    let is_name = |byte: &&u8| is_word(**byte) || b"-.:".contains(byte);
    let length = bytes[..at].iter().rev().take(48).take_while(is_name).count();
    let name = &bytes[at - length..at];
    if length < 3 || at == length || bytes[at - length - 1] != b'<' {
        return None;
    }
    let secrecy = secrecy(name)?;
    let rest = &bytes[at + 1..bytes.len().min(at + 256)];
    let end = rest.iter().position(|byte| *byte == b'<')?;
    let text = rest[..end].trim_ascii();
    let start = at + 1 + rest[..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let closes = rest[end..].starts_with(b"</");
    let counts = match secrecy {
        emberline_core::sensitive::names::Secrecy::Made => text.len() >= 16 && value::is_made(text),
        emberline_core::sensitive::names::Secrecy::Chosen => text.len() >= 6 && value::is_chosen(text),
    };
    let plain = text.iter().all(u8::is_ascii_graphic) && !value::is_placeholder(text);
    (closes && counts && plain).then(|| hit(start..start + text.len(), Kind::Assigned))
}
