//! Dashboards of Grafana: for each service a funnel in the order of the walk (SLO, requests, then traces, logs and profiles),
//! one of all objectives, one of cost and cardinality; and the files that provision them with their data sources.
//!
//! Grafana does not run in this repository's tests: the files are held against its published types there
//! (`@grafana/grafana-foundation-sdk`), and every PromQL expression is asked of a real Prometheus.

mod board;
mod classic;
mod cost;
mod funnel;
mod overview;
mod provisioning;
mod resource;

use super::{Artefact, Target};
use crate::plan::{Plan, ServicePlan};
use crate::spec::DashboardForm;
use board::Board;

/// The folder of dashboards, below that of the target.
const DASHBOARDS: &str = "dashboards";

/// A service's dashboard.
pub(super) fn service(service: &ServicePlan, plan: &Plan) -> Artefact {
    dashboard(&service.stem, &funnel::board(service, plan), plan)
}

/// The dashboards of all services, and what provisions everything.
pub(super) fn global(plan: &Plan) -> Vec<Artefact> {
    let mut artefacts = vec![
        // Stems hold no dot, so no service's file can have these names.
        dashboard("all.overview", &overview::board(plan), plan),
        dashboard("all.cost", &cost::board(plan), plan),
    ];
    artefacts.extend(provisioning::emit(&plan.console));
    artefacts
}

/// The dashboard of a team's objectives, and what provisions the team's folder.
pub(super) fn of_team(plan: &Plan) -> [Artefact; 2] {
    [dashboard("all.overview", &overview::board(plan), plan), provisioning::of_team(plan)]
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
