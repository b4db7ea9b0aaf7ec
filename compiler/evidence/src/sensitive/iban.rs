//! Bank account numbers: country, the length that the country has, and check digits modulo 97 (ISO 13616).

use emberline_core::sensitive::account::account;

use super::hit::{Hit, Kind, hit, is_word};

/// A number that starts at `at`, in one piece or in groups of four with blanks between them.
pub(super) fn find(bytes: &[u8], at: usize) -> Option<Hit> {
    let head = bytes.get(at..at + 4)?;
    if !head[2..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (length, digits) = account(&head[..2])?;
    let mut characters = Vec::with_capacity(length);
    let mut end = at;
    while characters.len() < length {
        match *bytes.get(end)? {
            b' ' if !characters.is_empty() && characters.len().is_multiple_of(4) && bytes[end - 1] != b' ' => {}
            byte if byte.is_ascii_digit() || (byte.is_ascii_uppercase() && (!digits || end < at + 2)) => {
                characters.push(byte)
            }
            _ => return None,
        }
        end += 1;
    }
    let ends = !bytes.get(end).is_some_and(|byte| is_word(*byte));
    (ends && remainder(&characters) == 1).then_some(hit(at..end, Kind::Iban))
}

/// The number modulo 97, with country and check digits moved to its end and letters counted from 10.
fn remainder(characters: &[u8]) -> u32 {
    let (head, tail) = characters.split_at(4);
    tail.iter().chain(head).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    })
}
