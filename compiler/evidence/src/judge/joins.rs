//! Checks that logs, exemplars, profiles and links name traces of the capture, and that labels have declared values.

use std::collections::BTreeSet;

use emberline_core::code;
use emberline_core::finding::{Evidence, Finding};
use emberline_core::model::{Domain, Metric};

use super::context::{Judge, Stage};
use super::messages;
use crate::names::Name;
use crate::sensitive::{self, Origin};
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

/// Checks the labels of declared metrics. Nothing bounds a label that a metric exports beyond its declaration.
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
            Finding::new(code, place, format!("`{name}` of {service} has the undeclared label `{label}`"))
                .note(format!("values seen: {}", values.len()))
                .hint(format!("declare `{label}` with its values, or stop recording it"))
                .evidence(evidence(judge))
        });
        return;
    };
    let message = match &declared.domain {
        Some(Domain::Values(known)) => {
            let Some(strange) = values.iter().find(|value| !known.contains(value)) else { return };
            // A value may be anything, also a person's address.
            let hits = sensitive::scan(strange, Origin::Telemetry);
            let shown = sensitive::masked(strange, &hits);
            format!("`{label}` of `{name}` has the undeclared value `{shown}`")
        }
        Some(Domain::Count(most)) if values.len() > *most as usize => {
            format!("`{label}` of `{name}` has {} values, but its spec declares at most {most}", values.len())
        }
        _ => return,
    };
    let (code, place) = (&code::UNDECLARED_VALUE, declared.name.span);
    judge.report(code, place, key, 0, |judge| {
        Finding::new(code, place, message)
            .note("the bound on the metric's time series does not hold with undeclared values")
            .hint("declare the missing values of the label, or record bounded values only")
            .evidence(evidence(judge))
    });
}
