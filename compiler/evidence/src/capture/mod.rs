//! What is kept of a capture: of each span what connects it, of the other signals what they refer to, of all texts where
//! personal data stands. Everything else goes as soon as its line is read.

pub mod json;
mod otlp;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use crate::sensitive::Kind;

/// A trace's id as OTLP has it, most significant byte first.
pub type TraceId = u128;
/// A span's id within its trace.
pub type SpanId = u64;

/// What a span is in a call, as OTLP numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// A span, as far as it connects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// The id of the span that it hangs on.
    pub parent: Option<SpanId>,
    /// OTLP's `flags`: bit 0 sampled, bit 8 whether bit 9 says anything, bit 9 parent in another process.
    pub flags: u32,
    /// What it is in a call.
    pub kind: SpanKind,
    /// Its service, an index into [`Capture::services`].
    pub service: usize,
    /// Its name.
    pub name: Box<str>,
    /// Start and end, in nanoseconds since 1970.
    pub time: (u64, u64),
    /// Whether it failed: status ERROR, an `error.type`, or a response of 400 and above.
    pub failed: bool,
    /// `http.route`, or else `rpc.method`.
    pub route: Option<Box<str>>,
    /// The peer that a CLIENT or PRODUCER names: `peer.service`, else `server.address`.
    pub peer: Option<Box<str>>,
    /// Whether it asks a database, which has no spans of its own.
    pub asks_database: bool,
}

/// Something that names a trace: a log record, an exemplar, a sample of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The trace named.
    pub trace: TraceId,
    /// Who names it, an index into [`Capture::services`].
    pub service: usize,
    /// The metric of an exemplar; empty elsewhere.
    pub of: Box<str>,
}

/// Where personal data or a secret stands: service, field and what it is.
pub type Leak = (usize, String, Kind);

/// What is known of everything that was read.
#[derive(Debug, Default)]
pub struct Capture {
    /// Names of services, in the order they were met.
    pub services: Vec<String>,
    /// Every span, in the order of the capture.
    pub spans: Vec<Span>,
    /// Log records that name a trace.
    pub logs: Vec<Reference>,
    /// Exemplars that name a trace.
    pub exemplars: Vec<Reference>,
    /// Traces that samples of profiles name; once a profile.
    pub profiles: Vec<Reference>,
    /// Personal data and secrets, with how often and the first trace that shows it.
    pub leaks: BTreeMap<Leak, (u64, Option<TraceId>)>,
    /// Values seen of each label: service, metric, label.
    pub labels: BTreeMap<(usize, String, String), BTreeSet<String>>,
    /// Ids that are not 16 or 8 bytes, or zero: how many.
    pub bad_ids: u64,
    /// What exporters and processors said to have dropped.
    pub dropped: u64,
    /// Whether it ends inside a record.
    pub cut: bool,
    /// Whether texts are searched for personal data.
    pub looks_for_leaks: bool,
}

/// Why a capture cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub cause: String,
}

impl Capture {
    /// An empty capture. Raw telemetry, before redaction, may hold personal data: then it is not searched.
    #[must_use]
    pub fn new(looks_for_leaks: bool) -> Self {
        Self { looks_for_leaks, ..Self::default() }
    }

    /// The index of a service's name.
    fn service(&mut self, name: &str) -> usize {
        self.services.iter().position(|known| known == name).unwrap_or_else(|| {
            self.services.push(name.to_owned());
            self.services.len() - 1
        })
    }
}
