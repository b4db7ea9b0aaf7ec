//! Card numbers and social security numbers: digits with one kind of separator, in the usual groups.

use emberline_core::sensitive::account::TEST_CARDS;

use super::hit::{Hit, Kind, Origin, hit, is_word};

/// A card number that starts at `at`: 14 to 16 digits of a known issuer, with the right check digit. They stand in one
/// piece, in groups of four, or in the groups of American Express and Diners.
pub(super) fn card(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    if !is_free_before(bytes, at) {
        return None;
    }
    let mut digits = [0_u8; 16];
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
        Some(_) => matches!(&groups[..=group], [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4]),
    };
    let digits = &digits[..count];
    (shaped && is_free_behind(bytes, end) && is_issued(digits) && luhn(digits)).then_some(())?;
    let number = digits.iter().fold(0_u64, |number, digit| number * 10 + u64::from(*digit));
    if origin == Origin::File && separator.is_none() && is_of_code(bytes, at, end) {
        return None;
    }
    let published = origin == Origin::File && TEST_CARDS.contains(&number);
    Some(hit(at..end, if published { Kind::TestCard } else { Kind::Card }))
}

/// Whether a number stands in a list of numbers or in an expression, in a line that speaks of no card.
fn is_of_code(bytes: &[u8], at: usize, end: usize) -> bool {
    let before = bytes[..at].last().copied().unwrap_or_default();
    let ahead = at >= 2 && bytes[at - 1] == b' ' && b",(=[{+*<>-".contains(&bytes[at - 2]);
    let behind = bytes.get(end).copied().unwrap_or_default();
    let listed = ahead || b"([{=<+*".contains(&before) || (before.is_ascii_whitespace() && b",;)".contains(&behind));
    let from = at.saturating_sub(96);
    let line = bytes[from..at].iter().rposition(|byte| *byte == b'\n').map_or(from, |newline| from + newline + 1);
    let words = bytes[line..at].to_ascii_lowercase();
    let told = [&b"card"[..], b"pan", b"visa", b"amex", b"paid", b"pay", b"credit", b"debit"];
    listed && !told.iter().any(|word| words.windows(word.len()).any(|part| part == *word))
}

/// Whether these groups may be followed by a separator and more digits.
fn is_group(groups: &[usize]) -> bool {
    matches!(groups, [4] | [4, 4] | [4, 4, 4] | [4, 6])
}

/// Whether prefix and length are an issuer's (ISO/IEC 7812; the networks' published ranges). Numbers of 13 digits are
/// left out, since time stamps in milliseconds have 13, and those of 17 to 19, since ids have as many.
fn is_issued(digits: &[u8]) -> bool {
    let prefix = |many: usize| digits.iter().take(many).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    match digits.len() {
        14 => matches!(prefix(3), 300..=305 | 309) || matches!(prefix(2), 36 | 38 | 39),
        15 => matches!(prefix(2), 34 | 37),
        16 => {
            matches!(prefix(1), 4)
                || matches!(prefix(2), 51..=55 | 62 | 65)
                || matches!(prefix(3), 644..=649)
                || matches!(prefix(4), 2200..=2204 | 2221..=2720 | 3528..=3589 | 6011)
                || matches!(prefix(4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
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
pub(super) fn ssn(bytes: &[u8], at: usize, origin: Origin) -> Option<Hit> {
    let text = bytes.get(at..at + 11)?;
    let digit = |index: usize| text[index].is_ascii_digit();
    let shape = (0..11).all(|index| if index == 3 || index == 6 { text[index] == b'-' } else { digit(index) });
    let never = text.starts_with(b"000") || text.starts_with(b"666") || text[0] == b'9';
    // Numbers that everybody writes; the last was printed on cards in wallets for sale.
    let written = [&b"111-11-1111"[..], b"123-45-6789", b"078-05-1120"].contains(&text);
    let never = never || (written && origin == Origin::File);
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
