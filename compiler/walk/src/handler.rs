//! The functions that answer a request, found by its route. SDKs of most languages name no `code.*` attributes, but a
//! service's source code has the route's text beside its handler.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{answers, has_failed};
use super::middle::number;
use super::place::Place;
use super::program::{Program, items::Item};
use super::repo::Repo;
use super::site::{Role, Site};
use super::spot::Spot;
use super::values::Value;
use crate::source::{Span, Trace};

/// How directly a route points to its handler: the fault may also lie in what the handler calls.
const ROUTED: f64 = 0.7;
/// The most functions that are taken from a line that registers a handler.
const NAMED: usize = 3;
/// The most lines that may stand between a decorator and its function.
const DECORATED: usize = 8;

/// The handlers of a service's requests in bad traces, if their spans name no place in the code.
pub(super) fn sites(bad: &[Trace], service: &str, role: Role, repo: &Repo<'_>) -> Vec<Site> {
    let is_meant = |span: &Span| {
        let is_own = span.service == service && answers(span) && Spot::of(&span.attributes).is_none();
        is_own && (role != Role::Fails || has_failed(span))
    };
    routed(bad, (service, &is_meant), repo)
        .into_iter()
        .map(|(route, place, weight)| site(service, role, place, weight, format!("it answers `{route}`")))
        .collect()
}

/// The handlers of requests that a callee refuses. A refused request may not reach its handler, so its span may name a
/// place in a library that all handlers share.
pub(super) fn refusing(bad: &[Trace], values: &[Value], repo: &Repo<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for value in values.iter().filter(|value| value.is_refusal()) {
        let service = value.span.service.as_str();
        let is_meant = |span: &Span| {
            span.service == service && answers(span) && span.attributes.get(&value.key) == Some(&value.now)
        };
        for (route, place, weight) in routed(bad, (service, &is_meant), repo) {
            let why = format!("it answers `{route}`, and {}", value.words());
            sites.push(site(service, Role::Fails, place, weight, why));
        }
    }
    sites
}

fn site(service: &str, role: Role, place: Place, weight: f64, why: String) -> Site {
    Site { service: service.to_owned(), place, role, weight, lines: Vec::new(), why }
}

/// The handlers of a service's spans that are meant: each with its route and its weight.
fn routed(
    bad: &[Trace],
    (service, is_meant): (&str, &dyn Fn(&Span) -> bool),
    repo: &Repo<'_>,
) -> Vec<(String, Place, f64)> {
    let Some(folder) = repo.folder(service) else { return Vec::new() };
    let mut routes: BTreeMap<String, usize> = BTreeMap::new();
    for trace in bad {
        let own: BTreeSet<String> = trace.spans.iter().filter(|span| is_meant(span)).filter_map(route).collect();
        for route in own {
            *routes.entry(route).or_default() += 1;
        }
    }
    let paths = repo.neighbours(&folder);
    let mut found = Vec::new();
    for (route, traces) in routes {
        let share = number(traces) / number(bad.len()).max(1.0);
        for path in &paths {
            let Some(program) = repo.now(path) else { continue };
            let mut places: Vec<Place> = handlers(&program, &route).into_iter().map(|item| place(path, item)).collect();
            if places.is_empty() {
                places.extend(elsewhere(&program, &route, &paths, repo));
            }
            for (rank, place) in places.into_iter().enumerate() {
                let weight = ROUTED * share.sqrt() * if rank == 0 { 1.0 } else { 0.6 };
                found.push((route.clone(), place, weight));
            }
        }
    }
    found
}

fn place(path: &str, item: &Item) -> Place {
    Place { function: item.name.clone(), file: path.to_owned(), line: item.first }
}

/// Words beside a route that are no handlers, although another file may have a function of that name.
const VERBS: [&str; 14] = [
    "get", "post", "put", "patch", "delete", "head", "options", "any", "route", "handle", "to", "methods", "self",
    "use",
];

/// The handler of a route that a file registers and another file of the service has: `.route("/rpc", post(rpc::pay))`.
fn elsewhere(program: &Program, route: &str, paths: &[String], repo: &Repo<'_>) -> Option<Place> {
    let lines = program.text.lines().filter(|line| !is_decorator(line));
    let behind: Vec<&str> = lines.filter_map(|line| quoted(line, route)).collect();
    behind.into_iter().find_map(|behind| {
        let parts: Vec<&str> = words(behind).collect();
        let (name, before) = parts.split_last()?;
        // A verb's name is a handler if a module stands before it.
        let is_named = !VERBS.contains(name) || before.last().is_some_and(|it| !VERBS.contains(it));
        let named = |path: &String| {
            let program = repo.now(path)?;
            let item = program.function(name, None).filter(|item| !item.is_test)?;
            Some(place(path, item))
        };
        let mut found = paths.iter().filter(|_| is_named).filter_map(named);
        // A name that several files have says nothing.
        found.next().filter(|_| found.next().is_none())
    })
}

/// The text by which a service's code knows a request: the route, or else the name of the method.
fn route(span: &Span) -> Option<String> {
    let known = ["http.route", "rpc.method"].iter().find_map(|key| span.attributes.get(*key)).cloned();
    // A span's name may be the only place of the route: `GET /orders/:id`, `shop.Stock/Reserve`.
    let named = || span.name.split_once(" /").map(|(_, route)| format!("/{route}"));
    known.or_else(named).filter(|route| route.len() > 1)
}

/// The functions that a file has for a route, the most direct one first.
fn handlers<'p>(program: &'p Program, route: &str) -> Vec<&'p Item> {
    let mut found: Vec<&Item> = Vec::new();
    let mut add = |item: Option<&'p Item>| {
        if let Some(item) = item.filter(|item| !item.is_test && !found.contains(item)) {
            found.push(item);
        }
    };
    for (line, text) in (1_usize..).zip(program.text.lines()) {
        let Some(behind) = quoted(text, route) else { continue };
        if is_decorator(text) {
            add(decorated(program, line));
        } else {
            let mut named: Vec<&Item> = words(behind).filter_map(|word| program.function(word, None)).collect();
            // The last name is the handler; the names before it wrap it.
            named.reverse();
            named.into_iter().take(NAMED).for_each(|item| add(Some(item)));
        }
    }
    // A method of a remote interface has the function's name.
    if found.is_empty() && !route.starts_with('/') {
        let named = program.items.iter().find(|item| item.is_function() && item.name.eq_ignore_ascii_case(route));
        found.extend(named.filter(|item| !item.is_test));
    }
    found
}

/// What stands behind a quoted text that ends with the route, up to the next quoted text: `"GET /order", handler`.
fn quoted<'t>(line: &'t str, route: &str) -> Option<&'t str> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    line.match_indices(route).find_map(|(at, _)| {
        let (before, behind) = (line.get(..at)?, line.get(at + route.len()..)?);
        let is_begun = before.ends_with(is_quote) || before.ends_with(' ') && before.contains(is_quote);
        let behind = behind.strip_prefix(is_quote)?;
        is_begun.then(|| behind.split(is_quote).next().unwrap_or(behind))
    })
}

/// Whether a line decorates what follows: `@app.get("/order")`, `#[get("/order")]`, `[HttpGet("/order")]`.
fn is_decorator(line: &str) -> bool {
    line.trim_start().starts_with(['@', '#', '['])
}

/// The function below a decorator. The decorator may be part of it.
fn decorated(program: &Program, line: usize) -> Option<&Item> {
    let functions = || program.items.iter().filter(|item| item.is_function());
    let starts = functions().find(|item| item.first == line);
    let below = || functions().filter(|item| (line..=line + DECORATED).contains(&item.first));
    starts.or_else(|| below().min_by_key(|item| item.first))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str, route: &str) -> Vec<String> {
        handlers(&Program::of(path, text.to_owned()), route).iter().map(|item| item.name.clone()).collect()
    }

    #[test]
    fn decorators_are_above_their_functions() {
        let python =
            "@app.get(\"/order\")\n@timed\ndef order():\n    pass\n\n\n@app.get(\"/order/x\")\ndef x():\n    pass\n";
        assert_eq!(found("a/service.py", python, "/order"), ["order"]);
        let java = "class Web {\n  @GetMapping(\"/order\")\n  String take(String item) {\n    return item;\n  }\n}\n";
        assert_eq!(found("a/Web.java", java, "/order"), ["take"]);
    }

    #[test]
    fn registrations_name_their_handlers() {
        let go = "package main\n\nfunc routes() {\n\thandle(\"GET /order\", wrapped(order))\n}\n\nfunc wrapped(f int) int \
                  {\n\treturn f\n}\n\nfunc order() {\n}\n";
        assert_eq!(found("a/main.go", go, "/order"), ["order", "wrapped"]);
        let script =
            "function order() {}\nfunction price() {}\nconst routes = { \"/order\": order, \"/price\": price };\n";
        assert_eq!(found("a/service.js", script, "/order"), ["order"]);
    }

    #[test]
    fn methods_are_named_like_their_functions() {
        let go = "package main\n\nfunc (s *Stock) Reserve() {\n}\n";
        assert_eq!(found("a/main.go", go, "Reserve"), ["Reserve"]);
        assert_eq!(found("a/main.go", go, "/reserve"), [] as [&str; 0]);
        assert_eq!(found("a/service.py", "URL = '/order'\n", "/order"), [] as [&str; 0]);
    }
}
