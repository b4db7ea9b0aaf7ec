//! Emitters: `Plan → Artefact`s, one file per output format. No arithmetic and no I/O here.

mod alertmanager;
mod artefact;
mod collector;
mod grafana;
mod limits;
mod operator;
mod prometheus;
mod retention;
mod rules;
mod schema;
mod tests;

pub use artefact::Artefact;

use crate::plan::Plan;
use crate::target::Target;
use artefact::{HEADER, write};

/// Generates one unit's files of the given targets: a service's, or for the last unit what is global.
#[must_use]
pub fn emit(plan: &Plan, unit: usize, targets: &[Target]) -> Vec<Artefact> {
    let mut artefacts = Vec::new();
    match plan.services.get(unit) {
        Some(service) => {
            for target in targets {
                match target {
                    Target::Rules => artefacts.push(prometheus::emit(service)),
                    Target::Tests => artefacts.extend(tests::emit(service, &plan.courses)),
                    Target::Operator => artefacts.push(operator::emit(service, &plan.operator)),
                    Target::Limits => artefacts.push(limits::views(service, &plan.telemetry)),
                    Target::Grafana => artefacts.push(grafana::service(service, plan)),
                    Target::Schema
                    | Target::Collector
                    | Target::Retention
                    | Target::Alertmanager
                    | Target::Runbooks => {}
                }
            }
        }
        None => {
            if targets.contains(&Target::Schema) {
                artefacts.extend(schema::emit());
            }
            if targets.contains(&Target::Collector) {
                artefacts.extend(collector::emit(&plan.telemetry));
            }
            if targets.contains(&Target::Retention) {
                artefacts.extend(retention::emit(&plan.telemetry));
            }
            if targets.contains(&Target::Alertmanager) {
                artefacts.push(alertmanager::emit(&plan.alertmanager));
            }
            if targets.contains(&Target::Grafana) {
                artefacts.extend(grafana::global(plan));
            }
            if targets.contains(&Target::Limits) {
                artefacts.push(limits::prometheus(&plan.telemetry));
            }
        }
    }
    artefacts
}
