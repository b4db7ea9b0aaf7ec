//! Every field of the specs with its rule.

use super::rule::Rule::{self, Free, Weakens, Within};
use super::rule::When::{Added, Changed, Chosen, Either, Gained, Larger, Lost, Removed, Smaller};

/// Fields and their rules.
type Fields = &'static [(&'static str, Rule)];

/// What a change of an error-budget policy does.
const STEP: &str = "a team may do something else as an error budget is spent";

/// Every record of the specs, by its name in the JSON Schemas, with its fields.
pub const RECORDS: &[(&str, Fields)] = &[
    (
        "PolicySpec",
        &[
            ("version", Free("an unknown version is an error")),
            ("lock", Weakens(Removed, "policies of folders below may loosen a field")),
            ("code_owners", Weakens(Either, "other people may have to agree to a change")),
            ("scrape_interval", Weakens(Changed, "alerts are timed for another interval of the data")),
            ("export_interval", Weakens(Changed, "alerts are timed for another interval of the data")),
            ("evaluation_interval", Weakens(Changed, "alerts are timed for another interval of the data")),
            ("time_scale", Weakens(Changed, "windows and waits of all alerts have another length")),
            ("strict", Weakens(Lost("true"), "an undeclared metric is a warning, no longer an error")),
            ("labels", Weakens(Either, "alerts carry other labels, by which they are routed")),
            ("group_by", Weakens(Either, "every objective is judged in other groups")),
            ("service_label", Weakens(Changed, "latency is measured on other time series")),
            ("replica_label", Weakens(Changed, "events are counted otherwise behind pairs of Prometheus")),
            ("ambient_labels", Weakens(Chosen, "other labels need no declaration")),
            ("enumerations", Weakens(Added, "labels may have more values")),
            ("rules", Within),
            ("watchers", Within),
            ("cardinality", Within),
            ("waivers", Weakens(Added, "a finding is accepted")),
            ("targets", Weakens(Chosen, "other artefacts are generated and checked")),
            ("operator", Within),
            ("rulers", Within),
            ("runbook_url", Free("links and dashboards judge nothing")),
            ("grafana", Free("links and dashboards judge nothing")),
            ("source_url", Free("links and dashboards judge nothing")),
            ("store_url", Free("links and dashboards judge nothing")),
            ("severities", Weakens(Either, "alerts may have another severity")),
            ("receivers", Weakens(Either, "alerts go to another receiver")),
            ("globals", Weakens(Changed, "alerts reach their receivers in another way")),
            ("templates", Weakens(Either, "notifications may say something else")),
            ("time_intervals", Weakens(Either, "alerts are told at other times")),
            ("owners", Weakens(Either, "alerts go to another receiver")),
            ("default_receiver", Weakens(Changed, "alerts of others go to another receiver")),
            ("alerting", Within),
            ("data", Within),
            ("error_budget_policy", Weakens(Removed, STEP)),
            ("origins", Weakens(Chosen, "other services may begin a trace")),
            ("sampling", Within),
            ("redaction", Within),
            ("retention", Within),
            ("observed", Within),
            ("drill", Free("no pull request runs a drill")),
        ],
    ),
    (
        "WatchersSpec",
        &[
            ("ruler", Weakens(Changed, "the ruler is watched by other metrics")),
            ("ruler_labels", Weakens(Either, "another ruler is watched")),
            ("alertmanager_labels", Weakens(Either, "another Alertmanager is watched")),
            ("severity", Weakens(Changed, "alerts on the ruler and Alertmanager have another severity")),
            ("low_severity", Weakens(Changed, "alerts on the ruler and Alertmanager have another severity")),
            ("dead_man", Weakens(Changed, "the alert that always fires goes to another receiver")),
        ],
    ),
    (
        "RulesSpec",
        &[
            ("max_group_rules", Free("the size of a rule group judges nothing")),
            ("shards", Weakens(Changed, "rulers load the rules from other folders")),
        ],
    ),
    (
        "CardinalitySpec",
        &[
            ("metric", Weakens(Larger, "a metric may have more time series")),
            ("service", Weakens(Larger, "a service may have more time series")),
            ("total", Weakens(Larger, "all services may have more time series")),
            ("sdk_limit", Weakens(Larger, "an SDK may keep more combinations of labels")),
        ],
    ),
    (
        "WaiverSpec",
        &[
            ("code", Free("it names the waiver: with another name, it is another waiver")),
            ("place", Free("it names the waiver: with another name, it is another waiver")),
            ("owner", Free("it explains the waiver to people")),
            ("reason", Free("it explains the waiver to people")),
            ("expires", Weakens(Larger, "a finding is accepted for longer")),
        ],
    ),
    (
        "OperatorSpec",
        &[
            ("namespace", Weakens(Changed, "Prometheus may no longer select the rules")),
            ("namespaces", Weakens(Either, "Prometheus may no longer select the rules")),
            ("labels", Weakens(Either, "Prometheus may no longer select the rules")),
            ("matcher_strategy", Weakens(Changed, "other alerts reach the receivers of the operator's object")),
            ("secrets", Weakens(Either, "receivers of the operator's object read other secrets")),
        ],
    ),
    (
        "SelectorSpec",
        &[
            ("name", Weakens(Changed, "receivers of the operator's object read other secrets")),
            ("key", Weakens(Changed, "receivers of the operator's object read other secrets")),
        ],
    ),
    (
        "RulersSpec",
        &[("mimir", Within), ("thanos", Within), ("vmalert", Within), ("grafana", Within), ("rollup", Within)],
    ),
    ("RollupSpec", &[("label", Weakens(Changed, "a budget over all clusters is added up over another label"))]),
    (
        "MimirSpec",
        &[
            ("namespace_prefix", Free("the name of a namespace judges nothing")),
            ("max_groups", Weakens(Changed, "a ruler may refuse rule groups that the gate lets pass")),
            ("source_tenants", Weakens(Chosen, "rules read the series of other tenants")),
        ],
    ),
    (
        "ThanosSpec",
        &[
            ("partial_response", Weakens(Gained("warn"), "rules go on where a store does not answer")),
            ("replica_labels", Free("flags of rulers judge nothing")),
        ],
    ),
    (
        "VmalertSpec",
        &[
            ("eval_delay", Weakens(Larger, "alerts fire later")),
            ("tenant", Weakens(Changed, "rules read the series of another tenant")),
        ],
    ),
    (
        "GrafanaRulesSpec",
        &[
            ("org", Weakens(Changed, "alerts are evaluated in another organisation of Grafana")),
            ("folder", Free("the folder of a rule judges nothing")),
            ("datasource", Weakens(Changed, "alerts read another data source")),
        ],
    ),
    (
        "SeveritySpec",
        &[
            ("labels", Weakens(Either, "alerts carry other labels, by which they are routed")),
            ("receiver", Weakens(Changed, "alerts go to another receiver")),
            ("mutes", Weakens(Chosen, "other alerts are muted")),
            ("active_time_intervals", Weakens(Chosen, "alerts are told at other times")),
            ("mute_time_intervals", Weakens(Added, "alerts are told at fewer times")),
            ("escalation", Weakens(Either, "other people are called if nobody answers")),
        ],
    ),
    (
        "ReceiverSpec",
        &[
            ("webhook", Weakens(Changed, "alerts go to another receiver")),
            ("webhook_file", Weakens(Changed, "alerts go to another receiver")),
            ("pagerduty_key_file", Weakens(Changed, "alerts go to another receiver")),
            ("slack", Within),
            ("discord_configs", Weakens(Either, "alerts go to another receiver")),
            ("email_configs", Weakens(Either, "alerts go to another receiver")),
            ("incidentio_configs", Weakens(Either, "alerts go to another receiver")),
            ("jira_configs", Weakens(Either, "alerts go to another receiver")),
            ("mattermost_configs", Weakens(Either, "alerts go to another receiver")),
            ("msteams_configs", Weakens(Either, "alerts go to another receiver")),
            ("msteamsv2_configs", Weakens(Either, "alerts go to another receiver")),
            ("opsgenie_configs", Weakens(Either, "alerts go to another receiver")),
            ("pagerduty_configs", Weakens(Either, "alerts go to another receiver")),
            ("pushover_configs", Weakens(Either, "alerts go to another receiver")),
            ("rocketchat_configs", Weakens(Either, "alerts go to another receiver")),
            ("slack_configs", Weakens(Either, "alerts go to another receiver")),
            ("sns_configs", Weakens(Either, "alerts go to another receiver")),
            ("telegram_configs", Weakens(Either, "alerts go to another receiver")),
            ("victorops_configs", Weakens(Either, "alerts go to another receiver")),
            ("webex_configs", Weakens(Either, "alerts go to another receiver")),
            ("webhook_configs", Weakens(Either, "alerts go to another receiver")),
            ("wechat_configs", Weakens(Either, "alerts go to another receiver")),
        ],
    ),
    (
        "SlackSpec",
        &[
            ("channel", Weakens(Changed, "alerts go to another receiver")),
            ("url_file", Weakens(Changed, "alerts go to another receiver")),
        ],
    ),
    (
        "AlertingSpec",
        &[
            ("names", Within),
            ("labels", Weakens(Either, "alerts carry other labels, by which they are routed")),
            ("annotations", Free("people read it, and nothing is judged by it")),
            ("keep_firing_for", Free("it moves the end of an alert, not its start")),
            ("min_bad_events", Weakens(Larger, "an alert needs more bad events")),
            ("pairs", Weakens(Chosen, "alerts fire by other windows")),
            ("drop", Weakens(Added, "an inherited alert is left out")),
        ],
    ),
    (
        "AlertNamesSpec",
        &[
            ("burn", Weakens(Changed, "alerts have another name, which routes may not know")),
            ("absent", Weakens(Changed, "alerts have another name, which routes may not know")),
            ("broken", Weakens(Changed, "alerts have another name, which routes may not know")),
            ("group_gone", Weakens(Changed, "alerts have another name, which routes may not know")),
            ("no_traffic", Weakens(Changed, "alerts have another name, which routes may not know")),
        ],
    ),
    (
        "PairSpec",
        &[
            ("long", Free("it names the pair: with another name, it is another pair")),
            ("short", Free("it names the pair: with another name, it is another pair")),
            ("budget", Weakens(Larger, "an alert needs a larger share of the error budget")),
            ("burn", Weakens(Larger, "an alert needs a higher burn rate")),
            ("severity", Weakens(Changed, "alerts have another severity")),
        ],
    ),
    (
        "DataSpec",
        &[
            ("absent", Weakens(Changed, "missing data raises another alert, or none")),
            ("broken", Weakens(Changed, "missing data raises another alert, or none")),
            ("group_gone", Weakens(Changed, "missing data raises another alert, or none")),
            ("no_traffic", Weakens(Changed, "missing data raises another alert, or none")),
        ],
    ),
    (
        "SamplingSpec",
        &[
            ("baseline", Weakens(Smaller, "fewer traces are kept")),
            ("decision_wait", Weakens(Smaller, "late spans of a trace may be lost")),
        ],
    ),
    (
        "RedactionSpec",
        &[
            ("allow", Weakens(Added, "an attribute passes the agent and `verify`")),
            ("undeclared", Weakens(Gained("keep"), "undeclared attributes pass the agent")),
        ],
    ),
    (
        "RetentionSpec",
        &[
            ("metrics", Weakens(Smaller, "telemetry is kept for less time")),
            ("traces", Weakens(Smaller, "telemetry is kept for less time")),
            ("profiles", Weakens(Smaller, "telemetry is kept for less time")),
            ("logs", Weakens(Chosen, "logs are kept in other tiers")),
        ],
    ),
    (
        "LogTierSpec",
        &[
            ("tier", Free("it names the tier: with another name, it is another tier")),
            ("min_severity", Weakens(Changed, "logs are kept in other tiers")),
            ("keep", Weakens(Smaller, "telemetry is kept for less time")),
        ],
    ),
    ("ObservedPolicySpec", &[("max_age", Weakens(Larger, "specs are held against older snapshots"))]),
    (
        "ServiceSpec",
        &[
            ("version", Free("an unknown version is an error")),
            ("service", Free("it names the service: with another name, it is another service")),
            ("description", Free("people read it, and nothing is judged by it")),
            ("rollback", Free("people read it, and nothing is judged by it")),
            ("no_rollback", Free("people read it, and nothing is judged by it")),
            ("signals", Free("it decides what pages and dashboards ask, and nothing is judged by it")),
            ("owner", Weakens(Changed, "alerts go to another team")),
            ("tier", Free("it is shown, and nothing is judged by it")),
            ("repository", Free("only `walk` reads it")),
            ("traffic", Weakens(Changed, "arithmetic of low traffic assumes another rate")),
            ("instances", Weakens(Smaller, "bounds of time series assume fewer instances")),
            ("calls", Weakens(Removed, "`verify` no longer expects a call")),
            ("behind", Weakens(Changed, "spans may have a parent that no capture holds")),
            ("metrics", Weakens(Removed, "a metric has no declared labels any more")),
            ("attributes", Weakens(Either, "an attribute passes the agent, or is no longer known as personal")),
            ("alerting", Within),
            ("error_budget_policy", Weakens(Chosen, STEP)),
            ("slos", Weakens(Removed, "an objective is gone")),
        ],
    ),
    (
        "CallSpec",
        &[
            ("service", Free("it names the call: with another name, it is another call")),
            ("kind", Weakens(Changed, "`verify` expects the call in another form")),
            ("routes", Weakens(Chosen, "`verify` expects the call on other routes")),
            ("external", Weakens(Gained("true"), "the callee needs no spec")),
        ],
    ),
    (
        "MetricSpec",
        &[
            ("type", Weakens(Changed, "a metric is judged as another one")),
            ("unit", Weakens(Changed, "a metric is judged as another one")),
            ("prometheus_name", Weakens(Changed, "a metric is judged as another one")),
            ("description", Free("people read it, and nothing is judged by it")),
            ("buckets", Weakens(Either, "thresholds may stand at other boundaries")),
            ("labels", Weakens(Added, "a metric may have another label")),
            ("joint_labels", Weakens(Added, "labels may have more combinations")),
            ("scrape_interval", Weakens(Changed, "alerts are timed for another interval of the data")),
        ],
    ),
    (
        "LabelSpec",
        &[
            ("values", Weakens(Added, "labels may have more values")),
            ("max_values", Weakens(Larger, "labels may have more values")),
            ("enumeration", Weakens(Changed, "labels may have other values")),
            ("semconv", Weakens(Changed, "labels may have other values")),
        ],
    ),
    (
        "JointSpec",
        &[
            ("labels", Free("it names the labels: with other names, they are other labels")),
            ("values", Weakens(Added, "labels may have more combinations")),
        ],
    ),
    (
        "AttributeSpec",
        &[
            ("pii", Weakens(Changed, "another kind of personal data is expected, or none")),
            ("description", Free("people read it, and nothing is judged by it")),
        ],
    ),
    (
        "SloSpec",
        &[
            ("name", Free("it names the objective: with another name, it is another objective")),
            ("description", Free("people read it, and nothing is judged by it")),
            ("notes", Free("people read it, and nothing is judged by it")),
            ("objective", Weakens(Smaller, "an objective is lower")),
            ("window", Weakens(Changed, "the error budget counts over another window")),
            ("delay", Weakens(Larger, "alerts are later")),
            ("sli", Within),
            ("traffic", Weakens(Changed, "arithmetic of low traffic assumes another rate")),
            ("data", Within),
            ("alerting", Within),
            ("error_budget_policy", Weakens(Chosen, STEP)),
        ],
    ),
    (
        "BudgetStepSpec",
        &[("spent", Free("it names the step: at another share, it is another step")), ("do", Weakens(Changed, STEP))],
    ),
    (
        "SliSpec",
        &[("events", Within), ("latency", Within), ("timeslice", Within), ("availability", Within), ("expr", Within)],
    ),
    (
        "EventsSpec",
        &[
            ("total", Weakens(Changed, "other events count as all, good or bad")),
            ("bad", Weakens(Changed, "other events count as all, good or bad")),
            ("good", Weakens(Changed, "other events count as all, good or bad")),
            ("group_by", Weakens(Either, "an objective is judged in other groups")),
        ],
    ),
    (
        "LatencySpec",
        &[
            ("metric", Weakens(Changed, "other events count as all, good or bad")),
            ("selector", Weakens(Changed, "other events count as all, good or bad")),
            ("threshold", Weakens(Larger, "slower requests count as good")),
            ("group_by", Weakens(Either, "an objective is judged in other groups")),
        ],
    ),
    (
        "TimesliceSpec",
        &[
            ("up", Weakens(Changed, "other events count as all, good or bad")),
            ("gauge", Weakens(Changed, "other events count as all, good or bad")),
            ("across", Weakens(Changed, "other events count as all, good or bad")),
            ("timestamp", Weakens(Changed, "other events count as all, good or bad")),
            ("total", Weakens(Changed, "other events count as all, good or bad")),
            ("bad", Weakens(Changed, "other events count as all, good or bad")),
            ("good", Weakens(Changed, "other events count as all, good or bad")),
            ("idle", Weakens(Changed, "other events count as all, good or bad")),
            ("max", Weakens(Larger, "worse minutes count as good")),
            ("max_age", Weakens(Larger, "worse minutes count as good")),
            ("max_error_ratio", Weakens(Larger, "worse minutes count as good")),
            ("min", Weakens(Smaller, "worse minutes count as good")),
            ("group_by", Weakens(Either, "an objective is judged in other groups")),
        ],
    ),
    (
        "AvailabilitySpec",
        &[
            ("up", Weakens(Changed, "other events count as all, good or bad")),
            ("gauge", Weakens(Changed, "other events count as all, good or bad")),
            ("max", Weakens(Larger, "worse minutes count as good")),
            ("min", Weakens(Smaller, "worse minutes count as good")),
            ("group_by", Weakens(Either, "an objective is judged in other groups")),
        ],
    ),
    (
        "ExprSpec",
        &[
            ("total", Weakens(Changed, "other events count as all, good or bad")),
            ("bad", Weakens(Changed, "other events count as all, good or bad")),
            ("good", Weakens(Changed, "other events count as all, good or bad")),
            ("group_by", Weakens(Either, "an objective is judged in other groups")),
        ],
    ),
    (
        "PricesSpec",
        &[
            ("version", Free("an unknown version is an error")),
            ("currency", Weakens(Changed, "the summary shows another cost")),
            ("series", Within),
            ("traces", Free("reports alone use it")),
            ("logs", Free("reports alone use it")),
            ("profiles", Free("reports alone use it")),
            ("business", Free("reports alone use it")),
        ],
    ),
    (
        "PriceSpec",
        &[
            ("price", Weakens(Smaller, "the summary shows a lower cost")),
            ("source", Free("it explains the price to people")),
            ("retrieved", Free("it explains the price to people")),
            ("verified", Free("it explains the price to people")),
        ],
    ),
];
