//! What every object of Kubernetes has: its kind, and how it is found.

use std::collections::BTreeMap;

use serde::Serialize;

/// An object whose own fields are those of `body`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object<'p, B: Serialize> {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) metadata: Metadata<'p>,
    #[serde(flatten)]
    pub(super) body: B,
}

/// A body that is a `spec`.
#[derive(Serialize)]
pub(super) struct Specified<S: Serialize> {
    pub(super) spec: S,
}

/// How an object is found.
#[derive(Default, Serialize)]
pub(super) struct Metadata<'p> {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<&'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}
