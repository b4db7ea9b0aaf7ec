//! Rule files of Thanos Ruler, one a service: each group says what a partial response means.

use serde::Serialize;

use super::rules::{self, Dialect, Group};
use super::{Artefact, HEADER, Target};
use crate::model::Thanos;
use crate::plan::ServicePlan;

#[derive(Serialize)]
struct RuleFile<'p> {
    groups: Vec<Group<'p>>,
}

/// The rule file of a service. What rulers and their queriers must be told besides stands at its head.
pub(super) fn emit(service: &ServicePlan, thanos: &Thanos) -> Artefact {
    let mut text = HEADER.to_owned();
    text.push_str(
        "#
# Rules read what other rules recorded: the ruler's querier needs the ruler itself among its `--endpoint`s.
",
    );
    for label in &thanos.replica_labels {
        text.push_str(&format!(
            "# Pairs of rulers: `--alert.label-drop={label}` for each ruler, `--query.replica-label={label}` for the querier.\n"
        ));
    }
    let groups = service.slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Thanos(thanos))).collect();
    super::write(&mut text, &RuleFile { groups });
    Artefact { path: format!("{}/{}.yaml", Target::Thanos.folder(), service.stem), text }
}
