//! Cookies: the values of a `Cookie` or `Set-Cookie` header.

use super::hit::{Hit, Kind, LONGEST_NAME, Origin, hit, is_word};
use super::value;

/// The longest header that is read, in bytes.
const MOST: usize = 4 << 10;

/// The first cookie of a header whose value opens something, from behind the colon or flag. The finding names the header, so
/// one of its cookies is enough; the agent masks the header to its end. What is no cookie ends the header.
pub(super) fn find(bytes: &[u8], behind: usize, origin: Origin) -> Option<Hit> {
    let skip = |from: usize, most: usize, signs: &[u8]| {
        from + bytes[from..].iter().take(most).take_while(|byte| signs.contains(byte)).count()
    };
    let mut at = skip(skip(behind, 16, b" "), 4, b"\\\"'`");
    while at - behind < MOST {
        let name =
            bytes[at..].iter().take(LONGEST_NAME).take_while(|byte| is_word(**byte) || b"-.".contains(byte)).count();
        if name == 0 || bytes.get(at + name) != Some(&b'=') {
            return None;
        }
        let start = at + name + 1;
        let most = (behind + MOST).saturating_sub(start).min(bytes.len() - start);
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b";\"'`\\<>".contains(byte);
        let length = bytes[start..start + most].iter().position(ends).unwrap_or(most);
        if opens_something(&bytes[start..start + length], origin) {
            return Some(hit(start..start + length, Kind::Assigned));
        }
        if bytes.get(start + length) != Some(&b';') {
            return None;
        }
        at = skip(start + length + 1, 4, b" ");
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
