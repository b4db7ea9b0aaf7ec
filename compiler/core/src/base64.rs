//! Bytes in base64, as the many who write it do: in either alphabet, with padding or without.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Some encoders leave bits in the last digit that belong to no byte.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of a text in base64 (RFC 4648), of the standard or the URL alphabet; `None` for another text.
#[must_use]
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let mut digits = text.get(..end)?.to_vec();
    for digit in &mut digits {
        *digit = match *digit {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
    }
    ENGINE.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn either_alphabet_padded_or_not() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("YQ==", b"a"),
            ("YQ", b"a"),
            ("YWI=", b"ab"),
            ("YWJj", b"abc"),
            ("+/-_", b"\xfb\xff\xbf"),
            // Bits left over.
            ("YR", b"a"),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes), "{text}");
        }
        for other in ["a@b", "Y", "YQ=a", "a b", "YWJjY"] {
            assert_eq!(decode(other.as_bytes()), None, "{other}");
        }
    }
}
