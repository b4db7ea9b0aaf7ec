//! The organisation's rules as written, in `policy.yaml` of the specs folder.

use super::console::GrafanaSpec;
use super::decode::{Decode, Decoder, Named, Needed, word};
use super::drill::DrillSpec;
use super::encode::{Encode, Written, text};
use super::leaf::{Name, Text, Version};
use super::observed::ObservedPolicySpec;
use super::record::{record, words};
use super::routing::ReceiverSpec;
use super::rulers::RulersSpec;
use super::slo::{AlertingSpec, BudgetStepSpec, DataSpec};
use super::telemetry::{RedactionSpec, RetentionSpec, SamplingSpec};
use super::watchers::WatchersSpec;
use crate::notify::{Globals, Interval};
use crate::quantity::{Date, Duration};
use crate::source::Spanned;
use crate::target::Target;
use crate::yaml::Node;

record! {
    /// The organisation's rules for all services. Every field but `version` may be left out.
    pub struct PolicySpec {
        /// The version of this language: `emberline/v1`.
        version: Needed<Spanned<Version>>,
        /// Fields of this policy, such as `strict` or `alerting.pairs`, that the policies of folders below it may only tighten.
        /// The guide's page on a weaker gate says which change of a field weakens it. Default: none.
        lock: Option<Vec<Spanned<String>>>,
        /// Who must agree to changes of this folder and of what it compiles to, as `CODEOWNERS` names them: `@shop/team-web`.
        code_owners: Option<Vec<Spanned<Name>>>,
        /// How often Prometheus scrapes. Default: `1m`, as in Prometheus; alerts fire sooner with the true interval if it is shorter.
        scrape_interval: Option<Spanned<Duration>>,
        /// How often services export metrics over OTLP, if they do. The longer of this and the scrape interval counts.
        export_interval: Option<Spanned<Duration>>,
        /// How often rules are evaluated; divides 60 s. Default: `30s`.
        evaluation_interval: Option<Spanned<Duration>>,
        /// Compresses windows, floors, steps and intervals alike by this factor, for drills. Default: 1.
        time_scale: Option<Spanned<u32>>,
        /// An undeclared metric is an error rather than a warning. Default: `false`.
        strict: Option<Spanned<bool>>,
        /// Labels set on every recorded series and alert, such as `cluster: eu-1`.
        labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// Labels that every objective groups by, such as `cluster` if one Prometheus scrapes several.
        group_by: Option<Vec<Spanned<String>>>,
        /// The label that holds a service's name in its metrics; latency objectives on metrics that are declared by their OpenTelemetry names are narrowed down by it. Default: `service_name`.
        service_label: Option<Spanned<String>>,
        /// The label that tells pairs of Prometheus servers apart, if rules run behind a querier that sees both: `replica`.
        /// Each event is then counted once. Default: no pairs.
        replica_label: Option<Spanned<Name>>,
        /// Labels that need no declaration, instead of the built-in list; a `*` at the end stands for any rest.
        ambient_labels: Option<Vec<Spanned<String>>>,
        /// Lists of label values that services share, by name; a label refers to one by `enumeration`.
        enumerations: Option<Spanned<Named<Spanned<Vec<Spanned<Text>>>>>>,
        /// How recording and alerting rules are spread over groups.
        rules: Option<Spanned<RulesSpec>>,
        /// How many time series metrics may have. Default: no limit but that of OpenTelemetry's SDKs.
        cardinality: Option<Spanned<CardinalitySpec>>,
        /// Findings that are accepted for a while.
        waivers: Option<Vec<Spanned<WaiverSpec>>>,
        /// What `compile` writes without `--only`. Default: `rules`, `tests`, `grafana` and `runbooks`.
        targets: Option<Vec<Spanned<Target>>>,
        /// Metadata of the objects for the Prometheus Operator.
        operator: Option<Spanned<OperatorSpec>>,
        /// What rulers beside Prometheus are told: Mimir and Cortex, Thanos Ruler, vmalert, Grafana.
        rulers: Option<Spanned<RulersSpec>>,
        /// Where the runbook pages are served; the base of every alert's `runbook_url`.
        runbook_url: Option<Spanned<String>>,
        /// Grafana: its address, and the data sources that dashboards name.
        grafana: Option<Spanned<GrafanaSpec>>,
        /// Where the specs can be read: an address with `{path}` and `{line}` in it.
        source_url: Option<Spanned<String>>,
        /// The address of the demo's telemetry store, if it is in use.
        store_url: Option<Spanned<String>>,
        /// Severities that pairs and data states may name, with the labels that route them. Default: `page` and `ticket`.
        severities: Option<Spanned<Named<SeveritySpec>>>,
        /// Where Alertmanager can send alerts, by name. Default: one empty receiver for each severity.
        receivers: Option<Spanned<Named<Spanned<ReceiverSpec>>>>,
        /// What all receivers share, as in Alertmanager's `global`: each receiver is written with it.
        globals: Option<Spanned<Globals>>,
        /// Files of templates on Alertmanager's machine, which receivers may call by name; a `*` stands for any text.
        templates: Option<Vec<Spanned<String>>>,
        /// Intervals of time by name, in which severities are told or not told.
        time_intervals: Option<Spanned<Named<Vec<Spanned<Interval>>>>>,
        /// Receivers of an owner's alerts by severity, instead of the severity's own: `team-web: {page: web-phone}`.
        owners: Option<Spanned<Named<Spanned<Named<Spanned<String>>>>>>,
        /// Who gets the alerts of other people that reach the same Alertmanager, under `receivers`. Default: who gets `page`.
        default_receiver: Option<Spanned<String>>,
        /// Alerts on what evaluates the rules and sends the alerts. Default: none.
        watchers: Option<Spanned<WatchersSpec>>,
        /// Alerts of every objective. Default: the four pairs of the SRE Workbook.
        alerting: Option<Spanned<AlertingSpec>>,
        /// What happens if data goes missing. Default: `absent: page` and `broken: page`, the others `ignore`.
        data: Option<Spanned<DataSpec>>,
        /// What a team does as the error budget of an objective is spent, from the least share to the largest. A service or
        /// an objective with steps of its own replaces all of these. Default: none.
        error_budget_policy: Option<Spanned<Vec<BudgetStepSpec>>>,
        /// Services that may begin a trace with a CLIENT span, such as browsers and load generators. Default: all without a spec.
        origins: Option<Vec<Spanned<Name>>>,
        /// Which traces the collector keeps.
        sampling: Option<SamplingSpec>,
        /// What the collector removes or masks before telemetry leaves the node.
        redaction: Option<RedactionSpec>,
        /// How long metrics, traces, profiles and tiers of logs are kept.
        retention: Option<RetentionSpec>,
        /// How snapshots of what is really exported are judged.
        observed: Option<Spanned<ObservedPolicySpec>>,
        /// How `emberline gameday` starts, changes and breaks a system.
        drill: Option<Spanned<DrillSpec>>,
    }
}

record! {
    /// Budgets of time series. The compiler compares them with upper bounds from the declared labels.
    pub struct CardinalitySpec {
        /// The most series of one metric.
        metric: Option<Spanned<u32>>,
        /// The most series of one service, including those that its objectives record.
        service: Option<Spanned<u32>>,
        /// The most series of all services together.
        total: Option<Spanned<u32>>,
        /// The combinations of labels that an SDK keeps of a metric. Default: 2000, as the SDKs do.
        sdk_limit: Option<Spanned<u32>>,
    }
}

record! {
    /// How recording and alerting rules are spread over groups.
    pub struct RulesSpec {
        /// The most rules of a group, at least 6. An objective with more rules has several groups. Default: 20, the limit of
        /// Mimir's and Cortex's rulers (`ruler_max_rules_per_rule_group`).
        max_group_rules: Option<Spanned<u32>>,
        /// How many rulers share the objectives, each of which loads the files of its own folder (`shard-0`, `shard-1`, …).
        /// All groups of an objective stay together. Default: 1, without such folders.
        shards: Option<Spanned<u32>>,
    }
}

record! {
    /// A finding that is accepted until a given day.
    pub struct WaiverSpec {
        /// The finding's code.
        code: Needed<Spanned<String>>,
        /// The file of the finding, such as `slos/checkout.yaml`; after a `#`, the underlined text: `slos/checkout.yaml#user_id`.
        place: Needed<Spanned<String>>,
        /// The owner of the waiver.
        owner: Needed<Spanned<Name>>,
        /// Why it is accepted.
        reason: Needed<Spanned<Name>>,
        /// The last day on which it is accepted.
        expires: Needed<Spanned<Date>>,
    }
}

record! {
    /// A severity: the `severity` label of its alerts is its name.
    pub struct SeveritySpec {
        /// Labels added to its alerts, for routing.
        labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// The receiver of its alerts, one of `receivers`.
        receiver: Option<Spanned<String>>,
        /// Severities whose alerts of the same objective are muted while an alert of this severity fires. Default: `page` mutes
        /// `ticket` if the policy declares no `severities`.
        mutes: Option<Vec<Spanned<String>>>,
        /// The only intervals of time in which its alerts are told, names of `time_intervals`. Default: always.
        active_time_intervals: Option<Vec<Spanned<String>>>,
        /// Intervals of time in which its alerts are not told, names of `time_intervals`.
        mute_time_intervals: Option<Vec<Spanned<String>>>,
        /// Who to call if nobody answers, and after how long, in order. Shown on runbook pages.
        escalation: Option<Vec<Spanned<Text>>>,
    }
}

record! {
    /// Metadata of `PrometheusRule` and `AlertmanagerConfig` objects.
    pub struct OperatorSpec {
        /// The namespace of each object.
        namespace: Option<Spanned<Name>>,
        /// Namespaces of single services, by the service's name. An operator with `enforcedNamespaceLabel` lets the rules of
        /// an object read the series of its own namespace only.
        namespaces: Option<Spanned<Named<Spanned<Name>>>>,
        /// The labels of each object, by which a Prometheus or an Alertmanager selects it.
        labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// Which alerts the routes of an `AlertmanagerConfig` get, as the `Alertmanager` object says in
        /// `alertmanagerConfigMatcherStrategy`. Default: `OnNamespace`, as in the operator.
        matcher_strategy: Option<Spanned<MatcherStrategy>>,
        /// Keys of `Secret` objects that stand for the files which receivers name: an `AlertmanagerConfig` reads no files.
        secrets: Option<Spanned<Named<SelectorSpec>>>,
    }
}

record! {
    /// A key of a `Secret` object.
    pub struct SelectorSpec {
        /// The name of the object, in the namespace of the `AlertmanagerConfig`.
        name: Needed<Spanned<Name>>,
        /// The key.
        key: Needed<Spanned<Name>>,
    }
}

words! {
    /// Which alerts the routes of an `AlertmanagerConfig` get.
    pub enum MatcherStrategy {
        /// Those whose label `namespace` is the object's namespace.
        OnNamespace = "OnNamespace",
        /// The same, unless the object is in the namespace of Alertmanager.
        OnNamespaceExceptForAlertmanagerNamespace = "OnNamespaceExceptForAlertmanagerNamespace",
        /// Those that the routes ask for.
        None = "None",
    }
}

impl Encode for Target {
    fn encode(&self) -> Written {
        text(self.word())
    }
}

impl Decode for Target {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        word(node, decoder, &Self::ALL.iter().map(|target| (target.word(), *target)).collect::<Vec<_>>())
    }
}
