//! Finds traces that on-call needs and that the generated tail sampling would keep only by chance.

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
            // A capture behind the sampling shows only traces that were kept.
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
                format!("{} ends after sampling decided on its trace", judge.called(span)),
                format!(
                    "it ends {:.1} s after the first span of the trace, and sampling decides after {seconds} s",
                    (span.time.1 - first.time.1) as f64 / 1e9
                ),
                "raise `sampling.decision_wait` in the policy above the longest request".to_owned(),
            ),
            Some(span) => (
                format!("{} shows an error that sampling does not see", judge.called(span)),
                "it has an `error.type`, but neither the status ERROR nor a response of 500 or above".to_owned(),
                "set the span's status to ERROR if the request fails".to_owned(),
            ),
            None => (
                format!("{} logs an error in a trace whose spans show none", judge.service(service)),
                "no span of the trace has the status ERROR or is slow, so sampling keeps it only by chance".to_owned(),
                "set the status of the surrounding span to ERROR; if the request succeeded, log a warning instead"
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
