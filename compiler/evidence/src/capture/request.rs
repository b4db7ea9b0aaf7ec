//! Reads a protobuf export request: decides which signal it is of, then takes up its records.
//!
//! Requests of all signals have the same outer structure: resources, scopes, records. Writers may use any order of fields
//! (the collector's is descending), so no single field tells the signal. Each record is therefore tried as a record of
//! every signal. A field of the wrong type excludes a signal. Unknown fields, binary texts and ids of the wrong length
//! make a signal doubtful. The only signal without doubts wins.

use super::counts::RecordKind;
use super::field::Id;
use super::otlp::{Dictionary, Group, Scope};
use super::protobuf::Reader;
use super::record::FOREIGN;
use super::store::Capture;
use super::wire::{Fields, MISTYPED, Read, Type, Wire, inner, within};
use crate::names::Name;
use crate::span::TraceId;

/// `ScopeSpans` and `ScopeLogs` had this field before OTLP 0.15, with the same content.
const DEPRECATED_SCOPES: u32 = 1_000;

/// The signal of the records of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// Exactly this signal.
    One(RecordKind),
    /// The request has resources but no records.
    NoRecord,
    /// Any of these signals; the number of records.
    Several(Vec<RecordKind>, u64),
}

/// Decides on the signal of a request. `usual` is the signal of the previous request. It is tried last, because it need not
/// be tried at all once the other signals are excluded.
pub(super) fn choose(message: &[u8], usual: Option<RecordKind>) -> Read<Choice> {
    let mut order = RecordKind::ALL;
    order.sort_by_key(|kind| usual == Some(*kind));
    let mut left: Vec<(RecordKind, u64)> = order.into_iter().map(|kind| (kind, 0)).collect();
    let mut records = 0;
    // A message that was cut is told from a malformed one before its content is read.
    for field in Fields(message) {
        field?;
    }
    for field in Fields(message) {
        match field? {
            (1, Wire::Bytes(group)) => each_record(group, |record| {
                records += 1;
                rule_out(&mut left, record);
                left.len() > 1
            })?,
            (1, _) => return Err(MISTYPED),
            (2, Wire::Bytes(tables)) => {
                let is_dictionary = Reader::probe().dictionary(tables, &mut Dictionary::default()).is_ok();
                left.retain(|(kind, _)| *kind != RecordKind::Profiles || is_dictionary);
                let others = left.iter_mut().filter(|(kind, _)| *kind != RecordKind::Profiles);
                others.for_each(|(_, doubts)| *doubts += 1);
            }
            _ => {}
        }
        if let [(kind, _)] = left.as_slice() {
            return Ok(Choice::One(*kind));
        }
    }
    let mut certain = left.iter().filter(|(_, doubts)| *doubts == 0);
    Ok(match (certain.next(), certain.next()) {
        (Some((kind, _)), None) => Choice::One(*kind),
        _ if records == 0 => Choice::NoRecord,
        _ => Choice::Several(left.into_iter().map(|(kind, _)| kind).collect(), records),
    })
}

/// Tries a record as each signal that is left. The last one is verified when its records are taken.
fn rule_out(left: &mut Vec<(RecordKind, u64)>, record: &[u8]) {
    let mut at = 0;
    while let Some((kind, before)) = left.get_mut(at) {
        match doubts(*kind, record) {
            Ok(more) => {
                *before += more;
                at += 1;
            }
            Err(_) => {
                left.remove(at);
            }
        }
        if left.len() == 1 {
            break;
        }
    }
}

/// Calls `each` with every record of a resource's group until it returns false.
fn each_record<'a>(group: &'a [u8], mut each: impl FnMut(&'a [u8]) -> bool) -> Read<()> {
    for field in Fields(group) {
        let (2 | DEPRECATED_SCOPES, Wire::Bytes(scope)) = field.map_err(inner)? else { continue };
        for field in Fields(scope) {
            let (2, Wire::Bytes(record)) = field.map_err(inner)? else { continue };
            if !each(record) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The number of doubts that a record is of this kind; an error if it cannot be.
fn doubts(kind: RecordKind, record: &[u8]) -> Read<u64> {
    let mut reader = Reader::probe();
    let is_plausible = match kind {
        RecordKind::Spans => {
            let span = reader.span(record)?;
            // The ids of a span are random bytes. Two words of their lengths are texts of a metric.
            let is_word = |id: &[u8]| id.iter().all(|byte| (b' '..=b'~').contains(byte));
            match (span.trace_id, span.span_id) {
                (Id::Is(trace), Id::Is(id)) => !is_word(&trace.to_be_bytes()) || !is_word(&id.get().to_be_bytes()),
                _ => false,
            }
        }
        RecordKind::Logs => reader.log(record)?.trace_id != Id::Bad,
        RecordKind::Points => !reader.metric(record)?.name.is_empty(),
        RecordKind::Profiles => {
            reader.profile(record)?;
            // Without type, samples, time or period a record is no profile.
            Fields(record).flatten().any(|(tag, _)| tag <= 6)
        }
    };
    Ok(reader.doubts + u64::from(!is_plausible))
}

/// Takes the records of a request as records of `kind`.
pub(super) fn take_up(capture: &mut Capture, kind: RecordKind, message: &[u8]) -> Read<()> {
    let mut taking = Taking { kind, reader: Reader::default(), dictionary: Dictionary::default() };
    // The tables of profiles may stand behind the profiles that refer to them.
    if kind == RecordKind::Profiles {
        within(message, |tag, value| match tag {
            2 => taking.reader.dictionary(value.bytes()?, &mut taking.dictionary),
            _ => Ok(()),
        })?;
    }
    within(message, |tag, value| match tag {
        1 => taking.group(capture, value.bytes()?),
        2 if kind == RecordKind::Profiles => Ok(()),
        _ => {
            capture.foreign(None, value);
            Ok(())
        }
    })?;
    let Taking { reader, dictionary, .. } = &mut taking;
    capture.tables(dictionary);
    let unknown = std::mem::take(&mut reader.unknown);
    for bytes in unknown {
        let service = capture.unnamed();
        capture.raw(service, FOREIGN, None, bytes);
    }
    Ok(())
}

/// The state while the records of a request are taken.
struct Taking<'a> {
    kind: RecordKind,
    reader: Reader<'a>,
    dictionary: Dictionary<'a>,
}

impl<'a> Taking<'a> {
    fn group(&mut self, capture: &mut Capture, message: &'a [u8]) -> Read<()> {
        let mut group = Group::default();
        within(message, |tag, value| match tag {
            1 => self.reader.resource(value.bytes()?, &mut group.resource),
            _ => Ok(()),
        })?;
        let service = capture.resource(&group, Some(&self.dictionary));
        self.search_unknown(capture, service, None);
        within(message, |tag, value| match tag {
            1 => Ok(()),
            2 | DEPRECATED_SCOPES => self.scope(capture, service, value.bytes()?),
            3 => value.is(Type::Bytes),
            _ => {
                capture.foreign(Some(service), value);
                Ok(())
            }
        })
    }

    fn scope(&mut self, capture: &mut Capture, service: Name, message: &'a [u8]) -> Read<()> {
        within(message, |tag, value| {
            match tag {
                1 => {
                    let mut scope = Scope::default();
                    self.reader.scope(value.bytes()?, &mut scope.scope)?;
                    capture.pairs(service, None, &scope.scope.attributes);
                    self.search_unknown(capture, service, None);
                }
                2 => self.record(capture, service, value.bytes()?)?,
                3 => value.is(Type::Bytes)?,
                _ => capture.foreign(Some(service), value),
            }
            Ok(())
        })
    }

    fn record(&mut self, capture: &mut Capture, service: Name, message: &'a [u8]) -> Read<()> {
        let mut trace = None;
        match self.kind {
            RecordKind::Spans => {
                let span = self.reader.span(message)?;
                trace = span.trace_id.get();
                capture.span(service, &span);
            }
            RecordKind::Logs => {
                let record = self.reader.log(message)?;
                trace = record.trace_id.get();
                capture.log(service, &record);
            }
            RecordKind::Points => capture.metric(service, &self.reader.metric(message)?),
            RecordKind::Profiles => {
                let profile = self.reader.profile(message)?;
                capture.profile(service, &profile, &self.dictionary);
            }
        }
        self.search_unknown(capture, service, trace);
        Ok(())
    }

    /// Searches unknown fields: they may hold personal data too.
    fn search_unknown(&mut self, capture: &mut Capture, service: Name, trace: Option<TraceId>) {
        while let Some(bytes) = self.reader.unknown.pop() {
            capture.raw(service, FOREIGN, trace, bytes);
        }
    }
}
