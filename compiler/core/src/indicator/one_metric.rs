//! A selector names one metric.
//!
//! `rate` drops the name. Series of two metrics with the same labels would then be one and the same, and Prometheus
//! fails the rule: "vector cannot contain metrics with the same labelset". Nothing would be recorded.

use super::query::Query;
use crate::code;
use crate::finding::Finding;
use crate::promql::regex::Pattern;
use crate::promql::{Expr, MatchOp, Matcher, Select, Selector, SelectorMatcher};
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::leaf::Promql;

/// What Prometheus would answer.
const REASON: &str = "the rules look at what is selected over time, which drops the name; Prometheus then fails \
                      with \"vector cannot contain metrics with the same labelset\"";

/// The selector of a metric's series, whichever metric that is.
pub(super) fn bare(promql: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Query> {
    by_no_pattern(Query::parse(promql, scope)?, instead, scope)
}

/// The selector of one metric's counters, of which a list may be given.
pub(super) fn counted(promql: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Query> {
    with_name(by_no_pattern(Query::parse(promql, scope)?, a_list, scope)?, scope)
}

/// The selector of one metric's series, named in it.
pub(super) fn named(promql: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Query> {
    with_name(bare(promql, scope)?, scope)
}

/// Refuses matchers of the name that several metrics may satisfy.
fn by_no_pattern(
    query: Query,
    instead: fn(&Selector, &SelectorMatcher) -> String,
    scope: &mut Scope<'_>,
) -> Option<Query> {
    let patterns: Vec<&SelectorMatcher> =
        query.selector.matchers.iter().filter(|matcher| matcher.label == "__name__").collect();
    for matcher in &patterns {
        let place = query.place(scope.sources, matcher.label_range.start..matcher.value_range.end);
        scope.findings.push(
            Finding::new(&code::INVALID_PROMQL, place, "a selector names one metric, not a pattern of names")
                .label("several metrics may match")
                .note(REASON)
                .hint(instead(&query.selector, matcher)),
        );
    }
    patterns.is_empty().then_some(query)
}

/// Refuses a selector without a metric's name.
fn with_name(query: Query, scope: &mut Scope<'_>) -> Option<Query> {
    if query.selector.metric.is_some() {
        return Some(query);
    }
    scope.findings.push(
        Finding::new(&code::INVALID_PROMQL, query.span, "this selector names no metric")
            .label("several metrics may match")
            .note(REASON)
            .hint("write the metric's name before the brace"),
    );
    None
}

/// The names that a pattern stands for, if they are few.
fn names(matcher: &SelectorMatcher) -> Option<Vec<String>> {
    match matcher.op {
        MatchOp::Re => Pattern::new(&matcher.value).ok().and_then(|pattern| pattern.literals()),
        _ => None,
    }
}

/// The list to write instead of a pattern: each metric with all other matchers.
fn a_list(selector: &Selector, matcher: &SelectorMatcher) -> String {
    let names = names(matcher).filter(|names| (2..=6).contains(&names.len()));
    let Some(names) = names else { return instead(selector, matcher) };
    let others: Vec<Matcher<'_>> = selector.borrowed().into_iter().filter(|it| it.label != "__name__").collect();
    let one = |name: &String| {
        let text = Expr::Select(Select::new(name, &[&others])).to_string();
        if others.is_empty() && !text.starts_with('{') { text } else { format!("'{text}'") }
    };
    let list: Vec<String> = names.iter().map(one).collect();
    format!("write a list, whose events are added up: `[{}]`", list.join(", "))
}

/// What to write instead of a pattern.
fn instead(_: &Selector, matcher: &SelectorMatcher) -> String {
    match names(matcher).as_deref() {
        Some([only]) => format!("write `{only}` before the brace"),
        Some(names) if (2..=6).contains(&names.len()) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("make an objective of each: {}", names.join(", "))
        }
        _ => "write the name of one metric before the brace; make an objective of each".to_owned(),
    }
}
