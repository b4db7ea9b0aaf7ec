//! The dashboard of all services: every objective by what is left of its budget.

use super::board::{Board, COLUMNS, Column, Link, Look, Panel, Query, Row, Threshold};
use super::variables::{self, METRICS, Variables};
use crate::emit::any_of;
use crate::plan::queries::in_panel;
use crate::plan::{Part, Plan, links, names};
use crate::promql::{Aggregator, Expr, Matcher, Matching, Op, Select};

/// Every objective, the least budget first.
pub(super) fn board(plan: &Plan) -> Board {
    let console = &plan.console;
    let scope = variables::of_all(plan);
    // A team's dashboard has the team's objectives alone.
    let pattern = plan.only_services().map(any_of);
    let own: Vec<Matcher<'_>> = pattern.iter().map(|pattern| Matcher::re("service", pattern)).collect();
    let only: [&[Matcher<'_>]; 1] = [&own];
    let narrowed = |series: &str| scope.narrow(Select::new(series, &only), |_| true);
    let source = || METRICS.source();
    let (left, burn) = (narrowed(names::BUDGET_REMAINING), narrowed(&format!("{}:1h", names::BURN_RATE)));
    let left = Expr::Literal(&left);
    let known = Expr::Select(Select::new(names::INFO, &only));
    // The policy's labels too: where one Prometheus sees several of them, each has an objective of that name.
    let labels = plan.slos().map(|slo| &slo.labels).next();
    let same: Vec<&str> = labels.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let left = Expr::Binary {
        lhs: &left,
        op: Op::Mul,
        matching: Matching::Left(&same, &["owner", "tier", "objective", "window"]),
        rhs: &known,
    };
    let column = |field: &str, heading, unit| Column { field: field.to_owned(), heading, unit };
    let table = Panel::of(
        Look::Table,
        "Objectives by budget left",
        source(),
        vec![Query::now(in_panel(&left.to_string())), Query::now(in_panel(&burn))],
    )
    .says("The error budget left of each objective, and its burn rate over the last hour: 1 is the sustainable rate.")
    .sized(COLUMNS, 14)
    .columns(vec![
        column("service", "Service", None),
        column("slo", "Objective", None),
        column("owner", "Owner", None),
        column("tier", "Tier", None),
        column("objective", "Target", None),
        column("window", "Window", None),
        column("Value #A", "Budget left", Some("percentunit")),
        column("Value #B", "Burn rate, 1h", Some("none")),
    ]);
    let lines = narrowed(names::BUDGET_REMAINING);
    let worst = in_panel(&Expr::Call("bottomk", &[Expr::Literal("10"), Expr::Literal(&lines)]).to_string());
    let over_time = Panel::of(
        Look::Lines,
        "The ten with the least budget",
        source(),
        vec![Query::over_time(worst, "{{service}} {{slo}}")],
    )
    .says("Cut off at one budget overspent: the table says by how much.")
    .unit("percentunit")
    .budget()
    .between(-1.0, 1.0)
    .thresholds(vec![Threshold { from: None, color: "red" }, Threshold { from: Some(0.0), color: "green" }])
    .sized(12, 9);
    let firing = firing(&own);
    let shown = or_none(&firing);
    let alerts = Panel::of(
        Look::Lines,
        "Alerts that fire",
        source(),
        vec![Query::over_time(shown, "{{severity}} {{service}} {{slo}} {{alertname}} {{long_window}}")],
    )
    .unit("none")
    .starting_at_zero()
    .sized(12, 9);
    let mut boards: Vec<Link> = plan
        .services
        .iter()
        .take(LINKED)
        .map(|it| Link {
            title: super::board::literal(&it.name),
            url: links::dashboard_path(&links::dashboard_uid(&it.name)),
            keeps_time: true,
        })
        .collect();
    if own.is_empty() {
        boards.push(Link { title: "Cost".to_owned(), url: links::dashboard_path(links::COST_UID), keeps_time: true });
    }
    Board {
        uid: links::of_team(links::OVERVIEW_UID, &plan.part),
        title: title(plan),
        description: "Every service-level objective, by error budget left.".to_owned(),
        tags: vec!["emberline", "slo"],
        links: boards,
        marks: firing,
        variables: Variables::of(&[METRICS], console, &scope),
        rows: vec![Row { title: "All objectives".to_owned(), panels: vec![table, over_time, alerts] }],
    }
}

/// So many services are linked to by name; beyond, Grafana's own search by tag is quicker to read.
const LINKED: usize = 20;

/// A team's dashboard says whose it is.
fn title(plan: &Plan) -> String {
    match &plan.part {
        Part::Team(team) if !team.is_empty() => format!("Objectives of {}", super::board::literal(team)),
        Part::Team(_) | Part::Whole => "Objectives".to_owned(),
    }
}

/// The same with a line at zero while nothing fires: an empty panel could as well mean that nothing is evaluated.
fn or_none(firing: &str) -> String {
    let nothing = [
        Expr::Vector(rust_decimal::Decimal::ZERO),
        Expr::Text("alertname"),
        Expr::Text("nothing fires"),
        Expr::Text(""),
        Expr::Text(""),
    ];
    Expr::binary_on(&Expr::Literal(firing), Op::Or, &[], &Expr::Call("label_replace", &nothing)).to_string()
}

/// Every alert of an objective that fires, once.
pub(super) fn all_firing() -> String {
    firing(&[])
}

/// The same of the services that a matcher picks.
fn firing(own: &[Matcher<'_>]) -> String {
    let firing = [&[Matcher::eq("alertstate", "firing"), Matcher::ne("slo", "")], own].concat();
    let slices: [&[_]; 1] = [&firing];
    let firing = Expr::Select(Select::new("ALERTS", &slices));
    let by = ["service", "slo", "alertname", "severity", "long_window"];
    Expr::aggregate(Aggregator::Max, &by, &firing).to_string()
}
