//! Rule files of a ruler that sees several clusters, one a service: what each objective has left over all of them.

use super::rules;
use super::{Artefact, HEADER, Target, prometheus};
use crate::plan::{Plan, ServicePlan};

/// The rule file of a service.
pub(super) fn emit(service: &ServicePlan, plan: &Plan) -> Artefact {
    let cluster = &plan.rulers.cluster_label;
    let mut head = HEADER.to_owned();
    head.push_str(&format!(
        "#
# For one ruler over all clusters: Thanos Ruler, Mimir, vmalert, or a Prometheus that federates `slo:.*_window`.
# The Prometheus of each cluster needs the external label `{cluster}`, and loads the rules of `prometheus/rules`.
"
    ));
    let text = prometheus::below(head, service.slos.iter().map(|slo| rules::rollup(slo, cluster)).collect());
    Artefact { path: format!("{}/{}.yaml", Target::Rollup.folder(), service.stem), text }
}
