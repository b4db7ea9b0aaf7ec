//! Reads OTLP as JSON: one export request a line as the collector writes them, or documents of several lines.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use serde::de::{Error, IgnoredAny};

use super::otlp::Request;
use super::store::Capture;
use super::unreadable::{LONGEST, Unreadable, too_long};

/// The byte-order mark of UTF-8, which some editors write at the beginning of a text.
pub(super) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads every document.
pub(super) fn read(capture: &mut Capture, mut from: Box<dyn BufRead + '_>) -> Result<(), Unreadable> {
    let mut document = Vec::new();
    let mut depth = Depth::default();
    // The line at which the document begins.
    let mut record = 1;
    for line in 1.. {
        let known = document.len();
        let fault = |cause: String| Unreadable { record, cause };
        match from.by_ref().take(LONGEST + 1).read_until(b'\n', &mut document) {
            Ok(0) => {
                capture.is_cut |= !document.is_empty();
                break;
            }
            Ok(_) if document.len() as u64 > LONGEST => return Err(fault(too_long())),
            Ok(_) => {}
            // A compressed stream ended too early.
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                capture.is_cut = true;
                break;
            }
            Err(cause) => return Err(fault(cause.to_string())),
        }
        // A document of one line is by far the most frequent, and needs no search for its end.
        if known > 0 {
            depth.pass(document.get(known..).unwrap_or_default());
            if depth.is_open() {
                continue;
            }
        }
        let text = document.strip_prefix(MARK).unwrap_or(&document).trim_ascii();
        match requests(capture, text) {
            Ok(()) => capture.settle().map_err(fault)?,
            // The document goes on in the next line, or the capture was cut.
            Err(cause) if cause.is_eof() && known == 0 && matches!(text, [b'{' | b'[', ..]) => {
                depth = Depth::default();
                depth.pass(&document);
                if depth.is_open() {
                    continue;
                }
                return Err(fault(cause.to_string()));
            }
            Err(cause) => return Err(fault(cause.to_string())),
        }
        document.clear();
        record = line + 1;
    }
    Ok(())
}

/// How many braces and brackets are open.
#[derive(Default)]
struct Depth {
    open: i64,
    in_text: bool,
    is_escaped: bool,
}

impl Depth {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_text => self.is_escaped = true,
                b'"' => self.in_text = !self.in_text,
                b'{' | b'[' if !self.in_text => self.open += 1,
                b'}' | b']' if !self.in_text => self.open -= 1,
                _ => {}
            }
        }
    }

    fn is_open(&self) -> bool {
        self.open > 0 || self.in_text
    }
}

/// Reads the export requests of a text, one or several.
pub(super) fn requests(capture: &mut Capture, text: &[u8]) -> serde_json::Result<()> {
    match each(capture, text) {
        // Texts of programs may hold half a character. Such a half is replaced; the rest of the text is still searched.
        Err(cause) if cause.is_syntax() => match whole_characters(text) {
            Cow::Borrowed(_) => Err(cause),
            Cow::Owned(whole) => each(capture, &whole),
        },
        other => other,
    }
}

/// Reads every request before the first one is taken up, so that a fault leaves nothing half read.
fn each(capture: &mut Capture, text: &[u8]) -> serde_json::Result<()> {
    if text.starts_with(b"[") {
        return Err(listed(text));
    }
    let requests: Vec<Request<'_>> =
        serde_json::Deserializer::from_slice(text).into_iter().collect::<serde_json::Result<_>>()?;
    if requests.iter().any(Request::is_foreign) {
        return Err(foreign(text));
    }
    requests.iter().for_each(|request| capture.request(request));
    Ok(())
}

/// The error for a document without any key of OTLP.
fn foreign(text: &[u8]) -> serde_json::Error {
    let mut documents = serde_json::Deserializer::from_slice(text).into_iter::<BTreeMap<String, IgnoredAny>>();
    let keys = documents.next().and_then(Result::ok).unwrap_or_default();
    let has = |key: &str| keys.contains_key(key);
    let what = if has("batches") || has("trace") {
        "it is an answer of Tempo's API, not an export of OTLP"
    } else if has("traces") {
        "it is an answer of Tempo's search, which holds no spans"
    } else if has("result") {
        "it is an answer of Jaeger's API, version 3, not an export of OTLP"
    } else if has("data") && has("status") {
        "it is an answer of the API of Prometheus or Loki, not an export of OTLP"
    } else if has("data") {
        "it is an answer of Jaeger's API, whose spans are not those of OTLP"
    } else {
        "it has none of `resourceSpans`, `resourceLogs`, `resourceMetrics` and `resourceProfiles`"
    };
    serde_json::Error::custom(what)
}

/// The error for a list.
fn listed(text: &[u8]) -> serde_json::Error {
    match serde_json::from_slice::<Vec<BTreeMap<String, IgnoredAny>>>(text) {
        Err(cause) => cause,
        Ok(list) if list.iter().any(|one| one.contains_key("traceId") && one.contains_key("id")) => {
            serde_json::Error::custom("it is a list of Zipkin's spans, not an export of OTLP")
        }
        Ok(_) => serde_json::Error::custom("it is a list; write its export requests one after the other"),
    }
}

/// The text with a replacement for each byte that is not UTF-8 and for each escaped half of a surrogate pair.
fn whole_characters(text: &[u8]) -> Cow<'_, [u8]> {
    let plain = String::from_utf8_lossy(text);
    let mut written: Option<Vec<u8>> = match &plain {
        Cow::Borrowed(_) => None,
        Cow::Owned(replaced) => Some(replaced.as_bytes().to_vec()),
    };
    let bytes = plain.as_bytes();
    let half = |at: usize| -> Option<u16> {
        let digits = bytes.get(at..at + 6)?.strip_prefix(br"\u")?;
        let number = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        (0xd800..0xe000).contains(&number).then_some(number)
    };
    let mut at = 0;
    while at < bytes.len() {
        if bytes.get(at) != Some(&b'\\') {
            at += 1;
            continue;
        }
        match (half(at), half(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..)) => at += 12,
            (Some(_), _) => {
                let into = written.get_or_insert_with(|| bytes.to_vec());
                if let Some(escape) = into.get_mut(at + 2..at + 6) {
                    escape.copy_from_slice(b"fffd");
                }
                at += 6;
            }
            // An escaped backslash begins no other escape.
            (None, _) => at += 2,
        }
    }
    written.map_or(Cow::Borrowed(text), Cow::Owned)
}
