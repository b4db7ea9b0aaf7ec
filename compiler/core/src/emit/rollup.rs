//! Rule files of a ruler that sees several clusters, one a service: what each objective has left over all of them.

use serde::Serialize;

use super::rules::{self, Group};
use super::{Artefact, HEADER, Target};
use crate::plan::{Plan, ServicePlan};

#[derive(Serialize)]
struct RuleFile<'p> {
    groups: Vec<Group<'p>>,
}

/// The rule file of a service.
pub(super) fn emit(service: &ServicePlan, plan: &Plan) -> Artefact {
    let cluster = &plan.rulers.cluster_label;
    let mut text = HEADER.to_owned();
    text.push_str(&format!(
        "#
# For one ruler over all clusters: Thanos Ruler, Mimir, vmalert, or a Prometheus that federates `slo:.*_window`.
# The Prometheus of each cluster needs the external label `{cluster}`, and loads the rules of `prometheus/rules`.
"
    ));
    super::write(&mut text, &RuleFile { groups: service.slos.iter().map(|slo| rules::rollup(slo, cluster)).collect() });
    Artefact { path: format!("{}/{}.yaml", Target::Rollup.folder(), service.stem), text }
}
