//! One service again, beside all others as they were: what an editor needs after a key.

use std::sync::Arc;

use super::resolve::{Common, resolve_metrics, resolve_service};
use super::service::Service;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::{Sources, Spanned};
use crate::spec::ServiceSpec;

/// Resolves one service from its specs, and puts its metrics into the index instead of those before. A service without a
/// name stays out of the index: others cannot refer to it.
pub(crate) fn again(
    sources: &Sources,
    name: &Spanned<String>,
    specs: &[&ServiceSpec],
    common: &mut Common,
) -> (Service, Vec<Finding>) {
    let team = common.team_of(&sources.get(name.span.source).path);
    let policy = Arc::clone(common.policy_of_team(team));
    let mut scope = Scope { sources, targets: &policy.targets, findings: Vec::new() };
    let metrics = resolve_metrics(specs, &policy, &mut scope);
    if !name.value.is_empty() {
        common.index.remove_service(&name.value);
        common.index.add_service(&name.value, name.span, &metrics);
    }
    let service = resolve_service(name.clone(), specs, metrics, &policy, &common.index, &mut scope);
    (Service { team, ..service }, scope.findings)
}
