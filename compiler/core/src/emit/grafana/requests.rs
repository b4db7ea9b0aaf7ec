//! The rows of requests: rate, errors, outcomes and durations by the metrics that a service's objectives read, then by its
//! spans, where a collector counts them.

use serde_json::{Value, json};

use super::board::{COLUMNS, Link, Look, Panel, Query, Row, in_words, literal};
use super::variables::{LOGS, METRICS, PROFILES, TRACES};
use crate::plan::queries::{self, Range, Scope, in_panel};
use crate::plan::{Requests, ServicePlan, SloPlan, links};

/// So many queries are in one panel; a service with more objectives has more panels.
const QUERIES: usize = 12;

/// What a panel of requests is made of, each query once: objectives share metrics.
#[derive(Default)]
struct Asked(Vec<(String, String)>);

impl Asked {
    fn push(&mut self, text: Option<String>, legend: String) {
        if let Some(text) = text
            && !self.0.iter().any(|(known, _)| *known == text)
        {
            self.0.push((text, legend));
        }
    }

    fn panels(self, title: &str, dress: impl Fn(Panel) -> Panel) -> Vec<Panel> {
        let chunks = self.0.chunks(QUERIES).enumerate();
        let panel = |(at, chunk): (usize, &[(String, String)])| {
            let queries = chunk.iter().map(|(text, legend)| Query::over_time(text.clone(), legend)).collect();
            let title = if at == 0 { title.to_owned() } else { format!("{title} ({})", at + 1) };
            dress(Panel::of(Look::Lines, &title, METRICS.source(), queries)).starting_at_zero()
        };
        chunks.map(panel).collect()
    }
}

/// The row of what the objectives count; none where they count no requests.
pub(super) fn own(service: &ServicePlan, slos: &[SloPlan], scope: &Scope) -> Option<Row> {
    let counting: Vec<(&SloPlan, &Requests)> =
        slos.iter().filter_map(|slo| Some((slo, slo.requests.as_ref()?))).collect();
    let (mut rate, mut errors, mut ended) = (Asked::default(), Asked::default(), Asked::default());
    // What measures in another unit has an axis of its own.
    let mut measured: Vec<(Option<&str>, Asked)> = Vec::new();
    for (slo, requests) in &counting {
        let name = match counting.len() {
            1 => String::new(),
            _ => format!("{} ", literal(&slo.name)),
        };
        let labels: String = requests.operations().iter().map(|label| format!("{{{{{label}}}}} ")).collect();
        let legend = format!("{name}{labels}").trim_end().to_owned();
        rate.push(Some(requests.rate(Range::Panel, scope)), legend.clone());
        errors.push(requests.errors(Range::Panel, scope), legend);
        if let Some(label) = requests.outcome() {
            ended.push(requests.outcomes(Range::Panel, scope), format!("{name}{{{{{label}}}}}"));
        }
        let Some(is_mean) = requests.is_mean() else { continue };
        let at = measured.iter().position(|(unit, _)| *unit == requests.unit()).unwrap_or_else(|| {
            measured.push((requests.unit(), Asked::default()));
            measured.len() - 1
        });
        let ranks = [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")];
        for (rank, word) in if is_mean { &[("", "mean")][..] } else { &ranks } {
            let legend = format!("{word} {name}{labels}").trim_end().to_owned();
            measured[at].1.push(requests.quantile(rank, Range::Panel, scope), legend);
        }
    }
    let on = follow(service, false);
    let mut panels = rate.panels("Rate", |panel| {
        panel.says("Requests a second that the objectives count.").unit("reqps").links(on.clone())
    });
    panels.extend(errors.panels("Errors", |panel| {
        panel.says("The share of requests that the objectives count as bad.").unit("percentunit").links(on.clone())
    }));
    panels.extend(ended.panels("By outcome", |panel| {
        panel.says("Requests a second by how they ended.").unit("reqps").links(on.clone())
    }));
    for (unit, asked) in measured {
        let (title, unit) = in_words(unit);
        panels.extend(asked.panels(title, |panel| {
            panel.says("Quantiles, or the mean where the metric has no buckets.").unit(unit).links(on.clone())
        }));
    }
    // Four panels stand side by side, three fill the row as well.
    let width = if panels.len() == 4 { COLUMNS / 4 } else { COLUMNS / 3 };
    let panels: Vec<Panel> = panels.into_iter().map(|panel| panel.sized(width, 8)).collect();
    (!panels.is_empty()).then(|| Row { title: "Requests".to_owned(), panels })
}

/// The row of what the collector counts of spans.
pub(super) fn spans(service: &ServicePlan, scope: &Scope) -> Option<Row> {
    if !service.signals.span_metrics {
        return None;
    }
    let name = service.name.as_str();
    let asked = |query: &dyn Fn(Range) -> String| queries::spans_in(name, scope, query);
    let legend = "{{http_route}}{{rpc_method}}";
    let on = follow(service, true);
    let lines = |title: &str, text: String| {
        Panel::of(Look::Lines, title, METRICS.source(), vec![Query::over_time(text, legend)])
            .starting_at_zero()
            .links(on.clone())
    };
    let rate = lines("Rate of spans", asked(&|range| queries::rate(name, range)))
        .says("Requests a second by route, counted from every span.")
        .unit("reqps");
    let errors = lines("Errors of spans", asked(&|range| queries::errors(name, range)))
        .says("The share of requests whose span failed, by route.")
        .unit("percentunit");
    let quantiles = [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")].map(|(rank, word)| {
        Query::over_time(asked(&|range| queries::quantile(name, rank, range)), &format!("{word} {legend}"))
    });
    let duration = Panel::of(Look::Lines, "Durations of spans", METRICS.source(), quantiles.into())
        .says("Quantiles of all requests, by route.")
        .unit("s")
        .starting_at_zero()
        .links(on.clone());
    let heat = vec![Query::buckets(asked(&|range| queries::heatmap(name, range)))];
    let heat = Panel::of(Look::Heatmap, "Durations of kept requests", METRICS.source(), heat)
        .says("Each point is a trace that was kept: click it. Failed and slow requests are all kept, others in part.")
        .unit("s")
        .sized(COLUMNS, 9);
    Some(Row { title: "Requests by their spans".to_owned(), panels: vec![rate, errors, duration, heat] })
}

/// Where a value leads: traces, logs and profiles, in the range that is looked at, as far as the service sends them.
fn follow(service: &ServicePlan, is_route: bool) -> Vec<Link> {
    let (name, signals) = (service.name.as_str(), service.signals);
    let to = |title: &str, uid: &str, query: &Value| Link {
        title: title.to_owned(),
        url: links::explore(uid, query, "${__from}", "${__to}"),
        keeps_time: false,
    };
    let traces = |attribute: &str, label: &str| {
        let own = in_panel(&queries::quoted(name));
        let traceql =
            format!("{{ resource.service.name = {own} && span.{attribute} = \"${{__field.labels.{label}}}\" }}");
        tempo(&traceql)
    };
    let mut found = Vec::new();
    match (signals.traces, is_route) {
        (true, true) => found.extend([
            to("Traces of this route", &TRACES.uid(), &traces("http.route", "http_route")),
            to("Traces of this method", &TRACES.uid(), &traces("rpc.method", "rpc_method")),
        ]),
        (true, false) => found.push(to("Traces", &TRACES.uid(), &tempo(&in_panel(&queries::traces(name))))),
        (false, _) => {}
    }
    if signals.logs {
        found.push(to("Logs", &LOGS.uid(), &loki(&in_panel(&queries::warnings(name)))));
    }
    if signals.profiles {
        found.push(to("Profiles", &PROFILES.uid(), &pyroscope(&in_panel(&queries::profiles(name)))));
    }
    found
}

pub(super) fn tempo(traceql: &str) -> Value {
    json!({"queryType": "traceql", "query": traceql, "limit": 20, "tableType": "traces"})
}

pub(super) fn loki(logql: &str) -> Value {
    json!({"expr": logql, "queryType": "range"})
}

pub(super) fn pyroscope(selector: &str) -> Value {
    json!({
        "labelSelector": selector, "profileTypeId": queries::CPU_PROFILE, "queryType": "profile", "groupBy": [],
        "spanSelector": [],
    })
}
