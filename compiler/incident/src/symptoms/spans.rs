//! Symptoms of traces: calls for each request, waits and deadlines, compared with spans before the incident.

use std::collections::{BTreeMap, BTreeSet};

use super::texts;
use crate::read::{Case, Span};
use crate::sign::{Fact, Sign};
use crate::words;

/// The parent of each span, by the spans' places in the case.
pub(crate) fn parents(case: &Case) -> Vec<Option<&Span>> {
    let mut by_id: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    for span in &case.spans {
        by_id.entry(&span.id).or_default().push(span);
    }
    let parent = |span: &Span| {
        let all = by_id.get(span.parent.as_deref()?)?;
        // Ids repeat in small exports: the same trace wins, then the nearest time.
        all.iter().copied().min_by_key(|other| (other.trace != span.trace, (other.at - span.at).abs()))
    };
    case.spans.iter().map(parent).collect()
}

/// The services that call each service.
pub(super) fn callers(case: &Case) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (span, parent) in case.spans.iter().zip(parents(case)) {
        if let Some(parent) = parent
            && parent.service != span.service
        {
            found.entry(&span.service).or_default().insert(&parent.service);
        }
    }
    found
}

/// What spans show since the onset.
pub(super) fn facts(case: &Case, start: Option<i64>) -> Vec<Fact> {
    let start = start.unwrap_or(i64::MAX);
    let mut found = Vec::new();
    let mut fact = |span: &Span, sign: Sign, strength: f64, text: String| {
        found.push(Fact {
            sign,
            strength,
            service: span.service.clone(),
            at: Some(span.at),
            text,
            place: format!("traces.json, span {}", span.index),
        });
    };
    let before = usual(case, start);
    let parents = parents(case);
    let mut counts: BTreeMap<(&str, &str, i64, &str), (usize, &Span)> = BTreeMap::new();
    for (span, parent) in case.spans.iter().zip(&parents) {
        if let Some(parent) = parent {
            counts.entry((&parent.trace, &parent.id, parent.at, &span.name)).or_insert((0, span)).0 += 1;
        }
    }
    for ((_, _, at, name), (count, span)) in counts {
        if count >= 8 && at >= start {
            fact(span, Sign::FanOut, 0.9, format!("one request calls {name} {count} times"));
        }
    }
    for span in case.spans.iter().filter(|span| span.at >= start) {
        for (name, value) in &span.fields {
            let parts = words::parts(name);
            let has = |word: &str| parts.iter().any(|part| part == word);
            let Ok(number) = value.parse::<f64>() else { continue };
            if (has("queue") || has("queued"))
                && (has("wait") || has("ms"))
                && number > span.millis * 0.5
                && number > 50.0
            {
                fact(span, Sign::QueueUp, 0.9, format!("{} waits {number} ms in a queue", span.name));
            } else if (has("pool") || has("acquire")) && number > span.millis * 0.5 && number > 50.0 {
                fact(span, Sign::PoolExhausted, 0.9, format!("{} waits {number} ms for a connection", span.name));
            } else if has("lock") && number > span.millis * 0.5 && number > 50.0 {
                fact(span, Sign::LockWait, 0.9, format!("{} waits {number} ms for a lock", span.name));
            }
            let Some(&usual) = before.get(&(&*span.name, &**name)) else { continue };
            if (has("deadline") || has("timeout")) && number < usual * 0.8 {
                fact(span, Sign::ShortDeadline, 1.0, format!("{name} of {} is {number}, it was {usual}", span.name));
            } else if (has("rows") || has("scanned")) && number > usual * 3.0 {
                fact(span, Sign::RowsUp, 0.9, format!("{name} of {} is {number}, it was {usual}", span.name));
            } else if (has("retry") || has("attempt") || has("attempts") || has("retries")) && number > usual {
                fact(span, Sign::Retries, 0.8, format!("{name} of {} is {number}, it was {usual}", span.name));
            } else if (has("queries") || has("calls")) && number > usual * 3.0 {
                fact(span, Sign::QueriesUp, 0.9, format!("{name} of {} is {number}, it was {usual}", span.name));
            }
        }
        let error: Vec<&str> = span.fields.values().map(String::as_str).filter(|text| text.len() > 8).collect();
        if span.failed && !error.is_empty() {
            for (sign, strength) in texts::signs(&error.join(" ; ")) {
                let text = format!("{} of {} fails: {}", span.name, span.service, texts::clipped(&error.join("; ")));
                fact(span, sign, strength * 0.9, text);
            }
        }
    }
    found
}

/// The largest number of each attribute on spans of each name before the onset.
fn usual(case: &Case, start: i64) -> BTreeMap<(&str, &str), f64> {
    let mut found: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for span in case.spans.iter().filter(|span| span.at < start) {
        for (field, value) in &span.fields {
            let Ok(number) = value.parse::<f64>() else { continue };
            let known = found.entry((&span.name, field)).or_insert(number);
            *known = known.max(number);
        }
    }
    found
}
