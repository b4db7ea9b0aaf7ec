//! Fields of a protobuf message, one after the other, without a copy.

use std::borrow::Cow;
use std::fmt;

use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint};

/// Why a message is no OTLP.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It ends within a field.
    Short,
    /// A field is not what its place allows.
    Malformed(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("it ends within a field"),
            Self::Malformed(what) => f.write_str(what),
        }
    }
}

/// What was read, or why it cannot be.
pub(super) type Read<T> = Result<T, Fault>;

/// A field's value as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    /// The bytes of a text or a message; none of a number.
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    /// A text; what is no UTF-8 is read as far as it is, since it may hold what must not leave.
    pub(super) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// A number; 0 of a text or a message.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Varint(number) | Self::Fixed64(number) => number,
            Self::Fixed32(number) => number.into(),
            Self::Bytes(_) => 0,
        }
    }
}

/// Calls `each` with every field of a message.
pub(super) fn fields<'a>(mut message: &'a [u8], mut each: impl FnMut(u32, Wire<'a>) -> Read<()>) -> Read<()> {
    while message.has_remaining() {
        let whole = message.len();
        let short = |rest: &[u8]| match rest.len() < whole && rest.is_empty() {
            true => Fault::Short,
            false => Fault::Malformed("it is not protobuf"),
        };
        let (tag, wire) = match decode_key(&mut message) {
            Ok(key) => key,
            Err(_) => return Err(short(message)),
        };
        let value = match wire {
            WireType::Varint => Wire::Varint(decode_varint(&mut message).map_err(|_| Fault::Short)?),
            WireType::SixtyFourBit => Wire::Fixed64(message.try_get_u64_le().map_err(|_| Fault::Short)?),
            WireType::ThirtyTwoBit => Wire::Fixed32(message.try_get_u32_le().map_err(|_| Fault::Short)?),
            WireType::LengthDelimited => {
                let length = decode_varint(&mut message).map_err(|_| Fault::Short)?;
                let length = usize::try_from(length).map_err(|_| Fault::Short)?;
                let (value, rest) = message.split_at_checked(length).ok_or(Fault::Short)?;
                message = rest;
                Wire::Bytes(value)
            }
            WireType::StartGroup | WireType::EndGroup => return Err(Fault::Malformed("OTLP has no groups")),
        };
        each(tag, value)?;
    }
    Ok(())
}
