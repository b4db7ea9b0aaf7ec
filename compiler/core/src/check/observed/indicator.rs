//! An objective's readings against real series.

use rust_decimal::Decimal;

use super::selector::{self, Outcome, Placed};
use super::view::{Known, Part, Series, View, bounds};
use super::{gone, sums};
use crate::check::listed::listed;
use crate::check::{Context, threshold_not_a_bucket};
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Query, Reading, Side};
use crate::model::{Declared, Slo};
use crate::promql::{MatchOp, Selector};
use crate::quantity::decimal;
use crate::source::Span;
use crate::spec::SeenType;

/// Holds an objective against what is exported. `misread` are the metrics of which nothing more may be said.
pub(super) fn run(context: &Context<'_>, view: &View<'_>, slo: &Slo, misread: &[&str], findings: &mut Vec<Finding>) {
    let before = findings.len();
    let mut quiet: Option<&Query> = None;
    for reading in slo.sli.readings() {
        let placed = placed(context, slo, &reading);
        let Some((name, range)) = placed.selector.metric.clone() else { continue };
        let name_place = (placed.place)(range);
        let may_be_missing = is_bad(slo, &reading);
        let Some(series) = view.series(&name) else {
            let is_declared =
                matches!(reading.declared(&context.service.name.value, &context.model.index), Declared::Metric(_));
            match (may_be_missing && is_declared, is_declared) {
                (true, _) => quiet = reading.query(),
                // The declaration has the finding.
                (false, true) => {}
                (false, false) => findings.extend(gone::metric(view, &name, name_place)),
            }
            continue;
        };
        findings.extend(wrong_kind(slo, &reading, &name, &series, name_place));
        findings.extend(doubled(context, slo, &placed, &name, &series, name_place));
        match selector::judge(context, &placed, &name, &series, may_be_missing) {
            Outcome::Matches => {}
            Outcome::Faults(faults) => findings.extend(faults),
            Outcome::Quiet => quiet = reading.query(),
        }
        for group in &slo.group_by {
            if matches!(series.label(&group.value), Known::Absent) {
                let labels = series.labels();
                let message = format!("no series of `{name}` has the label `{}` to group by", group.value);
                findings.push(
                    Finding::new(&code::LABEL_NOT_FOUND, group.span, message)
                        .label("not exported")
                        .note(listed("its labels are", &labels))
                        .hint("group by one of its labels"),
                );
            }
        }
    }
    findings.extend(no_boundary(view, slo, misread));
    if findings.len() > before {
        return;
    }
    match quiet {
        Some(bad) => findings.extend(never_bad(view, slo, bad)),
        None => findings.extend(sums::run(view, slo)),
    }
}

/// The selector that a reading becomes, with the places of its parts.
fn placed<'s>(context: &'s Context<'_>, slo: &'s Slo, reading: &Reading<'s>) -> Placed<'s> {
    match *reading {
        Reading::Selected(query) => Placed {
            selector: &query.selector,
            place: Box::new(move |range| match range.is_empty() {
                true => query.span,
                false => query.place(context.sources, range),
            }),
        },
        Reading::Histogram { name, narrowed, .. } => Placed {
            selector: slo.sli.presence(),
            place: Box::new(move |range| match narrowed {
                // The compiler added the rest, and nobody wrote it.
                Some(query) if !range.is_empty() => query.place(context.sources, range),
                _ => name.span,
            }),
        },
    }
}

/// Whether a reading counts failures, whose series may be missing while all is well. A sum of all events may name these
/// series a second time. An expression tells only that its first selector must have series: any other may count failures.
fn is_bad(slo: &Slo, reading: &Reading<'_>) -> bool {
    let Reading::Selected(query) = reading else { return false };
    match slo.sli.ratio().map(|ratio| &ratio.side) {
        Some(Side::Bad(bad)) => bad.iter().any(|counter| selects_the_same(&counter.query.selector, &query.selector)),
        Some(Side::Good(_)) => false,
        None => !slo.sli.is_proven() && !selects_the_same(slo.sli.presence(), &query.selector),
    }
}

fn selects_the_same(one: &Selector, other: &Selector) -> bool {
    one.metric_name() == other.metric_name() && one.borrowed() == other.borrowed()
}

/// A gauge where events are counted, or a counter where a level is read.
fn wrong_kind(slo: &Slo, reading: &Reading<'_>, name: &str, series: &Series<'_>, place: Span) -> Option<Finding> {
    let Reading::Selected(query) = reading else { return None };
    let counter = slo.sli.ratio().and_then(|ratio| ratio.counters().find(|counter| counter.query.span == query.span));
    let counts = counter.is_some();
    let is_native = counter.is_some_and(|counter| counter.is_native);
    let found = |kind| series.seen.iter().all(|seen| seen.kind == kind) && series.part == Part::Whole;
    let (what, hint) = if counts && found(SeenType::Gauge) {
        (
            "a gauge, and events need a counter",
            "count with a counter, or hold the gauge against a bound as a `timeslice`",
        )
    } else if counts && found(SeenType::Summary) {
        ("a summary, and events need a counter", "write its `_count`, which counts its events")
    } else if counts && !is_native && found(SeenType::Histogram) {
        ("a native histogram", "declare it as `type: exponential_histogram`, so that its observations are counted")
    } else if !counts && slo.sli.unit().is_paced && found(SeenType::Counter) {
        ("a counter, and `timeslice` needs a gauge here", "name a gauge, or give counters as `total` and `bad`")
    } else {
        return None;
    };
    Some(
        Finding::new(&code::TYPE_MISMATCH, place, format!("`{name}` is exported as {what}"))
            .label("of another type")
            .hint(hint),
    )
}

/// Events that replicas count several times.
fn doubled(
    context: &Context<'_>,
    slo: &Slo,
    placed: &Placed<'_>,
    name: &str,
    series: &Series<'_>,
    place: Span,
) -> Option<Finding> {
    // The rules count one of the replicas that the policy names.
    let handled = context.policy.replica_label.as_ref();
    let duplicates = series.seen.iter().flat_map(|seen| &seen.duplicates).filter(|label| Some(*label) != handled);
    let label = duplicates.into_iter().find(|label| {
        let mut own = placed.selector.matchers.iter().filter(|matcher| matcher.label == **label);
        !own.any(|matcher| matcher.op == MatchOp::Eq) && slo.group_by.iter().all(|group| group.value != **label)
    })?;
    let values = match series.label(label) {
        Known::Listed(values) => values,
        Known::Unlisted | Known::Absent => Vec::new(),
    };
    let example = values.first().map_or(String::from("…"), |value| (*value).to_owned());
    Some(
        Finding::new(
            &code::DUPLICATE_SERIES,
            place,
            format!("every event of `{name}` is counted once for each `{label}`"),
        )
        .label("the same series several times")
        .note(listed(&format!("`{label}` is"), &values))
        .hint(format!(
            "select one of them, such as `{label}=\"{example}\"`, or deduplicate before the rules are evaluated"
        )),
    )
}

/// A threshold that is no boundary of the real histogram.
fn no_boundary(view: &View<'_>, slo: &Slo, misread: &[&str]) -> Option<Finding> {
    let threshold = slo.sli.threshold().filter(|threshold| threshold.needs_bucket)?;
    let name = slo.sli.presence().metric_name()?;
    let stem = name.strip_suffix("_count").filter(|stem| !misread.contains(stem))?;
    let seen = view.metric(stem);
    let bounds = bounds(&seen);
    let numbers: Vec<Decimal> = bounds.iter().filter_map(|bound| decimal(bound)).collect();
    if bounds.is_empty() || numbers.contains(&threshold.limit) {
        return None;
    }
    let message =
        format!("{} is no boundary of `{}` as it is exported", threshold.longest.value, threshold.metric.value);
    Some(
        Finding::new(&code::BUCKET_NOT_FOUND, threshold.longest.span, message)
            .label(format!("no bucket counts events up to {}", threshold.limit))
            .note(listed("its boundaries are", &bounds))
            .hint(threshold_not_a_bucket::instead(threshold, &numbers, "add the boundary where the histogram is made")),
    )
}

/// Failures that nobody has seen: right, or never to be seen.
fn never_bad(view: &View<'_>, slo: &Slo, bad: &Query) -> Option<Finding> {
    let ratio = slo.sli.ratio()?;
    let total = &ratio.total.first.query;
    let series = view.series(total.selector.metric_name()?)?;
    if sums::rate(view, &ratio.total).is_some_and(|rate| rate <= 0.0) {
        return None;
    }
    let message = "`bad` matched no series while `total` counted events";
    let mut finding = Finding::new(&code::NEVER_BAD, bad.span, message)
        .label("nothing has failed, or nothing can match")
        .hint("make one request fail on purpose and look again, or correct the selector");
    let named = bad.selector.matchers.iter().filter(|matcher| !matcher.accepts(""));
    for matcher in named.take(3) {
        if let Known::Listed(values) = series.label(&matcher.label) {
            finding = finding.note(listed(&format!("`{}` was", matcher.label), &values));
        }
    }
    Some(finding)
}
