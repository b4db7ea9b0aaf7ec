//! What is kept of a capture: of each span what connects it, of the other signals what they refer to, of all texts where
//! personal data stands. Everything else goes as soon as its record is read.

mod counts;
mod field;
mod frame;
mod json;
mod names;
mod otlp;
mod protobuf;
mod record;
mod request;
mod shelf;
mod wire;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

pub use counts::{Counts, RecordKind, Tally};
pub use frame::{Hint, read, read_as};
pub use names::{Name, Names};
pub use shelf::{MakeRoom, Part, Room};

use crate::replay::Replay;
use crate::sensitive::Kind;
use shelf::Shelf;

/// A trace's id as OTLP has it, most significant byte first; never zero.
pub type TraceId = u128;
/// A span's id within its trace.
pub type SpanId = NonZeroU64;

/// What a span is in a call, as OTLP numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SpanKind {
    /// Work within a service, and whatever says nothing.
    Internal,
    /// Answers a request.
    Server,
    /// Sends a request and waits.
    Client,
    /// Sends a message.
    Producer,
    /// Takes a message.
    Consumer,
}

impl SpanKind {
    /// The word that OpenTelemetry's specification has for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Internal => "INTERNAL",
            Self::Server => "SERVER",
            Self::Client => "CLIENT",
            Self::Producer => "PRODUCER",
            Self::Consumer => "CONSUMER",
        }
    }
}

/// A span, as far as it connects: small, since millions are held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// The id of the span that it hangs on.
    pub parent: Option<SpanId>,
    /// Start and end, in nanoseconds since 1970.
    pub time: (u64, u64),
    /// OTLP's `flags`: bit 0 sampled, bit 8 whether bit 9 says anything, bit 9 parent in another process.
    pub flags: u32,
    /// Its service, in [`Capture::services`].
    pub service: Name,
    /// Its name, in [`Capture::names`].
    pub name: Name,
    /// `http.route`, or else `rpc.method`.
    pub route: Option<Name>,
    /// The peer that a CLIENT or PRODUCER names: `peer.service`, else `server.address`.
    pub peer: Option<Name>,
    /// What it is in a call.
    pub kind: SpanKind,
    /// Whether it did not end well, for whatever reason: an error, or a response of 400 and above.
    pub failed: bool,
    /// Whether it shows an error of ours: status ERROR, an `error.type`, a response of 500 and above.
    pub erred: bool,
    /// Whether a policy of the generated tail sampling keeps its trace for it.
    pub keeps: bool,
    /// Whether it asks a database, which has no spans of its own.
    pub asks_database: bool,
    /// Whether it names spans of other traces that caused it.
    pub linked: bool,
}

/// What names a trace without being a span of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// A log record; of an error or worse.
    Log {
        /// Whether it has the severity ERROR or above.
        severe: bool,
    },
    /// An exemplar of a metric.
    Exemplar,
    /// Samples of a profile, once a profile.
    Profile,
    /// A link of a CONSUMER that begins a trace to the message that it takes.
    Link,
}

/// Something that names a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The trace named.
    pub trace: TraceId,
    /// Who names it, in [`Capture::services`].
    pub service: Name,
    /// What names it.
    pub signal: Signal,
    /// The metric of an exemplar, or the name of the span with the link, in [`Capture::names`].
    pub of: Option<Name>,
}

/// Where personal data or a secret stands: service, field and what it is.
pub type Leak = (Name, String, Kind);

/// How many places of each kind are told apart: fields with personal data, labels, and values of a label. What shows
/// more is at fault anyway, and must not fill the memory.
const MOST_PLACES: usize = 10_000;
/// How many values of all labels together are told apart.
const MOST_VALUES: usize = 200_000;
/// How much of a field's name or of a label's value is held, in bytes: no declared one is as long.
const MOST_TEXT: usize = 1_024;

/// What is known of everything that was read.
pub struct Capture {
    /// Names of services.
    pub services: Names,
    /// Names of spans, routes, peers and metrics.
    pub names: Names,
    /// How much was read.
    pub counts: Counts,
    /// Personal data and secrets, with how often and the first trace that shows it.
    pub leaks: BTreeMap<Leak, (u64, Option<TraceId>)>,
    /// Values seen of each label: service, metric, label.
    pub labels: BTreeMap<(Name, Name, String), BTreeSet<String>>,
    /// How many values there are in `labels`.
    values: usize,
    /// Whether it ends inside a record.
    pub is_cut: bool,
    /// Whether texts are searched for personal data.
    looks_for_leaks: bool,
    /// Names of attributes that hold no personal data, so that each is searched once.
    clean: HashSet<Box<str>>,
    replay: Replay,
    shelf: Shelf,
}

/// Why a capture cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its record, from 1: a line, or a message.
    pub record: u64,
    /// What is wrong there.
    pub cause: String,
}

impl Capture {
    /// An empty capture. Raw telemetry, before redaction, may hold personal data: then it is not searched. `room` makes
    /// a place for what memory cannot hold, and is asked only if there is that much.
    #[must_use]
    pub fn new(looks_for_leaks: bool, replay: Replay, room: MakeRoom) -> Self {
        Self {
            services: Names::default(),
            names: Names::default(),
            counts: Counts::default(),
            leaks: BTreeMap::new(),
            labels: BTreeMap::new(),
            values: 0,
            is_cut: false,
            looks_for_leaks,
            clean: HashSet::new(),
            replay,
            shelf: Shelf::new(room),
        }
    }

    /// What was read, a part of the traces at a time: each trace is in one part, with all that names it.
    ///
    /// # Errors
    ///
    /// What was put aside cannot be read again.
    pub(crate) fn parts(&mut self, mut each: impl FnMut(&Self, Part)) -> std::io::Result<()> {
        let mut shelf = self.shelf.close()?;
        while let Some(part) = shelf.next()? {
            each(self, part);
        }
        Ok(())
    }

    /// The share of ordinary traces that the generated tail sampling keeps by chance, in percent.
    #[must_use]
    pub fn baseline_percent(&self) -> rust_decimal::Decimal {
        self.replay.baseline_percent()
    }

    /// How the generated tail sampling decides.
    pub(crate) fn replay(&self) -> &Replay {
        &self.replay
    }
}
