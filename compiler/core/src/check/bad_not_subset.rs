//! `bad-not-subset`: the part must be a part, or the error ratio means nothing.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::indicator::Side;
use crate::promql::boundary;
use crate::promql::witness::{Subset, implied};

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Some(ratio) = slo.sli.ratio() else { continue };
        let part = ratio.side.query();
        // Two metrics may well count one thing; their labels need not agree.
        if part.selector.metric_name() != ratio.total.selector.metric_name() {
            continue;
        }
        let matchers = |query: &crate::indicator::Query| {
            let mut all: Vec<_> =
                query.selector.matchers.iter().map(|m| (m.label.clone(), m.op, m.value.clone())).collect();
            all.sort();
            all
        };
        if matchers(part) == matchers(&ratio.total) {
            findings.push(
                Finding::new(&code::BAD_NOT_SUBSET, part.span, "this selects every event of `total`")
                    .label("all of them, not a part")
                    .related(ratio.total.span, "the same here")
                    .hint("add the matcher that tells failed events, such as `code=~\"5..\"`"),
            );
            continue;
        }
        let word = match ratio.side {
            Side::Bad(_) => "bad",
            Side::Good(_) => "good",
        };
        if let Subset::Refuted { matcher } = implied(&part.selector, &ratio.total.selector) {
            let Some(narrowing) = ratio.total.selector.matchers.get(matcher) else { continue };
            if narrowing.label == "le" && boundary::covers(&ratio.total.selector, &part.selector) {
                continue;
            }
            let place = ratio.total.place(context.sources, narrowing.label_range.start..narrowing.value_range.end);
            findings.push(
                Finding::new(
                    &code::BAD_NOT_SUBSET,
                    part.span,
                    format!("`{word}` selects events that `total` does not"),
                )
                .label(match part.selector.matchers.iter().any(|own| own.label == narrowing.label) {
                    true => format!("asks for other values of `{}`", narrowing.label),
                    false => format!("says nothing of `{}` that would keep within it", narrowing.label),
                })
                .related(place, "`total` is narrowed down here")
                .hint(format!("repeat this matcher in `{word}`, or remove it from `total`")),
            );
        }
    }
}
