//! Rule files of VictoriaMetrics' vmalert, one a service: in layers, without fields that it refuses, and with ranges of
//! MetricsQL.

use serde::Serialize;

use super::rules::{self, Dialect, Group};
use super::{Artefact, HEADER, Target, shards};
use crate::plan::{Plan, ServicePlan};

#[derive(Serialize)]
struct RuleFile<'p> {
    groups: Vec<Group<'p>>,
}

/// The rule files of a service.
pub(super) fn emit(service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    shards::files(service, plan.shards, Target::Vmalert.folder(), |slos| {
        let groups = slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Vmalert(&plan.rulers.vmalert))).collect();
        let mut text = HEADER.to_owned();
        super::write(&mut text, &RuleFile { groups });
        text
    })
}
