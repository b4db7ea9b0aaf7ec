//! Writes a protobuf message again with its fields in another order, at every depth.
//!
//! The bytes do not say whether a field is a message or a text, so [`FIELDS`] lists the messages.

use prost::encoding::{WireType, decode_key, decode_varint, encode_varint};

/// The order of fields in each message. Fields of one number keep their order: they are a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
    /// Any order, from a seed.
    Shuffled(u64),
}

/// A message, and its fields that hold messages.
type Shape = (&'static str, &'static [(u32, &'static str)]);

const FIELDS: &[Shape] = &[
    ("spans", &[(1, "span group")]),
    ("span group", &[(1, "resource"), (2, "span scope")]),
    ("span scope", &[(1, "scope"), (2, "span")]),
    ("span", &[(9, "pair"), (11, "event"), (13, "link"), (15, "status")]),
    ("event", &[(3, "pair")]),
    ("link", &[(4, "pair")]),
    ("logs", &[(1, "log group")]),
    ("log group", &[(1, "resource"), (2, "log scope")]),
    ("log scope", &[(1, "scope"), (2, "log")]),
    ("log", &[(5, "any"), (6, "pair")]),
    ("metrics", &[(1, "metric group")]),
    ("metric group", &[(1, "resource"), (2, "metric scope")]),
    ("metric scope", &[(1, "scope"), (2, "metric")]),
    ("metric", &[(5, "numbers"), (7, "numbers"), (9, "histogram"), (10, "exponential"), (11, "summary"), (12, "pair")]),
    ("numbers", &[(1, "number")]),
    ("number", &[(5, "exemplar"), (7, "pair")]),
    ("histogram", &[(1, "histogram point")]),
    ("histogram point", &[(8, "exemplar"), (9, "pair")]),
    ("exponential", &[(1, "exponential point")]),
    ("exponential point", &[(1, "pair"), (11, "exemplar")]),
    ("summary", &[(1, "summary point")]),
    ("summary point", &[(7, "pair")]),
    ("exemplar", &[(7, "pair")]),
    ("profiles", &[(1, "profile group"), (2, "dictionary")]),
    ("profile group", &[(1, "resource"), (2, "profile scope")]),
    ("profile scope", &[(1, "scope"), (2, "profile")]),
    ("profile", &[(1, "type"), (2, "sample"), (5, "type")]),
    ("dictionary", &[(4, "link"), (6, "unit pair")]),
    ("unit pair", &[(2, "any")]),
    ("resource", &[(1, "pair")]),
    ("scope", &[(3, "pair")]),
    ("pair", &[(2, "any")]),
    ("any", &[(5, "array"), (6, "list")]),
    ("array", &[(1, "any")]),
    ("list", &[(1, "pair")]),
];

/// The message `name` in another order.
pub(crate) fn reorder(message: &[u8], name: &str, order: Order) -> Vec<u8> {
    let mut state = if let Order::Shuffled(seed) = order { seed | 1 } else { 1 };
    write(message, name, order, &mut state)
}

fn write(mut message: &[u8], name: &str, order: Order, state: &mut u64) -> Vec<u8> {
    let inner = FIELDS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, inner)| inner);
    let mut fields: Vec<(u32, Vec<u8>)> = Vec::new();
    while !message.is_empty() {
        let start = message;
        let (tag, wire) = decode_key(&mut message).unwrap();
        match wire {
            WireType::Varint => drop(decode_varint(&mut message).unwrap()),
            WireType::SixtyFourBit => message = &message[8..],
            WireType::ThirtyTwoBit => message = &message[4..],
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut message).unwrap()).unwrap();
                let (value, rest) = message.split_at(length);
                message = rest;
                if let Some((_, inner)) = inner.iter().find(|(number, _)| *number == tag) {
                    let value = write(value, inner, order, state);
                    fields.push((tag, field(tag, &value)));
                    continue;
                }
            }
            WireType::StartGroup | WireType::EndGroup => panic!("OTLP has no groups"),
        }
        fields.push((tag, start[..start.len() - message.len()].to_vec()));
    }
    match order {
        Order::Ascending => fields.sort_by_key(|(tag, _)| *tag),
        Order::Descending => fields.sort_by_key(|(tag, _)| std::cmp::Reverse(*tag)),
        Order::Shuffled(_) => shuffle(&mut fields, state),
    }
    fields.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

/// Shuffles the numbers of fields. Fields of the same number keep their order.
fn shuffle(fields: &mut Vec<(u32, Vec<u8>)>, state: &mut u64) {
    let mut tags: Vec<u32> = fields.iter().map(|(tag, _)| *tag).collect();
    for at in (1..tags.len()).rev() {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        tags.swap(at, usize::try_from(*state % (at as u64 + 1)).unwrap());
    }
    let mut left = std::mem::take(fields);
    for tag in tags {
        let at = left.iter().position(|(other, _)| *other == tag).unwrap();
        fields.push(left.remove(at));
    }
}

/// A field that holds a message, a text or bytes.
pub(crate) fn field(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    encode_varint(u64::from(tag) << 3 | 2, &mut written);
    encode_varint(value.len() as u64, &mut written);
    written.extend(value);
    written
}
