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
use crate::words;
use seen::Changed;

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
    seen.facts.extend(metrics::waiting(case, &moved));
    seen.facts.extend(traffic::facts(case, &moved));
    seen.facts.extend(texts::facts(&fresh, &seen.platform));
    seen.facts.extend(texts::poison(case, &fresh));
    seen.facts.extend(spans::facts(case, start));
    seen.facts
        .sort_by(|a, b| b.strength.total_cmp(&a.strength).then((a.sign, a.at, &a.text).cmp(&(b.sign, b.at, &b.text))));
    harmed(case, &moved, &fresh, &mut seen);
    around(case, &moved, &fresh, &mut seen);
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

/// What changed of each service, and which services talk with each other.
fn around(case: &Case, moved: &[metrics::Moved<'_>], fresh: &[texts::Text], seen: &mut Seen) {
    for moved in moved {
        let place = format!("metrics.csv:{}", moved.line);
        let what = moved.series.metric.clone();
        let change = Changed { at: moved.change.at, what, place };
        seen.changed.entry(moved.series.service.clone()).or_default().push(change);
    }
    for text in fresh.iter().filter(|text| text.severity > 0 && text.count >= 3) {
        let Some(at) = text.at else { continue };
        let change = Changed { at, what: format!("“{}”", texts::clipped(&text.text)), place: text.place.clone() };
        seen.changed.entry(text.service.clone()).or_default().push(change);
    }
    for changes in seen.changed.values_mut() {
        changes.sort_by(|a, b| (a.at, &a.what).cmp(&(b.at, &b.what)));
    }
    let services = case.series.iter().map(|series| &series.service);
    let services = services.chain(case.lines.iter().map(|line| &line.service));
    seen.measured = services.chain(case.spans.iter().map(|span| &span.service)).cloned().collect();
    let mut talk = |a: &str, b: &str| {
        seen.talks.insert((a.to_owned(), b.to_owned()));
        seen.talks.insert((b.to_owned(), a.to_owned()));
    };
    for (service, callers) in spans::callers(case) {
        callers.iter().for_each(|caller| talk(service, caller));
    }
    let known: std::collections::BTreeSet<&str> = case
        .deploys
        .iter()
        .map(|deploy| &*deploy.service)
        .chain(case.series.iter().map(|series| &*series.service))
        .collect();
    for text in fresh.iter().filter(|text| text.severity > 0) {
        for word in words::identifiers(&text.text, &['-']) {
            if word != text.service && word.len() > 2 && known.contains(word) {
                talk(&text.service, word);
            }
        }
    }
}
