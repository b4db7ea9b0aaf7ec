//! Spans and the records that name them, reduced to what connects them.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::names::Name;

/// A trace's id as OTLP has it, most significant byte first; never zero.
pub type TraceId = u128;
/// A span's id within its trace.
pub type SpanId = NonZeroU64;

/// The kind of a span: its role in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SpanKind {
    /// Work within a service; also a span without a kind.
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
    /// The word of OpenTelemetry's specification.
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

/// A span, reduced to what connects it. It is small because millions are held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The span's trace.
    pub trace: TraceId,
    /// The span's own id.
    pub id: SpanId,
    /// The id of the parent span; absent in a root.
    pub parent: Option<SpanId>,
    /// Start and end, in nanoseconds since 1970.
    pub time: (u64, u64),
    /// OTLP's `flags`: bit 0 sampled, bit 9 parent in another process, bit 8 whether bit 9 is set on purpose.
    pub flags: u32,
    /// The span's service, in `Capture::services`.
    pub service: Name,
    /// The span's name, in `Capture::names`.
    pub name: Name,
    /// `http.route`, or else `rpc.method`, in `Capture::names`.
    pub route: Option<Name>,
    /// The path of a SERVER span without a route, in `Capture::paths`.
    pub path: Option<Name>,
    /// The called peer of a CLIENT or PRODUCER as the span names it: a service, or a host with or without its port.
    pub peer: Option<Name>,
    /// The span's role in a call.
    pub kind: SpanKind,
    /// Whether it failed for any reason: an error, or a response of 400 and above.
    pub failed: bool,
    /// Whether it shows a fault of the service: status ERROR, an `error.type`, a response of 500 and above.
    pub erred: bool,
    /// Whether the generated tail sampling keeps the trace because of this span.
    pub keeps: bool,
    /// Whether it calls a database, which exports no spans.
    pub asks_database: bool,
    /// Whether it links to spans that caused it.
    pub linked: bool,
    /// Whether the request ended before it could call anybody: a redirect, not modified, a preflight.
    pub is_short: bool,
    /// Whether it makes or answers a probe: a health check, a scrape.
    pub is_probe: bool,
    /// Whether a platform for functions ran it. Such platforms put spans of their own into the context.
    pub in_function: bool,
    /// Whether a browser made it.
    pub in_browser: bool,
    /// What it does with messages, if anything.
    pub message: Option<Operation>,
}

/// What a span does with messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Makes or sends messages.
    Send,
    /// Asks a broker for messages.
    Receive,
    /// Asked a broker for messages, and got none.
    EmptyReceive,
    /// Asked a broker for messages, and got some.
    FullReceive,
    /// Works on messages.
    Process,
    /// Tells the broker that messages are done.
    Settle,
    /// Something that semantic conventions do not name.
    Other,
}

/// A kind of record that names a trace without being one of its spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// A log record.
    Log {
        /// Whether the severity is ERROR or above.
        severe: bool,
    },
    /// An exemplar of a metric.
    Exemplar,
    /// A profile, once for each trace that its samples name.
    Profile,
    /// The link of a CONSUMER root span to the trace of its message.
    Link,
}

/// A record that names a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The named trace.
    pub trace: TraceId,
    /// The service of the record, in `Capture::services`.
    pub service: Name,
    /// The kind of record.
    pub signal: Signal,
    /// The metric of an exemplar, or the name of the span with the link, in `Capture::names`.
    pub of: Option<Name>,
    /// W3C's trace flags of a log record or a link; also zero if its exporter leaves them out.
    pub flags: u8,
}
