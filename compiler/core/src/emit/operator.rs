//! `PrometheusRule` objects for the Prometheus Operator, one a service, around the same groups.

use serde::Serialize;

use super::rules::{self, Dialect, Group};
use super::{Artefact, HEADER, Target};
use crate::model::Operator;
use crate::plan::ServicePlan;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrometheusRule<'p> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'p>,
    spec: Spec<'p>,
}

#[derive(Serialize)]
struct Metadata<'p> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'p str>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    labels: &'p std::collections::BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Spec<'p> {
    groups: Vec<Group<'p>>,
}

/// The object of a service. Its name is the service's stem with `_` as `-`, as Kubernetes asks of names.
pub(super) fn emit(service: &ServicePlan, operator: &Operator) -> Artefact {
    let object = PrometheusRule {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: Metadata {
            name: format!("slo-{}", service.stem.replace('_', "-")).trim_end_matches('-').to_owned(),
            namespace: operator.namespace.as_deref(),
            labels: &operator.labels,
        },
        spec: Spec { groups: service.slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Prometheus)).collect() },
    };
    let mut text = HEADER.to_owned();
    super::write(&mut text, &object);
    Artefact { path: format!("{}/{}.yaml", Target::Operator.folder(), service.stem), text }
}
