//! Rule files of VictoriaMetrics' vmalert, one a service: without fields that it refuses, and with ranges of MetricsQL.

use serde::Serialize;

use super::rules::{self, Dialect, Group};
use super::{Artefact, HEADER, Target};
use crate::model::Vmalert;
use crate::plan::ServicePlan;

#[derive(Serialize)]
struct RuleFile<'p> {
    groups: Vec<Group<'p>>,
}

/// The rule file of a service.
pub(super) fn emit(service: &ServicePlan, vmalert: &Vmalert) -> Artefact {
    let mut text = HEADER.to_owned();
    let groups = service.slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Vmalert(vmalert))).collect();
    super::write(&mut text, &RuleFile { groups });
    Artefact { path: format!("{}/{}.yaml", Target::Vmalert.folder(), service.stem), text }
}
