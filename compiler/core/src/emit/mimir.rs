//! Rule files of Mimir's and Cortex's rulers: one a service, each a namespace of the tenant.
//!
//! `mimirtool` and `cortextool` read the namespace from the file. The ruler's own API takes one group a request, under the
//! namespace of its address.

use serde::Serialize;

use super::rules::{self, Dialect, Group};
use super::{Artefact, Target, document};
use crate::model::Mimir;
use crate::plan::ServicePlan;

#[derive(Serialize)]
struct Namespace<'p> {
    namespace: String,
    groups: Vec<Group<'p>>,
}

/// The namespace of a service.
pub(super) fn emit(service: &ServicePlan, mimir: &Mimir) -> Artefact {
    let groups = service.slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Mimir(mimir))).collect();
    let text = namespace(&service.stem, groups, mimir);
    Artefact { path: format!("{}/{}.yaml", Target::Mimir.folder(), service.stem), text }
}

/// A namespace of these groups.
pub(super) fn namespace(name: &str, groups: Vec<Group<'_>>, mimir: &Mimir) -> String {
    let namespace = Namespace { namespace: format!("{}{name}", mimir.namespace_prefix), groups };
    document(&namespace)
}
