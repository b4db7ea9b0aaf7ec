//! `PrometheusRule` objects for the Prometheus Operator, around the same groups: one a service, or several if one would be
//! too large.

use serde::Serialize;

use super::kubernetes::{Metadata, Object, Specified};
use super::rules::{self, Dialect, Group};
use super::shards::{self, Part};
use super::{Artefact, Target, document};
use crate::model::Operator;
use crate::plan::{Plan, ServicePlan, SloPlan, names};

/// The most bytes of an object. The operator copies each into a ConfigMap, of which it fills half of Kubernetes's 1 MiB, and
/// refuses an object that is larger; etcd takes requests of up to 1.5 MiB.
const LARGEST: usize = 400 * 1024;
/// The label that says which ruler evaluates an object, if several share the objectives.
const SHARD: &str = "slo-shard";

#[derive(Serialize)]
struct Spec<'p> {
    groups: Vec<Group<'p>>,
}

/// The objects of a service.
pub(super) fn emit(service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    shards::parts(service, plan.shards).iter().flat_map(|part| objects(service, part, plan)).collect()
}

/// The objects of what one ruler evaluates: as few as are small enough, with whole objectives in each.
fn objects(service: &ServicePlan, part: &Part<'_>, plan: &Plan) -> Vec<Artefact> {
    let whole = object(service, part, &part.slos, 1, plan);
    if whole.text.len() <= LARGEST || part.slos.len() < 2 {
        return vec![whole];
    }
    let mut pieces: Vec<Vec<&SloPlan>> = vec![Vec::new()];
    let mut size = 0;
    for slo in &part.slos {
        let own = object(service, part, &[slo], 1, plan).text.len();
        if size + own > LARGEST && size > 0 {
            pieces.push(Vec::new());
            size = 0;
        }
        size += own;
        if let Some(piece) = pieces.last_mut() {
            piece.push(slo);
        }
    }
    pieces.iter().enumerate().map(|(at, slos)| object(service, part, slos, at + 1, plan)).collect()
}

fn object(service: &ServicePlan, part: &Part<'_>, slos: &[&SloPlan], piece: usize, plan: &Plan) -> Artefact {
    let operator = &plan.operator;
    let mut labels = operator.labels.clone();
    labels.extend(part.shard.map(|shard| (SHARD.to_owned(), shard.to_string())));
    // A dot is in no stem, so that no two services and no two pieces have one name.
    let shard = part.shard.map(|shard| format!(".{shard}")).unwrap_or_default();
    let more = if piece > 1 { format!(".part-{piece}") } else { String::new() };
    let of_service = operator.namespaces.get(&service.name).map(|(name, _)| name);
    let metadata = Metadata {
        name: format!("slo-{}{shard}{more}", names::kubernetes(&service.stem)),
        namespace: of_service.or(operator.namespace.as_ref()).map(String::as_str),
        labels,
        ..Metadata::default()
    };
    let groups = slos.iter().flat_map(|slo| rules::groups(slo, Dialect::Prometheus)).collect();
    let text = written(metadata, groups);
    Artefact { path: format!("{}/{}{}{more}.yaml", Target::Operator.folder(), part.folder, service.stem), text }
}

/// An object of groups that belong to no service.
pub(super) fn apart(name: &str, groups: Vec<Group<'_>>, operator: &Operator) -> String {
    let metadata = Metadata {
        name: format!("slo-{name}"),
        namespace: operator.namespace.as_deref(),
        labels: operator.labels.clone(),
        ..Metadata::default()
    };
    written(metadata, groups)
}

fn written(metadata: Metadata<'_>, groups: Vec<Group<'_>>) -> String {
    let body = Specified { spec: Spec { groups } };
    let object = Object { api_version: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata, body };
    document(&object)
}
