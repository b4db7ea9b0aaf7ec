//! Emitters: `Plan → Artefact`s, one file per output format. No arithmetic and no I/O here.

mod alertmanager;
mod artefact;
mod collector;
mod grafana;
mod grafana_rules;
mod kubernetes;
mod limits;
mod mimir;
mod operator;
mod prometheus;
mod retention;
mod rollup;
mod rules;
mod schema;
mod shards;
mod tests;
mod thanos;
mod vmalert;
mod watchers;

pub use alertmanager::Fragment;
pub use artefact::Artefact;
pub use rules::{RuleGroup, RuleText, at_target, rule_groups};

use std::sync::Arc;

use crate::plan::{Part, Plan};
use crate::proof::Courses;
use crate::target::Target;
use artefact::{HEADER, any_of, document, write};

/// Writes a plan's files, unit by unit: a unit is a service, and the last one what is global. Units are independent, so
/// callers may ask for them side by side.
#[derive(Debug)]
pub struct Emitter<'p> {
    plan: &'p Plan,
    /// What the proofs of units have in common, worked out once.
    courses: Arc<Courses>,
}

impl<'p> Emitter<'p> {
    /// For the files of a plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        Self { plan, courses: Arc::default() }
    }

    /// For the files of another plan, whose proofs share what the proofs of this one have worked out.
    #[must_use]
    pub fn beside<'q>(&self, plan: &'q Plan) -> Emitter<'q> {
        Emitter { plan, courses: Arc::clone(&self.courses) }
    }

    /// One unit's files of the given targets.
    #[must_use]
    pub fn unit(&self, unit: usize, targets: &[Target]) -> Vec<Artefact> {
        let mut artefacts = Vec::new();
        match self.plan.services.get(unit) {
            Some(service) => {
                for target in targets {
                    match target {
                        Target::Rules => artefacts.extend(prometheus::emit(service, self.plan.shards)),
                        Target::Tests => artefacts.extend(tests::emit(service, &self.courses)),
                        Target::Shapes => artefacts.extend(tests::shapes(service, &self.courses)),
                        Target::Operator => artefacts.extend(operator::emit(service, self.plan)),
                        Target::Rollup => artefacts.push(rollup::emit(service, self.plan)),
                        Target::Mimir => artefacts.push(mimir::emit(service, &self.plan.rulers.mimir)),
                        Target::Thanos => artefacts.extend(thanos::emit(service, self.plan)),
                        Target::Vmalert => artefacts.extend(vmalert::emit(service, self.plan)),
                        Target::GrafanaRules => {
                            artefacts.push(grafana_rules::emit(service, &self.plan.rulers.grafana));
                        }
                        Target::Limits => artefacts.push(limits::views(service, &self.plan.telemetry)),
                        Target::Grafana => artefacts.extend(grafana::service(service, self.plan)),
                        Target::ConfigMaps | Target::GrafanaOperator | Target::Kustomize => {
                            artefacts.extend(grafana::kubernetes::service(*target, service, self.plan));
                        }
                        Target::Perses => artefacts.extend(grafana::perses::service(service, self.plan)),
                        Target::Schema
                        | Target::Collector
                        | Target::Retention
                        | Target::Alertmanager
                        | Target::AlertmanagerConfig
                        | Target::Runbooks => {}
                    }
                }
            }
            None if self.plan.part != Part::Whole => {
                if targets.contains(&Target::Alertmanager) {
                    artefacts.extend(alertmanager::of_team(&self.plan.alertmanager));
                }
                if targets.contains(&Target::AlertmanagerConfig) {
                    artefacts.extend(alertmanager::object(self.plan));
                }
                if !self.plan.services.is_empty() {
                    if targets.contains(&Target::Grafana) {
                        artefacts.extend(grafana::of_team(self.plan));
                    }
                    artefacts.extend(self.boards(targets));
                }
            }
            None => {
                artefacts.extend(targets.iter().flat_map(|target| watchers::rules(self.plan, *target)));
                if targets.contains(&Target::Tests) {
                    artefacts.extend(self.plan.watch.iter().flat_map(watchers::tests));
                }
                if targets.contains(&Target::Schema) {
                    artefacts.extend(schema::emit());
                }
                if targets.contains(&Target::Collector) {
                    artefacts.extend(collector::emit(&self.plan.telemetry));
                }
                if targets.contains(&Target::Retention) {
                    artefacts.extend(retention::emit(&self.plan.telemetry));
                }
                if targets.contains(&Target::Alertmanager) {
                    artefacts.extend(alertmanager::emit(&self.plan.alertmanager));
                }
                if targets.contains(&Target::AlertmanagerConfig) {
                    artefacts.extend(alertmanager::object(self.plan));
                }
                if targets.contains(&Target::Grafana) {
                    artefacts.extend(grafana::global(self.plan));
                }
                artefacts.extend(self.boards(targets));
                if targets.contains(&Target::Limits) {
                    artefacts.push(limits::prometheus(&self.plan.telemetry));
                }
            }
        }
        artefacts
    }

    /// The dashboards of all services of the plan, for what reads them beside Grafana itself.
    fn boards(&self, targets: &[Target]) -> Vec<Artefact> {
        let mut artefacts = Vec::new();
        for target in [Target::ConfigMaps, Target::GrafanaOperator, Target::Kustomize] {
            if targets.contains(&target) {
                artefacts.extend(grafana::kubernetes::global(target, self.plan));
            }
        }
        if targets.contains(&Target::Perses) {
            artefacts.extend(grafana::perses::global(self.plan));
        }
        artefacts
    }

    /// The files of all units.
    #[must_use]
    pub fn all(&self, targets: &[Target]) -> Vec<Artefact> {
        (0..self.plan.units()).flat_map(|unit| self.unit(unit, targets)).collect()
    }
}
