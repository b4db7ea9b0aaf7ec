//! `Source → Spec`: what people wrote, typed and spanned, without any meaning yet.
//!
//! Owns the form of the language: fields, types, required or not, did-you-mean. Knows nothing of defaults, references
//! or other files; that is [`crate::model`]'s.

pub(crate) mod decode;
mod leaf;
mod policy;
pub mod schema;
mod service;
mod slo;

pub use decode::Named;
pub use leaf::{Name, Number, Promql, Text, Version};
pub use policy::{OperatorSpec, PolicySpec, SeveritySpec, TargetWord};
pub use service::{AttributeSpec, CallKind, CallSpec, LabelSpec, MetricSpec, MetricType, Pii, ServiceSpec};
pub use slo::{
    AlertNamesSpec, AlertingSpec, DataSpec, EventsSpec, Idle, LatencySpec, PairSpec, SliSpec, SloSpec, TimesliceSpec,
};

use crate::finding::Finding;
use crate::source::{Source, SourceId};
use crate::yaml;
use decode::{Decode, Decoder};

/// What one file says.
#[derive(Debug, Default)]
pub struct File {
    /// Services, one a YAML document.
    pub services: Vec<ServiceSpec>,
    /// The policy, if the file is one.
    pub policy: Option<PolicySpec>,
    /// What is wrong with its form.
    pub findings: Vec<Finding>,
}

/// Whether a path names the policy: `policy.yaml` or `policy.yml`.
#[must_use]
pub fn is_policy(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "policy.yaml" | "policy.yml")
}

/// Reads one source: the policy by its file name, anything else as services.
#[must_use]
pub fn parse(id: SourceId, source: &Source) -> File {
    let parsed = yaml::parse(id, &source.text);
    let mut decoder = Decoder::default();
    let mut file = File { findings: parsed.findings, ..File::default() };
    for document in &parsed.documents {
        if is_policy(&source.path) {
            let policy = PolicySpec::decode(document, &mut decoder);
            file.policy = file.policy.or(policy);
        } else {
            file.services.extend(ServiceSpec::decode(document, &mut decoder));
        }
    }
    file.findings.append(&mut decoder.findings);
    file
}
