//! Reads OTLP as protobuf, passing over every field that nothing here looks at. Texts are borrowed from the message, and a
//! span is taken up and forgotten before the next is read.
//!
//! The export requests of all signals begin alike: resources, scopes, records. Which signal it is shows in the first
//! record, whose fields have kinds that tell them apart.

use super::Capture;
use super::field::Id;
use super::otlp::{
    Array, Dictionary, Event, Exemplar, Group, Link, Metric, Pair, Pairs, Point, Points, Profile, Record, Resource,
    Sample, Scope, Span, Status, Value,
};
use super::wire::{Fault, Read, Wire, fields};

/// How deep values may stand within values; as deep as the JSON reader goes.
const DEEPEST: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Spans,
    Logs,
    Metrics,
    Profiles,
}

/// Takes up one request.
pub(super) fn request(capture: &mut Capture, message: &[u8]) -> Read<()> {
    let kind = kind(message)?;
    // The tables of profiles stand behind what refers to them.
    let mut dictionary = Dictionary::default();
    if kind == Some(Kind::Profiles) {
        fields(message, |tag, value| if tag == 2 { self::dictionary(value.bytes(), &mut dictionary) } else { Ok(()) })?;
    }
    fields(message, |tag, value| match (tag, kind) {
        (1, Some(kind)) => group(capture, kind, value.bytes(), &dictionary),
        _ => Ok(()),
    })?;
    capture.tables(&dictionary);
    Ok(())
}

/// What the first record of a request is; `None` where there is no record.
fn kind(message: &[u8]) -> Read<Option<Kind>> {
    let mut found = None;
    let mut whole = Ok(());
    each_record(message, |record| {
        if found.is_none() {
            whole = fields(record, |tag, value| {
                let seen = match (tag, value) {
                    // Times: a profile's, a log record's own and its receipt, a span's start and end.
                    (3, Wire::Fixed64(_)) => Kind::Profiles,
                    (1 | 11, Wire::Fixed64(_)) => Kind::Logs,
                    (7 | 8, Wire::Fixed64(_)) => Kind::Spans,
                    // The body of a log record stands where a metric has its gauge; a severity does not.
                    (2, Wire::Varint(_)) => Kind::Logs,
                    (6, Wire::Varint(_)) | (16, Wire::Fixed32(_)) => Kind::Spans,
                    (7 | 10, Wire::Bytes(_)) => Kind::Metrics,
                    _ => return Ok(()),
                };
                found = found.or(Some(seen));
                Ok(())
            });
            // A gauge, a histogram or a summary of no points, a span without times: its ids tell.
            if found.is_none() && whole.is_ok() {
                found = sparse(record);
            }
        }
        Ok(())
    })?;
    whole.map(|()| found)
}

/// The kind of a record that has next to nothing.
fn sparse(record: &[u8]) -> Option<Kind> {
    let (mut trace, mut span, mut any) = (false, false, false);
    let read = fields(record, |tag, value| {
        any = true;
        trace |= tag == 1 && value.bytes().len() == 16;
        span |= tag == 2 && value.bytes().len() == 8;
        Ok(())
    });
    match read {
        Ok(()) if trace && span => Some(Kind::Spans),
        Ok(()) if any => Some(Kind::Metrics),
        _ => None,
    }
}

fn each_record<'a>(message: &'a [u8], mut each: impl FnMut(&'a [u8]) -> Read<()>) -> Read<()> {
    fields(message, |tag, group| {
        let (1, Wire::Bytes(group)) = (tag, group) else { return Ok(()) };
        fields(group, |tag, scope| {
            let (2, Wire::Bytes(scope)) = (tag, scope) else { return Ok(()) };
            fields(scope, |tag, record| if tag == 2 { each(record.bytes()) } else { Ok(()) })
        })
    })
}

fn group(capture: &mut Capture, kind: Kind, message: &[u8], dictionary: &Dictionary<'_>) -> Read<()> {
    let mut group = Group::default();
    fields(message, |tag, value| if tag == 1 { resource(value.bytes(), 1, &mut group.resource) } else { Ok(()) })?;
    let service = capture.resource(&group, Some(dictionary));
    fields(message, |tag, value| {
        if tag != 2 {
            return Ok(());
        }
        fields(value.bytes(), |tag, value| {
            let bytes = value.bytes();
            match (tag, kind) {
                (1, _) => {
                    let mut scope = Scope::default();
                    resource(bytes, 3, &mut scope.scope)?;
                    capture.pairs(service, None, &scope.scope.attributes);
                }
                (2, Kind::Spans) => capture.span(service, &span(bytes)?),
                (2, Kind::Logs) => capture.log(service, &log(bytes)?),
                (2, Kind::Metrics) => capture.metric(service, &metric(bytes)?),
                (2, Kind::Profiles) => capture.profile(service, &profile(bytes)?, dictionary),
                _ => {}
            }
            Ok(())
        })
    })
}

/// Attributes of a resource, or of a scope, which has them in another field.
fn resource<'a>(message: &'a [u8], attributes: u32, into: &mut Resource<'a>) -> Read<()> {
    fields(message, |tag, value| {
        if tag == attributes {
            into.attributes.push(pair(value.bytes(), 0)?);
        }
        Ok(())
    })
}

fn span<'a>(message: &'a [u8]) -> Read<Span<'a>> {
    let mut span = Span::default();
    span.attributes.reserve(8);
    fields(message, |tag, value| {
        match tag {
            1 => span.trace_id = Id::trace(value.bytes()),
            2 => span.span_id = Id::span(value.bytes()),
            4 => span.parent_span_id = Id::span(value.bytes()),
            5 => span.name = value.text(),
            6 => span.kind = value.number() as i32,
            7 => span.start_time_unix_nano = value.number(),
            8 => span.end_time_unix_nano = value.number(),
            9 => span.attributes.push(pair(value.bytes(), 0)?),
            10 => span.dropped_attributes_count = value.number() as u32,
            11 => {
                let mut event = Event::default();
                fields(value.bytes(), |tag, value| {
                    match tag {
                        2 => event.name = value.text(),
                        3 => event.attributes.push(pair(value.bytes(), 0)?),
                        _ => {}
                    }
                    Ok(())
                })?;
                span.events.push(event);
            }
            12 => span.dropped_events_count = value.number() as u32,
            13 => span.links.push(link(value.bytes())?),
            14 => span.dropped_links_count = value.number() as u32,
            15 => {
                let mut status = Status::default();
                fields(value.bytes(), |tag, value| {
                    match tag {
                        2 => status.message = value.text(),
                        3 => status.code = value.number() as i32,
                        _ => {}
                    }
                    Ok(())
                })?;
                span.status = status;
            }
            16 => span.flags = value.number() as u32,
            _ => {}
        }
        Ok(())
    })?;
    Ok(span)
}

fn link(message: &[u8]) -> Read<Link<'_>> {
    let mut link = Link::default();
    fields(message, |tag, value| {
        match tag {
            1 => link.trace_id = Id::trace(value.bytes()),
            4 => link.attributes.push(pair(value.bytes(), 0)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(link)
}

fn log(message: &[u8]) -> Read<Record<'_>> {
    let mut record = Record::default();
    fields(message, |tag, value| {
        match tag {
            2 => record.severity_number = value.number() as i32,
            5 => record.body = any(value.bytes(), 0)?,
            6 => record.attributes.push(pair(value.bytes(), 0)?),
            9 => record.trace_id = Id::trace(value.bytes()),
            _ => {}
        }
        Ok(())
    })?;
    Ok(record)
}

fn metric(message: &[u8]) -> Read<Metric<'_>> {
    let mut metric = Metric::default();
    fields(message, |tag, value| {
        let bytes = value.bytes();
        match tag {
            1 => metric.name = value.text(),
            // Where a point has its attributes and its exemplars.
            5 => metric.gauge = points(bytes, 7, 5)?,
            7 => metric.sum = points(bytes, 7, 5)?,
            9 => metric.histogram = points(bytes, 9, 8)?,
            10 => metric.exponential_histogram = points(bytes, 1, 11)?,
            11 => metric.summary = points(bytes, 7, u32::MAX)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(metric)
}

fn points(message: &[u8], attributes: u32, exemplars: u32) -> Read<Points<'_>> {
    let mut points = Points::default();
    fields(message, |tag, value| {
        if tag != 1 {
            return Ok(());
        }
        let mut point = Point::default();
        fields(value.bytes(), |tag, value| {
            if tag == attributes {
                point.attributes.push(pair(value.bytes(), 0)?);
            } else if tag == exemplars {
                point.exemplars.push(exemplar(value.bytes())?);
            }
            Ok(())
        })?;
        points.data_points.push(point);
        Ok(())
    })?;
    Ok(points)
}

fn exemplar(message: &[u8]) -> Read<Exemplar<'_>> {
    let mut exemplar = Exemplar::default();
    fields(message, |tag, value| {
        match tag {
            5 => exemplar.trace_id = Id::trace(value.bytes()),
            7 => exemplar.filtered_attributes.push(pair(value.bytes(), 0)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(exemplar)
}

fn profile<'a>(message: &'a [u8]) -> Read<Profile<'a>> {
    let mut profile = Profile::default();
    fields(message, |tag, value| {
        if tag == 2 {
            let mut sample = Sample::default();
            fields(value.bytes(), |tag, value| {
                if tag == 3 {
                    sample.link_index = value.number() as usize;
                }
                Ok(())
            })?;
            profile.samples.push(sample);
        }
        Ok(())
    })?;
    Ok(profile)
}

fn dictionary<'a>(message: &'a [u8], into: &mut Dictionary<'a>) -> Read<()> {
    fields(message, |tag, value| {
        match tag {
            4 => into.link_table.push(link(value.bytes())?),
            5 => into.string_table.push(value.text()),
            _ => {}
        }
        Ok(())
    })
}

fn pair(message: &[u8], depth: usize) -> Read<Pair<'_>> {
    let mut pair = Pair::default();
    fields(message, |tag, value| {
        match tag {
            1 => pair.key = value.text(),
            2 => pair.value = any(value.bytes(), depth)?,
            3 => pair.key_strindex = value.number() as usize,
            _ => {}
        }
        Ok(())
    })?;
    Ok(pair)
}

fn any(message: &[u8], depth: usize) -> Read<Value<'_>> {
    if depth > DEEPEST {
        return Err(Fault::Malformed("its values are nested too deep"));
    }
    let mut any = Value::default();
    fields(message, |tag, value| {
        match tag {
            1 => any.string_value = Some(value.text()),
            2 => any.bool_value = Some(value.number() != 0),
            3 => any.int_value = Some(value.number().cast_signed()),
            5 => {
                let mut array = Array::default();
                fields(value.bytes(), |tag, value| {
                    if tag == 1 {
                        array.values.push(self::any(value.bytes(), depth + 1)?);
                    }
                    Ok(())
                })?;
                any.array_value = Some(Box::new(array));
            }
            6 => {
                let mut pairs = Pairs::default();
                fields(value.bytes(), |tag, value| {
                    if tag == 1 {
                        pairs.values.push(pair(value.bytes(), depth + 1)?);
                    }
                    Ok(())
                })?;
                any.kvlist_value = Some(Box::new(pairs));
            }
            8 => any.string_value_strindex = value.number() as usize,
            _ => {}
        }
        Ok(())
    })?;
    Ok(any)
}
