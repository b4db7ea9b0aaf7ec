//! Dashboards of Grafana: for each service a funnel in the order of the walk (SLO, requests, then traces, logs and profiles),
//! one of all objectives, one of cost and cardinality; and the files that provision them with their data sources.
//!
//! Grafana does not run in this repository's tests: the files are held against its published types there
//! (`@grafana/grafana-foundation-sdk`), and every PromQL expression is asked of a real Prometheus.

mod board;
mod classic;
mod cost;
mod funnel;
pub(super) mod kubernetes;
mod overview;
pub(super) mod perses;
mod provisioning;
mod requests;
mod resource;
mod source;
mod variables;

use super::{Artefact, Target};
use crate::plan::{Part, Plan, ServicePlan};
use crate::spec::DashboardForm;
use board::Board;

/// The folder of dashboards, below that of the target.
const DASHBOARDS: &str = "dashboards";

/// A service's dashboards.
pub(super) fn service(service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    let boards = of_service(service, plan).into_iter();
    boards.map(|(name, board)| dashboard(&name, &board, plan)).collect()
}

/// A service's dashboards, by the names of their files.
fn of_service(service: &ServicePlan, plan: &Plan) -> Vec<(String, Board)> {
    let boards = funnel::boards(service, plan).into_iter().enumerate();
    boards.map(|(part, board)| (file_stem(service, part), board)).collect()
}

/// The name of a dashboard's file, without an ending. Stems hold no dot, so no service's can be another one's part.
fn file_stem(service: &ServicePlan, part: usize) -> String {
    if part == 0 { service.stem.clone() } else { format!("{}.{}", service.stem, part + 1) }
}

/// The dashboards of all services of the plan, by the names of their files. Cost is that of everything, so a team has none.
/// Services of no team have no overview beside that of everything: both would have one uid.
fn of_all(plan: &Plan) -> Vec<(&'static str, Board)> {
    let overview = || ("all.overview", overview::board(plan));
    match &plan.part {
        Part::Whole => vec![overview(), ("all.cost", cost::board(plan))],
        Part::Team(team) if team.is_empty() => Vec::new(),
        Part::Team(_) => vec![overview()],
    }
}

/// The dashboards of all services, and what provisions everything.
pub(super) fn global(plan: &Plan) -> Vec<Artefact> {
    let mut artefacts: Vec<Artefact> = of_all(plan).iter().map(|(name, board)| dashboard(name, board, plan)).collect();
    artefacts.extend(provisioning::emit(plan));
    artefacts
}

/// The dashboard of a team's objectives, and what provisions the team's folder.
pub(super) fn of_team(plan: &Plan) -> Vec<Artefact> {
    let boards = of_all(plan);
    let boards = boards.iter().map(|(name, board)| dashboard(name, board, plan));
    boards.chain([provisioning::of_team(plan)]).collect()
}

fn dashboard(name: &str, board: &Board, plan: &Plan) -> Artefact {
    let value = match plan.console.form {
        DashboardForm::Classic => classic::form(board),
        DashboardForm::V2 => resource::form(board),
    };
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    Artefact { path: format!("{}/{DASHBOARDS}/{name}.json", Target::Grafana.folder()), text }
}
