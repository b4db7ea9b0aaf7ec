//! Fetches bad traces since the onset, by exemplars or search, and healthy traces from before the onset.

use std::collections::BTreeSet;

use emberline_core::plan::queries;

use super::ask::{Asked, Log, ask};
use super::builds;
use super::case::{Case, Symptom, answers};
use super::kind::Kind;
use super::tree;
use crate::source::{Search, Span, Trace};
use emberline_prose::number::{length, many};

/// The most traces of each side that are compared.
pub(super) const ENOUGH: usize = 8;
/// The most traces that are fetched to find enough of each side.
const TRIED: usize = 32;
/// The most traces that may be too long to read.
const TOO_LONG: usize = 3;
/// How far back the search for healthy requests goes, in seconds.
const BACK: f64 = 6.0 * 3_600.0;

/// Traces to compare.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Traces with the symptom.
    pub(super) bad: Vec<Trace>,
    /// Traces without the symptom.
    pub(super) healthy: Vec<Trace>,
    /// Whether the healthy traces are from before the onset.
    pub(super) is_from_before: bool,
    /// Whether no bad trace is of the last episode of a fault that comes and goes.
    pub(super) is_earlier: bool,
}

/// The objective's own traces.
pub(super) fn own(case: &Case<'_>) -> Asked<Gathered> {
    let mut log = Log::default();
    let is_bad = |trace: &Trace| {
        let mut own = trace.spans.iter().filter(|span| case.is_own(span) && matches_only(case, span)).peekable();
        match case.symptom {
            // The objective's own span may not be marked as failed, so any error in its trace counts.
            Symptom::Failed => own.peek().is_some() && trace.spans.iter().any(super::case::has_failed),
            slow => own.any(|span| slow.shows(span)),
        }
    };
    let mut bad_since = |from: f64| {
        let mut ids = log.keep(exemplars(case, from));
        ids.extend(log.keep(searched(case, (&case.slo.service, from), case.symptom)));
        log.keep(fetch(case, ids, &is_bad))
    };
    let mut bad = bad_since(case.latest());
    let is_earlier = bad.is_empty();
    // A fault that comes and goes may show in few requests of the last episode.
    if case.latest() > case.since() && bad.len() < ENOUGH {
        let earlier = bad_since(case.since());
        builds::extend(&mut bad, earlier, ENOUGH);
    }
    let is_earlier = is_earlier && !bad.is_empty();
    let gathered = log.keep(with_healthy(case, &case.slo.service, case.symptom, bad));
    log.with(Gathered { is_earlier, ..gathered })
}

/// A peer's separate traces, which it starts because the trace context did not arrive.
pub(super) fn of_peer(case: &Case<'_>, peer: &str, symptom: Symptom, known: &[Trace]) -> Asked<Gathered> {
    let mut log = Log::default();
    let is_bad = |trace: &Trace| trace.spans.iter().any(|span| is_request_of(peer, span) && symptom.shows(span));
    let mut ids = log.keep(searched(case, (peer, case.latest()), symptom));
    ids.retain(|id| known.iter().all(|trace| trace.id != *id));
    let bad = log.keep(fetch(case, ids, &is_bad));
    let gathered = log.keep(with_healthy(case, peer, symptom, bad));
    log.with(gathered)
}

/// Requests of a peer since the onset, in traces other than the known ones.
pub(super) fn any_of(case: &Case<'_>, peer: &str, known: &[Trace]) -> Asked<Vec<Trace>> {
    requests_of(case, peer, (case.since(), case.now), 20, known)
}

/// Requests of a peer from shortly before the onset.
pub(super) fn just_before(case: &Case<'_>, peer: &str) -> Asked<Vec<Trace>> {
    requests_of(case, peer, (case.before(), case.since()), TRIED, &[])
}

/// Requests of a service between two times, in traces other than the known ones.
fn requests_of(
    case: &Case<'_>,
    service: &str,
    (start, end): (f64, f64),
    limit: usize,
    known: &[Trace],
) -> Asked<Vec<Trace>> {
    let mut log = Log::default();
    let Some(traces) = case.sources.traces else { return log.with(Vec::new()) };
    let wanted = Search { service: service.to_owned(), start, end, limit, ..Search::default() };
    let mut ids = log.keep(search(traces, &wanted));
    ids.retain(|id| known.iter().all(|trace| trace.id != *id));
    let found = log.keep(fetch(case, ids, &|trace| trace.spans.iter().any(|span| is_request_of(service, span))));
    log.with(found)
}

fn is_request_of(service: &str, span: &Span) -> bool {
    span.service == service && answers(span)
}

/// Whether a span has the attributes that the objective selects. A missing attribute does not exclude the span.
fn matches_only(case: &Case<'_>, span: &Span) -> bool {
    use emberline_core::promql::MatchOp;
    case.slo.about.only.iter().all(|(key, op, value)| match (span.attributes.get(key), op) {
        (Some(is), MatchOp::Eq) => is == value,
        (Some(is), MatchOp::Ne) => is != value,
        // Only plain alternatives are compared here, because the store evaluates patterns.
        (Some(is), MatchOp::Re) => value.split('|').any(|one| one == is) || value.contains(['.', '*', '[', '(', '+']),
        (Some(is), MatchOp::Nre) => value.split('|').all(|one| one != is),
        (None, _) => true,
    })
}

/// Ids of bad requests since a time that exemplars point to, the latest first.
fn exemplars(case: &Case<'_>, from: f64) -> Asked<Vec<String>> {
    // Nobody could fetch the traces that exemplars name.
    if case.sources.traces.is_none() {
        return Asked::default();
    }
    let metrics = case.sources.metrics;
    let selector = queries::exemplars(case.slo);
    if !metrics.has_exemplars() {
        let words = |_: &Vec<String>| "this product keeps none: bad traces are searched for".to_owned();
        let (none, log) = ask(metrics.name(), format!("exemplars of {selector}"), Ok(Vec::new()), words).apart();
        return log.with(none.unwrap_or_default());
    }
    let answer = metrics.exemplars(&selector, from, case.now);
    let query = format!("exemplars of {selector}");
    let (found, log) = ask(metrics.name(), query, answer, |it| many(it.len(), "exemplar", "exemplars")).apart();
    let mut found = found.unwrap_or_default();
    found.retain(|exemplar| match case.symptom {
        Symptom::Slow(threshold) => exemplar.value > threshold,
        Symptom::Failed => exemplar.series.get("status_code").is_some_and(|code| code == "STATUS_CODE_ERROR"),
    });
    found.retain(|exemplar| exemplar.time >= from);
    found.sort_by(|a, b| b.time.total_cmp(&a.time));
    log.with(found.into_iter().map(|exemplar| exemplar.trace_id).collect())
}

/// Ids of traces since a time that a search finds by the symptom, the latest first.
fn searched(case: &Case<'_>, (service, start): (&str, f64), symptom: Symptom) -> Asked<Vec<String>> {
    let Some(traces) = case.sources.traces else { return Asked::default() };
    let (min_seconds, failed) = match symptom {
        Symptom::Slow(threshold) => (Some(threshold), None),
        Symptom::Failed => (None, Some(true)),
    };
    let wanted = Search { service: service.to_owned(), start, end: case.now, min_seconds, failed, limit: TRIED };
    search(traces, &wanted)
}

fn search(traces: &dyn crate::source::Traces, wanted: &Search) -> Asked<Vec<String>> {
    let mut query = format!(
        "traces of {} from {} to {}",
        wanted.service,
        emberline_prose::number::clock(wanted.start),
        emberline_prose::number::clock(wanted.end)
    );
    if let Some(least) = wanted.min_seconds {
        query.push_str(&format!(", {} or longer", length(least)));
    }
    match wanted.failed {
        Some(true) => query.push_str(", failed"),
        Some(false) => query.push_str(", not failed"),
        None => {}
    }
    let answer = traces.search(wanted);
    let (ids, log) = ask(traces.name(), query, answer, |ids| many(ids.len(), "trace", "traces")).apart();
    log.with(ids.unwrap_or_default())
}

/// Fetches traces until enough of them match.
fn fetch(
    case: &Case<'_>,
    ids: impl IntoIterator<Item = String>,
    is_wanted: &dyn Fn(&Trace) -> bool,
) -> Asked<Vec<Trace>> {
    let mut log = Log::default();
    let Some(traces) = case.sources.traces else { return log.with(Vec::new()) };
    let (mut seen, mut found, mut asked) = (BTreeSet::new(), Vec::new(), 0_usize);
    let (mut trouble, mut too_long) = (None, 0);
    for id in ids {
        if found.len() == ENOUGH || asked == TRIED {
            break;
        }
        if !seen.insert(id.clone()) {
            continue;
        }
        asked += 1;
        match traces.trace(&id) {
            Ok(Some(mut trace)) if is_wanted(&trace) => {
                // Layers read no more of a trace, and several long traces would fill the memory.
                trace.spans.truncate(tree::MOST);
                trace.spans.shrink_to_fit();
                found.push(trace);
            }
            Ok(_) => {}
            Err(error) => {
                // A trace may be too long to read, and the next one may not.
                too_long += 1;
                let is_over = !error.is_of_one_answer() || too_long == TOO_LONG;
                trouble = Some(error);
                if is_over {
                    break;
                }
            }
        }
    }
    if asked > 0 {
        let ids: Vec<&str> = found.iter().map(|trace: &Trace| trace.id.as_str()).collect();
        let words = format!("{} of {asked} match", found.len());
        let answer = trouble.map_or(Ok(()), Err);
        log.keep(ask(traces.name(), format!("traces {}", ids.join(" ")), answer, |()| words));
    }
    log.with(found)
}

/// Adds healthy requests of the same operations.
fn with_healthy(case: &Case<'_>, service: &str, symptom: Symptom, bad: Vec<Trace>) -> Asked<Gathered> {
    let mut log = Log::default();
    let Some(traces) = case.sources.traces else { return log.with(Gathered { bad, ..Gathered::default() }) };
    let requests = |trace: &Trace| -> BTreeSet<Kind> {
        trace.spans.iter().filter(|span| is_request_of(service, span)).map(Kind::of).collect()
    };
    let operations: BTreeSet<Kind> = bad.iter().flat_map(requests).collect();
    let is_healthy = |trace: &Trace| {
        let own = || trace.spans.iter().filter(|span| is_request_of(service, span));
        own().next().is_some()
            && !own().any(|span| symptom.shows(span) || span.failed)
            && (operations.is_empty() || requests(trace).iter().any(|kind| operations.contains(kind)))
    };
    let (failed, limit) = (Some(false), 100);
    let mut wanted = Search {
        service: service.to_owned(),
        start: case.before() - BACK,
        end: case.before(),
        min_seconds: None,
        failed,
        limit,
    };
    let ids = log.keep(search(traces, &wanted));
    let healthy = log.keep(fetch(case, ids, &is_healthy));
    if !healthy.is_empty() || bad.is_empty() {
        return log.with(Gathered { bad, healthy, is_from_before: true, ..Gathered::default() });
    }
    // Current healthy requests are better than none.
    (wanted.start, wanted.end) = (case.since(), case.now);
    let ids = log.keep(search(traces, &wanted));
    let healthy = log.keep(fetch(case, ids, &is_healthy));
    log.with(Gathered { bad, healthy, ..Gathered::default() })
}
