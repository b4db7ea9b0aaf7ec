//! What rulers beside Prometheus are told, with its defaults.

use super::console::Console;
use crate::code;
use crate::finding::Finding;
use crate::labels::RESERVED_LABELS;
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::Span;
use crate::spec::{PartialResponse, PolicySpec, RulersSpec};
use crate::target::Target;

/// Rule groups of a tenant that Mimir allows unless told otherwise (`ruler_max_rule_groups_per_tenant`).
const MIMIR_GROUPS: usize = 70;

/// What rulers beside Prometheus are told.
#[derive(Debug, Clone)]
pub struct Rulers {
    /// Mimir and Cortex.
    pub mimir: Mimir,
    /// Thanos Ruler.
    pub thanos: Thanos,
    /// vmalert.
    pub vmalert: Vmalert,
    /// Rules that Grafana evaluates.
    pub grafana: GrafanaRules,
    /// The external label that tells clusters apart.
    pub cluster_label: String,
}

/// Mimir and Cortex.
#[derive(Debug, Clone)]
pub struct Mimir {
    /// What the name of each namespace begins with.
    pub namespace_prefix: String,
    /// The most groups of the tenant; `None` without a limit.
    pub max_groups: Option<usize>,
    /// Where the limit is said, or else the target is asked for; `None` if no file says either.
    pub place: Option<Span>,
    /// Tenants whose series the rules read; empty for the tenant's own.
    pub source_tenants: Vec<String>,
}

/// Thanos Ruler.
#[derive(Debug, Clone)]
pub struct Thanos {
    /// The strategy for partial responses, as the group's field has it: `abort` or `warn`.
    pub partial_response: &'static str,
    /// Labels that tell rulers of one pair apart.
    pub replica_labels: Vec<String>,
}

/// vmalert.
#[derive(Debug, Clone)]
pub struct Vmalert {
    /// How late raw series are read, where the policy says so; nominal.
    pub eval_delay: Option<Duration>,
    /// The tenant of each group.
    pub tenant: Option<String>,
}

/// Rules that Grafana evaluates.
#[derive(Debug, Clone)]
pub struct GrafanaRules {
    /// The organisation's number.
    pub org: u32,
    /// The folder of the rules.
    pub folder: String,
    /// The uid of the data source.
    pub datasource: String,
}

impl Rulers {
    /// What the policy says, and defaults for the rest.
    pub(super) fn resolve(spec: Option<&PolicySpec>, console: &Console, scope: &mut Scope<'_>) -> Self {
        let rulers = spec.and_then(|spec| spec.rulers.as_ref()).map(|rulers| &rulers.value);
        let words = spec.and_then(|spec| spec.targets.as_ref()).into_iter().flatten();
        let mut words = words.filter(|word| word.value == Target::Mimir);
        Self {
            mimir: Mimir::resolve(rulers, words.next().map(|word| word.span)),
            thanos: Thanos::resolve(rulers, scope),
            vmalert: Vmalert::resolve(rulers),
            grafana: GrafanaRules::resolve(rulers, console),
            cluster_label: cluster_label(rulers, scope),
        }
    }
}

impl Mimir {
    fn resolve(rulers: Option<&RulersSpec>, asked: Option<Span>) -> Self {
        let spec = rulers.and_then(|rulers| rulers.mimir.as_ref()).map(|mimir| &mimir.value);
        let said = spec.and_then(|spec| spec.max_groups);
        let most = said.map_or(MIMIR_GROUPS, |said| usize::try_from(said.value).unwrap_or(usize::MAX));
        Self {
            namespace_prefix: spec
                .and_then(|spec| spec.namespace_prefix.as_ref())
                .map_or_else(|| "slo-".to_owned(), |prefix| prefix.value.0.clone()),
            max_groups: (most > 0).then_some(most),
            place: said.map(|said| said.span).or(asked),
            source_tenants: spec
                .and_then(|spec| spec.source_tenants.as_ref())
                .map(|tenants| tenants.iter().map(|tenant| tenant.value.0.clone()).collect())
                .unwrap_or_default(),
        }
    }
}

impl Thanos {
    fn resolve(rulers: Option<&RulersSpec>, scope: &mut Scope<'_>) -> Self {
        let spec = rulers.and_then(|rulers| rulers.thanos.as_ref()).map(|thanos| &thanos.value);
        let mut replica_labels = Vec::new();
        for label in spec.and_then(|spec| spec.replica_labels.as_ref()).into_iter().flatten() {
            let name = label.value.0.as_str();
            if super::labels::is_label_name(name) && !RESERVED_LABELS.contains(&name) {
                replica_labels.push(name.to_owned());
                continue;
            }
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    label.span,
                    format!("expected a label that only rulers set, found `{name}`"),
                )
                .hint("write the external label that tells the rulers of a pair apart, such as `replica`"),
            );
        }
        if spec.is_none_or(|spec| spec.replica_labels.is_none()) {
            replica_labels.push("replica".to_owned());
        }
        let strategy = spec.and_then(|spec| spec.partial_response).map_or(PartialResponse::Abort, |word| word.value);
        Self {
            partial_response: match strategy {
                PartialResponse::Abort => "abort",
                PartialResponse::Warn => "warn",
            },
            replica_labels,
        }
    }
}

impl Vmalert {
    fn resolve(rulers: Option<&RulersSpec>) -> Self {
        let spec = rulers.and_then(|rulers| rulers.vmalert.as_ref()).map(|vmalert| &vmalert.value);
        Self {
            eval_delay: spec.and_then(|spec| spec.eval_delay).map(|delay| delay.value),
            tenant: spec.and_then(|spec| spec.tenant.as_ref()).map(|tenant| tenant.value.0.clone()),
        }
    }
}

/// The label that tells clusters apart, or a finding.
fn cluster_label(rulers: Option<&RulersSpec>, scope: &mut Scope<'_>) -> String {
    let said = rulers.and_then(|rulers| rulers.rollup.as_ref()).and_then(|rollup| rollup.value.label.as_ref());
    let Some(said) = said else { return "cluster".to_owned() };
    if !super::labels::is_label_name(&said.value.0) || RESERVED_LABELS.contains(&said.value.0.as_str()) {
        scope.report(
            Finding::new(
                &code::INVALID_VALUE,
                said.span,
                format!("expected a label that tells clusters apart, found `{}`", said.value.0),
            )
            .hint("write the external label of each cluster's Prometheus, such as `cluster`"),
        );
    }
    said.value.0.clone()
}

impl GrafanaRules {
    fn resolve(rulers: Option<&RulersSpec>, console: &Console) -> Self {
        let spec = rulers.and_then(|rulers| rulers.grafana.as_ref()).map(|grafana| &grafana.value);
        let name = |given: Option<&crate::source::Spanned<crate::spec::Name>>, otherwise: &str| {
            given.map_or_else(|| otherwise.to_owned(), |name| name.value.0.clone())
        };
        Self {
            org: spec.and_then(|spec| spec.org).map_or(1, |org| org.value),
            folder: name(spec.and_then(|spec| spec.folder.as_ref()), &console.folder),
            datasource: name(spec.and_then(|spec| spec.datasource.as_ref()), &console.prometheus.uid),
        }
    }
}
