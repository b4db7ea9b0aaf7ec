//! Symptoms of a case: what changed in metrics, logs and traces.

mod lexicon;
mod meter;
mod metrics;
mod named;
mod seen;
mod spans;
mod texts;
mod traffic;

use crate::read::Case;

pub(crate) use seen::Seen;
pub(crate) use spans::parents;

/// Looks at the evidence of a case.
pub(crate) fn seen(case: &Case) -> Seen {
    let mut seen = Seen { platform: texts::platform(case), ..Seen::default() };
    let moved = metrics::moved(case);
    metrics::onsets(case, &moved, &mut seen);
    let start = seen.first.or(seen.harm).or(case.alert.fired);
    let fresh = texts::fresh(case, start);
    if seen.first.is_none() {
        // Without metrics, the first new error line is the onset.
        let first = fresh.iter().filter(|text| text.severity > 0).filter_map(|text| text.at).min();
        seen.first = first.or(case.alert.fired);
    }
    seen.harm = seen.harm.or(seen.first);
    seen.facts.extend(metrics::facts(&moved));
    seen.facts.extend(traffic::facts(case, &moved));
    seen.facts.extend(texts::facts(&fresh, &seen.platform));
    seen.facts.extend(texts::poison(case, &fresh));
    seen.facts.extend(spans::facts(case, start));
    seen.facts
        .sort_by(|a, b| b.strength.total_cmp(&a.strength).then((a.sign, a.at, &a.text).cmp(&(b.sign, b.at, &b.text))));
    harmed(case, &moved, &fresh, &mut seen);
    seen.named = named::named(case, &moved, &fresh, start);
    seen
}

/// Services that suffer, with the time since when.
fn harmed(case: &Case, moved: &[metrics::Moved<'_>], fresh: &[texts::Text], seen: &mut Seen) {
    let mut mark = |service: &str, at: i64| {
        if !service.is_empty() && !seen.platform.contains(service) {
            let since = seen.harmed.entry(service.to_owned()).or_insert(at);
            *since = (*since).min(at);
        }
    };
    for moved in moved.iter().filter(|moved| moved.harms()) {
        mark(&moved.series.service, moved.change.at);
    }
    for text in fresh.iter().filter(|text| text.severity > 0 && !text.cancelled()) {
        let at = text.at.or(seen.first).unwrap_or_default();
        mark(&text.service, at);
    }
    if let Some(fired) = case.alert.fired {
        mark(&case.alert.service, fired);
    }
}
