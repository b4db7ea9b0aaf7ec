//! Every form of OTLP is read whole, or the capture says what was skipped. Forms differ in field order, framing and
//! compression; records may have hardly any field, or fields that OTLP does not define.

mod json;
mod messages;
mod reorder;

use std::io::Write;

use emberline_evidence::capture::RecordKind::{self, Logs, Points, Profiles, Spans};
use emberline_evidence::capture::{self, Counts, Hint, Tally};
use emberline_evidence::judge::{Stage, judge};
use proptest::prelude::*;

use crate::sketch::{empty, meaning};
use messages::{Parts, name, places, records, request};
use reorder::{Order, field, reorder};

const ORDERS: [Order; 3] = [Order::Ascending, Order::Descending, Order::Shuffled(0x5eed)];
const PARTS: [Parts; 3] = [Parts::All, Parts::Least, Parts::Unjoined];

/// The result of reading and judging: counts, the fields that hold an address, and whether the verdict is inconclusive.
struct Outcome {
    counts: Counts,
    places: Vec<String>,
    is_inconclusive: bool,
}

fn outcome(bytes: &[u8], hint: Hint) -> Outcome {
    let mut read = empty(Stage::Redacted);
    capture::read_as(&mut read, bytes, hint).unwrap_or_else(|fault| panic!("{}: {}", fault.record, fault.cause));
    let mut places: Vec<String> = read.leaks.keys().map(|(_, field, _)| field.clone()).collect();
    places.sort_unstable();
    places.dedup();
    let (_, meaning) = meaning();
    let verdict = judge(&mut read, &meaning.model, Stage::Redacted).unwrap();
    Outcome { counts: read.counts, places, is_inconclusive: verdict.is_inconclusive }
}

fn outcome_of(bytes: &[u8]) -> Outcome {
    outcome(bytes, Hint::default())
}

/// Messages behind their lengths.
fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
    messages
        .iter()
        .flat_map(|message| [&u32::try_from(message.len()).unwrap().to_be_bytes(), &message[..]].concat())
        .collect()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(plain).unwrap();
    gzip.finish().unwrap()
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The same messages in every framing and compression, by name.
fn files(messages: &[Vec<u8>]) -> Vec<(&'static str, Vec<u8>)> {
    let plain = framed(messages);
    let each = |pack: fn(&[u8]) -> Vec<u8>| framed(&messages.iter().map(|message| pack(message)).collect::<Vec<_>>());
    let mut files = vec![
        ("framed", plain.clone()),
        ("framed, gzip", gzip(&plain)),
        ("framed, zstd", zstd(&plain)),
        ("each message in zstd", each(zstd)),
        ("each message in gzip", each(gzip)),
    ];
    if let [body] = messages {
        files.extend([("body", body.clone()), ("body, gzip", gzip(body)), ("body, zstd", zstd(body))]);
    }
    files
}

#[test]
fn every_form_of_every_signal_is_read_whole() {
    let mut rows = 0;
    for kind in RecordKind::ALL {
        for parts in PARTS {
            for order in ORDERS {
                for requests in [1, 2] {
                    let messages: Vec<Vec<u8>> =
                        (0..requests).map(|at| reorder(&request(kind, parts, at), name(kind), order)).collect();
                    for (form, bytes) in files(&messages) {
                        rows += 1;
                        let row = format!("{kind:?} {parts:?} {order:?} {form} × {requests}");
                        let Outcome { counts, places: found, .. } = outcome_of(&bytes);
                        let all = Tally { read: records(kind, parts) * requests, skipped: 0 };
                        assert_eq!((counts.of(kind), counts.skipped(), counts.bad_ids), (all, 0, 0), "{row}");
                        for other in RecordKind::ALL.iter().filter(|other| **other != kind) {
                            assert_eq!(counts.of(*other), Tally::default(), "{row}");
                        }
                        assert_eq!(found, places(kind, parts), "{row}");
                    }
                }
            }
        }
    }
    assert_eq!(rows, 4 * 3 * 3 * (8 + 5));
}

#[test]
fn signals_may_be_mixed_in_a_file() {
    let mixed = |order| -> Vec<Vec<u8>> {
        let all = RecordKind::ALL.iter().flat_map(|kind| PARTS.map(|parts| (*kind, parts)));
        all.map(|(kind, parts)| reorder(&request(kind, parts, 0), name(kind), order)).collect()
    };
    for order in ORDERS {
        for (form, bytes) in files(&mixed(order)) {
            let Outcome { counts, is_inconclusive, .. } = outcome_of(&bytes);
            for kind in RecordKind::ALL {
                let read = PARTS.iter().map(|parts| records(kind, *parts)).sum();
                assert_eq!(counts.of(kind), Tally { read, skipped: 0 }, "{order:?} {form} {kind:?}");
            }
            assert!(!is_inconclusive && counts.skipped() == 0, "{order:?} {form}");
        }
    }
}

/// A request with one record of these bytes.
fn one_record(record: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, record)))
}

#[test]
fn a_message_that_fits_several_signals_is_told_by_hint_or_by_its_file_or_is_skipped() {
    // A metric without a name whose point has an attribute, or a log record with bytes for a text.
    let either = one_record(&field(5, &field(1, &field(7, &field(1, b"k")))));
    let spans = request(Spans, Parts::All, 0);
    let logs = request(Logs, Parts::All, 0);
    let alone = outcome_of(&framed(std::slice::from_ref(&either)));
    assert_eq!((alone.counts.unknown, alone.is_inconclusive), (1, true));
    let beside = outcome_of(&framed(&[spans.clone(), either.clone()]));
    assert_eq!((beside.counts.spans.read, beside.counts.skipped(), beside.is_inconclusive), (2, 1, true));
    // The only signal of the rest of the file decides, whether it comes before or after.
    for file in [[&either, &logs], [&logs, &either]] {
        let read = outcome_of(&framed(&file.map(Clone::clone)));
        assert_eq!((read.counts.logs.read, read.counts.skipped()), (3, 0));
    }
    assert_eq!(outcome_of(&framed(&[logs, spans, either.clone()])).counts.unknown, 1);
    let metrics = Hint { given: Some(Points), name: Some(Logs) };
    assert_eq!(outcome(&framed(std::slice::from_ref(&either)), metrics).counts.points.read, 1);
    let named = Hint { given: None, name: Some(Logs) };
    assert_eq!(outcome(&framed(std::slice::from_ref(&either)), named).counts.logs.read, 1);
    // A hint at a signal that does not fit is ignored.
    let wrong = Hint { given: Some(Profiles), name: None };
    assert_eq!(outcome(&framed(&[either]), wrong).counts.unknown, 1);
    // A wrong hint does no harm to a message that fits only one signal.
    let sure = outcome(&framed(&[request(Spans, Parts::Least, 0)]), wrong);
    assert_eq!((sure.counts.spans.read, sure.counts.skipped()), (2, 0));
}

#[test]
fn unknown_fields_are_searched_and_those_beside_records_make_a_capture_inconclusive() {
    let stranger = field(99, b"from a later version: mail jane.roe@example.org");
    let spans = framed(&[request(Spans, Parts::All, 0)]);
    for kind in RecordKind::ALL {
        let known = request(kind, Parts::Unjoined, 7);
        // The unknown field is in a record: the record is read, and the field is searched.
        let inner = known_record(&known);
        let record = [spans.clone(), framed(&[one_record(&[inner, stranger.clone()].concat())])].concat();
        let read = outcome_of(&record);
        assert!(read.places.iter().any(|place| place.contains("OTLP 1.10 does not define")), "{kind:?}");
        assert_eq!((read.counts.skipped(), read.is_inconclusive), (0, false), "{kind:?}");
        // The unknown field is beside records, at each of three levels.
        let levels = [
            [known.clone(), stranger.clone()].concat(),
            [known.clone(), field(1, &stranger)].concat(),
            [known.clone(), field(1, &field(2, &stranger))].concat(),
        ];
        for (level, message) in levels.into_iter().enumerate() {
            let read = outcome_of(&[spans.clone(), framed(&[message])].concat());
            assert_eq!((read.counts.unknown, read.is_inconclusive), (1, true), "{kind:?} {level}");
            assert!(read.places.iter().any(|place| place.contains("OTLP 1.10 does not define")), "{kind:?} {level}");
        }
    }
    // The deprecated field of OTLP before 0.15.
    let old = field(1, &field(1_000, &field(2, &known_record(&request(Spans, Parts::All, 3)))));
    assert_eq!(outcome_of(&framed(&[old])).counts.spans, Tally { read: 1, skipped: 0 });
}

/// The first record of a request.
fn known_record(message: &[u8]) -> Vec<u8> {
    let first = |message: &[u8], tag: u64| {
        let mut rest = message;
        loop {
            let key = prost::encoding::decode_varint(&mut rest).unwrap();
            let length = usize::try_from(prost::encoding::decode_varint(&mut rest).unwrap()).unwrap();
            let (value, more) = rest.split_at(length);
            if key == tag << 3 | 2 {
                return value.to_vec();
            }
            rest = more;
        }
    };
    first(&first(&first(message, 1), 2), 2)
}

#[test]
fn records_that_cannot_be_judged_are_searched_and_counted() {
    let spans = framed(&[request(Spans, Parts::All, 0)]);
    let note = field(5, &field(1, b"mail jane.roe@example.org"));
    let name = field(5, b"mail jane.roe@example.org");
    let time = [&[7 << 3 | 1][..], &[1; 8]].concat();
    let log_time = [&[1 << 3 | 1][..], &[1; 8]].concat();
    for (what, record, kind, place) in [
        (
            "a span with ids of zeros",
            [field(1, &[0; 16]), field(2, &[0; 8]), name.clone(), time.clone()].concat(),
            Spans,
            "the span's name",
        ),
        ("a span without ids", [name.clone(), time.clone()].concat(), Spans, "the span's name"),
        (
            "a span with a short id",
            [field(1, &[1; 15]), field(2, &[2; 8]), name, time].concat(),
            Spans,
            "the span's name",
        ),
        ("a log record with a short id", [log_time, field(9, &[1; 15]), note].concat(), Logs, "a log record's body"),
    ] {
        let read = outcome_of(&[spans.clone(), framed(&[one_record(&record)])].concat());
        assert_eq!(read.counts.of(kind).skipped, 1, "{what}");
        assert!(read.is_inconclusive && read.places.iter().any(|found| found == place), "{what}: {:?}", read.places);
    }
    // A sample that names a link which the table lacks.
    let sample = field(2, &[3 << 3, 9]);
    let read = outcome_of(&[spans, framed(&[one_record(&[sample, vec![4 << 3, 1]].concat())])].concat());
    assert_eq!((read.counts.profiles, read.is_inconclusive), (Tally { read: 0, skipped: 1 }, true));
}

#[test]
fn a_file_that_ends_early_keeps_what_came_before() {
    for kind in RecordKind::ALL {
        let messages = [request(kind, Parts::All, 0), request(kind, Parts::All, 1)];
        let whole = framed(&messages);
        for cut in [1, 3, 5, messages[1].len() / 2, messages[1].len(), messages[1].len() + 2] {
            let read = outcome_of(&whole[..whole.len() - cut]);
            assert_eq!(read.counts.of(kind).read, records(kind, Parts::All), "{kind:?} {cut}");
            assert!(read.is_inconclusive, "{kind:?} {cut}");
        }
    }
}

#[test]
fn json_reads_every_signal_wherever_it_stands_and_counts_what_it_does_not_know() {
    let text = r#"{"stringValue":"mail jane.roe@example.org"}"#;
    let scope = format!(r#""scope":{{"attributes":[{{"key":"scope","value":{text}}}]}}"#);
    let span = r#"{"traceId":"00000000000000000000000000000001","spanId":"0000000000000001"}"#;
    let line = |outer: &str, inner: &str, list: &str, records: &str| {
        format!(r#"{{"resource{outer}":[{{"scope{inner}":[{{{scope},"{list}":[{records}]}}]}}]}}"#) + "\n"
    };
    let spans = line("Spans", "Spans", "spans", span);
    let bytes = r#"{"body":{"bytesValue":"bWFpbCBqYW5lLnJvZUBleGFtcGxlLm9yZw"}}"#;
    let point = r#"{"name":"m","gauge":{"dataPoints":[{"asInt":"1"},{}]}}"#;
    for (line, kind, read) in [
        (line("Logs", "Logs", "logRecords", &format!(r#"{{"body":{text}}},{{}},{bytes}"#)), Logs, 3),
        (line("Metrics", "Metrics", "metrics", point), Points, 2),
        (line("Profiles", "Profiles", "profiles", "{}"), Profiles, 1),
        (line("Logs", "Spans", "logRecords", "{}"), Logs, 1),
        (line("Logs", "Logs", "metrics", point), Points, 2),
    ] {
        let found = outcome_of(format!("\n{spans}\n \n{line}").as_bytes());
        assert_eq!((found.counts.of(kind), found.counts.skipped()), (Tally { read, skipped: 0 }, 0), "{line}");
        assert!(!found.is_inconclusive && found.places.contains(&"scope".to_owned()), "{line}");
    }
    let found = outcome_of((spans.clone() + &line("Logs", "Logs", "logRecords", bytes)).as_bytes());
    assert!(found.places.contains(&"a log record's body".to_owned()), "{:?}", found.places);
    for (line, unknown) in [
        (line("Spans", "Spans", "records", "{},{}"), 2),
        (line("Spans", "Things", "spans", span), 1),
        (format!(r#"{{"resourceSpans":[{{"librarySpans":[{{"spans":[{span}]}}]}}],"more":{{}}}}"#), 2),
        (r#"{"resourceSpans":[{"later":"version"}]}"#.to_owned(), 1),
    ] {
        let found = outcome_of((spans.clone() + &line).as_bytes());
        assert_eq!((found.counts.unknown, found.is_inconclusive), (unknown, true), "{line}");
    }
    for foreign in [r#"{"batches":[{}]}"#, r#"{"level":"info"}"#, r#"{"resourceSpans":[],"resourceSpans":[]}"#] {
        let text = spans.clone() + foreign + "\n";
        let fault = capture::read(&mut empty(Stage::Redacted), text.as_bytes()).unwrap_err();
        assert_eq!(fault.record, 2, "{foreign}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order of fields at every depth, a request is read as its own signal.
    #[test]
    fn any_order_is_read_as_its_own_signal(kind in 0_usize..4, parts in 0_usize..3, seed: u64, at in 0_u64..1 << 40) {
        let (kind, parts) = (RecordKind::ALL[kind], PARTS[parts]);
        let message = reorder(&request(kind, parts, at), name(kind), Order::Shuffled(seed));
        let Outcome { counts, places: found, .. } = outcome_of(&framed(&[message]));
        prop_assert_eq!(counts.of(kind), Tally { read: records(kind, parts), skipped: 0 });
        prop_assert_eq!(counts.skipped(), 0);
        prop_assert_eq!(found, places(kind, parts));
    }

    /// A record that lacks any of its fields is counted once. It counts as its own signal if it has the fields that
    /// identify the signal.
    #[test]
    fn no_record_is_lost_with_any_of_its_fields(kind in 0_usize..4, left in any::<u32>(), seed: u64) {
        let kind = RecordKind::ALL[kind];
        let record = known_record(&reorder(&request(kind, Parts::All, 5), name(kind), Order::Shuffled(seed)));
        let thin = thinned(&record, left);
        let counts = outcome_of(&framed(&[one_record(&thin)])).counts;
        let has = |tags: &[u32]| tags.iter().all(|tag| left & 1 << tag != 0);
        let is_certain = match kind {
            Spans => has(&[1, 2]),
            Logs => true,
            Points => has(&[1, 5]),
            Profiles => (1..=6).any(|tag| has(&[tag])),
        };
        let read: u64 = RecordKind::ALL.iter().map(|kind| counts.of(*kind).read).sum();
        if is_certain {
            // The table with the link of the profile is missing here.
            let skipped = u64::from(kind == Profiles && has(&[2]));
            prop_assert_eq!(counts.of(kind), Tally { read: 1 - skipped, skipped }, "{:?}", counts);
        } else if kind != Points || has(&[5]) {
            prop_assert_eq!(read + counts.skipped(), 1, "{:?}", counts);
        }
    }
}

/// A message with those of its fields whose bits are set.
fn thinned(message: &[u8], left: u32) -> Vec<u8> {
    use prost::encoding::{WireType, decode_key, decode_varint};
    let (mut rest, mut kept) = (message, Vec::new());
    while !rest.is_empty() {
        let start = rest;
        let (tag, wire) = decode_key(&mut rest).unwrap();
        let length = match wire {
            WireType::Varint => decode_varint(&mut rest).map(|_| 0).unwrap(),
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            _ => usize::try_from(decode_varint(&mut rest).unwrap()).unwrap(),
        };
        rest = &rest[length..];
        if left & 1 << tag != 0 {
            kept.extend(&start[..start.len() - rest.len()]);
        }
    }
    kept
}
