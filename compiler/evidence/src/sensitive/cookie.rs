//! Cookies: the values of a `Cookie` or `Set-Cookie` header.

use super::hit::{Hit, Kind, Origin, hit};
use super::value;

/// The longest header that is read, in bytes.
const MOST: usize = 4 << 10;

/// The first cookie of a header whose value opens something, from behind the colon or flag. The finding names the header, so
/// one of its cookies is enough; the agent masks the header to its end.
pub(super) fn find(bytes: &[u8], behind: usize, origin: Origin) -> Option<Hit> {
    let blanks = bytes[behind..].iter().take(16).take_while(|byte| **byte == b' ').count();
    let opens = |byte: &&u8| b"\\\"'`".contains(byte);
    let quotes = bytes[behind + blanks..].iter().take(4).take_while(opens).count();
    let mut start = behind + blanks + quotes;
    let rest = &bytes[start..bytes.len().min(start + MOST)];
    let length = rest.iter().position(|byte| b"\r\n\"'`\\<>".contains(byte)).unwrap_or(rest.len());
    for pair in rest[..length].split(|byte| *byte == b';') {
        let equals = pair.iter().position(|byte| *byte == b'=');
        if let Some(equals) = equals.filter(|equals| !pair[..*equals].trim_ascii().is_empty()) {
            let text = pair[equals + 1..].trim_ascii();
            if opens_something(text, origin) {
                let from = start + equals + 1 + pair[equals + 1..].iter().take_while(|byte| **byte == b' ').count();
                return Some(hit(from..from + text.len(), Kind::Assigned));
            }
        }
        start += pair.len() + 1;
    }
    None
}

/// Whether the value of a cookie looks like one that a machine made, not like a setting.
fn opens_something(text: &[u8], origin: Origin) -> bool {
    let told = text.iter().all(u8::is_ascii_graphic) && !value::is_placeholder(text) && !value::is_state(text);
    told && match origin {
        Origin::File => text.len() >= 16 && value::is_made(text),
        Origin::Telemetry => text.len() >= 8 && value::is_mixed(text),
    }
}
