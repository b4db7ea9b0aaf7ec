//! Prometheus rule files, one a service.

use serde::Serialize;

use super::rules::{self, Group};
use super::{Artefact, HEADER, Target};
use crate::plan::ServicePlan;

#[derive(Serialize)]
struct RuleFile<'p> {
    groups: Vec<Group<'p>>,
}

/// The rule file of a service.
pub(super) fn emit(service: &ServicePlan) -> Artefact {
    let file = RuleFile { groups: service.slos.iter().flat_map(rules::groups).collect() };
    // 40 rules of some 300 bytes an objective; growing a string of megabytes by doubling would copy it over and over.
    let mut text = String::with_capacity(HEADER.len() + service.slos.len() * 14_000);
    text.push_str(HEADER);
    super::write(&mut text, &file);
    Artefact { path: format!("{}/{}.yaml", Target::Rules.folder(), service.stem), text }
}
