//! Recognises the form of a capture by its first bytes, and splits it into records.
//!
//! The collector's `file` exporter writes JSON as lines, an export request each. It writes protobuf, and everything that it
//! compresses with zstd, as messages behind their length in four bytes, most significant first. The saved body of an
//! OTLP request is one bare message. Each form may be compressed as a whole.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::counts::RecordKind;
use super::request::{self, Choice};
use super::store::Capture;
use super::unreadable::{LONGEST, Unreadable, too_long};
use super::{json, wire};

/// The first bytes of gzip and zstd.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The byte-order marks of UTF-16.
const UTF_16: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];
/// The most bytes that a file may have once it is decompressed. A small file may hide very many.
const MOST_UNPACKED: u64 = 4 << 30;
/// How many bytes are read at once.
const CHUNK: usize = 1 << 20;
/// The first byte of a bare message: the group of a resource, or the tables of profiles.
const FIRST_FIELDS: [u8; 2] = [0x0a, 0x12];

/// Hints at the signal of protobuf messages that fit several signals, because their records have hardly any field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hint {
    /// The signal that the user gave.
    pub given: Option<RecordKind>,
    /// The signal in the name of the file.
    pub name: Option<RecordKind>,
}

/// Reads everything into `capture`. If the last record is not whole, the capture is marked as cut.
///
/// # Errors
///
/// A record is not OTLP or longer than 64 MiB, a compressed file holds more than 4 GiB, `from` cannot be read, or there is no room for spans that memory cannot
/// hold.
pub fn read<'r>(capture: &mut Capture, from: impl Read + 'r) -> Result<(), Unreadable> {
    read_as(capture, from, Hint::default())
}

/// Like [`read`], with a hint at the signal.
///
/// # Errors
///
/// See [`read`].
pub fn read_as<'r>(capture: &mut Capture, from: impl Read + 'r, hint: Hint) -> Result<(), Unreadable> {
    let mut from: Box<dyn BufRead + 'r> = Box::new(BufReader::with_capacity(CHUNK, from));
    // Nobody compresses more than twice on purpose.
    for _ in 0..2 {
        from = match first(&mut from)? {
            start if start.starts_with(&GZIP) => {
                Box::new(BufReader::with_capacity(CHUNK, Capped::new(MultiGzDecoder::new(from))))
            }
            start if start.starts_with(&ZSTD) => {
                Box::new(BufReader::with_capacity(CHUNK, Capped::new(Unzstd::new(from))))
            }
            _ => break,
        };
    }
    let mut file = File { capture, hint, usual: None, seen: Vec::new(), waiting: Vec::new(), held: 0 };
    match first(&mut from)? {
        [] => Ok(()),
        start if UTF_16.iter().any(|mark| start.starts_with(mark)) => {
            Err(Unreadable { record: 1, cause: "it is a text in UTF-16, and JSON is UTF-8".to_owned() })
        }
        start if start.starts_with(json::MARK) || is_json(start) => json::read(file.capture, from),
        // A length of up to 64 MiB begins with at most 4.
        [0..=4, ..] => file.messages(from).and_then(|()| file.end()),
        [byte, ..] if FIRST_FIELDS.contains(byte) => file.body(from).and_then(|()| file.end()),
        _ => json::read(file.capture, from),
    }
}

/// Whether these are the first bytes of JSON. Blank lines may come first, but a line feed also begins a protobuf message.
/// In protobuf, no letter can follow bytes that look like a brace and a quote.
fn is_json(start: &[u8]) -> bool {
    let Some(rest) = start.trim_ascii_start().strip_prefix(b"{") else { return false };
    match rest.trim_ascii_start() {
        [b'"', letter, ..] => letter.is_ascii_alphabetic(),
        [b'}', ..] => true,
        rest => rest.is_empty() && !start.starts_with(b"\n"),
    }
}

/// The first bytes, without consuming them.
fn first(from: &mut dyn BufRead) -> Result<&[u8], Unreadable> {
    match from.fill_buf() {
        Ok(start) => Ok(start),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(&[]),
        Err(cause) => Err(Unreadable { record: 1, cause: cause.to_string() }),
    }
}

/// Appends up to `most` bytes. Returns whether a compressed stream ended too early.
fn take(from: &mut dyn BufRead, most: u64, into: &mut Vec<u8>, record: u64) -> Result<bool, Unreadable> {
    match from.take(most).read_to_end(into) {
        Ok(_) => Ok(false),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(cause) => Err(Unreadable { record, cause: cause.to_string() }),
    }
}

/// A protobuf file while it is read.
struct File<'c> {
    capture: &'c mut Capture,
    hint: Hint,
    /// The signal of the previous message.
    usual: Option<RecordKind>,
    /// The signals of the messages so far.
    seen: Vec<RecordKind>,
    /// Messages that fit several signals, with their numbers. The rest of the file may decide on them.
    waiting: Vec<(u64, Vec<u8>)>,
    /// The size of the waiting messages, in bytes.
    held: u64,
}

impl File<'_> {
    /// Reads messages behind their lengths.
    fn messages(&mut self, mut from: Box<dyn BufRead + '_>) -> Result<(), Unreadable> {
        let mut message = Vec::new();
        for record in 1.. {
            message.clear();
            let cut = take(&mut from, 4, &mut message, record)?;
            let Ok(length) = <[u8; 4]>::try_from(message.as_slice()) else {
                self.capture.is_cut |= cut || !message.is_empty();
                return Ok(());
            };
            let length = u64::from(u32::from_be_bytes(length));
            if length > LONGEST {
                return Err(Unreadable { record, cause: too_long() });
            }
            message.clear();
            if take(&mut from, length, &mut message, record)? || (message.len() as u64) < length {
                self.capture.is_cut = true;
                return Ok(());
            }
            if let Some(plain) = unpacked(&message, record)? {
                message = plain;
            }
            self.one(&message, record, false)?;
        }
        Ok(())
    }

    /// Reads one bare message, the body of a request.
    fn body(&mut self, mut from: Box<dyn BufRead + '_>) -> Result<(), Unreadable> {
        let mut message = Vec::new();
        if take(&mut from, LONGEST + 1, &mut message, 1)? {
            self.capture.is_cut = true;
            return Ok(());
        }
        if message.len() as u64 > LONGEST {
            return Err(Unreadable { record: 1, cause: too_long() });
        }
        self.one(&message, 1, true)
    }

    /// Reads a whole message, protobuf or JSON.
    fn one(&mut self, message: &[u8], record: u64, may_be_cut: bool) -> Result<(), Unreadable> {
        let fault = |cause: String| Unreadable { record, cause };
        if is_json(message) {
            json::requests(self.capture, message).map_err(|cause| fault(cause.to_string()))?;
            return self.capture.settle().map_err(fault);
        }
        let kind = match request::choose(message, self.usual) {
            Ok(Choice::One(kind)) => {
                if !self.seen.contains(&kind) {
                    self.seen.push(kind);
                }
                self.usual = Some(kind);
                kind
            }
            Ok(Choice::NoRecord) => RecordKind::Logs,
            Ok(Choice::Several(kinds, records)) => {
                match [self.hint.given, self.hint.name].into_iter().flatten().find(|kind| kinds.contains(kind)) {
                    Some(kind) => kind,
                    None if self.held + message.len() as u64 <= LONGEST => {
                        self.held += message.len() as u64;
                        self.waiting.push((record, message.to_vec()));
                        return Ok(());
                    }
                    None => {
                        self.capture.counts.unknown += records;
                        return Ok(());
                    }
                }
            }
            Err(wire::Fault::Short) if may_be_cut => {
                self.capture.is_cut = true;
                return Ok(());
            }
            Err(cause) => return Err(fault(cause.to_string())),
        };
        self.take_up(kind, message, record)
    }

    fn take_up(&mut self, kind: RecordKind, message: &[u8], record: u64) -> Result<(), Unreadable> {
        let read = request::take_up(self.capture, kind, message).map_err(|cause| cause.to_string());
        read.and_then(|()| self.capture.settle()).map_err(|cause| Unreadable { record, cause })
    }

    /// Decides on the messages that fit several signals: the only signal of the rest of the file counts, if they fit it.
    fn end(&mut self) -> Result<(), Unreadable> {
        for (record, message) in std::mem::take(&mut self.waiting) {
            match (self.seen.as_slice(), request::choose(&message, None)) {
                ([kind], Ok(Choice::Several(kinds, _))) if kinds.contains(kind) => {
                    self.take_up(*kind, &message, record)?;
                }
                (_, Ok(Choice::Several(_, records))) => self.capture.counts.unknown += records,
                // Only messages that fit several signals wait.
                _ => {}
            }
        }
        Ok(())
    }
}

/// The content of a message that is compressed by itself; none if it is not compressed.
fn unpacked(message: &[u8], record: u64) -> Result<Option<Vec<u8>>, Unreadable> {
    let mut from: Box<dyn BufRead + '_> = match message {
        whole if whole.starts_with(&ZSTD) => Box::new(BufReader::new(Unzstd::new(whole))),
        whole if whole.starts_with(&GZIP) => Box::new(BufReader::new(MultiGzDecoder::new(whole))),
        _ => return Ok(None),
    };
    let mut plain = Vec::new();
    let is_cut = take(&mut from, LONGEST + 1, &mut plain, record)?;
    match plain.len() as u64 {
        _ if is_cut => Err(Unreadable { record, cause: "what is compressed in it ends too early".to_owned() }),
        length if length > LONGEST => Err(Unreadable { record, cause: too_long() }),
        _ => Ok(Some(plain)),
    }
}

/// Ends with an error behind [`MOST_UNPACKED`] bytes.
struct Capped<R> {
    from: R,
    left: u64,
}

impl<R> Capped<R> {
    fn new(from: R) -> Self {
        Self { from, left: MOST_UNPACKED }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other("the file holds more than 4 GiB once it is decompressed; decompress it first, or split it")
        })?;
        Ok(read)
    }
}

/// Decodes zstd frames one after the other. The decoder of a frame is made when its first byte is read.
struct Unzstd<R: BufRead> {
    source: Option<R>,
    frame: Option<StreamingDecoder<R, FrameDecoder>>,
}

impl<R: BufRead> Unzstd<R> {
    fn new(source: R) -> Self {
        Self { source: Some(source), frame: None }
    }
}

impl<R: BufRead> Read for Unzstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(mut source) = self.source.take() {
                if source.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.frame = Some(StreamingDecoder::new(source).map_err(io::Error::other)?);
            }
            let Some(frame) = &mut self.frame else { return Ok(0) };
            match frame.read(into)? {
                0 if !into.is_empty() => self.source = self.frame.take().map(StreamingDecoder::into_inner),
                read => return Ok(read),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::Capped;

    #[test]
    fn a_file_that_grows_too_large_is_refused() {
        for (left, is_whole) in [(10, true), (9, false)] {
            let mut read = Vec::new();
            let end = Capped { from: [7; 10].as_slice(), left }.read_to_end(&mut read);
            assert_eq!(end.is_ok(), is_whole, "{left}");
            assert!(end.is_ok() || end.is_err_and(|cause| cause.to_string().contains("4 GiB")));
        }
    }
}
