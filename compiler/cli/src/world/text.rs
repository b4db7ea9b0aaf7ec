//! Decodes files as text in any encoding: UTF-8 with faults, UTF-16, UTF-32, and texts inside binaries. The decoder
//! passes text on piece by piece, so that a file may be of any size.

use std::io::{self, Read};

/// Bytes at the beginning of a file that decide its encoding.
const PROBED: usize = 8 << 10;
/// Bytes per read.
const PIECE: u64 = 256 << 10;
/// Printable characters in a row that count as text in a binary. Compressed data has shorter runs.
const RUN: usize = 12;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, where an invalid byte becomes U+FFFD. This also reads the ASCII of every older code page.
    Utf8,
    /// UTF-16: units of two bytes.
    Utf16 { big: bool },
    /// UTF-32: units of four bytes.
    Utf32 { big: bool },
    /// Any other file that holds NUL bytes.
    Binary,
}

/// Turns a file into text.
pub(crate) struct Decoder<R> {
    from: R,
    encoding: Encoding,
    /// Bytes that were read but not yet decoded.
    bytes: Vec<u8>,
    is_over: bool,
    run: Run,
}

impl<R: Read> Decoder<R> {
    /// Reads the beginning of the file and detects its encoding.
    pub(crate) fn new(from: R) -> io::Result<Self> {
        let mut decoder =
            Self { from, encoding: Encoding::Utf8, bytes: Vec::new(), is_over: false, run: Run::default() };
        while decoder.bytes.len() < PROBED && !decoder.is_over {
            decoder.read()?;
        }
        let (encoding, mark) = encoding(&decoder.bytes);
        decoder.encoding = encoding;
        decoder.bytes.drain(..mark);
        Ok(decoder)
    }

    /// Whether the decoder reads only runs of printable characters.
    pub(crate) fn is_binary(&self) -> bool {
        self.encoding == Encoding::Binary
    }

    /// Adds text until `text` has at least `length` bytes, or the file ends. Returns whether the file has ended.
    pub(crate) fn fill(&mut self, text: &mut String, length: usize) -> io::Result<bool> {
        loop {
            self.decode(text);
            if self.is_over || text.len() >= length {
                return Ok(self.is_over);
            }
            self.read()?;
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let read = self.from.by_ref().take(PIECE).read_to_end(&mut self.bytes)?;
        self.is_over = (read as u64) < PIECE;
        Ok(())
    }

    fn decode(&mut self, text: &mut String) {
        // Fast path: most files are small and valid UTF-8, so the bytes are the text.
        if self.is_over && self.encoding == Encoding::Utf8 && text.is_empty() {
            match String::from_utf8(std::mem::take(&mut self.bytes)) {
                Ok(whole) => {
                    *text = whole;
                    return;
                }
                Err(fault) => self.bytes = fault.into_bytes(),
            }
        }
        let done = match self.encoding {
            Encoding::Utf8 => utf8(&self.bytes, self.is_over, text),
            Encoding::Utf16 { big } => utf16(&self.bytes, big, self.is_over, text),
            Encoding::Utf32 { big } => utf32(&self.bytes, big, self.is_over, text),
            Encoding::Binary => self.run.read(&self.bytes, self.is_over, text),
        };
        self.bytes.drain(..done);
    }
}

/// The encoding of a file that begins with these bytes, and the length of its byte order mark.
fn encoding(bytes: &[u8]) -> (Encoding, usize) {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => return (Encoding::Utf32 { big: false }, 4),
        [0, 0, 0xfe, 0xff, ..] => return (Encoding::Utf32 { big: true }, 4),
        [0xef, 0xbb, 0xbf, ..] => return (Encoding::Utf8, 3),
        _ => {}
    }
    let probed = &bytes[..bytes.len().min(PROBED)];
    if !probed.contains(&0) {
        return (Encoding::Utf8, 0);
    }
    let mut zeros = [0, 0];
    for (index, _) in probed.iter().enumerate().filter(|(_, byte)| **byte == 0) {
        zeros[index % 2] += 1;
    }
    let units = probed.len() / 2;
    // UTF-16 text has a zero in one half of most units, and hardly any zeros in the other half. After a mark, the share
    // of zeros may be lower, because line ends and blanks suffice. A mark alone proves nothing: anybody could put one
    // before a text to have the text misread.
    let (mark, share) = match probed {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (2, 16),
        _ => (0, 2),
    };
    let fits = |zero: usize, other: usize| zero > 0 && zero * share >= units && other * 16 <= units;
    // Without a mark, the text must begin with an ASCII character, because a binary may have texts at odd offsets.
    let begins = |zero: usize| mark > 0 || probed.get(zero) == Some(&0);
    match zeros {
        [first, second] if fits(second, first) && begins(1) && probed[0] != 0xfe => {
            (Encoding::Utf16 { big: false }, mark)
        }
        [first, second] if fits(first, second) && begins(0) && probed[0] != 0xff => {
            (Encoding::Utf16 { big: true }, mark)
        }
        _ => (Encoding::Binary, 0),
    }
}

/// Each decoder returns how many bytes it has decoded; the remaining bytes are the beginning of a character.
fn utf8(bytes: &[u8], is_over: bool, text: &mut String) -> usize {
    let mut done = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        done += chunk.valid().len();
        let bad = chunk.invalid();
        let is_cut =
            done + bad.len() == bytes.len() && std::str::from_utf8(bad).is_err_and(|it| it.error_len().is_none());
        if !bad.is_empty() && (is_over || !is_cut) {
            text.push(char::REPLACEMENT_CHARACTER);
            done += bad.len();
        }
    }
    done
}

fn utf16(bytes: &[u8], big: bool, is_over: bool, text: &mut String) -> usize {
    let unit = |pair: [u8; 2]| if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
    let mut pairs = bytes.as_chunks::<2>().0;
    let is_high = |pair: &[u8; 2]| (0xd800..0xdc00).contains(&unit(*pair));
    if let Some((last, before)) = pairs.split_last()
        && is_high(last)
        && !is_over
    {
        pairs = before;
    }
    // Units of two printable bytes are Chinese, or single-byte text in a file that only begins in UTF-16. A long run of
    // such units is hardly Chinese.
    let is_double = |pair: &[u8; 2]| pair.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
    for units in pairs.chunk_by(|a, b| is_double(a) == is_double(b)) {
        if units.len() * 2 >= RUN && units.first().is_some_and(is_double) {
            text.extend(units.as_flattened().iter().map(|byte| char::from(*byte)));
        } else {
            let decoded = char::decode_utf16(units.iter().map(|pair| unit(*pair)));
            text.extend(decoded.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
    }
    if is_over { bytes.len() } else { pairs.len() * 2 }
}

fn utf32(bytes: &[u8], big: bool, is_over: bool, text: &mut String) -> usize {
    let units = bytes.as_chunks::<4>().0;
    let unit = |unit: &[u8; 4]| if big { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
    text.extend(units.iter().map(|it| char::from_u32(unit(it)).unwrap_or(char::REPLACEMENT_CHARACTER)));
    if is_over { bytes.len() } else { units.len() * 4 }
}

/// The texts in a binary: runs of printable characters, each of one byte or of one byte and a zero. Other bytes become
/// NUL. Line ends stay, so that line numbers match those of `grep --text`.
#[derive(Debug, Default)]
struct Run {
    /// A run that may still be too short to count as text.
    held: String,
    is_text: bool,
    is_wide: bool,
}

impl Run {
    fn read(&mut self, bytes: &[u8], is_over: bool, text: &mut String) -> usize {
        let is_printable = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
        let at = |index: usize| bytes.get(index).copied();
        let mut index = 0;
        while index < bytes.len() && (is_over || index + 3 < bytes.len()) {
            let byte = bytes[index];
            let is_wide = at(index + 1) == Some(0);
            let begins_wide = || is_wide && at(index + 2).is_some_and(is_printable) && at(index + 3) == Some(0);
            if !is_printable(byte) {
                self.end(text);
                text.push('\0');
                index += 1;
                continue;
            }
            if !self.is_wide && begins_wide() {
                self.end(text);
                self.is_wide = true;
            }
            self.push(byte, text);
            if self.is_wide && is_wide {
                index += 2;
            } else {
                // The last character of a wide big-endian run has no zero after it.
                if self.is_wide {
                    self.end(text);
                }
                index += 1;
            }
        }
        if is_over {
            self.end(text);
        }
        index
    }

    fn push(&mut self, byte: u8, text: &mut String) {
        if self.is_text {
            text.push(char::from(byte));
            return;
        }
        self.held.push(char::from(byte));
        if self.held.len() >= RUN {
            text.push_str(&self.held);
            self.held.clear();
            self.is_text = true;
        }
    }

    fn end(&mut self, text: &mut String) {
        text.extend(self.held.drain(..).map(|character| if character == '\n' { '\n' } else { '\0' }));
        if self.is_text {
            // Separates two runs, so that they are not read as one.
            text.push('\0');
        }
        (self.is_text, self.is_wide) = (false, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields one byte at a time, so that every character is split.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            into[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn decoded(bytes: &[u8]) -> String {
        let read = |from: Box<dyn Read + '_>| {
            let (mut decoder, mut text) = (Decoder::new(from).unwrap(), String::new());
            assert!(decoder.fill(&mut text, usize::MAX).unwrap());
            text
        };
        let (whole, slow) = (read(Box::new(bytes)), read(Box::new(Slow(bytes))));
        assert_eq!(whole, slow, "{bytes:?}");
        whole
    }

    const TEXT: &str = "key: é 😀 value\r\nnext line\n";

    #[test]
    fn every_encoding_says_the_same() {
        let utf16 =
            |big: bool| TEXT.encode_utf16().flat_map(move |it| if big { it.to_be_bytes() } else { it.to_le_bytes() });
        let utf32 = |big: bool| {
            TEXT.chars().map(u32::from).flat_map(move |it| if big { it.to_be_bytes() } else { it.to_le_bytes() })
        };
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for bytes in [
            TEXT.as_bytes().to_vec(),
            marked(&[0xef, 0xbb, 0xbf], TEXT.into()),
            utf16(false).collect(),
            utf16(true).collect(),
            marked(&[0xff, 0xfe], utf16(false).collect()),
            marked(&[0xfe, 0xff], utf16(true).collect()),
            marked(&[0xff, 0xfe, 0, 0], utf32(false).collect()),
            marked(&[0, 0, 0xfe, 0xff], utf32(true).collect()),
        ] {
            assert_eq!(decoded(&bytes), TEXT, "{bytes:?}");
        }
    }

    #[test]
    fn what_fits_nowhere_is_passed_over() {
        for bytes in [&b"\xf0\x9f\x98"[..], b"", b"\0", b"\xff\xfe\x00", b"\xff\xfe\x3d\xd8", b"\0\0\xfe\xff\0"] {
            decoded(bytes);
        }
        assert_eq!(decoded(b"a\xffb \xe2\x82"), "a\u{fffd}b \u{fffd}");
        assert_eq!(decoded(b"\xff\xfea\0\n\0\x3d\xd8"), "a\n\u{fffd}");
    }

    #[test]
    fn a_beginning_does_not_have_the_rest_misread() {
        assert!(decoded(b"\xff\xfekey: a text of bytes").contains("key: a text of bytes"));
        assert!(decoded(b"\xff\xfe\0key: a text of bytes").contains("key: a text of bytes"));
        let mut bytes: Vec<u8> = "wide ".repeat(PROBED).bytes().flat_map(|byte| [byte, 0]).collect();
        bytes.extend(b"key: a text of bytes\n");
        let mut decoder = Decoder::new(&bytes[..]).unwrap();
        let mut text = String::new();
        assert!(decoder.fill(&mut text, usize::MAX).unwrap());
        assert!(text.starts_with("wide wide") && text.contains("key: a text of bytes"));
    }

    #[test]
    fn texts_in_binaries_are_read() {
        let wide: Vec<u8> = "a wide and long text".bytes().flat_map(|byte| [byte, 0]).collect();
        let big: Vec<u8> = "a wide and long text".bytes().flat_map(|byte| [0, byte]).collect();
        for (bytes, text) in [
            (&b"\x01\x02\x00a narrow long text\x00x\x01\x02"[..], "a narrow long text"),
            (&[b"\x01\x02\x03\x00\x05", &wide[..], b"\x01\x02\x03\xff"].concat(), "a wide and long text"),
            (&[b"\x01\x02\x03\x00\x05", &big[..], b"\x01\x02\x03\xff"].concat(), "a wide and long text"),
        ] {
            let decoded = decoded(bytes);
            assert!(decoded.contains(text), "{decoded:?}");
        }
        let parts = decoded(b"\x00\x01first long text\x00second long text\x01\n\x01short\x01");
        assert!(parts.contains("first long text\0\0second long text\0"), "{parts:?}");
        assert!(parts.contains('\n') && !parts.contains("short"), "{parts:?}");
    }
}
