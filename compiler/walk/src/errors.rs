//! The fourth layer of a failed request: where the error arose, with its type and message.

use std::collections::BTreeMap;

use serde::Serialize;

use super::aftermath::is_aftermath;
use super::ask::Ask;
use super::ask::{Asked, Log, ask};
use super::case::{Case, answers, has_failed};
use super::fits::Said;
use super::gather::{ENOUGH, Gathered};
use super::kind::Kind;
use super::middle::{median, number};
use super::place::Place;
use super::site::{Role, Site};
use super::spot::Spot;
use super::stack;
use super::tree::Tree;
use super::waits;
use crate::source::{Labels, LogLine, SpanKind, Trace};
use emberline_prose::number::many;

/// Errors that arose in the same place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// The service.
    pub service: String,
    /// The innermost span that failed.
    pub span: String,
    /// The place, if telemetry names it.
    pub place: Option<Place>,
    /// The error's type.
    pub kind: String,
    /// The error's message.
    pub message: String,
    /// How long the failed span lasted, in seconds; the median if there are several.
    pub seconds: f64,
    /// The number of bad traces with this error.
    pub traces: usize,
    /// The error's stack, if telemetry has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stack: String,
    /// The id of one of these traces.
    pub trace_id: String,
}

/// Where errors arose.
#[derive(Debug, Clone, Serialize)]
pub struct Errors {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// Failures, the most frequent first.
    pub failures: Vec<Failure>,
}

/// How much less a frame of a stack trace says than the frame inside it.
const OUTER: f64 = 0.8;

/// The number of traces whose log lines are read: all of them, since an error may stand in a log line alone.
const READ: usize = ENOUGH;

/// The findings of one trace.
struct Found {
    failure: Failure,
    sites: Vec<Site>,
}

/// Looks for the innermost failures of bad traces, and the places that they point to.
pub(super) fn look(case: &Case<'_>, gathered: &Gathered) -> (Errors, Vec<Site>) {
    let mut log = Log::default();
    let mut all: Vec<Found> = Vec::new();
    let usual = usual(&gathered.healthy);
    for (at, trace) in gathered.bad.iter().enumerate() {
        let lines = if at < READ { log.keep(lines(case, trace)) } else { Vec::new() };
        all.extend(innermost(trace, &lines, &usual));
    }
    let mut groups: BTreeMap<(String, String, String), Vec<&Found>> = BTreeMap::new();
    for found in &all {
        let place = found.failure.place.as_ref().map(|place| place.function.clone()).unwrap_or_default();
        let place = if place.is_empty() { found.failure.span.clone() } else { place };
        groups.entry((found.failure.service.clone(), place, found.failure.kind.clone())).or_default().push(found);
    }
    let mut groups: Vec<Vec<&Found>> = groups.into_values().collect();
    groups.sort_by(|a, b| b.len().cmp(&a.len()).then(a[0].failure.span.cmp(&b[0].failure.span)));
    let mut sites = Vec::new();
    let mut failures = Vec::new();
    for group in &groups {
        let share = number(group.len()) / number(all.len()).max(1.0);
        let mut failure = group[0].failure.clone();
        failure.traces = group.len();
        failure.seconds = median(group.iter().map(|found| found.failure.seconds)).unwrap_or(failure.seconds);
        failures.push(failure);
        // A failure with a known place says more than one without.
        let told = group.iter().find(|found| found.failure.place.is_some()).unwrap_or(&group[0]);
        sites.extend(told.sites.iter().cloned().map(|mut site| {
            site.weight *= share.max(0.1).sqrt();
            site
        }));
    }
    let conclusion = conclusion(&failures, gathered.bad.len());
    (Errors { asked: log.asks(), conclusion, failures }, sites)
}

fn lines(case: &Case<'_>, trace: &Trace) -> Asked<Vec<LogLine>> {
    let Some(logs) = case.sources.logs else { return Asked::default() };
    #[expect(clippy::cast_precision_loss, reason = "unix seconds")]
    let seconds = |time: Option<u64>| time.map(|time| time as f64 / 1e9);
    let start = seconds(trace.spans.iter().map(|span| span.start).min()).unwrap_or(case.since());
    let end = seconds(trace.spans.iter().map(|span| span.end).max()).unwrap_or(case.now);
    let answer = logs.of_trace(&trace.id, (start, end));
    let query = format!("log lines of {}", trace.id);
    let (lines, log) = ask(logs.name(), query, answer, |it| many(it.len(), "line", "lines")).apart();
    log.with(lines.unwrap_or_default())
}

/// The innermost failure of a trace: the deepest failed span without a failed descendant. Among equals, the first
/// to end counts. What fails after its caller gave up does not count.
fn innermost(trace: &Trace, lines: &[LogLine], usual: &BTreeMap<Kind, f64>) -> Option<Found> {
    let tree = Tree::of(trace);
    let failed = |at: usize| has_failed(tree.span(at)) && !is_aftermath(&tree, at);
    let mut has_failed_below = vec![false; tree.nodes.len()];
    for at in tree.order.iter().rev() {
        if let Some(parent) = tree.nodes[*at].parent
            && (failed(*at) || has_failed_below[*at])
        {
            has_failed_below[parent] = true;
        }
    }
    let deepest = |at: &usize| (usize::MAX - tree.depth(*at), tree.span(*at).end);
    let at = (0..tree.nodes.len()).filter(|at| failed(*at) && !has_failed_below[*at]).min_by_key(deepest)?;
    // The callee started but did not answer, so it ended in a panic or a timeout.
    let unanswered = tree.nodes[at].children.iter().copied().find(|child| {
        let child = tree.span(*child);
        tree.span(at).kind == SpanKind::Client
            && answers(child)
            && !child.attributes.contains_key("http.response.status_code")
    });
    // If the callee took its usual time, the caller gave up too early and is faulty.
    let unanswered = unanswered.filter(|child| {
        let said = told(&tree, at, lines).failure;
        let said = Said { kinds: vec![said.kind], messages: vec![said.message], ..Said::default() };
        let usual = usual.get(&Kind::of(tree.span(*child))).copied();
        !said.is_late() || usual.is_some_and(|usual| tree.span(*child).seconds() > 1.5 * usual)
    });
    let at_end = unanswered.unwrap_or(at);
    let mut found = told(&tree, at_end, lines);
    if unanswered.is_some() {
        found.sites.extend(last_sign(&tree, at_end));
        if found.failure.kind.is_empty() {
            "no answer".clone_into(&mut found.failure.kind);
        }
    }
    Some(found)
}

/// The median duration of each kind of span in healthy requests, in seconds.
fn usual(healthy: &[Trace]) -> BTreeMap<Kind, f64> {
    let mut seconds: BTreeMap<Kind, Vec<f64>> = BTreeMap::new();
    for span in healthy.iter().flat_map(|trace| &trace.spans) {
        seconds.entry(Kind::of(span)).or_default().push(span.seconds());
    }
    seconds.into_iter().filter_map(|(kind, seconds)| Some((kind, median(seconds)?))).collect()
}

/// The longest stack that is kept, in characters.
const STACK: usize = 8_000;

/// An error as attributes describe it.
struct Told {
    spot: Option<Spot>,
    /// The frames of its stack trace, the innermost first; empty without one.
    frames: Vec<Spot>,
    kind: String,
    message: String,
    stack: String,
}

fn says(attributes: &Labels, text: &str) -> Told {
    let of = |key: &str| attributes.get(key).cloned().unwrap_or_default();
    let message = of("exception.message");
    let kind = Some(of("exception.type")).filter(|kind| !kind.is_empty()).unwrap_or_else(|| of("error.type"));
    let message = if message.is_empty() { text.to_owned() } else { message };
    let frames = attributes.get("exception.stacktrace").map(|text| stack::frames(text)).unwrap_or_default();
    // The place in the attributes of a log line is where the line was written, which may be far from the error.
    let spot = frames.first().cloned().or_else(|| Spot::of(attributes));
    let stack = of("exception.stacktrace").chars().take(STACK).collect();
    Told { spot, frames, kind, message, stack }
}

/// The error of a failed span, from its events and log lines, or else from the spans around it.
fn told(tree: &Tree<'_>, at: usize, lines: &[LogLine]) -> Found {
    let span = tree.span(at);
    let own = Spot::of(&span.attributes);
    let is_error = |attributes: &Labels, name: &str| {
        attributes.keys().any(|key| key.starts_with("exception.")) || name == "exception"
    };
    let around =
        || std::iter::once(at).chain(tree.above(at).take_while(|above| tree.span(*above).service == span.service));
    let mut told: Vec<(f64, Told)> = Vec::new();
    for (distance, place) in around().enumerate() {
        let near = 1.0 - 0.15 * number(distance.min(4));
        for event in tree.span(place).events.iter().filter(|event| is_error(&event.attributes, &event.name)) {
            told.push((near, says(&event.attributes, &event.name)));
        }
        let of_span = |line: &&LogLine| line.span_id == tree.span(place).id;
        let grave = |line: &&LogLine| {
            matches!(line.severity.to_ascii_uppercase().as_str(), "ERROR" | "FATAL" | "CRITICAL")
                || line.attributes.contains_key("exception.type")
        };
        for line in lines.iter().filter(of_span).filter(grave) {
            told.push((near * 0.98, says(&line.attributes, &line.body)));
        }
    }
    // A log line without a span of the trace still belongs to the service.
    if told.is_empty() {
        let grave =
            lines.iter().filter(|line| line.service == span.service && line.severity.eq_ignore_ascii_case("ERROR"));
        told.extend(grave.map(|line| (0.6, says(&line.attributes, &line.body))));
    }
    let best = told.first();
    let attribute = |key: &str| span.attributes.get(key).cloned().unwrap_or_default();
    let spot = best.and_then(|(_, told)| told.spot.clone()).or_else(|| own.clone());
    let kind = best.map(|(_, told)| told.kind.clone()).filter(|kind| !kind.is_empty());
    let failure = Failure {
        service: span.service.clone(),
        span: span.name.clone(),
        place: spot.map(|spot| place(&spot)),
        kind: kind.unwrap_or_else(|| attribute("error.type")),
        message: best.map_or_else(|| attribute("otel.status_description"), |(_, told)| told.message.clone()),
        stack: best.map(|(_, told)| told.stack.clone()).unwrap_or_default(),
        seconds: span.seconds(),
        traces: 1,
        trace_id: tree.trace.id.clone(),
    };
    Found { sites: sites(tree, at, &told, own.as_ref()), failure }
}

fn place(spot: &Spot) -> Place {
    Place { function: spot.function.clone(), file: spot.file.clone(), line: spot.line }
}

/// The place of an error, and the places around it.
fn sites(tree: &Tree<'_>, at: usize, told: &[(f64, Told)], own: Option<&Spot>) -> Vec<Site> {
    let span = tree.span(at);
    let site = |spot: &Spot, role: Role, weight: f64, why: String| Site {
        service: span.service.clone(),
        place: place(spot),
        role,
        weight,
        lines: if spot.line > 0 && role == Role::Fails { vec![(spot.line, 1.0)] } else { Vec::new() },
        why,
    };
    let mut sites = Vec::new();
    for (near, told) in told {
        if let Some(spot) = &told.spot {
            let what = if told.kind.is_empty() { "an error" } else { told.kind.as_str() };
            sites.push(site(spot, Role::Fails, *near, format!("{what} arose here")));
        }
        // The innermost frames may be a library's, whose files the repository does not have.
        let mut near = *near;
        for frame in told.frames.iter().skip(1) {
            near *= OUTER;
            sites.push(site(frame, Role::Fails, near, "the error passed through here".to_owned()));
        }
    }
    if let Some(own) = own {
        let mut own = site(own, Role::Fails, 0.6, format!("innermost failed span: `{}`", span.name));
        own.lines.clear();
        sites.push(own);
    }
    for above in tree.above(at).take_while(|above| tree.span(*above).service == span.service) {
        if let Some(spot) = Spot::of(&tree.span(above).attributes) {
            sites.push(site(&spot, Role::Above, 0.4, format!("the failed span is inside `{}`", tree.span(above).name)));
        }
    }
    sites.extend(callers(tree, at));
    sites
}

/// The most spans of a caller that are followed.
const CALLERS: usize = 3;

/// The places in the calling service that sent a failed request. A callee may refuse what a new version of the caller
/// sends.
fn callers(tree: &Tree<'_>, at: usize) -> Vec<Site> {
    let service = &tree.span(at).service;
    let remote = |above: &usize| tree.span(*above).service != *service;
    let mut above = tree.above(at).skip_while(|above| !remote(above)).peekable();
    let Some(caller) = above.peek().map(|above| tree.span(*above).service.clone()) else { return Vec::new() };
    let own = above.take_while(|above| tree.span(*above).service == caller);
    let spots = own.filter_map(|above| Some((Spot::of(&tree.span(above).attributes)?, tree.span(above).name.clone())));
    spots
        .take(CALLERS)
        .map(|(spot, name)| Site {
            service: caller.clone(),
            place: place(&spot),
            role: Role::Differs,
            weight: 0.45,
            lines: Vec::new(),
            why: format!("its span `{name}` calls {service}, where the request fails"),
        })
        .collect()
}

/// The last places that a span without an answer reached.
fn last_sign(tree: &Tree<'_>, at: usize) -> Vec<Site> {
    let span = tree.span(at);
    let mut at = at;
    // Descend into the child that ran last.
    while let Some(child) =
        tree.nodes[at].children.iter().copied().max_by(|a, b| tree.nodes[*a].end.total_cmp(&tree.nodes[*b].end))
    {
        if tree.span(child).service != span.service {
            break;
        }
        at = child;
    }
    let event = tree.span(at).events.iter().rev().find_map(|event| Spot::of(&event.attributes));
    let gap = waits::longest(tree, at).and_then(|gap| gap.after);
    let spots = [event, gap, Spot::of(&tree.span(at).attributes)];
    let mut sites = Vec::new();
    for (spot, weight) in spots.into_iter().zip([0.9, 0.7, 0.7]).filter_map(|(spot, weight)| Some((spot?, weight))) {
        sites.push(Site {
            service: span.service.clone(),
            place: place(&spot),
            role: Role::Fails,
            weight,
            lines: Vec::new(),
            why: "last sign of a request that was never answered".to_owned(),
        });
    }
    sites
}

fn conclusion(failures: &[Failure], traces: usize) -> String {
    let Some(first) = failures.first() else {
        return "No span of the bad traces failed.".to_owned();
    };
    let kind = if first.kind.is_empty() { "An error".to_owned() } else { first.kind.clone() };
    let place = first.place.as_ref().map_or_else(|| "an unknown place".to_owned(), Place::words);
    let message = if first.message.is_empty() { String::new() } else { format!(": “{}”", first.message) };
    let more = if failures.len() > 1 {
        format!("; {} elsewhere", many(failures.len() - 1, "kind", "kinds"))
    } else {
        String::new()
    };
    format!(
        "{kind} in {} of {traces} bad requests, in {}, span `{}`, at {place}{message}{more}.",
        first.traces, first.service, first.span
    )
}
