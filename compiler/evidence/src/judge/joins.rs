//! Checks that logs, exemplars, profiles and links name traces of the capture.

use emberline_core::code;
use emberline_core::finding::Finding;

use super::context::{Judge, Stage};
use super::messages;
use crate::span::{Reference, Signal};

/// Reports references to traces that are not in the capture.
pub(super) fn outside(judge: &mut Judge<'_>, references: &[Reference], stage: Stage) {
    // Without spans nothing can be joined; the verdict is inconclusive, which is reported once.
    if judge.capture.counts.spans.read == 0 {
        return;
    }
    for reference in references {
        let (code, what) = match reference.signal {
            // Sampling drops spans and keeps logs and profiles; the trace of a message's sender may be dropped too.
            Signal::Log { .. } | Signal::Profile | Signal::Link if stage == Stage::Kept => continue,
            Signal::Link => {
                messages::linked_to_nothing(judge, reference);
                continue;
            }
            Signal::Log { .. } => (&code::LOG_OUTSIDE_TRACE, "a log record"),
            Signal::Exemplar => (&code::DEAD_EXEMPLAR, "an exemplar"),
            Signal::Profile => (&code::PROFILE_OUTSIDE_TRACE, "a profile"),
        };
        let service = judge.service(reference.service);
        let of = reference.of.map_or(String::new(), |of| format!(" of `{}`", judge.capture.names.text(of)));
        let place = judge.place(reference.service);
        judge.report(code, place, format!("{service} {of}"), reference.trace, |judge| {
            let message = format!(
                "{what}{of} of {service} names the trace {:032x}, which is not in the capture",
                reference.trace
            );
            Finding::new(code, place, message)
                .hint(format!("read `emberline explain {}` for where such ids come from", code.id))
                .evidence(judge.evidence_of(reference.service, Some(reference.trace)))
        });
    }
}
