//! Checks that logs, exemplars, profiles and links name traces of the capture, and that logs agree with it on what is sampled.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::code::{self, Code};
use emberline_core::finding::Finding;

use super::context::{Judge, Stage};
use super::messages;
use crate::names::Name;
use crate::span::{Reference, Signal, Span};

/// W3C's sampled bit.
const SAMPLED: u8 = 1;

/// Whether a record says that its trace is not sampled. A zero says nothing if its exporter leaves the flags out.
fn says_unsampled(judge: &Judge<'_>, reference: &Reference) -> bool {
    let writers = match reference.signal {
        Signal::Log { .. } => &judge.capture.logs_flags,
        Signal::Link => &judge.capture.links_flags,
        Signal::Exemplar | Signal::Profile => return false,
    };
    reference.flags & SAMPLED == 0 && writers.contains(&reference.service)
}

/// Reports log records that call a trace not sampled, of services that have no span in it: another service sampled it.
pub(super) fn unsampled(judge: &mut Judge<'_>, spans: &[&Span], references: &[Reference]) {
    let is_it =
        |reference: &&Reference| matches!(reference.signal, Signal::Log { .. }) && says_unsampled(judge, reference);
    let unsampled: BTreeMap<Name, &Reference> = references.iter().filter(is_it).map(|log| (log.service, log)).collect();
    // Services often leave probes out of their traces.
    if unsampled.is_empty() || spans.iter().any(|span| span.is_probe) {
        return;
    }
    let seen: BTreeSet<Name> = spans.iter().map(|span| span.service).collect();
    for reference in unsampled.into_values().filter(|reference| !seen.contains(&reference.service)) {
        let (code, place) = (&code::SAMPLING_MISMATCH, judge.place(reference.service));
        let service = judge.service(reference.service);
        judge.report(code, place, format!("log {service}"), reference.trace, |judge| {
            let message = format!("{service} did not sample a trace that other services sampled");
            Finding::new(code, place, message)
                .note(format!("{service} has no span in the trace, and its log records there have the sampled bit 0"))
                .hint("use a parent-based sampler, and decide only at the root")
                .evidence(judge.evidence_of(reference.service, Some(reference.trace)))
        });
    }
}

/// Reports references to traces that are not in the capture. A trace that a record calls not sampled is rightly not there.
pub(super) fn outside(judge: &mut Judge<'_>, references: &[Reference], stage: Stage) {
    // Without spans nothing can be joined; the verdict is inconclusive, which is reported once.
    if judge.capture.counts.spans.read == 0 {
        return;
    }
    for of_one in references.chunk_by(|one, other| one.trace == other.trace) {
        let is_dropped = stage == Stage::Kept || of_one.iter().any(|reference| says_unsampled(judge, reference));
        for reference in of_one {
            // Sampling drops spans and keeps logs and profiles; the trace of a message's sender may be dropped too.
            if is_dropped && reference.signal != Signal::Exemplar {
                continue;
            }
            let (code, what) = match reference.signal {
                Signal::Link => {
                    messages::linked_to_nothing(judge, reference);
                    continue;
                }
                Signal::Log { .. } => (&code::LOG_OUTSIDE_TRACE, "a log record"),
                Signal::Exemplar => (&code::DEAD_EXEMPLAR, "an exemplar"),
                Signal::Profile => (&code::PROFILE_OUTSIDE_TRACE, "a profile"),
            };
            outside_of(judge, reference, code, what);
        }
    }
}

fn outside_of(judge: &mut Judge<'_>, reference: &Reference, code: &'static Code, what: &str) {
    let service = judge.service(reference.service);
    let of = reference.of.map_or(String::new(), |of| format!(" of `{}`", judge.capture.names.text(of)));
    let place = judge.place(reference.service);
    judge.report(code, place, format!("{service} {of}"), reference.trace, |judge| {
        let message =
            format!("{what}{of} of {service} names the trace {:032x}, which is not in the capture", reference.trace);
        Finding::new(code, place, message)
            .hint(format!("read `emberline explain {}` for where such ids come from", code.id))
            .evidence(judge.evidence_of(reference.service, Some(reference.trace)))
    });
}
