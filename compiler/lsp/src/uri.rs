//! `file:` URIs and paths.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a `file:` URI on this machine; `None` for any other.
#[must_use]
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let text = decoded(rest.split(['?', '#']).next()?)?;
    if !text.starts_with('/') || text.contains('\0') {
        return None;
    }
    // `/C:/x` on Windows.
    let drive = text.get(1..3).is_some_and(|it| it.ends_with(':') && it.starts_with(|c: char| c.is_ascii_alphabetic()));
    Some(PathBuf::from(if drive && cfg!(windows) { text.get(1..)? } else { &text }))
}

/// The URI of an absolute path.
#[must_use]
pub fn of(path: &Path) -> Option<Uri> {
    let text = path.to_str()?;
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
    let mut uri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    Uri::from_str(&uri).ok()
}

/// The text without percent encoding; `None` if that is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["/a/b.yaml", "/a b/ü#?%.yaml", "/"] {
            assert_eq!(path(&of(Path::new(text)).unwrap()).unwrap(), Path::new(text));
        }
    }

    #[test]
    fn what_is_no_file_here_has_no_path() {
        for text in ["untitled:Untitled-1", "http://x/a", "file://host/a", "file:///a%00b", "file:///%ff", "file:///%4"]
        {
            assert_eq!(Uri::from_str(text).ok().and_then(|uri| path(&uri)), None, "{text}");
        }
    }
}
