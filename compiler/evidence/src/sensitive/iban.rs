//! Bank account numbers: country, the length that the country has, and check digits modulo 97 (ISO 13616).

use super::hit::{Hit, Kind, hit, is_word};

/// The length of the numbers of each country (SWIFT's registry of IBAN formats).
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BR", 29),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MT", 31),
    (b"MU", 30),
    (b"NL", 18),
    (b"NO", 15),
    (b"PK", 24),
    (b"PL", 28),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"SA", 24),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"XK", 20),
];

/// A number that starts at `at`, in one piece or in groups of four with blanks between them.
pub(super) fn find(bytes: &[u8], at: usize) -> Option<Hit> {
    let head = bytes.get(at..at + 4)?;
    if !head[2..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = LENGTHS.iter().find(|(country, _)| country[..] == head[..2]).map(|(_, length)| *length)?;
    let mut characters = Vec::with_capacity(length);
    let mut end = at;
    while characters.len() < length {
        match *bytes.get(end)? {
            b' ' if !characters.is_empty() && characters.len().is_multiple_of(4) && bytes[end - 1] != b' ' => {}
            byte if byte.is_ascii_digit() || byte.is_ascii_uppercase() => characters.push(byte),
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
