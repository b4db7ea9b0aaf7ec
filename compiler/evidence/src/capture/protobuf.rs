//! Reads OTLP records as protobuf. Texts are borrowed from the message, so a record is cheap to read and to drop.
//!
//! Every field of OTLP 1.10 is listed here with its type, even if nothing needs its value. A field of another type shows
//! that a record belongs to another signal.

use std::borrow::Cow;

use super::field::{Bytes, Id};
use super::otlp::{
    Array, Dictionary, Event, Exemplar, Link, Metric, Pair, Pairs, Point, Points, Profile, Record, Resource, Sample,
    Span, Status, Value,
};
use super::wire::{Fault, Read, Type, Wire, within};

/// How deep values may be nested: as deep as the JSON reader allows.
const DEEPEST: usize = 100;

/// Reads records, and collects what OTLP 1.10 does not define.
#[derive(Default)]
pub(super) struct Reader<'a> {
    /// Texts, bytes or messages in fields that OTLP 1.10 does not define.
    pub(super) unknown: Vec<&'a [u8]>,
    /// The number of fields that OTLP 1.10 does not define, plus the number of texts that cannot be texts.
    pub(super) doubts: u64,
    /// Whether texts are checked for control characters.
    is_probe: bool,
}

/// The numbers of a data point's attributes and exemplars, and the types of its other fields. The time is field 3 of all.
struct Shape {
    attributes: u32,
    exemplars: u32,
    /// The field of its value as a double, and as an integer.
    value: Option<(u32, u32)>,
    /// The field of the number of its events.
    count: Option<u32>,
    /// The field of its boundaries.
    bounds: Option<u32>,
    others: &'static [(u32, Type)],
}

impl Shape {
    /// Keeps the value of a field whose type was checked.
    fn keep(&self, tag: u32, value: Wire<'_>, point: &mut Point<'_>) {
        match value {
            Wire::Fixed64(number) if tag == 3 => point.time_unix_nano = number,
            Wire::Fixed64(number) if self.count == Some(tag) => point.count = number,
            Wire::Fixed64(number) if self.bounds == Some(tag) => point.explicit_bounds.push(f64::from_bits(number)),
            Wire::Bytes(packed) if self.bounds == Some(tag) => {
                let numbers = packed.chunks_exact(8).filter_map(|eight| <[u8; 8]>::try_from(eight).ok());
                point.explicit_bounds.extend(numbers.map(f64::from_le_bytes));
            }
            Wire::Fixed64(number) => match self.value {
                Some((double, _)) if double == tag => point.as_double = Some(f64::from_bits(number)),
                Some((_, integer)) if integer == tag => point.as_int = Some(number.cast_signed()),
                _ => {}
            },
            _ => {}
        }
    }
}

const NUMBER: Shape = Shape {
    attributes: 7,
    exemplars: 5,
    value: Some((4, 6)),
    count: None,
    bounds: None,
    others: &[(2, Type::Fixed64), (3, Type::Fixed64), (4, Type::Fixed64), (6, Type::Fixed64), (8, Type::Varint)],
};
const HISTOGRAM: Shape = Shape {
    attributes: 9,
    exemplars: 8,
    value: None,
    count: Some(4),
    bounds: Some(7),
    others: &[
        (2, Type::Fixed64),
        (3, Type::Fixed64),
        (4, Type::Fixed64),
        (5, Type::Fixed64),
        (6, Type::Fixed64s),
        (7, Type::Fixed64s),
        (10, Type::Varint),
        (11, Type::Fixed64),
        (12, Type::Fixed64),
    ],
};
const EXPONENTIAL: Shape = Shape {
    attributes: 1,
    exemplars: 11,
    value: None,
    count: Some(4),
    bounds: None,
    others: &[
        (2, Type::Fixed64),
        (3, Type::Fixed64),
        (4, Type::Fixed64),
        (5, Type::Fixed64),
        (6, Type::Varint),
        (7, Type::Fixed64),
        (8, Type::Bytes),
        (9, Type::Bytes),
        (10, Type::Varint),
        (12, Type::Fixed64),
        (13, Type::Fixed64),
        (14, Type::Fixed64),
    ],
};
const SUMMARY: Shape = Shape {
    attributes: 7,
    exemplars: u32::MAX,
    value: None,
    count: Some(4),
    bounds: None,
    others: &[
        (2, Type::Fixed64),
        (3, Type::Fixed64),
        (4, Type::Fixed64),
        (5, Type::Fixed64),
        (6, Type::Bytes),
        (8, Type::Varint),
    ],
};

impl<'a> Reader<'a> {
    /// A reader for finding the signal of a record.
    pub(super) fn probe() -> Self {
        Self { is_probe: true, ..Self::default() }
    }

    fn unknown(&mut self, value: Wire<'a>) -> Read<()> {
        self.doubts += 1;
        if let Wire::Bytes(bytes) = value {
            self.unknown.push(bytes);
        }
        Ok(())
    }

    /// A text. Bytes that are not UTF-8 are replaced: the rest of the text may still hold personal data.
    fn text(&mut self, value: Wire<'a>) -> Read<Cow<'a, str>> {
        let text = String::from_utf8_lossy(value.bytes()?);
        if self.is_probe {
            let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1b}');
            self.doubts += u64::from(matches!(text, Cow::Owned(_)) || text.contains(is_control));
        }
        Ok(text)
    }

    /// Reads the attributes of a resource.
    pub(super) fn resource(&mut self, message: &'a [u8], into: &mut Resource<'a>) -> Read<()> {
        within(message, |tag, value| match tag {
            1 => self.pair(value.bytes()?, 0).map(|one| into.attributes.push(one)),
            2 => value.is(Type::Varint),
            3 => value.is(Type::Bytes),
            _ => self.unknown(value),
        })
    }

    /// Reads the attributes of a scope.
    pub(super) fn scope(&mut self, message: &'a [u8], into: &mut Resource<'a>) -> Read<()> {
        within(message, |tag, value| match tag {
            1 | 2 => value.is(Type::Bytes),
            3 => self.pair(value.bytes()?, 0).map(|one| into.attributes.push(one)),
            4 => value.is(Type::Varint),
            _ => self.unknown(value),
        })
    }

    pub(super) fn span(&mut self, message: &'a [u8]) -> Read<Span<'a>> {
        let mut span = Span::default();
        span.attributes.reserve(8);
        within(message, |tag, value| {
            match tag {
                1 => span.trace_id = Id::trace(value.bytes()?),
                2 => span.span_id = Id::span(value.bytes()?),
                3 => value.is(Type::Bytes)?,
                4 => span.parent_span_id = Id::span(value.bytes()?),
                5 => span.name = self.text(value)?,
                6 => span.kind = value.varint()? as i32,
                7 => span.start_time_unix_nano = value.fixed64()?,
                8 => span.end_time_unix_nano = value.fixed64()?,
                9 => span.attributes.push(self.pair(value.bytes()?, 0)?),
                10 => span.dropped_attributes_count = value.varint()? as u32,
                11 => span.events.push(self.event(value.bytes()?)?),
                12 => span.dropped_events_count = value.varint()? as u32,
                13 => span.links.push(self.link(value.bytes()?)?),
                14 => span.dropped_links_count = value.varint()? as u32,
                15 => self.status(value.bytes()?, &mut span.status)?,
                16 => span.flags = value.fixed32()?,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(span)
    }

    fn event(&mut self, message: &'a [u8]) -> Read<Event<'a>> {
        let mut event = Event::default();
        within(message, |tag, value| {
            match tag {
                1 => value.is(Type::Fixed64)?,
                2 => event.name = self.text(value)?,
                3 => event.attributes.push(self.pair(value.bytes()?, 0)?),
                4 => value.is(Type::Varint)?,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(event)
    }

    fn status(&mut self, message: &'a [u8], status: &mut Status<'a>) -> Read<()> {
        within(message, |tag, value| {
            match tag {
                2 => status.message = self.text(value)?,
                3 => status.code = value.varint()? as i32,
                _ => self.unknown(value)?,
            }
            Ok(())
        })
    }

    /// A link of a span, or of the link table of profiles, which has only the first two fields.
    fn link(&mut self, message: &'a [u8]) -> Read<Link<'a>> {
        let mut link = Link::default();
        within(message, |tag, value| {
            match tag {
                1 => link.trace_id = Id::trace(value.bytes()?),
                2 | 3 => value.is(Type::Bytes)?,
                4 => link.attributes.push(self.pair(value.bytes()?, 0)?),
                5 => value.is(Type::Varint)?,
                6 => link.flags = value.fixed32()?,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(link)
    }

    pub(super) fn log(&mut self, message: &'a [u8]) -> Read<Record<'a>> {
        let mut record = Record::default();
        within(message, |tag, value| {
            match tag {
                1 | 11 => value.is(Type::Fixed64)?,
                2 => record.severity_number = value.varint()? as i32,
                3 => record.severity_text = self.text(value)?,
                5 => self.any(value.bytes()?, 0, &mut record.body)?,
                6 => record.attributes.push(self.pair(value.bytes()?, 0)?),
                7 => value.is(Type::Varint)?,
                8 => record.flags = value.fixed32()?,
                9 => record.trace_id = Id::trace(value.bytes()?),
                10 => value.is(Type::Bytes)?,
                12 => record.event_name = self.text(value)?,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(record)
    }

    pub(super) fn metric(&mut self, message: &'a [u8]) -> Read<Metric<'a>> {
        let mut metric = Metric::default();
        within(message, |tag, value| match tag {
            1 => self.text(value).map(|name| metric.name = name),
            2 => self.text(value).map(drop),
            3 => self.text(value).map(|unit| metric.unit = unit),
            5 => self.points(value.bytes()?, &NUMBER, &mut metric.gauge),
            7 => self.points(value.bytes()?, &NUMBER, &mut metric.sum),
            9 => self.points(value.bytes()?, &HISTOGRAM, &mut metric.histogram),
            10 => self.points(value.bytes()?, &EXPONENTIAL, &mut metric.exponential_histogram),
            11 => self.points(value.bytes()?, &SUMMARY, &mut metric.summary),
            12 => self.pair(value.bytes()?, 0).map(|one| metric.metadata.push(one)),
            _ => self.unknown(value),
        })?;
        Ok(metric)
    }

    fn points(&mut self, message: &'a [u8], shape: &Shape, into: &mut Points<'a>) -> Read<()> {
        within(message, |tag, value| match tag {
            1 => self.point(value.bytes()?, shape).map(|one| into.data_points.push(one)),
            2 => value.varint().map(|number| into.aggregation_temporality = number as i32),
            3 => value.varint().map(|number| into.is_monotonic = number != 0),
            _ => self.unknown(value),
        })
    }

    fn point(&mut self, message: &'a [u8], shape: &Shape) -> Read<Point<'a>> {
        let mut point = Point::default();
        within(message, |tag, value| {
            if tag == shape.attributes {
                point.attributes.push(self.pair(value.bytes()?, 0)?);
            } else if tag == shape.exemplars {
                point.exemplars.push(self.exemplar(value.bytes()?)?);
            } else if let Some((_, wanted)) = shape.others.iter().find(|(other, _)| *other == tag) {
                value.is(*wanted)?;
                shape.keep(tag, value, &mut point);
            } else {
                self.unknown(value)?;
            }
            Ok(())
        })?;
        Ok(point)
    }

    fn exemplar(&mut self, message: &'a [u8]) -> Read<Exemplar<'a>> {
        let mut exemplar = Exemplar::default();
        within(message, |tag, value| {
            match tag {
                2 | 3 | 6 => value.is(Type::Fixed64)?,
                4 => value.is(Type::Bytes)?,
                5 => exemplar.trace_id = Id::trace(value.bytes()?),
                7 => exemplar.filtered_attributes.push(self.pair(value.bytes()?, 0)?),
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(exemplar)
    }

    pub(super) fn profile(&mut self, message: &'a [u8]) -> Read<Profile<'a>> {
        let mut profile = Profile::default();
        within(message, |tag, value| match tag {
            1 | 5 => within(value.bytes()?, |tag, value| match tag {
                1 | 2 => value.is(Type::Varint),
                _ => self.unknown(value),
            }),
            2 => self.sample(value.bytes()?).map(|one| profile.samples.push(one)),
            3 => value.is(Type::Fixed64),
            4 | 6 | 8 => value.is(Type::Varint),
            7 | 10 => value.is(Type::Bytes),
            9 => self.text(value).map(drop),
            11 => value.is(Type::Varints),
            _ => self.unknown(value),
        })?;
        Ok(profile)
    }

    fn sample(&mut self, message: &'a [u8]) -> Read<Sample<'a>> {
        let mut sample = Sample::default();
        within(message, |tag, value| {
            match tag {
                1 => value.is(Type::Varint)?,
                2 | 4 => value.is(Type::Varints)?,
                3 => sample.link_index = value.varint()? as usize,
                5 => value.is(Type::Fixed64s)?,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(sample)
    }

    /// Reads the tables that the profiles of a request share.
    pub(super) fn dictionary(&mut self, message: &'a [u8], into: &mut Dictionary<'a>) -> Read<()> {
        within(message, |tag, value| {
            match tag {
                1..=3 | 7 => value.is(Type::Bytes)?,
                4 => into.link_table.push(self.link(value.bytes()?)?),
                5 => into.string_table.push(self.text(value)?),
                6 => into.attribute_table.push(self.attribute(value.bytes()?)?),
                _ => self.unknown(value)?,
            }
            Ok(())
        })
    }

    /// An attribute of a profile, whose key and unit are indices of the string table.
    fn attribute(&mut self, message: &'a [u8]) -> Read<Pair<'a>> {
        let mut pair = Pair::default();
        within(message, |tag, value| {
            match tag {
                1 => pair.key_strindex = value.varint()? as usize,
                2 => self.any(value.bytes()?, 0, &mut pair.value)?,
                3 => value.is(Type::Varint)?,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(pair)
    }

    fn pair(&mut self, message: &'a [u8], depth: usize) -> Read<Pair<'a>> {
        let mut pair = Pair::default();
        within(message, |tag, value| {
            match tag {
                1 => pair.key = self.text(value)?,
                2 => self.any(value.bytes()?, depth, &mut pair.value)?,
                3 => pair.key_strindex = value.varint()? as usize,
                _ => self.unknown(value)?,
            }
            Ok(())
        })?;
        Ok(pair)
    }

    fn any(&mut self, message: &'a [u8], depth: usize, any: &mut Value<'a>) -> Read<()> {
        if depth > DEEPEST {
            return Err(Fault::Malformed("its values are nested too deep"));
        }
        within(message, |tag, value| {
            match tag {
                1 => any.string_value = Some(self.text(value)?),
                2 => any.bool_value = Some(value.varint()? != 0),
                3 => any.int_value = Some(value.varint()?.cast_signed()),
                4 => any.double_value = Some(f64::from_bits(value.fixed64()?)),
                5 => self.array(value.bytes()?, depth + 1, any.array_value.get_or_insert_default())?,
                6 => self.pairs(value.bytes()?, depth + 1, any.kvlist_value.get_or_insert_default())?,
                7 => any.bytes_value = Some(Box::new(Bytes(value.bytes()?.into()))),
                8 => any.string_value_strindex = value.varint()? as usize,
                _ => self.unknown(value)?,
            }
            Ok(())
        })
    }

    fn array(&mut self, message: &'a [u8], depth: usize, into: &mut Array<'a>) -> Read<()> {
        within(message, |tag, value| {
            if tag != 1 {
                return self.unknown(value);
            }
            let mut item = Value::default();
            self.any(value.bytes()?, depth, &mut item)?;
            into.values.push(item);
            Ok(())
        })
    }

    fn pairs(&mut self, message: &'a [u8], depth: usize, into: &mut Pairs<'a>) -> Read<()> {
        within(message, |tag, value| match tag {
            1 => self.pair(value.bytes()?, depth).map(|one| into.values.push(one)),
            _ => self.unknown(value),
        })
    }
}
