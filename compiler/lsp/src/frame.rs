//! Frames of the base protocol: a head with `Content-Length`, then JSON.
//!
//! `lsp-server` has the types of messages and writes them. Its reader allocates whatever length a head names, and ends
//! at the first text that is no message; this reader bounds the length and goes on.

use std::io::{self, BufRead, Read};

use lsp_server::Message;

/// The longest message. Specs above 1 MiB are refused, and JSON takes at most six bytes for one.
const LONGEST: usize = 16 << 20;
/// The longest line of a head.
const LONGEST_LINE: u64 = 4 << 10;

/// What a client sent.
#[derive(Debug)]
pub enum Frame {
    /// A message.
    Message(Message),
    /// A frame whose text is no message; what follows can be read.
    Malformed(String),
}

/// Reads the next frame; `None` at the end.
///
/// # Errors
/// The stream fails, or a head is such that the next frame cannot be found.
pub fn read(input: &mut dyn BufRead) -> io::Result<Option<Frame>> {
    let Some(length) = head(input)? else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut bytes)?;
    if read < length {
        return Err(bad(format!("the input ends inside a message: {read} of {length} bytes")));
    }
    Ok(Some(match serde_json::from_slice(&bytes) {
        Ok(message) => Frame::Message(message),
        Err(cause) => Frame::Malformed(format!("this is no message of the protocol: {cause}")),
    }))
}

/// Reads a head; gives the length of what follows.
fn head(input: &mut dyn BufRead) -> io::Result<Option<usize>> {
    let mut length = None;
    let mut is_begun = false;
    loop {
        let mut line = Vec::new();
        input.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() && !is_begun {
            return Ok(None);
        }
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err(bad("a line of a message's head is too long, or the input ends in it".to_owned()));
        };
        is_begun = true;
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| bad("a message's head has no `Content-Length`".to_owned()));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("expected `Name: value` in a head".to_owned()))?;
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            let told = value.trim().parse().ok().filter(|told| *told <= LONGEST);
            length = Some(told.ok_or_else(|| bad(format!("expected a length of at most {LONGEST} bytes")))?);
        }
    }
}

fn bad(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(mut input: &[u8]) -> (Vec<Frame>, io::Result<()>) {
        let mut frames = Vec::new();
        loop {
            match read(&mut input) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return (frames, Ok(())),
                Err(cause) => return (frames, Err(cause)),
            }
        }
    }

    #[test]
    fn what_lsp_server_writes_is_read() {
        let message = Message::Notification(lsp_server::Notification::new("a".to_owned(), "ü"));
        let mut text = Vec::new();
        message.write(&mut text).unwrap();
        message.write(&mut text).unwrap();
        let (frames, end) = all(&text);
        assert!(end.is_ok() && frames.len() == 2);
        assert!(
            frames.iter().all(|frame| matches!(frame, Frame::Message(Message::Notification(it)) if it.params == "ü"))
        );
    }

    #[test]
    fn a_text_that_is_no_message_does_not_end_the_session() {
        let (frames, end) = all(b"content-length:4\r\nContent-Type: x\r\n\r\nnullContent-Length: 2\n\n\xff\xff");
        assert!(end.is_ok() && frames.iter().all(|it| matches!(it, Frame::Malformed(_))) && frames.len() == 2);
    }

    #[test]
    fn what_cannot_be_followed_ends_it() {
        for text in [
            "Content-Length: 99999999999999999999\r\n\r\n",
            "Content-Length: 1000000000000\r\n\r\n",
            "x\r\n\r\n",
            "\r\n",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: 5\r\n\r\n{}",
            "Content-Length: 5",
        ] {
            assert!(all(text.as_bytes()).1.is_err(), "{text}");
        }
        assert!(all("x".repeat(1 << 20).as_bytes()).1.is_err());
        assert!(all(b"").1.is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_stop_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = all(&bytes);
        }
    }
}
