//! OpenSLO v1 and v1alpha: objects that refer to each other, also across files.

mod alerting;
mod indicator;
mod objects;
mod window;

use emberline_core::source::{Sources, Span};
use emberline_core::yaml::Node;
use rust_decimal::Decimal;

use self::indicator::Way;
use self::objects::Objects;
use crate::objective::{Objective, Texts, target};
use crate::report::Rows;
use crate::tree::{Fields, find, items, text};

/// What holds for every objective of OpenSLO.
pub(crate) const NOTES: &[&str] = &[
    "OpenSLO says nothing of what an evaluation costs or how ratios add up; here budgets count events",
    "an objective without an alert policy gets the default alerts: `alerting: {pairs: []}` turns them off",
];

/// Reads every document; gives how many objectives there are, and those that can be expressed.
pub(crate) fn read(sources: &Sources, documents: &[&Node], rows: &mut Rows) -> (usize, Vec<Objective>) {
    let objects = Objects::of(documents, rows);
    let (mut count, mut objectives) = (0, Vec::new());
    for document in objects.all("SLO") {
        slo(sources, &objects, document, &mut count, &mut objectives, rows);
    }
    rows.objective = None;
    (count, objectives)
}

/// The objectives of one document.
fn slo(
    sources: &Sources,
    objects: &Objects<'_>,
    document: &Node,
    count: &mut usize,
    objectives: &mut Vec<Objective>,
    rows: &mut Rows,
) {
    let about = find(document, "metadata");
    let name = about.and_then(|about| find(about, "name"));
    let Some(spec) = find(document, "spec") else {
        rows.cannot(document.span, "an SLO without `spec`", "nothing says what it is");
        return;
    };
    let mut fields = Fields::of(spec);
    let parts = items(fields.get("objectives"));
    if parts.is_empty() {
        *count += 1;
        rows.cannot(fields.at, "an SLO without `objectives`", "there is nothing to hold events against");
        return;
    }
    let (first, all) = (*count, parts.len());
    *count += all;
    // What is wrong above the objectives is wrong of each of them.
    rows.objective = Some(first);
    let service = fields.text("service");
    let description = fields.text("description").map(|(text, _)| text.trim().to_owned());
    let window = window::read(&mut fields, rows);
    let way = way(&mut fields, rows);
    let shared = indicator::found(objects, &mut fields, rows);
    let (alerting, absent) = alerting::read(objects, fields.get("alertPolicies"), rows);
    unknown(&fields, rows);
    let (Some(name), Some((service, _))) = (name, service) else {
        rows.cannot(fields.at, "an SLO without `metadata.name` or `service`", "its series are told by both");
        return;
    };
    for (at, part) in parts.iter().enumerate() {
        let number = first + at;
        rows.objective = Some(number);
        let mut fields = Fields::of(part);
        let display = fields.text("displayName").map(|(text, _)| text);
        let target = written_target(&mut fields, rows);
        let own = indicator::found(objects, &mut fields, rows);
        if own.is_some() && all > 1 && find(part, "ratioMetrics").is_none() {
            let why = "here each part is an objective of its own, with its own budget";
            rows.changes(fields.at, "a composite objective", why, "");
        }
        if let Some((weight, at)) = fields.text("compositeWeight").filter(|(weight, _)| *weight != "1") {
            rows.cannot(at, format!("`compositeWeight: {weight}`"), "objectives are not weighted against each other");
        }
        let (Some(target), Some(window), Some(way)) = (target, window, way) else { continue };
        let Some(node) = own.or(shared) else {
            rows.cannot(fields.at, "an objective without `indicator`", "nothing says what it counts");
            continue;
        };
        let indicators = indicator::read(sources, objects, node, way, &mut fields, rows);
        unknown(&fields, rows);
        if indicators.is_empty() {
            continue;
        }
        let label = text(name).unwrap_or_default();
        objectives.push(Objective {
            at: name.span,
            number,
            service: service.to_owned(),
            owner: objects.owner(service),
            name: if all == 1 { label.to_owned() } else { format!("{label}-{}", suffix(display, at)) },
            description: description.clone().filter(|text| !text.is_empty()).or(display.map(str::to_owned)),
            target,
            window: Some(window),
            indicators,
            alerting: alerting.clone(),
            labels: Texts::new(),
            annotations: Texts::new(),
            absent,
            metrics: Vec::new(),
        });
    }
}

/// `target` as a fraction, or `targetPercent`.
fn written_target(
    fields: &mut Fields<'_>,
    rows: &mut Rows,
) -> Option<emberline_core::source::Spanned<emberline_core::quantity::Percent>> {
    let (fraction, percent) = (fields.text("target"), fields.text("targetPercent"));
    match percent {
        Some(percent) => target(Some(percent), fields.at, "targetPercent", Decimal::ONE_HUNDRED, rows),
        None => target(fraction, fields.at, "target", Decimal::ONE, rows),
    }
}

fn way(fields: &mut Fields<'_>, rows: &mut Rows) -> Option<Way> {
    let (word, at): (&str, Span) = fields.text("budgetingMethod").unwrap_or(("", fields.at));
    let way = match word {
        "Occurrences" => Way::Occurrences,
        "Timeslices" => Way::Timeslices,
        "RatioTimeslices" => Way::RatioTimeslices,
        _ => {
            let why = "expected `Occurrences`, `Timeslices` or `RatioTimeslices`";
            rows.cannot(at, format!("`budgetingMethod: {word}`"), why);
            return None;
        }
    };
    rows.maps(at, format!("`budgetingMethod: {word}`"), "sli");
    Some(way)
}

fn unknown(fields: &Fields<'_>, rows: &mut Rows) {
    for key in fields.rest() {
        rows.cannot(key.span, format!("`{}`", key.value.text), "OpenSLO has no such field here");
    }
}

/// What tells objectives of one SLO apart: what they are called, else their number.
fn suffix(display: Option<&str>, at: usize) -> String {
    let words = display.unwrap_or_default().to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { (at + 1).to_string() } else { words.join("-") }
}
