//! Reads the fields of a protobuf message one after the other, without a copy, each as the type that OTLP gives it.

use std::fmt;

use prost::bytes::Buf;
use prost::encoding::decode_varint;

/// Why a message is not OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The message ends within a field.
    Short,
    /// A field breaks a rule of protobuf or of OTLP.
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

/// The result of reading, or why the message cannot be read.
pub(super) type Read<T> = Result<T, Fault>;

const NO_PROTOBUF: Fault = Fault::Malformed("it is not protobuf");
/// A field has another type than OTLP gives its number.
pub(super) const MISTYPED: Fault = Fault::Malformed("a field does not have the type that OTLP gives it");

/// The value of a field as it stands on the wire.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

/// The type of a field that is checked and then passed over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    /// An integer, a boolean or an enumeration.
    Varint,
    /// Eight bytes.
    Fixed64,
    /// A text, bytes or a message.
    Bytes,
    /// A list of integers; writers may pack it into one field or repeat the field.
    Varints,
    /// A list of numbers of eight bytes each, packed or repeated.
    Fixed64s,
}

impl<'a> Wire<'a> {
    /// The bytes of a text or a message.
    pub(super) fn bytes(self) -> Read<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Ok(bytes) } else { Err(MISTYPED) }
    }

    /// An integer.
    pub(super) fn varint(self) -> Read<u64> {
        if let Self::Varint(number) = self { Ok(number) } else { Err(MISTYPED) }
    }

    /// A number of eight bytes.
    pub(super) fn fixed64(self) -> Read<u64> {
        if let Self::Fixed64(number) = self { Ok(number) } else { Err(MISTYPED) }
    }

    /// A number of four bytes.
    pub(super) fn fixed32(self) -> Read<u32> {
        if let Self::Fixed32(number) = self { Ok(number) } else { Err(MISTYPED) }
    }

    /// Checks the type of a field whose value nothing here needs.
    pub(super) fn is(self, wanted: Type) -> Read<()> {
        match (self, wanted) {
            (Self::Varint(_), Type::Varint | Type::Varints)
            | (Self::Fixed64(_), Type::Fixed64 | Type::Fixed64s)
            | (Self::Bytes(_), Type::Bytes) => Ok(()),
            (Self::Bytes(packed), Type::Fixed64s) if packed.len() % 8 == 0 => Ok(()),
            (Self::Bytes(mut packed), Type::Varints) => {
                while packed.has_remaining() {
                    decode_varint(&mut packed).map_err(|_| MISTYPED)?;
                }
                Ok(())
            }
            _ => Err(MISTYPED),
        }
    }
}

/// The fields of a message in the order in which they were written.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    #[inline]
    fn field(&mut self) -> Read<(u32, Wire<'a>)> {
        let message = &mut self.0;
        let key = u32::try_from(varint(message)?).map_err(|_| NO_PROTOBUF)?;
        let value = match key & 7 {
            0 => Wire::Varint(varint(message)?),
            1 => Wire::Fixed64(message.try_get_u64_le().map_err(|_| Fault::Short)?),
            5 => Wire::Fixed32(message.try_get_u32_le().map_err(|_| Fault::Short)?),
            2 => {
                let length = usize::try_from(varint(message)?).map_err(|_| Fault::Short)?;
                let (value, rest) = message.split_at_checked(length).ok_or(Fault::Short)?;
                *message = rest;
                Wire::Bytes(value)
            }
            3 | 4 => return Err(Fault::Malformed("OTLP has no groups")),
            _ => return Err(NO_PROTOBUF),
        };
        match key >> 3 {
            0 => Err(NO_PROTOBUF),
            tag => Ok((tag, value)),
        }
    }
}

/// An integer; most are of one byte.
#[inline]
fn varint(message: &mut &[u8]) -> Read<u64> {
    match *message {
        [byte @ 0..=0x7f, rest @ ..] => {
            *message = rest;
            Ok(u64::from(*byte))
        }
        long => decode_varint(message).map_err(|_| if long.len() < 10 { Fault::Short } else { NO_PROTOBUF }),
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Read<(u32, Wire<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Calls `each` with every field of a message.
#[inline]
pub(super) fn fields<'a>(message: &'a [u8], mut each: impl FnMut(u32, Wire<'a>) -> Read<()>) -> Read<()> {
    let mut rest = Fields(message);
    // A loop rather than the iterator: most of the time of reading is spent here.
    while !rest.0.is_empty() {
        let (tag, value) = rest.field()?;
        each(tag, value)?;
    }
    Ok(())
}

/// The same for a message within a message.
#[inline]
pub(super) fn within<'a>(message: &'a [u8], each: impl FnMut(u32, Wire<'a>) -> Read<()>) -> Read<()> {
    fields(message, each).map_err(inner)
}

/// The fault of a message within a message: its length is known, so an early end is no sign of a capture that was cut.
pub(super) fn inner(fault: Fault) -> Fault {
    match fault {
        Fault::Short => Fault::Malformed("a message within it ends inside a field"),
        fault @ Fault::Malformed(_) => fault,
    }
}
