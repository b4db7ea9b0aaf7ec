//! Card numbers and social security numbers: digits with one kind of separator, in the usual groups.

use super::hit::{Hit, Kind, hit, is_word};

/// A card number that starts at `at`: 14 to 19 digits of a known issuer, with the right check digit. They stand in one
/// piece, in groups of four, or in the groups of American Express and Diners.
pub(super) fn card(bytes: &[u8], at: usize) -> Option<Hit> {
    if !is_free_before(bytes, at) {
        return None;
    }
    let mut digits = [0_u8; 19];
    let mut groups = [0_usize; 8];
    let (mut count, mut group, mut end) = (0, 0, at);
    let mut separator = None;
    loop {
        match bytes.get(end).copied() {
            Some(digit) if digit.is_ascii_digit() => {
                *digits.get_mut(count)? = digit - b'0';
                *groups.get_mut(group)? += 1;
                count += 1;
                end += 1;
            }
            Some(between @ (b' ' | b'-'))
                if separator.is_none_or(|known| known == between)
                    && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
                    && is_group(&groups[..=group]) =>
            {
                separator = Some(between);
                group += 1;
                end += 1;
            }
            _ => break,
        }
    }
    // The digits after a blank may be the next number of a list, so the groups must have the shape of a card.
    let shaped = match separator {
        None => true,
        Some(_) => matches!(&groups[..=group], [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [4, 6, 5] | [4, 6, 4]),
    };
    let digits = &digits[..count];
    (shaped && is_free_behind(bytes, end) && is_issued(digits) && luhn(digits)).then_some(hit(at..end, Kind::Card))
}

/// Whether these groups may be followed by a separator and more digits.
fn is_group(groups: &[usize]) -> bool {
    matches!(groups, [4] | [4, 4] | [4, 4, 4] | [4, 4, 4, 4] | [4, 6])
}

/// Whether prefix and length are an issuer's (ISO/IEC 7812; the networks' published ranges). Visa numbers of 13 digits are
/// left out: none is issued any more, and a time stamp in milliseconds has 13 digits.
fn is_issued(digits: &[u8]) -> bool {
    let prefix = |many: usize| digits.iter().take(many).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    match digits.len() {
        14 => matches!(prefix(3), 300..=305 | 309) || matches!(prefix(2), 36 | 38 | 39),
        15 => matches!(prefix(2), 34 | 37),
        length @ 16..=19 => {
            let long = matches!(prefix(4), 3528..=3589 | 6011)
                || matches!(prefix(3), 644..=649)
                || matches!(prefix(2), 62 | 65)
                || matches!(prefix(4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763);
            let sixteen = matches!(prefix(2), 51..=55) || matches!(prefix(4), 2221..=2720 | 2200..=2204);
            (prefix(1) == 4 && length != 17 && length != 18) || long || (sixteen && length == 16)
        }
        _ => false,
    }
}

/// Whether the check digit of ISO/IEC 7812 is right. One repeated digit passes the check but is no number.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let doubled = u32::from(*digit) * if index % 2 == 1 { 2 } else { 1 };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| Some(digit) != digits.first())
}

/// A US social security number, `nnn-nn-nnnn`, if a word shortly before says that it is one.
pub(super) fn ssn(bytes: &[u8], at: usize) -> Option<Hit> {
    let text = bytes.get(at..at + 11)?;
    let digit = |index: usize| text[index].is_ascii_digit();
    let shape = (0..11).all(|index| if index == 3 || index == 6 { text[index] == b'-' } else { digit(index) });
    let never = text.starts_with(b"000") || text.starts_with(b"666") || text[0] == b'9';
    let zero = &text[4..6] == b"00" || &text[7..] == b"0000";
    if !shape || never || zero || !is_free_before(bytes, at) || !is_free_behind(bytes, at + 11) {
        return None;
    }
    let before = bytes[at.saturating_sub(32)..at].to_ascii_lowercase();
    let said = [&b"ssn"[..], b"social"].iter().any(|word| before.windows(word.len()).any(|part| part == *word));
    said.then_some(hit(at..at + 11, Kind::Ssn))
}

/// Whether a number may begin here: not within a word, a decimal, a version or another number.
fn is_free_before(bytes: &[u8], at: usize) -> bool {
    match at.checked_sub(1).map(|index| bytes[index]) {
        None => true,
        Some(byte) if is_word(byte) => false,
        Some(b'.' | b'-' | b'+') => at < 2 || !is_word(bytes[at - 2]),
        Some(_) => true,
    }
}

/// Whether a number may end here.
fn is_free_behind(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        Some(byte) if is_word(*byte) => false,
        Some(b'.' | b'-') => !bytes.get(end + 1).is_some_and(|byte| is_word(*byte)),
        _ => true,
    }
}
