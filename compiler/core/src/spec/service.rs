//! A service as written: its owner, its telemetry, what it calls, and its objectives.

use super::decode::{Named, Needed};
use super::leaf::{Name, Number, Text, Version};
use super::record::{record, words};
use super::slo::{AlertingSpec, BudgetStepSpec, SloSpec};
use crate::metric::MetricType;
use crate::quantity::{Duration, Rate};
use crate::source::Spanned;

record! {
    #[derive(Default)]
    /// One service and its objectives. Several files may speak of one service; what can be said once must be said once.
    pub struct ServiceSpec {
        /// The version of this language: `emberline/v1`.
        version: Needed<Spanned<Version>>,
        /// The service's name; the `service` label of every series and alert.
        service: Needed<Spanned<Name>>,
        /// What the service is for, in a sentence.
        description: Option<Spanned<String>>,
        /// The team on call.
        owner: Option<Spanned<Name>>,
        /// How much the service matters, such as `1`; shown in the overview, and a label of `slo:info`.
        tier: Option<Spanned<Text>>,
        /// How to roll back the last deployment: a command, or where to read about it. Shown on runbook pages.
        rollback: Option<Spanned<Text>>,
        /// When not to roll back, a sentence each, such as a migration that the version before cannot read. Shown beside `rollback`.
        no_rollback: Option<Spanned<Vec<Spanned<Text>>>>,
        /// What the service sends beside its metrics; `[]` for nothing. Pages and dashboards ask for no other. Default: those
        /// for which the policy names a data source under `grafana`.
        signals: Option<Spanned<Vec<Spanned<SignalWord>>>>,
        /// Where the source is, for `git blame`: a path relative to the working directory, or a URL.
        repository: Option<Spanned<String>>,
        /// Expected requests, such as `40/s`; drives the arithmetic of low traffic and of cost.
        traffic: Option<Spanned<Rate>>,
        /// The most instances that run at once; each has series of its own. Default: 1.
        instances: Option<Spanned<u32>>,
        /// The services that this one calls.
        calls: Option<Vec<CallSpec>>,
        /// The load balancer or proxy in front of this service that puts a span of its own into the context but exports none,
        /// such as `aws-alb`. A SERVER span may then have a parent that no capture holds.
        behind: Option<Spanned<Text>>,
        /// The metrics that the service exports, by their names in OpenTelemetry or in Prometheus.
        metrics: Option<Named<MetricSpec>>,
        /// Attributes of spans and log records that need care.
        attributes: Option<Named<AttributeSpec>>,
        /// Alerts of all objectives here, over the policy's.
        alerting: Option<Spanned<AlertingSpec>>,
        /// What the team does as the error budget of an objective here is spent, instead of the policy's steps; `[]` for
        /// nothing.
        error_budget_policy: Option<Spanned<Vec<BudgetStepSpec>>>,
        /// The objectives; at least one.
        #[schemars(length(min = 1))]
        slos: Needed<Spanned<Vec<SloSpec>>>,
    }
}

record! {
    /// A call to another service: an edge that traces must show.
    pub struct CallSpec {
        /// The service called.
        service: Needed<Spanned<Name>>,
        /// How the callee's span relates to the caller's.
        kind: Needed<Spanned<CallKind>>,
        /// The caller's routes that make the call. Default: all.
        routes: Option<Vec<Spanned<Text>>>,
        /// The callee has no spec here: a third party.
        external: Option<Spanned<bool>>,
    }
}

words! {
    /// What a service may send beside metrics.
    pub enum SignalWord {
        /// Spans.
        Traces = "traces",
        /// Log records.
        Logs = "logs",
        /// Profiles.
        Profiles = "profiles",
    }
}

words! {
    /// How the callee's span relates to the caller's.
    pub enum CallKind {
        /// The caller waits: a SERVER span below a CLIENT span.
        Sync = "sync",
        /// A message whose consumer is a child of its producer.
        AsyncParent = "async-parent",
        /// A message whose consumer starts a trace of its own and links to its producer.
        AsyncLink = "async-link",
    }
}

record! {
    #[derive(Default)]
    /// A metric that the service exports.
    pub struct MetricSpec {
        /// The kind of instrument.
        r#type: Needed<Spanned<MetricType>>,
        /// The unit in UCUM, such as `s`, `ms`, `By`, `1` or `{request}`; part of the Prometheus name.
        unit: Option<Spanned<Text>>,
        /// What is measured.
        description: Option<Spanned<String>>,
        #[schemars(length(min = 1))]
        /// Upper boundaries of a classic histogram in the metric's unit, rising, without infinity.
        buckets: Option<Spanned<Vec<Spanned<Number>>>>,
        /// The labels, each with a bounded set of values.
        labels: Option<Named<LabelSpec>>,
        /// Labels that depend on one another, by the combinations that occur.
        joint_labels: Option<Vec<JointSpec>>,
        /// The name in Prometheus, if it is not the OpenTelemetry translation.
        prometheus_name: Option<Spanned<String>>,
        /// How often this metric is scraped or exported, if not as the policy says.
        scrape_interval: Option<Spanned<Duration>>,
    }
}

record! {
    #[derive(Default)]
    #[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
    /// A label's values: a bounded set, by list, by count or by reference.
    pub struct LabelSpec {
        /// Every value that the label can have.
        #[schemars(length(min = 1))]
        values: Option<Spanned<Vec<Spanned<Text>>>>,
        /// The most values that the label can have, if they cannot be listed.
        max_values: Option<Spanned<u32>>,
        /// The list of that name under the policy's `enumerations`, which services share.
        enumeration: Option<Spanned<String>>,
        /// The values that semantic conventions list for this attribute: those of a registry in this folder (`groups:`, as
        /// Weaver reads it), else OpenTelemetry's, such as `http.request.method`.
        semconv: Option<Spanned<String>>,
    }
}

record! {
    /// Labels that depend on one another: only these combinations of values occur.
    pub struct JointSpec {
        /// The labels, none of which stands under `labels`.
        #[schemars(length(min = 2))]
        labels: Needed<Spanned<Vec<Spanned<String>>>>,
        /// The combinations: one value for each label, in the order of `labels`.
        #[schemars(length(min = 1))]
        values: Needed<Spanned<Vec<Spanned<Vec<Spanned<Text>>>>>>,
    }
}

record! {
    /// An attribute of spans or log records.
    pub struct AttributeSpec {
        /// The personal or secret data that it holds; redacted before it leaves the node.
        pii: Option<Spanned<Pii>>,
        /// What it holds.
        description: Option<Spanned<String>>,
    }
}

words! {
    /// Kinds of personal or secret data.
    pub enum Pii {
        /// An e-mail address.
        Email = "email",
        /// A payment card number.
        Card = "card",
        /// A telephone number.
        Phone = "phone",
        /// A person's name.
        Name = "name",
        /// A postal address.
        Address = "address",
        /// An IP address.
        Ip = "ip",
        /// An account or bank number.
        Iban = "iban",
        /// A number that a state gave to a person.
        NationalId = "national-id",
        /// A password, token or key.
        Secret = "secret",
        /// A database statement whose literals may be personal.
        Sql = "sql",
        /// A URL whose query or path may be personal.
        Url = "url",
        /// Other data that must not leave the node.
        Other = "other",
    }
}
