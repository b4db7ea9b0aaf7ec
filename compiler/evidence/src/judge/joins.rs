//! Whether logs, exemplars and profiles name traces that are there, and whether labels have the values declared.

use std::collections::{BTreeSet, HashSet};

use emberline_core::code::{self, Code};
use emberline_core::finding::{Evidence, Finding};
use emberline_core::model::{Domain, Metric};

use super::{Judge, Stage};
use crate::capture::{Reference, TraceId};

pub(super) fn run(judge: &mut Judge<'_>, known: &HashSet<TraceId>, stage: Stage) {
    let capture = judge.capture;
    if !known.is_empty() {
        if stage != Stage::Kept {
            each(judge, &code::LOG_OUTSIDE_TRACE, "a log record", &capture.logs, known);
            each(judge, &code::PROFILE_OUTSIDE_TRACE, "a profile", &capture.profiles, known);
        }
        each(judge, &code::DEAD_EXEMPLAR, "an exemplar", &capture.exemplars, known);
    }
    labels(judge);
}

fn each(judge: &mut Judge<'_>, code: &'static Code, what: &str, references: &[Reference], known: &HashSet<TraceId>) {
    for reference in references.iter().filter(|reference| !known.contains(&reference.trace)) {
        let service = judge.service(reference.service).to_owned();
        let of = if reference.of.is_empty() { String::new() } else { format!(" of `{}`", reference.of) };
        let found = Finding::new(
            code,
            judge.place(&service),
            format!("{what}{of} of {service} names the trace {:032x}, which is not in the capture", reference.trace),
        )
        .hint(format!("`emberline explain {}` says where such ids come from", code.id))
        .evidence(Evidence {
            trace_id: Some(format!("{:032x}", reference.trace)),
            service: service.clone(),
            ..Evidence::default()
        });
        judge.report(code, found.label.span, format!("{service} {of}"), || found);
    }
}

/// Labels of declared metrics. What a metric exports beyond its declaration was bounded by nobody.
fn labels(judge: &mut Judge<'_>) {
    let capture = judge.capture;
    for ((service, metric, label), values) in &capture.labels {
        let service = judge.service(*service).to_owned();
        let declared = judge.declared(&service).and_then(|service| service.metrics.get(metric));
        if let Some(declared) = declared {
            observed(judge, &service, declared, label, values);
        }
    }
}

fn observed(judge: &mut Judge<'_>, service: &str, metric: &Metric, label: &str, values: &BTreeSet<String>) {
    let name = &metric.name.value;
    let evidence = Evidence { service: service.to_owned(), ..Evidence::default() };
    let key = format!("{name} {label}");
    let Some(declared) = metric.label(label) else {
        let found = Finding::new(
            &code::UNDECLARED_LABEL,
            metric.name.span,
            format!("`{name}` of {service} has the label `{label}`, which is not declared"),
        )
        .note(format!("values seen: {}", values.len()))
        .hint(format!("declare `{label}` with its values, or stop recording it"));
        judge.report(&code::UNDECLARED_LABEL, metric.name.span, key, || found.evidence(evidence));
        return;
    };
    let (strange, message) = match &declared.domain {
        Some(Domain::Values(known)) => {
            let Some(strange) = values.iter().find(|value| !known.contains(value)) else { return };
            // A value may be anything, a person's address included.
            let hits = crate::sensitive::scan(strange, crate::sensitive::Origin::Telemetry);
            let shown = crate::sensitive::masked(strange, &hits);
            (1, format!("`{label}` of `{name}` has the value `{shown}`, which is not declared"))
        }
        Some(Domain::Count(most)) if values.len() > *most as usize => {
            (values.len(), format!("`{label}` of `{name}` has {} values, and {most} are declared", values.len()))
        }
        _ => return,
    };
    let place = declared.name.span;
    let found = Finding::new(&code::UNDECLARED_VALUE, place, message)
        .note(format!("{strange} or more beyond the declaration; bounds on series do not hold with them"))
        .hint("add what is missing to the label's values, or record something that is bounded")
        .evidence(evidence);
    judge.report(&code::UNDECLARED_VALUE, place, key, || found);
}
