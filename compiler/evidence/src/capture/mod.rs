//! Reads captures of OTLP. Only what connects spans is kept, the references of the other signals, and the places of
//! personal data. Everything else is dropped as soon as its record is read.

mod counts;
mod field;
mod frame;
mod instrument;
mod json;
mod json_value;
mod keyed;
mod label;
mod otlp;
mod protobuf;
mod record;
mod request;
mod semantics;
mod series;
mod shelf;
mod store;
mod unreadable;
mod wire;

pub use counts::{Counts, RecordKind, Tally};
pub use frame::{Hint, read, read_as};
pub use instrument::{Form, Instrument, Instruments, Line, Resource};
pub use series::{Series, Sets};
pub use shelf::{MakeRoom, Part, Room};
pub use store::{Capture, Leak};
pub use unreadable::Unreadable;

pub use crate::names::{Name, Names};
pub use crate::span::{Operation, Reference, Signal, Span, SpanId, SpanKind, TraceId};
