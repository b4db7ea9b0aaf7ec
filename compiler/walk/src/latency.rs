//! From slow spans to places in the code: where they compute, where they wait, and which calls increased.

use super::compare::{Difference, More};
use super::gather::Gathered;
use super::kind::Kind;
use super::place::Place;
use super::profile::{Profiled, Spans, Spends};
use super::site::{Role, Site};
use super::spot::Spot;
use super::trace::Traced;
use super::tree::Tree;
use super::waits;
use emberline_prose::number::{figure, length, percent};

/// A span that explains less than this share of the added time is ignored.
const MATTERS: f64 = 0.15;
/// Increased calls that explain at least this share of the added time are the explanation.
const EXPLAINS: f64 = 0.35;
/// The number of bad traces that are searched for gaps.
const LOOKED: usize = 3;

/// The added time of a request, in seconds.
fn growth(difference: &Difference) -> f64 {
    let by_request = difference.now.unwrap_or(0.0) - difference.before.unwrap_or(0.0);
    let by_spans: f64 = difference.grown.iter().map(|grown| grown.now - grown.before).sum();
    // If the request itself has no measured growth, use its spans.
    if by_request > 0.0 { by_request } else { by_spans }.max(1e-6)
}

/// The increased calls that explain the added time.
pub(super) fn multiplied(difference: &Difference) -> Option<&More> {
    let cost = |more: &More| more.seconds_now - more.seconds_before;
    // Only the topmost call of a chain counts, because the calls below it increase along with it.
    let explaining = difference.more.iter().filter(|more| cost(more) >= growth(difference) * EXPLAINS);
    let is_below =
        |more: &More| difference.more.iter().any(|other| other.child == more.parent && cost(other) >= cost(more) * 0.9);
    explaining.filter(|more| !is_below(more)).max_by(|a, b| cost(a).total_cmp(&cost(b)))
}

/// The service that takes the time.
pub(super) fn service(traced: &Traced) -> Option<String> {
    if let Some(more) = multiplied(&traced.difference) {
        return Some(more.parent.service.clone());
    }
    traced.difference.grown.first().map(|grown| grown.span.service.clone())
}

/// The spans whose own time grew, in the service that takes the time.
pub(super) fn spans(traced: &Traced, gathered: &Gathered) -> Spans {
    let service = service(traced).unwrap_or_else(|| traced.service.clone());
    let least = growth(&traced.difference) * MATTERS;
    let is_calls = multiplied(&traced.difference).is_some();
    let kinds: Vec<&Kind> = traced
        .difference
        .grown
        .iter()
        .filter(|grown| grown.span.service == service && (is_calls || grown.now - grown.before >= least))
        .map(|grown| &grown.span)
        .collect();
    let mut spans = Spans { service, ids: Default::default(), own: 0.0 };
    for trace in &gathered.bad {
        let tree = Tree::of(trace);
        for at in &tree.order {
            if kinds.contains(&&Kind::of(tree.span(*at))) {
                spans.ids.insert(tree.span(*at).id.clone());
                spans.own += tree.nodes[*at].own;
            }
        }
    }
    spans
}

/// The places that slow spans point to.
pub(super) fn sites(traced: &Traced, gathered: &Gathered, profiled: Option<&Profiled>) -> Vec<Site> {
    let mut sites = Vec::new();
    let trees: Vec<Tree<'_>> = gathered.bad.iter().map(Tree::of).collect();
    let all = growth(&traced.difference);
    let multiplied = multiplied(&traced.difference);
    if let Some(more) = multiplied {
        sites.extend(of_calls(more, &trees));
    }
    for grown in &traced.difference.grown {
        let share = ((grown.now - grown.before) / all).min(1.0);
        if share < MATTERS {
            break;
        }
        // Increased calls explain their own time and their parent's.
        let is_explained = multiplied.is_some_and(|more| more.child == grown.span || more.parent == grown.span);
        let weight = share.sqrt() * if is_explained || multiplied.is_some() { 0.5 } else { 1.0 };
        let profile = profiled.filter(|profiled| profiled.service == grown.span.service);
        match profile.map_or(Spends::Unknown, Profiled::spends) {
            Spends::Computing => sites.extend(profile.map(|it| computing(it, weight)).unwrap_or_default()),
            spends => {
                sites.extend(waiting(&grown.span, &trees, weight, spends));
                sites.extend(profile.map(|it| computing(it, weight * 0.35)).unwrap_or_default());
            }
        }
    }
    sites
}

/// The places that a profile points to.
fn computing(profiled: &Profiled, weight: f64) -> Vec<Site> {
    let mut sites = Vec::new();
    for hot in profiled.functions.iter().filter(|hot| hot.now >= 0.05) {
        let site = |place: &Place, role: Role, weight: f64, lines: Vec<(usize, f64)>, why: String| Site {
            service: profiled.service.clone(),
            place: place.clone(),
            role,
            weight,
            lines,
            why,
        };
        let why = format!("{} of the samples of bad requests", percent(hot.now));
        let lines = hot.lines.iter().filter(|(line, _)| *line > 0).take(20).copied().collect();
        sites.push(site(&hot.place, Role::Computes, weight * hot.now.sqrt(), lines, why));
        for (place, share) in hot.callers.iter().filter(|(_, share)| *share >= 0.2) {
            let why = format!("it calls {} in {} of the samples", hot.place.function, percent(*share));
            sites.push(site(place, Role::Above, weight * hot.now * share * 0.7, Vec::new(), why));
        }
    }
    sites
}

/// The places around a span that waits, or whose use of time is unknown.
fn waiting(kind: &Kind, trees: &[Tree<'_>], weight: f64, spends: Spends) -> Vec<Site> {
    let says = if spends == Spends::Waiting { "without using the CPU" } else { "of its own time" };
    let mut sites = Vec::new();
    for tree in trees.iter().take(LOOKED) {
        // The longest span of the kind.
        let of_kind = tree.order.iter().copied().filter(|at| Kind::of(tree.span(*at)) == *kind);
        let Some(at) = of_kind.max_by(|a, b| tree.nodes[*a].own.total_cmp(&tree.nodes[*b].own)) else { continue };
        let site = |spot: &Spot, role: Role, weight: f64, lines: Vec<(usize, f64)>, why: String| Site {
            service: kind.service.clone(),
            place: place(spot),
            role,
            weight,
            lines,
            why,
        };
        if let Some(gap) = waits::longest(tree, at).filter(|gap| gap.seconds >= tree.nodes[at].own * 0.5) {
            let lines = between(gap.after.as_ref(), gap.until.as_ref());
            let passes = format!("{} pass {says}", length(gap.seconds));
            for (spot, share, at) in [(&gap.after, 1.0, "after this line"), (&gap.until, 0.8, "before this line")] {
                if let Some(spot) = spot {
                    let lines = if share == 1.0 { lines.clone() } else { Vec::new() };
                    sites.push(site(spot, Role::Waits, weight * share, lines, format!("{passes} {at}")));
                }
            }
        }
        if let Some(spot) = Spot::of(&tree.span(at).attributes) {
            let why = format!("span `{}` takes {} {says}", tree.span(at).name, length(tree.nodes[at].own));
            sites.push(site(&spot, Role::Waits, weight * 0.85, Vec::new(), why));
        }
        sites.extend(above(tree, at, weight * 0.4));
    }
    sites
}

/// The lines between two places of one file.
fn between(after: Option<&Spot>, until: Option<&Spot>) -> Vec<(usize, f64)> {
    let Some((after, until)) = after.zip(until) else { return Vec::new() };
    let is_order =
        after.file == until.file && after.line > 0 && until.line >= after.line && until.line - after.line < 60;
    if !is_order {
        return Vec::new();
    }
    let count = super::middle::number(until.line - after.line + 1);
    (after.line..=until.line).map(|line| (line, 1.0 / count)).collect()
}

/// The functions of a span's ancestors in the same service.
fn above(tree: &Tree<'_>, at: usize, weight: f64) -> Vec<Site> {
    let service = &tree.span(at).service;
    let around = tree.above(at).take_while(|above| tree.span(*above).service == *service);
    let spots = around.filter_map(|above| Some((Spot::of(&tree.span(above).attributes)?, above)));
    spots
        .map(|(spot, above)| Site {
            service: service.clone(),
            place: place(&spot),
            role: Role::Above,
            weight,
            lines: Vec::new(),
            why: format!("its span `{}` lies around", tree.span(above).name),
        })
        .collect()
}

/// The places that make the increased calls.
fn of_calls(more: &More, trees: &[Tree<'_>]) -> Vec<Site> {
    let mut sites = Vec::new();
    let why = format!(
        "{} calls {} {} times, before {} times",
        more.parent.words(),
        more.child.words(),
        figure(more.now),
        figure(more.before)
    );
    for tree in trees.iter().take(LOOKED) {
        let is_call = |at: &usize| {
            Kind::of(tree.span(*at)) == more.child
                && tree.nodes[*at].parent.is_some_and(|parent| Kind::of(tree.span(parent)) == more.parent)
        };
        let Some(at) = tree.order.iter().copied().find(is_call) else { continue };
        let ends = [(tree.nodes[at].parent, Role::Calls, 1.0), (Some(at), Role::Called, 0.8)];
        for (end, role, weight) in ends {
            let Some(spot) = end.and_then(|end| Spot::of(&tree.span(end).attributes)) else { continue };
            let service = if role == Role::Calls { &more.parent.service } else { &more.child.service };
            let (service, place, why) = (service.clone(), place(&spot), why.clone());
            sites.push(Site { service, place, role, weight, lines: Vec::new(), why });
        }
        sites.extend(above(tree, at, 0.4));
    }
    sites
}

fn place(spot: &Spot) -> Place {
    Place { function: spot.function.clone(), file: spot.file.clone(), line: spot.line }
}
