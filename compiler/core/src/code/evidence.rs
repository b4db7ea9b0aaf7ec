//! Faults that captures of telemetry show.

use super::Severity::{Error, Warning};
use super::{Code, Example};

/// Whether captures show a code, rather than specs.
#[must_use]
pub fn shown_by_captures(code: &Code) -> bool {
    CODES.contains(&code)
}

/// A span hangs on one that the capture does not hold.
pub static ORPHAN_SPAN: Code = Code {
    id: "orphan-span",
    severity: Error,
    summary: "a span hangs on one that the capture does not hold",
    cause: "\
Its parent was never exported, or was dropped on the way, so a trace that ought
to be one tree is in pieces. Where the parent is in another process, a hop above
was lost: it is not instrumented, or not exported. Where it is in the same one,
the exporter lost it or it was never ended.",
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
Look at the named service: whether it ends every span, flushes before it exits,
and does not drop spans when its queue is full. If the capture was cut off while
requests were under way, take one that ends later.",
};

/// A trace has more than one beginning.
pub static MULTIPLE_ROOTS: Code = Code {
    id: "multiple-roots",
    severity: Error,
    summary: "a trace has more than one beginning",
    cause: "\
A request begins once. A second span without a parent, under the same trace id,
was started with the id alone: the parent's id was lost on the way.",
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
Pass on the whole context and not only the trace's id: extract `traceparent`
with the propagator, and start the span with what it returns.",
};

/// A SERVER span does not hang on its caller's CLIENT span.
pub static BROKEN_PROPAGATION: Code = Code {
    id: "broken-propagation",
    severity: Error,
    summary: "a SERVER span does not hang on its caller's CLIENT span",
    cause: "\
Who receives a request continues the trace of who sent it: a SERVER span hangs
on the CLIENT span of another service, a CONSUMER on a PRODUCER. Anything else
means that the header was not sent, not extracted, taken from another span, or
that the callee began a trace of its own.",
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
Inject the context of the CLIENT span, not of the one around it, into the
request's headers; extract it in the callee before its span starts. A browser or
a load generator may begin a trace with a CLIENT span: it has no spec.",
};

/// A declared call does not show in a trace.
pub static MISSING_HOP: Code = Code {
    id: "missing-hop",
    severity: Error,
    summary: "a declared call does not show in a trace",
    cause: "\
A service declares under `calls` whom it calls. A CLIENT span to that peer
without the peer's SERVER span, or a request that succeeded on one of the call's
routes and never reached it, means that the trace ends too early: what the
callee does cannot be seen. A call that failed is exempt: it may never have
arrived.",
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
Look at both ends of the hop: the caller sends `traceparent`, the callee
extracts it and exports its spans. If the call is not made on every route, say
on which: `routes: [...]`.",
};

/// A request seems to lie outside of the call that it answers.
pub static SPAN_OUTSIDE_PARENT: Code = Code {
    id: "span-outside-parent",
    severity: Warning,
    summary: "a request begins before the call that it answers, or ends after it",
    cause: "\
A request lies within the call that it answers. Where it does not, by more than
50 ms, the clocks of the two machines differ, or the caller ends its span before
the response has come. Times within a service stay right; the waterfall across
services, and who is blamed for the time, do not.",
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
Synchronise clocks (NTP or PTP), and end the CLIENT span once the response was
read. If the caller does not wait, the call is a message: PRODUCER and CONSUMER.",
};

/// Tail sampling would not keep a trace that on-call needs.
pub static SAMPLING_LOSES_ERRORS: Code = Code {
    id: "sampling-loses-errors",
    severity: Error,
    summary: "tail sampling would keep a failed or slow trace by chance only",
    cause: "\
The generated policies keep a trace for a span with the status ERROR, a response
of 500 or above, or a request slower than its objective. They decide a while
after the trace's first span (`sampling: {decision_wait}`). A trace is lost if
what went wrong shows elsewhere (an `error.type` without a status, an error in a
log), or in a span that ends later than that.",
    example: Example::Capture {
        wrong: r#"
web SERVER /home error.type=timeout"#,
        right: r#"
web SERVER /home error.type=timeout status=2"#,
    },
    remedy: "\
Set the status of the failed span to ERROR. If it comes too late, raise
`decision_wait` above the longest request; the collector then needs memory for
that many more traces.",
};

/// One service calls another and does not say so.
pub static UNDECLARED_EDGE: Code = Code {
    id: "undeclared-edge",
    severity: Error,
    summary: "one service calls another and does not say so",
    cause: "\
What a service calls stands in its spec, under `calls`: pages that draw who
calls whom, and the checks of every hop, are made of it. A call that is not
declared is one that nobody checks.",
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
Declare the call with its kind, or remove it if it should not happen.",
};

/// Spans hang on one another in a circle.
pub static TRACE_CYCLE: Code = Code {
    id: "trace-cycle",
    severity: Error,
    summary: "spans hang on one another in a circle",
    cause: "\
Following parents never ends at a root. No request does that: ids were reused,
or something between the service and the capture rewrote them.",
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
Look for what sets span ids by hand, or copies spans and keeps part of their
ids.",
};

/// Two different spans have the same id.
pub static DUPLICATE_SPAN_ID: Code = Code {
    id: "duplicate-span-id",
    severity: Error,
    summary: "two different spans have the same id",
    cause: "\
Within a trace an id names one span. The same span sent twice, as a retry does,
is no fault; two different ones are, since children hang on either.",
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
Let the SDK make ids. Where processes are forked, reseed its generator in each.",
};

/// A span is sampled otherwise than the one it hangs on.
pub static SAMPLING_MISMATCH: Code = Code {
    id: "sampling-mismatch",
    severity: Error,
    summary: "a span is sampled otherwise than the one it hangs on",
    cause: "\
The sampled bit travels in `traceparent`, so that a trace is kept as a whole. A
service that decides anew leaves traces with holes.",
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
Use a parent-based sampler in every service, and decide at the root alone.",
};

/// A log record names a trace that the capture does not hold.
pub static LOG_OUTSIDE_TRACE: Code = Code {
    id: "log-outside-trace",
    severity: Error,
    summary: "a log record names a trace that the capture does not hold",
    cause: "\
From the line in a log one goes to the trace, and here there is none: the id is
one that was never exported, or the record is older than its request.",
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
Take the id from the context that the span is in, and export spans and logs from
the same process.",
};

/// An exemplar points to a trace that is not there.
pub static DEAD_EXEMPLAR: Code = Code {
    id: "dead-exemplar",
    severity: Error,
    summary: "an exemplar points to a trace that is not there",
    cause: "\
From a bar in a dashboard one goes to a request that it counted. Exemplars taken
before traces are sampled point to what was thrown away in most cases.",
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
Take exemplars behind the sampling, as the generated gateway does: its second
`span_metrics` sees only the traces that are kept.",
};

/// Samples of a profile name a trace that is not there.
pub static PROFILE_OUTSIDE_TRACE: Code = Code {
    id: "profile-outside-trace",
    severity: Error,
    summary: "samples of a profile name a trace that is not there",
    cause: "\
A profile is joined to a request by the ids in its samples. Ids that no span has
lead nowhere.",
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
Have the profiler read the ids of the current context, and only while a span is
active.",
};

/// Personal data leaves in telemetry.
pub static PII_IN_TELEMETRY: Code = Code {
    id: "pii-in-telemetry",
    severity: Error,
    summary: "personal data leaves in telemetry",
    cause: "\
Telemetry is copied to more places, and kept longer, than anybody remembers.
What stands in a field of this capture is an address or a number of a person:
check digits and issuers fit. The value itself is shown nowhere.",
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
Do not record it; or declare the attribute with its kind of data (`attributes:
{user.email: {pii: email}}`), and the generated agent masks it.",
};

/// A secret leaves in telemetry.
pub static SECRET_IN_TELEMETRY: Code = Code {
    id: "secret-in-telemetry",
    severity: Error,
    summary: "a secret leaves in telemetry",
    cause: "\
A key or password stands in a field of this capture. Whoever can read telemetry
can use it.",
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
Revoke it first. Then stop recording it; the generated agent masks what it can
recognise.",
};

/// A capture from which nothing can be concluded.
pub static INCONCLUSIVE_CAPTURE: Code = Code {
    id: "inconclusive-capture",
    severity: Error,
    summary: "a capture from which nothing can be concluded",
    cause: "\
It holds no span, ends inside a record, has records that could not be read, or
its own counters say that spans were dropped. That is neither a pass nor a fault
of the services, so the exit status is 3 and not 0 or 1.",
    example: Example::Capture {
        wrong: r#"
web LOG"#,
        right: r#"
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders"#,
    },
    remedy: "\
Take a longer capture, and stop it only once requests have ended and exporters
have flushed. Give all files of a capture in one run: spans, logs, metrics. The
summary counts the records that were skipped: `--signal` names the signal of
protobuf messages that fit several, such as records with no time and no name.",
};

pub(super) static CODES: &[&Code] = &[
    &ORPHAN_SPAN,
    &MULTIPLE_ROOTS,
    &BROKEN_PROPAGATION,
    &MISSING_HOP,
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
