//! Spans and what names them, as far as they connect.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::names::Name;

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
