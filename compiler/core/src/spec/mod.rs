//! `Source → Spec`: what people wrote, typed and spanned, without any meaning yet.
//!
//! Owns the form of the language: fields, types, required or not, did-you-mean. Knows nothing of defaults, references
//! or other files; that is [`crate::model`]'s.

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod any;
mod console;
pub(crate) mod decode;
mod drill;
pub(crate) mod encode;
pub mod inherit;
pub(crate) mod leaf;
pub mod levels;
mod observed;
mod peer;
mod policy;
mod prices;
pub(crate) mod record;
mod registry;
mod routing;
mod rulers;
pub mod schema;
mod service;
mod slo;
mod telemetry;
mod watchers;

pub use console::{DashboardForm, DashboardObjectsSpec, DataSourceSpec, GrafanaSpec};
pub use decode::{Flawed, Named, Needed};
pub use drill::DrillSpec;
pub use encode::{Comments, Encode, Written, write};
pub use leaf::{Expression, Name, Number, Promql, Selectors, Text, Version};
pub use observed::{ObservedPolicySpec, ObservedSpec, SeenLabelSpec, SeenSpec, SeenType};
pub use peer::Peer;
pub use policy::{
    CardinalitySpec, MatcherStrategy, OperatorSpec, PolicySpec, RulesSpec, SelectorSpec, SeveritySpec, WaiverSpec,
};
pub use prices::{BusinessSpec, PriceSpec, PricesSpec, RangeSpec, ShareRangeSpec, VolumePriceSpec};
pub use registry::RegistryAttribute;
pub use routing::{ReceiverSpec, SlackSpec};
pub use rulers::{GrafanaRulesSpec, MimirSpec, PartialResponse, RollupSpec, RulersSpec, ThanosSpec, VmalertSpec};
pub use service::{AttributeSpec, CallKind, CallSpec, JointSpec, LabelSpec, MetricSpec, Pii, ServiceSpec, SignalWord};
pub use slo::{AlertNamesSpec, AlertingSpec, BudgetStepSpec, DataSpec, PairSpec, SloSpec};
pub use telemetry::{LogTierSpec, RedactionSpec, RetentionSpec, SamplingSpec, SeverityWord, Undeclared};
pub use watchers::{RulerWord, WatchersSpec};

pub use crate::indicator::{
    AvailabilitySpec, EventsSpec, ExprSpec, Gauges, LatencySpec, Level, SliSpec, TimesliceSpec,
};
pub use crate::metric::MetricType;

use crate::code;
use crate::finding::Finding;
use crate::source::{Source, SourceId, Span};
use crate::yaml;
use decode::{Decode, Decoder};

/// What one file says.
#[derive(Debug, Default)]
pub struct File {
    /// Services, one a YAML document.
    pub services: Vec<ServiceSpec>,
    /// The policies, if the file holds any: one is allowed.
    pub policies: Vec<PolicySpec>,
    /// The same as they are written, in their order, without those that are no record at all.
    pub policy_nodes: Vec<yaml::Node>,
    /// The prices, if the file holds any.
    pub prices: Vec<PricesSpec>,
    /// Snapshots of what sources export.
    pub observed: Vec<ObservedSpec>,
    /// Attributes that registries of semantic conventions enumerate.
    pub registry: Vec<RegistryAttribute>,
    /// Whether a part of the file could not be read, so that what it declares is not known.
    pub unread: bool,
    /// What is wrong with its form.
    pub findings: Vec<Finding>,
}

/// Whether a path names the policy: `policy.yaml` or `policy.yml`.
#[must_use]
pub fn is_policy(path: &str) -> bool {
    matches!(name(path), "policy.yaml" | "policy.yml")
}

/// Reads a policy that was put together from several, whose faults are known already.
pub(crate) fn policy(node: &yaml::Node) -> Option<PolicySpec> {
    PolicySpec::decode(node, &mut Decoder::default())
}

/// Whether a path names the prices: `prices.yaml` or `prices.yml`.
#[must_use]
pub fn is_prices(path: &str) -> bool {
    matches!(name(path), "prices.yaml" | "prices.yml")
}

/// Whether a path names a snapshot: a file directly in a folder called `observed`.
#[must_use]
pub fn is_observed(path: &str) -> bool {
    path.rsplit('/').nth(1) == Some(OBSERVED)
}

/// The folder of snapshots, below the specs.
pub const OBSERVED: &str = "observed";

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads one source: the policy, the prices and snapshots by their files' names, registries of semantic conventions by their form, anything else as
/// services. `is_central`: the policy above every folder of specs, whatever its name is.
#[must_use]
pub fn parse(id: SourceId, source: &Source, is_central: bool) -> File {
    let parsed = yaml::parse(id, &source.text);
    let mut decoder = Decoder::default();
    let mut file = File { findings: parsed.findings, ..File::default() };
    file.unread = !file.findings.is_empty();
    for document in &parsed.documents {
        if is_central || is_policy(&source.path) {
            if let Some(policy) = PolicySpec::decode(document, &mut decoder) {
                file.policies.push(policy);
                file.policy_nodes.push(document.clone());
            }
        } else if is_prices(&source.path) {
            file.prices.extend(PricesSpec::decode(document, &mut decoder));
        } else if is_observed(&source.path) {
            file.observed.extend(ObservedSpec::decode(document, &mut decoder));
        } else if registry::is_registry(document) {
            file.registry.extend(registry::attributes(document));
        } else if let Some(peer) = Peer::of(document) {
            file.unread = true;
            file.findings.push(peer.finding(document, source));
        } else {
            let service = ServiceSpec::decode(document, &mut decoder);
            file.unread |= service.as_ref().is_none_or(|service| service.service.0.is_none());
            file.services.extend(service);
        }
    }
    if parsed.documents.is_empty() && file.findings.is_empty() {
        file.findings.push(
            Finding::new(&code::MISSING_FIELD, Span::new(id, 0..0), "the file says nothing: missing field `version`")
                .hint("write a spec, as `emberline init` does, or remove the file"),
        );
    }
    decoder.findings.retain(|finding| !is_echo(source, finding, &file.findings));
    file.findings.append(&mut decoder.findings);
    file
}

/// Whether a finding says of a value what the YAML reader has said of it, or of a part of it on the same line.
fn is_echo(source: &Source, finding: &Finding, said: &[Finding]) -> bool {
    let place = finding.label.span;
    let one_line = source.text.get(place.range()).is_some_and(|text| !text.contains('\n'));
    let covers = |other: &Finding| place.start <= other.label.span.start && other.label.span.end <= place.end;
    *finding.code == code::INVALID_VALUE && one_line && place.start < place.end && said.iter().any(covers)
}
