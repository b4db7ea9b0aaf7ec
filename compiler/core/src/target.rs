//! What can be generated: the words of a policy's `targets` and of `--only`, and the folders under `generated/`.
//!
//! A word of its own that specs, models, plans and emitters share, so it stands below them all. What it says of itself is
//! part of the policy's JSON Schema.

/// What can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(rename = "TargetWord")]
pub enum Target {
    /// Prometheus rule files.
    #[serde(rename = "rules")]
    Rules,
    /// promtool unit tests.
    #[serde(rename = "tests")]
    Tests,
    /// promtool unit tests whose history fills the longest windows, for one objective of each shape.
    #[serde(rename = "shapes")]
    Shapes,
    /// `PrometheusRule` objects for the Prometheus Operator.
    #[serde(rename = "operator")]
    Operator,
    /// Rule files of Mimir's and Cortex's rulers, for `mimirtool`, `cortextool` and the ruler's API.
    #[serde(rename = "mimir")]
    Mimir,
    /// Rule files of Thanos Ruler.
    #[serde(rename = "thanos")]
    Thanos,
    /// Rule files of VictoriaMetrics' vmalert.
    #[serde(rename = "vmalert")]
    Vmalert,
    /// Alert rules that Grafana evaluates, as a provisioning file.
    #[serde(rename = "grafana-rules")]
    GrafanaRules,
    /// Rules of a global ruler: the budget of each objective over all clusters.
    #[serde(rename = "rollup")]
    Rollup,
    /// JSON Schemas of the specs.
    #[serde(rename = "schema")]
    Schema,
    /// Configurations of the OpenTelemetry Collector.
    #[serde(rename = "collector")]
    Collector,
    /// Retention of Prometheus, Loki, Tempo, Mimir, Pyroscope and the demo's store.
    #[serde(rename = "retention")]
    Retention,
    /// Views of SDKs, and limits of scrapes.
    #[serde(rename = "limits")]
    Limits,
    /// The configuration of Alertmanager.
    #[serde(rename = "alertmanager")]
    Alertmanager,
    /// An `AlertmanagerConfig` object for the Prometheus Operator.
    #[serde(rename = "alertmanager-config")]
    AlertmanagerConfig,
    /// Dashboards of Grafana, and what provisions them.
    #[serde(rename = "grafana")]
    Grafana,
    /// Dashboards as `ConfigMap`s, for Grafana's sidecar (Helm charts `grafana` and `kube-prometheus-stack`).
    #[serde(rename = "grafana-configmaps")]
    ConfigMaps,
    /// Dashboards as `GrafanaDashboard` objects, for grafana-operator.
    #[serde(rename = "grafana-operator")]
    GrafanaOperator,
    /// Dashboards as a folder for Kustomize, which makes the `ConfigMap`s.
    #[serde(rename = "grafana-kustomize")]
    Kustomize,
    /// Dashboards of Perses.
    #[serde(rename = "perses")]
    Perses,
    /// Runbook pages, as Markdown and as a site.
    // Prose: `emberline-pages` renders them, and nothing is emitted here.
    #[serde(rename = "runbooks")]
    Runbooks,
}

impl Target {
    /// Every target, in the order they are written.
    pub const ALL: &[Self] = &[
        Self::Rules,
        Self::Tests,
        Self::Shapes,
        Self::Operator,
        Self::Mimir,
        Self::Thanos,
        Self::Vmalert,
        Self::GrafanaRules,
        Self::Rollup,
        Self::Schema,
        Self::Collector,
        Self::Retention,
        Self::Limits,
        Self::Alertmanager,
        Self::AlertmanagerConfig,
        Self::Grafana,
        Self::ConfigMaps,
        Self::GrafanaOperator,
        Self::Kustomize,
        Self::Perses,
        Self::Runbooks,
    ];

    /// What everyone with a Prometheus has use for. The others want an operator, a collector or a store of a certain kind.
    pub const DEFAULT: &[Self] = &[Self::Rules, Self::Tests, Self::Grafana, Self::Runbooks];

    /// The word for `targets` and `--only`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Tests => "tests",
            Self::Shapes => "shapes",
            Self::Operator => "operator",
            Self::Mimir => "mimir",
            Self::Thanos => "thanos",
            Self::Vmalert => "vmalert",
            Self::GrafanaRules => "grafana-rules",
            Self::Rollup => "rollup",
            Self::Schema => "schema",
            Self::Collector => "collector",
            Self::Retention => "retention",
            Self::Limits => "limits",
            Self::Alertmanager => "alertmanager",
            Self::AlertmanagerConfig => "alertmanager-config",
            Self::Grafana => "grafana",
            Self::ConfigMaps => "grafana-configmaps",
            Self::GrafanaOperator => "grafana-operator",
            Self::Kustomize => "grafana-kustomize",
            Self::Perses => "perses",
            Self::Runbooks => "runbooks",
        }
    }

    /// The folder under the output folder that holds this target's files and no other's; `/` between parts.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Rules => "prometheus/rules",
            Self::Tests => "prometheus/tests",
            Self::Shapes => "prometheus/shapes",
            Self::Operator => "operator",
            Self::Mimir => "mimir",
            Self::Thanos => "thanos",
            Self::Vmalert => "vmalert",
            Self::GrafanaRules => "grafana-rules",
            Self::Rollup => "rollup",
            Self::Schema => "schema",
            Self::Collector => "collector",
            Self::Retention => "retention",
            Self::Limits => "limits",
            Self::Alertmanager => "alertmanager",
            Self::AlertmanagerConfig => "alertmanager-config",
            Self::Grafana => "grafana",
            Self::ConfigMaps => "grafana-configmaps",
            Self::GrafanaOperator => "grafana-operator",
            Self::Kustomize => "grafana-kustomize",
            Self::Perses => "perses",
            Self::Runbooks => "runbooks",
        }
    }

    /// Whether all teams share what it configures, so that it is written once for all of them and not by each.
    #[must_use]
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Schema | Self::Collector | Self::Retention)
    }

    /// The target of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|target| target.word() == word)
    }
}

/// Folders of targets that earlier releases had, as [`Target::folder`] names them: their files may still be removed. A
/// target that goes leaves its folder here; none has gone yet.
pub const RETIRED_FOLDERS: &[&str] = &[];
