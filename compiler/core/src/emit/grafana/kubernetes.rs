//! Dashboards as Kubernetes takes them: a `ConfigMap` for Grafana's sidecar, a `GrafanaDashboard` for grafana-operator, and a
//! folder for Kustomize. All hold the classic form, which every Grafana reads.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::super::kubernetes::{Metadata, Object, Specified};
use super::super::{Artefact, document};
use super::board::Board;
use super::{classic, of_all, of_service};
use crate::model::Console;
use crate::plan::{Plan, ServicePlan, links};
use crate::target::Target;

/// Above this, JSON is written without white space: `kubectl apply` keeps a copy of what it applied in an annotation, of which
/// Kubernetes takes 256 KiB, and a `ConfigMap` holds 1 MiB.
const PRETTY: usize = 200 * 1024;

#[derive(Serialize)]
struct Data {
    data: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'p> {
    instance_selector: Selector<'p>,
    folder: &'p str,
    json: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selector<'p> {
    match_labels: &'p BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization<'p> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'p str>,
    config_map_generator: Vec<Generated>,
    generator_options: Options,
}

#[derive(Serialize)]
struct Generated {
    name: String,
    files: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    /// The sidecar finds them by their label, and nothing refers to them by name.
    disable_name_suffix_hash: bool,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

/// A service's dashboards for a target.
pub(in super::super) fn service(target: Target, service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    let boards = of_service(service, plan);
    boards.iter().map(|(name, board)| wrapped(target, name, board, &plan.console)).collect()
}

/// The dashboards of all services for a target, and what lists them.
pub(in super::super) fn global(target: Target, plan: &Plan) -> Vec<Artefact> {
    // Objects of several teams may be in one namespace, and the sidecar puts their files into one folder.
    let boards: Vec<(String, Board)> =
        of_all(plan).into_iter().map(|(name, board)| (links::in_kubernetes(name, &plan.part), board)).collect();
    let mut artefacts: Vec<Artefact> =
        boards.iter().map(|(name, board)| wrapped(target, name, board, &plan.console)).collect();
    if target == Target::Kustomize {
        // With teams, the services are in the teams' folders, which have such a file too.
        let own = plan.services.iter().filter(|_| plan.teams.is_empty());
        let own = own.flat_map(|it| (0..super::funnel::parts(it)).map(|part| super::file_stem(it, part)));
        let names = own.chain(boards.iter().map(|(name, _)| name.clone()));
        artefacts.push(kustomization(names, &plan.console));
    }
    artefacts
}

fn wrapped(target: Target, name: &str, board: &Board, console: &Console) -> Artefact {
    let json = text(&classic::form(board));
    let folder = target.folder();
    match target {
        Target::Kustomize => Artefact { path: format!("{folder}/{name}.json"), text: json },
        Target::GrafanaOperator => {
            let objects = &console.kubernetes;
            let spec =
                Spec { instance_selector: Selector { match_labels: &objects.instance }, folder: &console.folder, json };
            let metadata = metadata(name, console, BTreeMap::new(), BTreeMap::new());
            let kind = "GrafanaDashboard";
            let api_version = "grafana.integreatly.org/v1beta1";
            yaml(format!("{folder}/{name}.yaml"), &Object { api_version, kind, metadata, body: Specified { spec } })
        }
        _ => {
            let (labels, annotations) = found_by(console);
            let metadata = metadata(name, console, labels, annotations);
            let data = Data { data: BTreeMap::from([(format!("{name}.json"), json)]) };
            let object = Object { api_version: "v1", kind: "ConfigMap", metadata, body: data };
            yaml(format!("{folder}/{name}.yaml"), &object)
        }
    }
}

fn kustomization(names: impl Iterator<Item = String>, console: &Console) -> Artefact {
    let (labels, annotations) = found_by(console);
    let generated = names.map(|name| Generated { name: object_name(&name), files: vec![format!("{name}.json")] });
    let whole = Kustomization {
        api_version: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        namespace: console.kubernetes.namespace.as_deref(),
        config_map_generator: generated.collect(),
        generator_options: Options { disable_name_suffix_hash: true, labels, annotations },
    };
    yaml(format!("{}/kustomization.yaml", Target::Kustomize.folder()), &whole)
}

/// By what the sidecar finds a `ConfigMap`, and the folder into which it puts the dashboard.
fn found_by(console: &Console) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let objects = &console.kubernetes;
    (objects.labels.clone(), BTreeMap::from([(objects.folder_annotation.clone(), console.folder.clone())]))
}

fn metadata<'p>(
    name: &str,
    console: &'p Console,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
) -> Metadata<'p> {
    Metadata { name: object_name(name), namespace: console.kubernetes.namespace.as_deref(), labels, annotations }
}

/// The name of an object. Kubernetes takes lower-case letters, digits, `-` and `.`, with a letter or a digit beside each end
/// and each dot.
fn object_name(name: &str) -> String {
    let parts: Vec<String> = name.split('.').map(|part| part.replace('_', "-").trim_matches('-').to_owned()).collect();
    format!("slo-dashboard-{}", parts.join("."))
}

fn yaml(path: String, value: &impl Serialize) -> Artefact {
    let text = document(value);
    Artefact { path, text }
}

fn text(value: &Value) -> String {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = if pretty.len() > PRETTY { value.to_string() } else { pretty };
    text.push('\n');
    text
}
