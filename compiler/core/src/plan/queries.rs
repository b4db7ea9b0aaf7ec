//! The queries that dashboards and runbook pages have in common, in the order of the walk: SLO, requests (RED), traces, logs,
//! profiles.
//!
//! PromQL comes from typed trees. TraceQL, LogQL and profile selectors are simple enough for a sentence each.

pub(crate) use super::range::in_panel;
pub use super::range::{Range, Scope, Variable};

use super::names;
use super::range::VARIABLE;
use super::slo::SloPlan;
use crate::model::label_name;
use crate::oracle::Side;
use crate::promql::{Aggregator, Expr, MatchOp, Matcher, Op, Select};
use crate::quantity::Duration;

/// Calls counted by the collector from every span (`collector`'s `span_metrics/red`).
pub const CALLS: &str = "traces_span_metrics_calls_total";
/// Their durations in seconds, as a classic histogram.
pub const DURATIONS: &str = "traces_span_metrics_duration_seconds_bucket";
/// Durations of the traces that were kept, with exemplars.
pub(crate) const KEPT_DURATIONS: &str = "exemplars_duration_seconds_bucket";
/// What tells a service's requests apart: the route of HTTP, the method of RPC.
pub const OPERATION: [&str; 2] = ["http_route", "rpc_method"];
/// The kinds of spans that answer somebody, as span metrics name them.
const ANSWERING: &str = "SPAN_KIND_SERVER|SPAN_KIND_CONSUMER";
/// The type of profiles of processor time, as Pyroscope names it.
pub const CPU_PROFILE: &str = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
/// The least number of log severities that tell of trouble: OpenTelemetry's WARN.
const WARN: u8 = 13;

/// Series of an objective by their whole name.
#[must_use]
pub fn of_slo(slo: &SloPlan, series: &str) -> String {
    let own = [Matcher::eq("service", &slo.service), Matcher::eq("slo", &slo.name)];
    Expr::Select(Select::new(series, &[&own])).to_string()
}

/// The same in a panel, narrowed down by the dashboard's variables.
#[must_use]
pub(crate) fn of_slo_in(slo: &SloPlan, series: &str, scope: &Scope) -> String {
    let own = [Matcher::eq("service", &slo.service), Matcher::eq("slo", &slo.name)];
    in_panel(&scope.narrow(Select::new(series, &[&own]), |label| slo.records_label(label)))
}

/// The burn rate over a recorded window.
#[must_use]
pub fn burn_rate(slo: &SloPlan, window: Duration) -> String {
    of_slo(slo, &format!("{}:{window}", names::BURN_RATE))
}

/// The error budget left, as a share of the whole.
#[must_use]
pub fn budget_left(slo: &SloPlan) -> String {
    of_slo(slo, names::BUDGET_REMAINING)
}

/// All events a second, counted once.
#[must_use]
pub fn events(slo: &SloPlan) -> String {
    of_slo(slo, &names::series(Side::Events, names::BASE))
}

/// Bad events a second, counted once.
#[must_use]
pub fn bad_events(slo: &SloPlan) -> String {
    of_slo(slo, &names::series(Side::Bad, names::BASE))
}

/// Firing alerts of a service.
#[must_use]
pub fn firing(service: &str) -> String {
    let own = [Matcher::eq("service", service), Matcher::eq("alertstate", "firing")];
    Expr::Select(Select::new("ALERTS", &[&own])).to_string()
}

/// Matchers of a service's answering spans, as span metrics have them; others behind them.
fn spans<'a>(service: &'a str, more: &[(&'a str, MatchOp, &'a str)]) -> Vec<Matcher<'a>> {
    let mut matchers = vec![Matcher::eq("service_name", service), Matcher::re("span_kind", ANSWERING)];
    matchers.extend(more.iter().map(|(label, op, value)| Matcher { label, op: *op, value }));
    matchers
}

/// Requests a second by operation.
#[must_use]
pub fn rate(service: &str, range: Range) -> String {
    let all = spans(service, &[]);
    let slices: [&[_]; 1] = [&all];
    let calls = [range.of(Select::new(CALLS, &slices))];
    range.print(&Expr::aggregate(Aggregator::Sum, &OPERATION, &Expr::Call("rate", &calls)))
}

/// The share of requests that failed, by operation; 0 where none did.
#[must_use]
pub fn errors(service: &str, range: Range) -> String {
    let all = spans(service, &[]);
    let failed = spans(service, &[("status_code", MatchOp::Eq, "STATUS_CODE_ERROR")]);
    let slices: [&[_]; 1] = [&all];
    let failed: [&[_]; 1] = [&failed];
    let (calls, failed) = ([range.of(Select::new(CALLS, &slices))], [range.of(Select::new(CALLS, &failed))]);
    let (calls, failed) = (Expr::Call("rate", &calls), Expr::Call("rate", &failed));
    let all = Expr::aggregate(Aggregator::Sum, &OPERATION, &calls);
    let some = Expr::aggregate(Aggregator::Sum, &OPERATION, &failed);
    let nothing = Expr::Literal("0");
    let none = Expr::binary(&all, Op::Mul, &nothing);
    let filled = Expr::binary(&some, Op::Or, &none);
    range.print(&Expr::binary(&filled, Op::Div, &all))
}

/// A quantile of requests' durations in seconds, by operation.
#[must_use]
pub fn quantile(service: &str, quantile: &'static str, range: Range) -> String {
    let all = spans(service, &[]);
    let slices: [&[_]; 1] = [&all];
    let buckets = [range.of(Select::new(DURATIONS, &slices))];
    let by = ["le", OPERATION[0], OPERATION[1]];
    let buckets = Expr::Call("rate", &buckets);
    let summed = Expr::aggregate(Aggregator::Sum, &by, &buckets);
    range.print(&Expr::Call("histogram_quantile", &[Expr::Literal(quantile), summed]))
}

/// Durations of the requests whose traces were kept, by bucket: what a heatmap with exemplars shows.
#[must_use]
pub(crate) fn heatmap(service: &str, range: Range) -> String {
    let all = spans(service, &[]);
    let slices: [&[_]; 1] = [&all];
    let buckets = [range.of(Select::new(KEPT_DURATIONS, &slices))];
    let rate = Expr::Call("rate", &buckets);
    range.print(&Expr::aggregate(Aggregator::Sum, &["le"], &rate))
}

/// The buckets whose exemplars are the objective's kept requests; `query_exemplars` answers with trace ids.
#[must_use]
pub fn exemplars(slo: &SloPlan) -> String {
    let labels: Vec<String> = slo.about.only.iter().map(|(key, ..)| label_name(key)).collect();
    let own: Vec<_> = slo
        .about
        .only
        .iter()
        .zip(&labels)
        .map(|((_, op, value), label)| (label.as_str(), *op, value.as_str()))
        .collect();
    let matchers = spans(&slo.service, &own);
    Expr::Select(Select::new(KEPT_DURATIONS, &[&matchers])).to_string()
}

/// A text between double quotes, as Go reads it: TraceQL, LogQL and label matchers alike.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// TraceQL: the objective's bad requests. A latency objective asks for slow ones, any other for failed ones.
#[must_use]
pub(crate) fn bad_traces(slo: &SloPlan) -> String {
    let mut asked = vec![format!("resource.service.name = {}", quoted(&slo.service))];
    for (key, op, value) in &slo.about.only {
        // Tempo anchors patterns at both ends, as Prometheus does.
        asked.push(format!("span.{key} {} {}", op.symbol(), quoted(value)));
    }
    match slo.about.longest() {
        Some(threshold) => asked.extend(["kind = server".to_owned(), format!("duration > {threshold}")]),
        None => asked.push("status = error".to_owned()),
    }
    format!("{{ {} }}", asked.join(" && "))
}

/// TraceQL: all requests of a service.
#[must_use]
pub fn traces(service: &str) -> String {
    format!("{{ resource.service.name = {} && kind = server }}", quoted(service))
}

/// LogQL: what a service warns of.
#[must_use]
pub fn warnings(service: &str) -> String {
    format!("{{service_name={}}} | severity_number >= {WARN}", quoted(service))
}

/// LogQL: all of a service that belongs to a trace.
#[must_use]
pub(crate) fn logs_of_trace(service: &str, trace: &str) -> String {
    format!("{{service_name={}}} | trace_id = {}", quoted(service), quoted(trace))
}

/// A selector of a service's profiles.
#[must_use]
pub fn profiles(service: &str) -> String {
    format!("{{service_name={}}}", quoted(service))
}

/// What carries a service's name and is none of its instruments: metrics made of spans, and what describes its process.
const NOT_INSTRUMENTS: &str = "(traces_span_metrics|exemplars)_.+|target_info";

/// Series that a service's own instruments have now, by the label that holds its name.
#[must_use]
pub fn series(service: &str, label: &str) -> String {
    let own = [Matcher::nre("__name__", NOT_INSTRUMENTS), Matcher::eq(label, service)];
    let all = Expr::Select(Select { metric: None, matchers: &[&own] });
    in_panel(&Expr::aggregate(Aggregator::Count, &[], &all).to_string())
}

/// Series that are recorded for a service's objectives.
#[must_use]
pub fn recorded(service: &str) -> String {
    let own = [Matcher::eq("service", service), Matcher::ne("slo", "")];
    let all = Expr::Select(Select { metric: None, matchers: &[&own] });
    in_panel(&Expr::aggregate(Aggregator::Count, &[], &all).to_string())
}

/// A query of a service's span metrics in a panel, narrowed down by the dashboard's variables.
#[must_use]
pub(crate) fn spans_in(service: &str, scope: &Scope, query: impl Fn(Range) -> String) -> String {
    // Printed for a panel, a query has no marker any more but ours.
    in_panel_again(&scope.narrow_spans(query(Range::Panel), service))
}

fn in_panel_again(text: &str) -> String {
    text.replace(VARIABLE, "$")
}
