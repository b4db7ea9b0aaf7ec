//! What the generated tail sampling would make of the traces, and whether it would lose one that on-call needs.

use emberline_core::code;
use emberline_core::finding::Finding;

use super::context::{Judge, Stage};
use crate::replay::Fate;
use crate::span::{Reference, Signal, Span};

pub(super) fn run(judge: &mut Judge<'_>, spans: &[&Span], references: &[Reference], stage: Stage) {
    judge.seen.sampled.traces += 1;
    let severe = references.iter().find(|reference| reference.signal == Signal::Log { severe: true });
    match judge.capture.replay().fate(spans, severe.is_some()) {
        Fate::Sampled => {}
        Fate::Kept => judge.seen.sampled.kept += 1,
        Fate::Lost => {
            judge.seen.sampled.lost += 1;
            // What was sampled has been kept, by whatever policy.
            if stage != Stage::Kept {
                lost(judge, spans, severe);
            }
        }
    }
}

fn lost(judge: &mut Judge<'_>, spans: &[&Span], severe: Option<&Reference>) {
    let Some(first) = spans.iter().min_by_key(|span| span.time.1) else { return };
    let wait = judge.capture.replay().wait();
    let shows = spans.iter().find(|span| span.keeps).or_else(|| spans.iter().find(|span| span.erred));
    let service = shows.map_or_else(|| severe.map_or(first.service, |log| log.service), |span| span.service);
    let late = shows.is_some_and(|span| span.time.1 > first.time.1.saturating_add(wait));
    let code = &code::SAMPLING_LOSES_ERRORS;
    let place = judge.place(service);
    let key = format!("{} {late} {}", judge.service(service), shows.is_some());
    judge.report(code, place, key, first.trace, |judge| {
        let seconds = wait / 1_000_000_000;
        let (what, note, hint) = match shows {
            Some(span) if late => (
                format!("{} ends after sampling has decided on its trace", judge.called(span)),
                format!(
                    "the first span of the trace ended {:.1} s before it, and decisions wait {seconds}s",
                    (span.time.1 - first.time.1) as f64 / 1e9
                ),
                "raise `sampling.decision_wait` in the policy above the longest request".to_owned(),
            ),
            Some(span) => (
                format!("{} shows an error that sampling does not see", judge.called(span)),
                "it has an `error.type`, and neither the status ERROR nor a response of 500 or above".to_owned(),
                "set the span's status to ERROR where the request fails".to_owned(),
            ),
            None => (
                format!("{} logs an error in a trace without one", judge.service(service)),
                "no span of the trace has the status ERROR or is slow, so it is kept by chance only".to_owned(),
                "set the status of the span around it to ERROR, or log it as a warning if the request went well"
                    .to_owned(),
            ),
        };
        let evidence = match shows {
            Some(span) => judge.evidence(span, None),
            None => judge.evidence_of(service, Some(first.trace)),
        };
        Finding::new(code, place, what).note(note).hint(hint).evidence(evidence)
    });
}
