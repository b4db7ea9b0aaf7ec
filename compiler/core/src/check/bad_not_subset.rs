//! `bad-not-subset`: the part must be a part, or the error ratio means nothing.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Counter, Counters};
use crate::promql::witness::{Subset, disjoint, implied};
use crate::promql::{MatchOp, boundary};

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Some(ratio) = slo.sli.ratio() else { continue };
        let (total, parts) = (&ratio.total, ratio.side.counters());
        if written(total) == written(parts) {
            findings.push(
                Finding::new(&code::BAD_NOT_SUBSET, parts.first.query.span, "this selects every event of `total`")
                    .label("all of them, not a part")
                    .related(total.first.query.span, "the same here")
                    .hint("add the matcher that tells failed events, such as `code=~\"5..\"`"),
            );
            continue;
        }
        findings.extend(parts.iter().filter_map(|part| outside(context, total, part)));
    }
}

/// A metric, and its matchers in an order of their own.
type Selected<'c> = (Option<&'c str>, Vec<(&'c str, MatchOp, &'c str)>);

/// What a sum selects, in an order of its own.
fn written(counters: &Counters) -> Vec<Selected<'_>> {
    let mut all: Vec<_> = counters
        .iter()
        .map(|counter| {
            let matchers = &counter.query.selector.matchers;
            let mut matchers: Vec<_> = matchers.iter().map(|m| (m.label.as_str(), m.op, m.value.as_str())).collect();
            matchers.sort_unstable();
            (counter.metric(), matchers)
        })
        .collect();
    all.sort_unstable();
    all
}

/// A part that the total does not count. Two metrics may well count one thing; their labels need not agree.
fn outside(context: &Context<'_>, total: &Counters, part: &Counter) -> Option<Finding> {
    let same: Vec<&Counter> = total.iter().filter(|all| all.metric() == part.metric()).collect();
    let selector = &part.query.selector;
    let (all, matcher) = match same.as_slice() {
        [] => return None,
        // Several may have the part between them; only one that is none of theirs is certainly outside.
        [_, _, ..] if !same.iter().all(|all| disjoint(selector, &all.query.selector)) => return None,
        [all, ..] => match implied(selector, &all.query.selector) {
            Subset::Refuted { matcher } => (all, matcher),
            Subset::Proven | Subset::Unknown => return None,
        },
    };
    let narrowing = all.query.selector.matchers.get(matcher)?;
    // A bucket counts what the smaller ones have counted as well.
    if narrowing.label == "le" && boundary::covers(&all.query.selector, selector) {
        return None;
    }
    let place = all.query.place(context.sources, narrowing.label_range.start..narrowing.value_range.end);
    let word = part.field;
    let message = format!("`{word}` selects events that `total` does not");
    Some(
        Finding::new(&code::BAD_NOT_SUBSET, part.query.span, message)
            .label(match selector.matchers.iter().any(|own| own.label == narrowing.label) {
                true => format!("asks for other values of `{}`", narrowing.label),
                false => format!("says nothing of `{}` that would keep within it", narrowing.label),
            })
            .related(place, "`total` is narrowed down here")
            .hint(format!("repeat this matcher in `{word}`, or remove it from `total`")),
    )
}
