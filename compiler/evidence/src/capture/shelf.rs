//! Holds spans until every span of their trace was read: in memory while they fit, then in a file, in parts by trace. Each
//! part is judged by itself, so memory is bounded for captures of any size and order.

use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use crate::span::{Reference, Span, TraceId};

/// A file for spans that memory cannot hold.
pub trait Room: Read + Write + Seek {}
impl<T: Read + Write + Seek> Room for T {}

/// Makes such a file when it is needed.
pub type MakeRoom = Box<dyn FnMut() -> io::Result<Box<dyn Room>>>;

/// The most spans and references in memory before they move to the file: a little below a power of two, at which vectors
/// double.
const MOST_HELD: usize = 500_000;
/// The number of parts. A part of a hundred million spans is as large as what memory holds of a small capture.
const PARTS: usize = 128;
/// How many bytes of a part are written at once.
const BLOCK: usize = 64 << 10;
/// The most records of a part that are held. A single trace may have any number of spans.
const MOST_RECORDS: usize = 2 << 20;

/// Traces with all their spans, and the records that name them.
#[derive(Debug, Default)]
pub struct Part {
    /// Spans in the order of the capture.
    pub spans: Vec<Span>,
    /// Records that name traces of this part.
    pub references: Vec<Reference>,
    /// Whether the part had too many records, so that some are missing.
    pub is_short: bool,
}

#[derive(Serialize, Deserialize)]
enum Record {
    Span(Span),
    Reference(Reference),
}

pub(super) struct Shelf {
    held: Part,
    make: MakeRoom,
    aside: Option<Aside>,
}

/// The spans and references in the file.
struct Aside {
    room: Box<dyn Room>,
    parts: Vec<Blocks>,
    end: u64,
}

/// The records of one part in the file.
#[derive(Default)]
struct Blocks {
    /// Bytes to be written.
    waiting: Vec<u8>,
    /// The start and the length of each written block.
    written: Vec<(u64, usize)>,
}

impl Shelf {
    pub(super) fn new(make: MakeRoom) -> Self {
        Self { held: Part::default(), make, aside: None }
    }

    pub(super) fn span(&mut self, span: Span) {
        self.held.spans.push(span);
    }

    pub(super) fn reference(&mut self, reference: Reference) {
        self.held.references.push(reference);
    }

    /// Moves everything to the file if memory holds too much. Call it after each record.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if self.held.spans.len() + self.held.references.len() < MOST_HELD { Ok(()) } else { self.put_aside() }
    }

    fn put_aside(&mut self) -> io::Result<()> {
        let aside = match &mut self.aside {
            Some(aside) => aside,
            none => none.insert(Aside {
                room: (self.make)()?,
                parts: (0..PARTS).map(|_| Blocks::default()).collect(),
                end: 0,
            }),
        };
        for span in self.held.spans.drain(..) {
            aside.put(span.trace, &Record::Span(span))?;
        }
        for reference in self.held.references.drain(..) {
            aside.put(reference.trace, &Record::Reference(reference))?;
        }
        Ok(())
    }

    /// Ends the writing, and returns the parts for reading.
    pub(super) fn close(&mut self) -> io::Result<Parts> {
        if self.aside.is_some() {
            self.put_aside()?;
        }
        let mut aside = self.aside.take();
        if let Some(aside) = &mut aside {
            (0..PARTS).try_for_each(|part| aside.write(part))?;
        }
        Ok(Parts { held: Some(std::mem::take(&mut self.held)), aside, next: 0 })
    }
}

impl Aside {
    fn put(&mut self, trace: TraceId, record: &Record) -> io::Result<()> {
        let part = part_of(trace);
        let Some(Blocks { waiting, .. }) = self.parts.get_mut(part) else { return Ok(()) };
        *waiting = postcard::to_extend(record, std::mem::take(waiting)).map_err(io::Error::other)?;
        if waiting.len() >= BLOCK { self.write(part) } else { Ok(()) }
    }

    fn write(&mut self, part: usize) -> io::Result<()> {
        let Some(Blocks { waiting, written }) = self.parts.get_mut(part) else { return Ok(()) };
        if waiting.is_empty() {
            return Ok(());
        }
        self.room.write_all(waiting)?;
        written.push((self.end, waiting.len()));
        self.end += waiting.len() as u64;
        waiting.clear();
        Ok(())
    }

    fn read(&mut self, part: usize) -> io::Result<Part> {
        let mut read = Part::default();
        let mut block = Vec::new();
        let Some(Blocks { written, .. }) = self.parts.get(part) else { return Ok(read) };
        for (start, length) in written {
            block.resize(*length, 0);
            self.room.seek(SeekFrom::Start(*start))?;
            self.room.read_exact(&mut block)?;
            let mut rest = block.as_slice();
            while !rest.is_empty() {
                if read.spans.len() + read.references.len() >= MOST_RECORDS {
                    read.is_short = true;
                    return Ok(read);
                }
                let (record, more) = postcard::take_from_bytes(rest).map_err(io::Error::other)?;
                match record {
                    Record::Span(span) => read.spans.push(span),
                    Record::Reference(reference) => read.references.push(reference),
                }
                rest = more;
            }
        }
        Ok(read)
    }
}

/// The part of a trace. Ids may count up, or be zero in one half, so every bit counts.
fn part_of(trace: TraceId) -> usize {
    let folded = (trace ^ (trace >> 64)) as u64;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 57) as usize
}

pub(super) struct Parts {
    held: Option<Part>,
    aside: Option<Aside>,
    next: usize,
}

impl Parts {
    pub(super) fn next(&mut self) -> io::Result<Option<Part>> {
        let Some(aside) = &mut self.aside else { return Ok(self.held.take()) };
        self.next += 1;
        if self.next > PARTS { Ok(None) } else { aside.read(self.next - 1).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::collections::HashMap;

    use super::{MOST_HELD, Room, Shelf};
    use crate::names::Names;
    use crate::span::{Reference, Signal, Span, SpanId, SpanKind, TraceId};

    /// More shuffled spans than memory may hold: each trace comes back in one part, with its spans in order and with the
    /// records that name it.
    #[test]
    fn what_was_put_aside_comes_back_by_trace() {
        let mut made = 0;
        let mut names = Names::default();
        let name = names.number("a");
        let mut shelf = Shelf::new(Box::new(|| Ok(Box::new(std::io::Cursor::new(Vec::new())) as Box<dyn Room>)));
        let traces = 50_000_u64;
        let trace_of = |at: u64| TraceId::from(at % traces + 1);
        let spans = MOST_HELD as u64 + 20_000;
        for at in 0..spans {
            made += 1;
            let span = Span {
                trace: trace_of(at),
                id: SpanId::new(made).unwrap(),
                parent: SpanId::new(at),
                time: (at, u64::MAX),
                flags: 0x101,
                service: name,
                name,
                route: (at % 2 == 0).then_some(name),
                path: None,
                peer: None,
                kind: SpanKind::Client,
                failed: at % 3 == 0,
                erred: false,
                keeps: true,
                asks_database: false,
                linked: false,
                is_short: at % 5 == 0,
                is_probe: false,
                in_function: false,
                in_browser: false,
                message: None,
            };
            shelf.span(span);
            if at < traces {
                shelf.reference(Reference {
                    trace: trace_of(at),
                    service: name,
                    signal: Signal::Exemplar,
                    of: None,
                    flags: 0,
                });
            }
            shelf.settle().unwrap();
        }
        assert!(shelf.aside.is_some());
        let mut parts = shelf.close().unwrap();
        let mut seen: HashMap<TraceId, (usize, u64, usize)> = HashMap::new();
        let (mut number, mut read) = (0, 0);
        while let Some(part) = parts.next().unwrap() {
            number += 1;
            assert!(!part.is_short);
            for span in part.spans {
                read += 1;
                let (home, last, _) = seen.entry(span.trace).or_insert((number, 0, 0));
                assert!(*home == number && *last < span.id.get(), "{span:?}");
                *last = span.id.get();
                assert_eq!(span.parent, SpanId::new(span.id.get() - 1));
            }
            for reference in part.references {
                let (home, _, references) = seen.get_mut(&reference.trace).unwrap();
                assert_eq!(*home, number);
                *references += 1;
            }
        }
        assert_eq!((read, seen.len()), (spans, traces as usize));
        assert!(seen.values().all(|(_, _, references)| *references == 1));
    }
}
