//! Where it began and who suffers.

use std::collections::{BTreeMap, BTreeSet};

use crate::rank::Hypothesis;
use crate::read::{Case, Span};
use crate::sign::Sign;
use crate::symptoms::{Seen, parents};

/// The service that failed first, and the others that suffer.
pub(crate) fn place(case: &Case, seen: &Seen, cause: &Hypothesis<'_>) -> (String, Vec<String>) {
    let mut votes: BTreeMap<&str, f64> = seen.harmed.keys().map(|service| (&**service, 0.0)).collect();
    // The alert watches what its author expects to fail; in doubt it is right.
    *votes.entry(&case.alert.service).or_default() += 1.2;
    if let Some(earliest) = seen.harmed.values().min() {
        for (service, since) in &seen.harmed {
            if since - earliest <= seen.interval {
                *votes.entry(service).or_default() += 0.8;
            }
        }
    }
    let mut told: BTreeMap<&str, f64> = BTreeMap::new();
    for fact in seen.facts.iter().filter(|fact| fact.sign.telling() >= 0.5 && fact.strength >= 0.5) {
        let known = told.entry(&fact.service).or_default();
        *known = (*known + 0.3).min(0.9);
    }
    for (service, share) in told {
        if let Some(vote) = votes.get_mut(service) {
            *vote += share;
        }
    }
    for service in slowest(case, seen) {
        if let Some(vote) = votes.get_mut(service) {
            *vote += 1.0;
        }
    }
    for service in deepest(case, seen) {
        if let Some(vote) = votes.get_mut(service) {
            *vote += 1.2;
        }
    }
    let accused = blamed(case, seen);
    for (service, count) in &accused {
        if let Some(vote) = votes.get_mut(&**service) {
            *vote += 0.4 * count.min(2.0);
        }
    }
    if let Some(service) = &cause.service {
        let known = cause.fit > 0.3 || cause.named >= 0.5;
        // A change may show first in something that hurts nobody by itself, as a cache that misses.
        if seen.changed.contains_key(service) && !seen.platform.contains(service) {
            votes.entry(service).or_default();
        }
        if let Some(vote) = votes.get_mut(&**service) {
            *vote += if known { 2.2 } else { 1.2 };
        }
    }
    let first = votes.iter().max_by(|a, b| {
        a.1.total_cmp(b.1).then_with(|| {
            let since = |service: &str| seen.harmed.get(service).copied().unwrap_or(i64::MAX);
            since(b.0).cmp(&since(a.0)).then(b.0.cmp(a.0))
        })
    });
    let first = first.map_or_else(|| case.alert.service.clone(), |(service, _)| (*service).to_owned());
    let suffers = seen.harmed.keys().filter(|service| **service != first && !victim(case, seen, service, &first));
    (first.clone(), suffers.cloned().collect())
}

/// The services of the deepest failed spans since the onset. A span that its caller cancelled does not count.
fn deepest<'a>(case: &'a Case, seen: &Seen) -> Vec<&'a str> {
    let parents = parents(case);
    let start = seen.first.unwrap_or(i64::MIN);
    let failed = |span: &Span| {
        let cancelled = span.fields.values().any(|text| text.to_lowercase().contains("cancel"));
        span.failed && span.at >= start && !cancelled
    };
    let pairs = case.spans.iter().zip(&parents).filter(|(span, _)| failed(span));
    let above: BTreeSet<usize> = pairs.filter_map(|(_, parent)| Some(parent.as_ref()?.index)).collect();
    let leaf = |span: &&Span| !above.contains(&span.index);
    let mut found: Vec<&str> =
        case.spans.iter().filter(|span| failed(span)).filter(leaf).map(|span| &*span.service).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The services whose own time grew the most: a span's time without that of the spans that it waits for.
fn slowest<'a>(case: &'a Case, seen: &Seen) -> Vec<&'a str> {
    let start = seen.first.unwrap_or(i64::MAX);
    let parents = parents(case);
    let mut below: BTreeMap<usize, f64> = BTreeMap::new();
    for (span, parent) in case.spans.iter().zip(&parents) {
        if let Some(parent) = parent {
            *below.entry(parent.index).or_default() += span.millis;
        }
    }
    let own = |span: &Span| (span.millis - below.get(&span.index).copied().unwrap_or(0.0)).max(0.0);
    let mut usual: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for span in case.spans.iter().filter(|span| span.at < start) {
        let known = usual.entry((&span.service, &span.name)).or_default();
        *known = known.max(own(span));
    }
    let mut grown: BTreeMap<&str, f64> = BTreeMap::new();
    for span in case.spans.iter().filter(|span| span.at >= start) {
        let Some(usual) = usual.get(&(&*span.service, &*span.name)) else { continue };
        let more = own(span) - usual;
        if more > usual * 2.0 && more > 20.0 {
            let known = grown.entry(&span.service).or_default();
            *known = known.max(more);
        }
    }
    let most = grown.values().copied().fold(0.0, f64::max);
    grown.into_iter().filter(|(_, more)| *more >= most * 0.8).map(|(service, _)| service).collect()
}

/// The services that errors of others name.
fn blamed(case: &Case, seen: &Seen) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for fact in seen.facts.iter().filter(|fact| fact.place.starts_with("logs") || fact.place.starts_with("patterns")) {
        for service in seen.harmed.keys().filter(|service| **service != fact.service && service.len() > 2) {
            let text = fact.text.strip_prefix(&fact.service).unwrap_or(&fact.text);
            let whole = crate::words::identifiers(text, &['-']).iter().any(|word| word == service);
            if whole && !case.alert.service.is_empty() {
                *found.entry(service.clone()).or_insert(0.0) += 0.5;
            }
        }
    }
    found
}

/// Whether a service only answers what the first one asks: it is a victim below, not a part of the blast.
fn victim(case: &Case, seen: &Seen, service: &str, first: &str) -> bool {
    let only = seen.facts.iter().filter(|fact| fact.service == service && fact.strength > 0.2);
    let harmless = only.clone().all(|fact| matches!(fact.sign, Sign::FanOut | Sign::Surge | Sign::Cancelled));
    harmless && only.count() > 0 && case.spans.iter().any(|span| span.service == first)
}
