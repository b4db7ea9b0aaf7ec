//! A service's dashboard, in the order of the walk: objectives, then requests (RED), then traces, logs and profiles, as far as
//! the service sends them.

use rust_decimal::prelude::ToPrimitive;

use super::board::{Board, COLUMNS, Link, Look, Panel, Query, Row, Threshold, literal};
use super::requests::{self, loki, pyroscope, tempo};
use super::variables::{self, Kind, LOGS, METRICS, PROFILES, TRACES, Variables};
use crate::model::Console;
use crate::oracle::Side;
use crate::plan::queries::{self, Scope, in_panel};
use crate::plan::{Plan, ServicePlan, SloPlan, links, names};

/// So many objectives are on one dashboard: with more of them, it would be slow to open and too large for a `ConfigMap`.
const OBJECTIVES: usize = 60;

/// The dashboards: one, and further ones for the objectives beyond the first sixty.
pub(super) fn boards(service: &ServicePlan, plan: &Plan) -> Vec<Board> {
    let scope = variables::of_service(service, &plan.console);
    let parts = service.slos.chunks(OBJECTIVES).enumerate();
    parts.map(|(part, slos)| board(service, slos, part, &scope, plan)).collect()
}

/// How many dashboards a service has.
pub(super) fn parts(service: &ServicePlan) -> usize {
    service.slos.len().div_ceil(OBJECTIVES)
}

fn board(service: &ServicePlan, slos: &[SloPlan], part: usize, scope: &Scope, plan: &Plan) -> Board {
    let console = &plan.console;
    let mut rows: Vec<Row> = slos.iter().map(|slo| objective(slo, scope, console)).collect();
    rows.extend(requests::own(service, slos, scope));
    let mut kinds = vec![METRICS];
    if part == 0 {
        let signals = service.signals;
        let sent: [(bool, Kind); 3] = [(signals.traces, TRACES), (signals.logs, LOGS), (signals.profiles, PROFILES)];
        kinds.extend(sent.into_iter().filter_map(|(is_sent, kind)| is_sent.then_some(kind)));
        rows.extend(requests::spans(service, scope));
        rows.extend(evidence(service));
        rows.push(cardinality(service, scope));
    }
    let (uid, title) = match part {
        0 => (links::dashboard_uid(&service.name), literal(&service.name)),
        _ => (links::part_uid(&service.name, part), format!("{} ({})", literal(&service.name), part + 1)),
    };
    Board {
        uid,
        title,
        description: literal(service.about.description.as_deref().unwrap_or_default()),
        tags: vec!["emberline", "slo"],
        links: neighbours(service, plan),
        marks: in_panel(&queries::firing(&service.name)),
        variables: Variables::of(&kinds, console, scope),
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

fn objective(slo: &SloPlan, scope: &Scope, console: &Console) -> Row {
    let source = || METRICS.source();
    let asked = |series: &str| queries::of_slo_in(slo, series, scope);
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
        vec![Query::over_time(asked(names::BUDGET_REMAINING), &format!("left{groups}"))],
    )
    .says(literal(&format!("{objective} {share}% over {}; error budget left.", slo.window)))
    .unit("percentunit")
    .budget()
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
                Query::over_time(asked(&format!("{}:{}", names::BURN_RATE, window.nominal)), &legend)
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
            Query::over_time(asked(&names::series(Side::Events, names::BASE)), &format!("all{groups}")),
            Query::over_time(asked(&names::series(Side::Bad, names::BASE)), &format!("bad{groups}")),
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

/// Traces, logs and profiles, as far as the service sends them.
fn evidence(service: &ServicePlan) -> Option<Row> {
    let (name, signals) = (service.name.as_str(), service.signals);
    let mut panels = Vec::new();
    if signals.traces {
        // Objectives that ask for the same traces share a query.
        let mut asked: Vec<String> = Vec::new();
        for traceql in service.slos.iter().map(queries::bad_traces) {
            if !asked.contains(&traceql) {
                asked.push(traceql);
            }
        }
        let bad = asked.iter().map(|traceql| Query { body: tempo(&in_panel(traceql)) }).collect();
        panels.push(
            Panel::of(Look::Traces, "Traces of bad requests", TRACES.source(), bad)
                .says("Failed requests, and those slower than an objective allows."),
        );
    }
    if signals.logs {
        let warnings = vec![Query { body: loki(&in_panel(&queries::warnings(name))) }];
        panels.push(
            Panel::of(Look::Logs, "Logs from warnings up", LOGS.source(), warnings)
                .says("Each line with a trace id leads to its trace."),
        );
    }
    let width = if panels.len() == 1 { COLUMNS } else { COLUMNS / 2 };
    let mut panels: Vec<Panel> = panels.into_iter().map(|panel| panel.sized(width, 10)).collect();
    if signals.profiles {
        let flames = vec![Query { body: pyroscope(&in_panel(&queries::profiles(name))) }];
        panels.push(
            Panel::of(Look::Flames, "Processor time", PROFILES.source(), flames)
                .says("Where the service spent processor time. What waits is not seen here.")
                .sized(COLUMNS, 12),
        );
    }
    let sent = [(signals.traces, "traces"), (signals.logs, "logs"), (signals.profiles, "profiles")];
    let sent: Vec<&str> = sent.iter().filter_map(|(is_sent, word)| is_sent.then_some(*word)).collect();
    let mut title = sent.join(", ");
    title.get_mut(..1).map(str::make_ascii_uppercase);
    (!panels.is_empty()).then_some(Row { title, panels })
}

fn cardinality(service: &ServicePlan, scope: &Scope) -> Row {
    let count = |title: &str, expr: String, most: u64| {
        let panel = Panel::of(Look::Stat, title, METRICS.source(), vec![Query::number(expr)]).unit("none").sized(6, 5);
        if most == 0 {
            return panel.says("No metric is declared, so nobody knows how many there may be.");
        }
        let steps =
            vec![step(None, "green"), step(most.to_f64().map(|most| most * 0.8), "orange"), step(most.to_f64(), "red")];
        panel.says(format!("Declared labels allow {most} at most.")).thresholds(steps)
    };
    let (own, recorded) = (service.most_series.0, service.most_series.1);
    let mut panels = Vec::new();
    if let Some(label) = &service.service_label {
        panels.push(count("Series of the service", queries::series(&service.name, label), own));
    } else if let Some(requests) = service.slos.iter().find_map(|slo| slo.requests.as_ref()) {
        panels.push(count("Series that are counted", requests.series(scope), 0));
    }
    panels.push(count("Series of its objectives", queries::recorded(&service.name), recorded));
    Row { title: "Series".to_owned(), panels }
}
