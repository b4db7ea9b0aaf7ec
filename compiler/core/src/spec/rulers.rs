//! What rulers beside Prometheus are told, as written in the policy.

use super::leaf::Name;
use super::record::{record, words};
use crate::quantity::Duration;
use crate::source::Spanned;

record! {
    /// What rulers beside Prometheus are told, by target.
    pub struct RulersSpec {
        /// Mimir and Cortex: the target `mimir`.
        mimir: Option<Spanned<MimirSpec>>,
        /// Thanos Ruler: the target `thanos`.
        thanos: Option<Spanned<ThanosSpec>>,
        /// VictoriaMetrics' vmalert: the target `vmalert`.
        vmalert: Option<Spanned<VmalertSpec>>,
        /// Rules that Grafana evaluates itself: the target `grafana-rules`.
        grafana: Option<Spanned<GrafanaRulesSpec>>,
        /// A ruler that sees several clusters: the target `rollup`.
        rollup: Option<Spanned<RollupSpec>>,
    }
}

record! {
    /// Mimir and Cortex. A service is a namespace of the ruler.
    pub struct MimirSpec {
        /// What the name of each namespace begins with; the service's file name follows. Default: `slo-`.
        namespace_prefix: Option<Spanned<Name>>,
        /// The most rule groups of the tenant, 0 for no limit. Default: 70, as Mimir's `ruler_max_rule_groups_per_tenant`; Cortex has no limit by default.
        max_groups: Option<Spanned<u32>>,
        /// Tenants whose series the rules read, in a federated ruler (`-ruler.tenant-federation.enabled`). Default: the tenant that owns the rules. Cortex does not know this field.
        source_tenants: Option<Vec<Spanned<Name>>>,
    }
}

record! {
    /// Thanos Ruler.
    pub struct ThanosSpec {
        /// What a rule does if a store does not answer. Default: `abort`, as in Thanos.
        partial_response: Option<Spanned<PartialResponse>>,
        /// External labels that tell rulers of one pair apart, such as `replica`. The head of each file says which flags drop them. Default: `replica`.
        replica_labels: Option<Vec<Spanned<Name>>>,
    }
}

words! {
    /// What Thanos Ruler does with a query of which a part failed.
    pub enum PartialResponse {
        /// The evaluation fails, and the ruler counts it as failed: no alert comes from a part of the events.
        Abort = "abort",
        /// The evaluation takes what was answered, and logs a warning: a store that is down hides its events.
        Warn = "warn",
    }
}

record! {
    /// VictoriaMetrics' vmalert.
    pub struct VmalertSpec {
        /// How late raw series are read, so that the store shows their newest samples: its `-search.latencyOffset`. Default: `30s`.
        eval_delay: Option<Spanned<Duration>>,
        /// The tenant of each group, such as `0:0`; only vmalert's enterprise edition with `-clusterMode` takes it. Default: none.
        tenant: Option<Spanned<Name>>,
    }
}

record! {
    /// Rules that Grafana evaluates itself. What they read is recorded by the ruler of the data source.
    pub struct GrafanaRulesSpec {
        /// The number of the organisation in Grafana. Default: 1.
        org: Option<Spanned<u32>>,
        /// The folder of the rules. Default: the folder of dashboards.
        folder: Option<Spanned<Name>>,
        /// The uid of the data source that has the recorded series. Default: that of `grafana: {prometheus: …}`.
        datasource: Option<Spanned<Name>>,
    }
}

record! {
    /// Budgets over several clusters, from the counts that the ruler of each cluster recorded.
    pub struct RollupSpec {
        /// The external label that tells clusters apart where a global querier sees all of them. Default: `cluster`.
        label: Option<Spanned<Name>>,
    }
}
