//! Rule files of VictoriaMetrics' vmalert, one a service: in layers, without fields that it refuses, and with ranges of
//! MetricsQL.

use super::rules::{self, Dialect};
use super::{Artefact, Target, prometheus, shards};
use crate::plan::{Plan, ServicePlan};

/// The rule files of a service.
pub(super) fn emit(service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    shards::files(service, plan.shards, Target::Vmalert.folder(), |slos| {
        let groups = slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Vmalert(&plan.rulers.vmalert))).collect();
        prometheus::file(groups)
    })
}
