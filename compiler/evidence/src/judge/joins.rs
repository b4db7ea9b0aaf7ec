//! Whether logs, exemplars, profiles and links name traces that are there, and whether labels have the values declared.

use std::collections::BTreeSet;

use emberline_core::code;
use emberline_core::finding::{Evidence, Finding};
use emberline_core::model::{Domain, Metric};

use super::{Judge, Stage};
use crate::capture::{Name, Reference, Signal};

/// Tells references to traces that are not in the capture.
pub(super) fn outside(judge: &mut Judge<'_>, references: &[Reference], stage: Stage) {
    // Without a span there is nothing to join, which is told once.
    if judge.capture.counts.spans.read == 0 {
        return;
    }
    for reference in references {
        let (code, what) = match reference.signal {
            // Logs and profiles are not sampled, and the trace of a message's sender may not have been kept.
            Signal::Log { .. } | Signal::Profile | Signal::Link if stage == Stage::Kept => continue,
            Signal::Link => {
                super::hops::linked_to_nothing(judge, reference);
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
                .hint(format!("`emberline explain {}` says where such ids come from", code.id))
                .evidence(judge.evidence_of(reference.service, Some(reference.trace)))
        });
    }
}

/// Labels of declared metrics. What a metric exports beyond its declaration was bounded by nobody.
pub(super) fn labels(judge: &mut Judge<'_>) {
    let capture = judge.capture;
    for ((service, metric, label), values) in &capture.labels {
        let declared = judge.declared(*service);
        let metric = declared.and_then(|declared| declared.metrics.get(capture.names.text(*metric)));
        if let Some(metric) = metric {
            observed(judge, *service, metric, label, values);
        }
    }
}

fn observed(judge: &mut Judge<'_>, service: Name, metric: &Metric, label: &str, values: &BTreeSet<String>) {
    let name = &metric.name.value;
    let evidence = |judge: &Judge<'_>| -> Evidence { judge.evidence_of(service, None) };
    let key = format!("{name} {label}");
    let Some(declared) = metric.label(label) else {
        let (code, place) = (&code::UNDECLARED_LABEL, metric.name.span);
        judge.report(code, place, key, 0, |judge| {
            let service = judge.service(service);
            Finding::new(code, place, format!("`{name}` of {service} has the label `{label}`, which is not declared"))
                .note(format!("values seen: {}", values.len()))
                .hint(format!("declare `{label}` with its values, or stop recording it"))
                .evidence(evidence(judge))
        });
        return;
    };
    let message = match &declared.domain {
        Some(Domain::Values(known)) => {
            let Some(strange) = values.iter().find(|value| !known.contains(value)) else { return };
            // A value may be anything, a person's address included.
            let hits = crate::sensitive::scan(strange, crate::sensitive::Origin::Telemetry);
            let shown = crate::sensitive::masked(strange, &hits);
            format!("`{label}` of `{name}` has the value `{shown}`, which is not declared")
        }
        Some(Domain::Count(most)) if values.len() > *most as usize => {
            format!("`{label}` of `{name}` has {} values, and {most} are declared", values.len())
        }
        _ => return,
    };
    let (code, place) = (&code::UNDECLARED_VALUE, declared.name.span);
    judge.report(code, place, key, 0, |judge| {
        Finding::new(code, place, message)
            .note("bounds on series do not hold with what was not declared")
            .hint("add what is missing to the label's values, or record something that is bounded")
            .evidence(evidence(judge))
    });
}
