//! A service's dashboard, in the order of the walk: objectives, then requests (RED), then traces, logs and profiles.

use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::board::{Board, COLUMNS, Link, Look, Panel, Query, Row, Source, Threshold, literal};
use crate::model::Console;
use crate::plan::queries::{self, Range, in_panel};
use crate::plan::{Plan, ServicePlan, SloPlan, links};

/// The dashboard.
pub(super) fn board(service: &ServicePlan, plan: &Plan) -> Board {
    let console = &plan.console;
    let mut rows: Vec<Row> = service.slos.iter().map(|slo| objective(slo, console)).collect();
    rows.push(requests(service, console));
    rows.push(evidence(service, console));
    rows.push(cardinality(service, console));
    Board {
        uid: links::dashboard_uid(&service.name),
        title: literal(&service.name),
        description: literal(service.about.description.as_deref().unwrap_or_default()),
        tags: vec!["emberline", "slo"],
        links: neighbours(service, plan),
        marks: in_panel(&queries::firing(&service.name)),
        source: console.prometheus.clone(),
        rows,
    }
}

/// The overview, the runbooks, and the dashboards of whoever calls this service or is called.
fn neighbours(service: &ServicePlan, plan: &Plan) -> Vec<Link> {
    let console = &plan.console;
    let board = |title: String, uid: &str| Link { title, url: links::dashboard_path(uid), keeps_time: true };
    let mut found = vec![board("All objectives".to_owned(), &links::of_team(links::OVERVIEW_UID, &plan.part))];
    if let Some(url) = links::service_url(console, &service.name) {
        found.push(Link { title: "Runbooks".to_owned(), url, keeps_time: false });
    }
    let ends = [("called by", &service.about.callers), ("calls", &service.about.calls)];
    for (how, neighbours) in ends {
        for neighbour in neighbours.iter().filter(|neighbour| neighbour.is_known) {
            let title = format!("{how} {}", literal(&neighbour.service));
            let link = board(title, &links::dashboard_uid(&neighbour.service));
            // A service may be called on several ways.
            if !found.iter().any(|known| known.title == link.title) {
                found.push(link);
            }
        }
    }
    found
}

fn objective(slo: &SloPlan, console: &Console) -> Row {
    let source = || Source::prometheus(&console.prometheus);
    let groups: Vec<String> = slo.group_by.iter().map(|label| format!(" {{{{{label}}}}}")).collect();
    let groups = groups.concat();
    let objective = slo.about.description.as_deref().unwrap_or_default();
    let share = (slo.objective * rust_decimal::Decimal::ONE_HUNDRED).normalize();
    let runbook: Vec<Link> = links::slo_url(console, slo)
        .into_iter()
        .map(|url| Link { title: "Runbook".to_owned(), url, keeps_time: false })
        .collect();
    let budget = Panel::of(
        Look::Stat,
        &format!("{}: budget left", literal(&slo.name)),
        source(),
        vec![Query::over_time(in_panel(&queries::budget_left(slo)), &format!("left{groups}"))],
    )
    .says(literal(&format!("{objective} {share}% over {}; error budget left.", slo.window)))
    .unit("percentunit")
    .sized(5, 8)
    .thresholds(vec![
        step(None, "red"),
        step(Some(0.0), "orange"),
        step(Some(0.25), "yellow"),
        step(Some(0.5), "green"),
    ])
    .links(runbook.clone());
    let burn = Panel::of(
        Look::Lines,
        &format!("{}: burn rates", literal(&slo.name)),
        source(),
        slo.windows
            .iter()
            .map(|window| {
                let legend = format!("{}{groups}", window.nominal);
                Query::over_time(in_panel(&queries::burn_rate(slo, window.nominal)), &legend)
            })
            .collect(),
    )
    .says("Burn rate over each window: 1 is the sustainable rate. An alert fires while both its long and its short window are above its line.")
    .unit("none")
    .sized(11, 8)
    .thresholds(lines(slo))
    .starting_at_zero()
    .links(runbook);
    let counted = slo.sli.unit().events;
    let events = Panel::of(
        Look::Lines,
        &format!("{}: {counted}", literal(&slo.name)),
        source(),
        vec![
            Query::over_time(in_panel(&queries::events(slo)), &format!("all{groups}")),
            Query::over_time(in_panel(&queries::bad_events(slo)), &format!("bad{groups}")),
        ],
    )
    .says("What the objective counts, a second.")
    .unit("ops")
    .sized(8, 8)
    .starting_at_zero();
    Row { title: format!("SLO {}", literal(&slo.name)), panels: vec![budget, burn, events] }
}

const fn step(from: Option<f64>, color: &'static str) -> Threshold {
    Threshold { from, color }
}

/// The burn rates of the alerts, each a line; the highest is the worst.
fn lines(slo: &SloPlan) -> Vec<Threshold> {
    const COLORS: [&str; 4] = ["yellow", "orange", "red", "dark-red"];
    let mut rates: Vec<f64> = slo.burns.iter().filter_map(|alert| alert.burn.to_f64()).collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup();
    let colored = rates.into_iter().enumerate().map(|(at, rate)| step(Some(rate), COLORS[at.min(COLORS.len() - 1)]));
    std::iter::once(step(None, "green")).chain(colored).collect()
}

fn requests(service: &ServicePlan, console: &Console) -> Row {
    let name = service.name.as_str();
    let source = || Source::prometheus(&console.prometheus);
    let legend = "{{http_route}}{{rpc_method}}";
    let on = follow(name, console);
    let rate =
        Panel::of(Look::Lines, "Rate", source(), vec![Query::over_time(queries::rate(name, Range::Panel), legend)])
            .says("Requests a second by route, counted from every span.")
            .unit("reqps")
            .starting_at_zero()
            .links(on.clone());
    let errors =
        Panel::of(Look::Lines, "Errors", source(), vec![Query::over_time(queries::errors(name, Range::Panel), legend)])
            .says("The share of requests that failed, by route.")
            .unit("percentunit")
            .starting_at_zero()
            .links(on.clone());
    let quantiles = [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")];
    let quantiles = quantiles
        .map(|(rank, word)| Query::over_time(queries::quantile(name, rank, Range::Panel), &format!("{word} {legend}")));
    let duration = Panel::of(Look::Lines, "Duration", source(), quantiles.into())
        .says("Quantiles of all requests, by route.")
        .unit("s")
        .starting_at_zero()
        .links(on);
    let heat = Panel::of(
        Look::Heatmap,
        "Durations of kept requests",
        source(),
        vec![Query::buckets(queries::heatmap(name, Range::Panel))],
    )
    .says("Each point is a trace that was kept: click it. Failed and slow requests are all kept, others in part.")
    .unit("s")
    .sized(COLUMNS, 9);
    Row { title: "Requests".to_owned(), panels: vec![rate, errors, duration, heat] }
}

/// Where a value of a route leads: its traces, logs and profiles, in the range that is looked at.
fn follow(service: &str, console: &Console) -> Vec<Link> {
    let to = |title: &str, uid: &str, query: &Value| Link {
        title: title.to_owned(),
        url: links::explore(uid, query, "${__from}", "${__to}"),
        keeps_time: false,
    };
    let traces = |attribute: &str, label: &str| {
        let own = in_panel(&queries::quoted(service));
        let traceql =
            format!("{{ resource.service.name = {own} && span.{attribute} = \"${{__field.labels.{label}}}\" }}");
        tempo(&traceql)
    };
    vec![
        to("Traces of this route", &console.tempo.uid, &traces("http.route", "http_route")),
        to("Traces of this method", &console.tempo.uid, &traces("rpc.method", "rpc_method")),
        to("Logs", &console.loki.uid, &loki(&in_panel(&queries::warnings(service)))),
        to("Profiles", &console.pyroscope.uid, &pyroscope(&in_panel(&queries::profiles(service)))),
    ]
}

fn tempo(traceql: &str) -> Value {
    json!({"queryType": "traceql", "query": traceql, "limit": 20, "tableType": "traces"})
}

fn loki(logql: &str) -> Value {
    json!({"expr": logql, "queryType": "range"})
}

fn pyroscope(selector: &str) -> Value {
    json!({
        "labelSelector": selector, "profileTypeId": queries::CPU_PROFILE, "queryType": "profile", "groupBy": [],
        "spanSelector": [],
    })
}

fn evidence(service: &ServicePlan, console: &Console) -> Row {
    let name = service.name.as_str();
    // Objectives that ask for the same traces share a query.
    let mut asked: Vec<String> = Vec::new();
    for traceql in service.slos.iter().map(queries::bad_traces) {
        if !asked.contains(&traceql) {
            asked.push(traceql);
        }
    }
    let bad = asked.iter().map(|traceql| Query { body: tempo(&in_panel(traceql)) }).collect();
    let traces = Panel::of(
        Look::Traces,
        "Traces of bad requests",
        Source { kind: "tempo", uid: console.tempo.uid.clone() },
        bad,
    )
    .says("Failed requests, and those slower than an objective allows.")
    .sized(12, 10);
    let logs = Panel::of(
        Look::Logs,
        "Logs from warnings up",
        Source { kind: "loki", uid: console.loki.uid.clone() },
        vec![Query { body: loki(&in_panel(&queries::warnings(name))) }],
    )
    .says("Each line with a trace id leads to its trace.")
    .sized(12, 10);
    let flames = Panel::of(
        Look::Flames,
        "Processor time",
        Source { kind: "grafana-pyroscope-datasource", uid: console.pyroscope.uid.clone() },
        vec![Query { body: pyroscope(&in_panel(&queries::profiles(name))) }],
    )
    .says("Where the service spent processor time. What waits is not seen here.")
    .sized(COLUMNS, 12);
    Row { title: "Traces, logs, profiles".to_owned(), panels: vec![traces, logs, flames] }
}

fn cardinality(service: &ServicePlan, console: &Console) -> Row {
    let source = || Source::prometheus(&console.prometheus);
    let count = |title: &str, expr: String, most: u64| {
        let steps =
            vec![step(None, "green"), step(most.to_f64().map(|most| most * 0.8), "orange"), step(most.to_f64(), "red")];
        Panel::of(Look::Stat, title, source(), vec![Query::number(expr)])
            .says(format!("Declared labels allow {most} at most."))
            .unit("none")
            .sized(6, 5)
            .thresholds(steps)
    };
    let (own, recorded) = (service.most_series.0, service.most_series.1);
    Row {
        title: "Series".to_owned(),
        panels: vec![
            count("Series of the service", queries::series(&service.name), own),
            count("Series of its objectives", queries::recorded(&service.name), recorded),
        ],
    }
}
