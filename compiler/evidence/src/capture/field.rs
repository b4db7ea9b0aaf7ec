//! Values that OTLP writes differently in JSON and in protobuf: ids, 64-bit integers, doubles and bytes.

use std::borrow::Cow;

use emberline_core::base64;
use serde::{Deserialize, Deserializer};

use super::json_value::{FromJson, reads_itself};
use crate::span::{SpanId, TraceId};

/// An id of `T`, or why there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Id<T> {
    /// The id is empty or all zero.
    #[default]
    Absent,
    /// The id has the wrong length, or is not hexadecimal.
    Bad,
    /// The id as a number.
    Is(T),
}

impl<T> Id<T> {
    /// The id, if it is usable.
    pub(super) fn get(self) -> Option<T> {
        match self {
            Self::Is(id) => Some(id),
            Self::Absent | Self::Bad => None,
        }
    }

    fn of<const BYTES: usize>(bytes: &[u8], number: impl Fn([u8; BYTES]) -> Option<T>) -> Self {
        match <[u8; BYTES]>::try_from(bytes) {
            Ok(whole) => number(whole).map_or(Self::Absent, Self::Is),
            Err(_) if bytes.iter().all(|byte| *byte == 0) => Self::Absent,
            Err(_) => Self::Bad,
        }
    }
}

impl Id<TraceId> {
    /// A trace id, of sixteen bytes.
    pub(super) fn trace(bytes: &[u8]) -> Self {
        Self::of(bytes, |whole: [u8; 16]| Some(u128::from_be_bytes(whole)).filter(|id| *id != 0))
    }
}

impl Id<SpanId> {
    /// A span id, of eight bytes.
    pub(super) fn span(bytes: &[u8]) -> Self {
        Self::of(bytes, |whole: [u8; 8]| SpanId::new(u64::from_be_bytes(whole)))
    }
}

reads_itself!(Id<TraceId>, Id<SpanId>);

/// Stands for a text that is no id: neither absent nor of the length of an id.
const NO_ID: [u8; 1] = [1];

/// Calls `then` with the bytes of a hexadecimal text. One byte more than the longest id suffices to tell its length. An id
/// of `length` bytes in base64 is an error: every id of such a capture is unreadable.
fn with_bytes<'de, D, T>(from: D, length: usize, then: impl Fn(&[u8]) -> T) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Cow::<str>::from_json(from)?;
    if text.ends_with('=') && base64::decode(text.as_bytes()).is_some_and(|bytes| bytes.len() == length) {
        return Err(serde::de::Error::custom(
            "its ids are in base64, as protobuf's own JSON has them, and the OTLP specification asks for hexadecimal",
        ));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut bytes = [0; 17];
    let pairs = text.len().div_ceil(2).min(bytes.len());
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let &[high, low] = pair else { return Ok(then(&NO_ID)) };
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { return Ok(then(&NO_ID)) };
        *byte = high << 4 | low;
    }
    Ok(then(bytes.get(..pairs).unwrap_or(&bytes)))
}

impl<'de> Deserialize<'de> for Id<TraceId> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        with_bytes(from, 16, Self::trace)
    }
}

impl<'de> Deserialize<'de> for Id<SpanId> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        with_bytes(from, 8, Self::span)
    }
}

/// The number of delta temporality.
pub(super) const DELTA: i32 = 1;

/// A value of bytes. JSON writes it in base64; a text that is not base64 stands for itself.
#[derive(Debug, Default)]
pub(super) struct Bytes<'a>(pub(super) Cow<'a, [u8]>);

impl<'de: 'a, 'a> FromJson<'de> for Bytes<'a> {
    fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::from_json(from)?;
        let bytes = base64::decode(text.as_bytes()).unwrap_or_else(|| text.as_bytes().to_vec());
        Ok(Self(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::{Bytes, Id};
    use crate::capture::json_value::Maybe;
    use crate::span::{SpanId, TraceId};

    #[test]
    fn ids_are_absent_bad_or_numbers() {
        let trace = |text: &str| serde_json::from_str::<Id<TraceId>>(&format!("\"{text}\"")).unwrap();
        assert_eq!(trace(&format!("{:032x}", 7)), Id::Is(7));
        assert_eq!(trace(&"F".repeat(32)), Id::Is(u128::MAX));
        for absent in ["", "0", &"0".repeat(32), &"0".repeat(64)] {
            assert_eq!(trace(absent), if absent == "0" { Id::Bad } else { Id::Absent }, "{absent}");
        }
        for bad in ["7", "zz", &"f".repeat(31), &"f".repeat(33), &"f".repeat(64), "é"] {
            assert_eq!(trace(bad), Id::Bad, "{bad}");
        }
        assert_eq!(Id::span(&[0, 0, 0, 0, 0, 0, 0, 9]), Id::Is(SpanId::new(9).unwrap()));
        assert_eq!((Id::<SpanId>::span(&[]), Id::span(&[1])), (Id::Absent, Id::<SpanId>::Bad));
    }

    #[test]
    fn bytes_are_base64_or_themselves() {
        let bytes = |text: &str| {
            let quoted = format!("\"{text}\"");
            serde_json::from_str::<Maybe<Bytes<'_>>>(&quoted).unwrap().0.0.into_owned()
        };
        for (text, plain) in [
            ("", "".as_bytes()),
            ("YQ==", b"a"),
            ("YQ", b"a"),
            ("YWI=", b"ab"),
            ("YWJj", b"abc"),
            ("+/-_", b"\xfb\xff\xbf"),
            ("a@b", b"a@b"),
        ] {
            assert_eq!(bytes(text), plain, "{text}");
        }
    }
}
