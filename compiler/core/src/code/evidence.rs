//! Codes of what `verify` finds in captures of telemetry.

use super::Severity::{Error, Note, Warning};
use super::{Code, Example};

/// Whether a capture shows this code, rather than a spec.
#[must_use]
pub fn shown_by_captures(code: &Code) -> bool {
    CODES.contains(&code)
}

/// The parent of a span is not in the capture.
pub static ORPHAN_SPAN: Code = Code {
    id: "orphan-span",
    severity: Error,
    summary: "the parent of a span is not in the capture",
    cause: "\
The parent was never exported, or it was dropped on the way, so the trace is in
pieces. If the parent is in another process, a hop above was lost: that service
is not instrumented or does not export. If the parent is in the same process,
its exporter lost the span, or the span never ended.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL parent=99"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL"#,
    },
    remedy: "\
Check that the named service ends every span, flushes before it exits, and drops
no spans when its queue is full. If the capture was cut off while requests were
under way, take one that ends later. If the parent belongs to a load balancer
that exports no spans, declare it once in the spec: `behind: aws-alb`.",
};

/// A trace has more than one root span.
pub static MULTIPLE_ROOTS: Code = Code {
    id: "multiple-roots",
    severity: Error,
    summary: "a trace has more than one root span",
    cause: "\
A request begins once. A second span without a parent in the same trace was
started with the trace id alone: the parent's id was lost on the way.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
shop SERVER /orders"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Pass on the whole context, not only the trace id. Extract `traceparent` with the
propagator, and start the span with the context that it returns.",
};

/// A SERVER span is not a child of its caller's CLIENT span.
pub static BROKEN_PROPAGATION: Code = Code {
    id: "broken-propagation",
    severity: Error,
    summary: "a SERVER span is not a child of its caller's CLIENT span",
    cause: "\
A service that receives a request continues the trace of its caller. A SERVER
span is the child of the caller's CLIENT span, and a CONSUMER span is the child
of a PRODUCER span. Anything else means one of four faults. The header was not
sent, or not extracted; the caller injected another span's context; or the
callee began a trace of its own.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
  shop SERVER /orders"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
In the caller, inject the context of the CLIENT span, not of the span around it.
In the callee, extract that context before its span starts. A browser or a load
generator may begin a trace with a CLIENT span, because it has no spec.",
};

/// A trace lacks a declared call.
pub static MISSING_HOP: Code = Code {
    id: "missing-hop",
    severity: Error,
    summary: "a trace lacks a declared call",
    cause: "\
A service declares its calls under `calls`. A hop is missing in two cases. A
CLIENT span to that peer has no SERVER span of the peer below it. Or a
successful request on one of the call's routes never reached the peer. Either
way the trace ends too early, and the callee's work is invisible. A failed call
is exempt: it may never have arrived.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Check both ends of the hop. The caller must send `traceparent`; the callee must
extract it and export its spans. If only some routes make the call, declare
them: `routes: [...]`.",
};

/// A hop is likely in order, but the capture does not prove it.
pub static UNPROVEN_HOP: Code = Code {
    id: "unproven-hop",
    severity: Note,
    summary: "a hop is likely in order, but the capture does not prove it",
    cause: "\
A hop is proven by a CLIENT span with the SERVER span of the callee below it,
or by a message with a parent or a link. Some honest programs leave less: a
gateway without CLIENT spans, a job that calls without a request above it, a
poll that may have been empty. A fault may look the same. Such a hop is neither
accused nor passed over in silence.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  shop SERVER /orders"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Read the note: it says what is missing. Instrument the client that makes the
call, let receive spans have `messaging.batch.message_count`, and name the peer
of a CLIENT span by `server.address`.",
};

/// A request begins before its call, or ends after it.
pub static SPAN_OUTSIDE_PARENT: Code = Code {
    id: "span-outside-parent",
    severity: Warning,
    summary: "a request begins before the call that it answers, or ends after it",
    cause: "\
A request lies within the call that it answers. If it is more than 50 ms
outside, the clocks of the two machines differ, or the caller ends its span
before the response arrives. Durations within each service stay right. The
waterfall across services is wrong, and may blame the wrong service.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders at=500"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders at=40"#,
    },
    remedy: "\
Synchronise the clocks (NTP or PTP), and end the CLIENT span once the response
was read. If the caller does not wait, the call is a message: use PRODUCER and
CONSUMER.",
};

/// Tail sampling may drop a trace that on-call needs.
pub static SAMPLING_LOSES_ERRORS: Code = Code {
    id: "sampling-loses-errors",
    severity: Error,
    summary: "tail sampling would keep a failed or slow trace only by chance",
    cause: "\
The generated policies keep a trace for three reasons: a span with the status
ERROR, a response of 500 or above, or a request slower than its objective. They
decide `decision_wait` after the first span of the trace. A trace is lost if
only something else shows the failure, such as an `error.type` without a status
or an error log. It is also lost if the span with the failure ends too late.",
    example: Example::Capture {
        wrong: r#"
web SERVER /home error.type=timeout"#,
        right: r#"
web SERVER /home error.type=timeout status=2"#,
    },
    remedy: "\
Set the status of the failed span to ERROR. If the span ends too late, raise
`decision_wait` under `sampling` above the longest request. The collector then
holds more traces in memory.",
};

/// A service makes a call that its spec does not declare.
pub static UNDECLARED_EDGE: Code = Code {
    id: "undeclared-edge",
    severity: Error,
    summary: "a service makes a call that its spec does not declare",
    cause: "\
A service declares its calls in its spec, under `calls`. The service maps and
the checks of every hop come from there, so nothing checks an undeclared call.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop CLIENT web
        web SERVER /stock"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Declare the call with its kind, or remove the call if it should not happen.",
};

/// The spans of a trace form a cycle.
pub static TRACE_CYCLE: Code = Code {
    id: "trace-cycle",
    severity: Error,
    summary: "the spans of a trace form a cycle",
    cause: "\
Following the parents never reaches a root. No request does that: ids were
reused, or something between the service and the capture rewrote them.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
shop INTERNAL id=77 parent=78
shop INTERNAL id=78 parent=77"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Look for code that sets span ids by hand, or that copies spans and keeps only
some of their ids.",
};

/// Two different spans have the same id.
pub static DUPLICATE_SPAN_ID: Code = Code {
    id: "duplicate-span-id",
    severity: Error,
    summary: "two different spans have the same id",
    cause: "\
An id names one span of a trace. Sending the same span twice, as a retry does,
is no fault. Two different spans with one id are: their children cannot be told
apart.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL id=77
      shop CLIENT id=77"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL id=77
      shop INTERNAL id=78"#,
    },
    remedy: "\
Let the SDK make the ids. If a process forks, reseed the generator in each
child.",
};

/// The sampled bit of a span differs from its parent's.
pub static SAMPLING_MISMATCH: Code = Code {
    id: "sampling-mismatch",
    severity: Error,
    summary: "the sampled bit of a span differs from its parent's",
    cause: "\
`traceparent` carries the sampled bit, so that a trace is kept as a whole. A
service that decides again leaves traces with holes. SDKs do not export the
spans that such a service leaves out. Its log records show it: they name the
trace with the sampled bit 0, and the service has no span in it.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL flags=256"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Use a parent-based sampler in every service, and decide only at the root:
`OTEL_TRACES_SAMPLER=parentbased_traceidratio`, not `traceidratio`.",
};

/// A log record names a trace that is not in the capture.
pub static LOG_OUTSIDE_TRACE: Code = Code {
    id: "log-outside-trace",
    severity: Error,
    summary: "a log record names a trace that is not in the capture",
    cause: "\
A reader follows a log line to its trace, and this one leads nowhere. Either the
trace was never exported, or the record is older than its request. Two kinds of
records are no fault: those without a trace id, because services also log
outside of requests, and those whose flags say that the trace is not sampled.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders

web LOG trace=99"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders

web LOG trace=1"#,
    },
    remedy: "\
Take the id from the span's own context, and export spans and logs from the same
process.",
};

/// An exemplar names a trace that is not in the capture.
pub static DEAD_EXEMPLAR: Code = Code {
    id: "dead-exemplar",
    severity: Error,
    summary: "an exemplar names a trace that is not in the capture",
    cause: "\
A reader follows an exemplar from a dashboard to a request that it counted. An
exemplar taken before sampling usually names a trace that sampling dropped.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders

web EXEMPLAR trace=99"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders

web EXEMPLAR trace=1"#,
    },
    remedy: "\
Take exemplars after sampling, as the generated gateway does: its second
`span_metrics` sees only the traces that are kept.",
};

/// A profile names a trace that is not in the capture.
pub static PROFILE_OUTSIDE_TRACE: Code = Code {
    id: "profile-outside-trace",
    severity: Error,
    summary: "a profile names a trace that is not in the capture",
    cause: "\
The ids in its samples join a profile to a request. An id that no span has leads
nowhere.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders

web PROFILE trace=99"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders

web PROFILE trace=1"#,
    },
    remedy: "\
Let the profiler read the ids of the current context, and only while a span is
active.",
};

/// Telemetry holds personal data.
pub static PII_IN_TELEMETRY: Code = Code {
    id: "pii-in-telemetry",
    severity: Error,
    summary: "telemetry holds personal data",
    cause: "\
Telemetry is copied to many places and kept for a long time. A field of this
capture holds a personal address or number: its shape fits, and so do issuer and
check digits where there are any. The value itself is never shown.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL note=user@example.com"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL note=user-17"#,
    },
    remedy: "\
Do not record the value. Or declare the attribute with its kind of data
(`attributes: {user.email: {pii: email}}`), so that the generated agent masks
it.",
};

/// Telemetry holds a secret.
pub static SECRET_IN_TELEMETRY: Code = Code {
    id: "secret-in-telemetry",
    severity: Error,
    summary: "telemetry holds a secret",
    cause: "\
A field of this capture holds a key or a password. Everybody who can read the
telemetry can use it.",
    example: Example::Capture {
        wrong: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL note=password=hunter2hunter2"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders
      shop INTERNAL note=password=redacted"#,
    },
    remedy: "\
Revoke the secret first, then stop recording it. The generated agent masks only
the secrets that it recognises.",
};

/// A capture is too thin or too lossy to judge.
pub static INCONCLUSIVE_CAPTURE: Code = Code {
    id: "inconclusive-capture",
    severity: Error,
    summary: "a capture is too thin or too lossy to judge",
    cause: "\
The capture holds no span, ends inside a record, or has records that could not
be read. Or its own counters say that spans were dropped. That is neither a pass
nor a fault of the services, so the exit status is 3, not 0 or 1.",
    example: Example::Capture {
        wrong: r#"
web LOG"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Take a longer capture. Stop it only after requests have ended and exporters have
flushed. Pass all files of a capture in one run: spans, logs and metrics. The
summary counts the skipped records. If a protobuf message fits several signals,
name the right one with `--signal`.",
};

pub(super) static CODES: &[&Code] = &[
    &ORPHAN_SPAN,
    &MULTIPLE_ROOTS,
    &BROKEN_PROPAGATION,
    &MISSING_HOP,
    &UNPROVEN_HOP,
    &SPAN_OUTSIDE_PARENT,
    &SAMPLING_LOSES_ERRORS,
    &UNDECLARED_EDGE,
    &TRACE_CYCLE,
    &DUPLICATE_SPAN_ID,
    &SAMPLING_MISMATCH,
    &LOG_OUTSIDE_TRACE,
    &DEAD_EXEMPLAR,
    &PROFILE_OUTSIDE_TRACE,
    &PII_IN_TELEMETRY,
    &SECRET_IN_TELEMETRY,
    &INCONCLUSIVE_CAPTURE,
];
