//! Which form a capture has, told by its first bytes, and where its records begin and end.
//!
//! The collector's `file` exporter writes JSON an export request a line; protobuf, and whatever it compresses with zstd,
//! as messages behind their length in four bytes, most significant first. A body that somebody kept of an OTLP request
//! is one bare message. Each may be compressed as a whole.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::{Capture, Unreadable, json, protobuf, wire};

/// First bytes of what gzip and zstd write.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The longest record: a request of this size is refused by the collector itself long before.
pub(super) const LONGEST: u64 = 64 << 20;
/// What is read at once.
const CHUNK: usize = 1 << 20;
/// The tag of the first field of every export request, a message.
const FIRST_FIELD: u8 = 0x0a;

/// Reads everything into `capture`; a last record that is not whole marks it as cut.
///
/// # Errors
///
/// A record is no OTLP or longer than 64 MiB, `from` cannot be read, or there is no room for what memory cannot hold.
pub fn read<'r>(capture: &mut Capture, from: impl Read + 'r) -> Result<(), Unreadable> {
    let mut from: Box<dyn BufRead + 'r> = Box::new(BufReader::with_capacity(CHUNK, from));
    // Compressed twice is as much as anybody means.
    for _ in 0..2 {
        from = match first(&mut from)? {
            start if start.starts_with(&GZIP) => Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(from))),
            start if start.starts_with(&ZSTD) => Box::new(BufReader::with_capacity(CHUNK, Unzstd::new(from))),
            _ => break,
        };
    }
    match first(&mut from)?.first() {
        None => Ok(()),
        // A length of up to 64 MiB begins with at most 4.
        Some(0..=4) => messages(capture, from),
        Some(&FIRST_FIELD) => {
            let mut message = Vec::new();
            if take(&mut from, LONGEST + 1, &mut message, 1)? {
                capture.is_cut = true;
                return Ok(());
            }
            if message.len() as u64 > LONGEST {
                return Err(Unreadable { record: 1, cause: too_long() });
            }
            one(capture, &message, 1, true)
        }
        Some(_) => json::read(capture, from),
    }
}

/// A few bytes of the start, without taking them.
fn first(from: &mut dyn BufRead) -> Result<&[u8], Unreadable> {
    match from.fill_buf() {
        Ok(start) => Ok(start),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(&[]),
        Err(cause) => Err(Unreadable { record: 1, cause: cause.to_string() }),
    }
}

pub(super) fn too_long() -> String {
    "it is longer than 64 MiB".to_owned()
}

/// Appends up to `most` bytes; whether what is compressed ended too early.
fn take(from: &mut dyn BufRead, most: u64, into: &mut Vec<u8>, record: u64) -> Result<bool, Unreadable> {
    match from.take(most).read_to_end(into) {
        Ok(_) => Ok(false),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(cause) => Err(Unreadable { record, cause: cause.to_string() }),
    }
}

fn messages(capture: &mut Capture, mut from: Box<dyn BufRead + '_>) -> Result<(), Unreadable> {
    let mut message = Vec::new();
    for record in 1.. {
        message.clear();
        let cut = take(&mut from, 4, &mut message, record)?;
        let Ok(length) = <[u8; 4]>::try_from(message.as_slice()) else {
            capture.is_cut |= cut || !message.is_empty();
            return Ok(());
        };
        let length = u64::from(u32::from_be_bytes(length));
        if length > LONGEST {
            return Err(Unreadable { record, cause: too_long() });
        }
        message.clear();
        if take(&mut from, length, &mut message, record)? || (message.len() as u64) < length {
            capture.is_cut = true;
            return Ok(());
        }
        if message.starts_with(&ZSTD) {
            let mut plain = Vec::new();
            let cut = take(&mut BufReader::new(Unzstd::new(message.as_slice())), LONGEST + 1, &mut plain, record)?;
            if cut || plain.len() as u64 > LONGEST {
                let cause = if cut { "what is compressed in it ends too early".to_owned() } else { too_long() };
                return Err(Unreadable { record, cause });
            }
            message = plain;
        }
        one(capture, &message, record, false)?;
    }
    Ok(())
}

/// A whole message in either form.
fn one(capture: &mut Capture, message: &[u8], record: u64, may_be_cut: bool) -> Result<(), Unreadable> {
    let read = match message.first() {
        Some(b'{') => json::request(capture, message).map_err(|cause| cause.to_string()),
        _ => match protobuf::request(capture, message) {
            Err(wire::Fault::Short) if may_be_cut => {
                capture.is_cut = true;
                Ok(())
            }
            read => read.map_err(|fault| fault.to_string()),
        },
    };
    read.and_then(|()| capture.settle()).map_err(|cause| Unreadable { record, cause })
}

/// A decoder of zstd: of frames one after the other, each of which gets a decoder once its first byte is asked for.
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
