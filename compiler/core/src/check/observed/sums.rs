//! `bad-exceeds-total`: a part that is larger than the whole.

use super::view::View;
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Counters, Query};
use crate::model::Slo;

/// Rates are rounded, and Prometheus extrapolates them: a part may exceed its whole by so much.
const TOLERANCE: f64 = 1.05;

pub(super) fn run(view: &View<'_>, slo: &Slo) -> Option<Finding> {
    let ratio = slo.sli.ratio()?;
    let (total, part) = (rate(view, &ratio.total)?, rate(view, ratio.side.counters())?);
    if part <= total * TOLERANCE {
        return None;
    }
    let side = if ratio.side.is_good() { "good" } else { "bad" };
    let why = match ratio.side.is_good() {
        true => "the bad events, `total` less `good`, would be fewer than none",
        false => "the error ratio would be above 100%",
    };
    Some(
        Finding::new(
            &code::BAD_EXCEEDS_TOTAL,
            ratio.side.counters().first.query.span,
            format!("`{side}` counts more events than `total`: {} to {}", shown(part), shown(total)),
        )
        .label("not a part of the total")
        .related(ratio.total.first.query.span, "all events")
        .note(why)
        .hint(format!("let `total` count what `{side}` counts, or narrow `{side}` down to it")),
    )
}

/// Events a second of a sum; `None` where one of its selectors is not known for sure.
pub(super) fn rate(view: &View<'_>, counters: &Counters) -> Option<f64> {
    let rate = |query: &Query| view.series(query.selector.metric_name()?)?.rate(&query.selector.matchers);
    counters.iter().map(|counter| rate(&counter.query)).sum()
}

/// A number of events in three digits.
fn shown(rate: f64) -> String {
    if rate >= 100.0 {
        return format!("{rate:.0}");
    }
    let text = format!("{rate:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
