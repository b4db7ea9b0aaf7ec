//! Rule files of Thanos Ruler, one a service: each group says what a partial response means.

use super::rules::{self, Dialect};
use super::{Artefact, HEADER, Target, prometheus, shards};
use crate::plan::{Plan, ServicePlan};

/// The rule files of a service. What rulers and their queriers must be told besides stands at the head of each.
pub(super) fn emit(service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    let thanos = &plan.rulers.thanos;
    let mut head = HEADER.to_owned();
    head.push_str(
        "#
# Rules read what other rules recorded: the ruler's querier needs the ruler itself among its `--endpoint`s.
",
    );
    for label in &thanos.replica_labels {
        head.push_str(&format!(
            "# Pairs of rulers: `--alert.label-drop={label}` for each ruler, `--query.replica-label={label}` for the querier.\n"
        ));
    }
    shards::files(service, plan.shards, Target::Thanos.folder(), |slos| {
        let groups = slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Thanos(thanos))).collect();
        prometheus::below(head.clone(), groups)
    })
}
