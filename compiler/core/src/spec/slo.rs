//! Objectives as written: the target, how it is measured, when alerts fire.

use super::decode::{Named, Needed};
use super::leaf::{Name, Text};
use super::record::record;
use crate::indicator::SliSpec;
use crate::quantity::{Duration, Percent, Rate};
use crate::source::Spanned;

record! {
    #[derive(Default)]
    /// One service-level objective.
    pub struct SloSpec {
        /// Name, unique within the service; the `slo` label of every series and alert.
        name: Needed<Spanned<Name>>,
        /// What users get, in one sentence. Shown on runbook pages and dashboards.
        description: Option<Spanned<String>>,
        /// The target: the share of good events over the window, as a percentage with its sign, such as `99.9%`.
        objective: Needed<Spanned<Percent>>,
        /// The rolling window of the objective, from `1d` to `90d`. Default: `30d`.
        window: Option<Spanned<Duration>>,
        /// How late the data arrives, such as `5m` for metrics of a cloud provider: rules read that much further back, and
        /// alerts are that much later. Default: `0s`.
        delay: Option<Spanned<Duration>>,
        /// How good and bad events are counted; exactly one kind.
        sli: Needed<Spanned<SliSpec>>,
        /// Expected events of this objective, such as `40/s`. Default: the service's `traffic`.
        traffic: Option<Spanned<Rate>>,
        /// What to do when the data itself goes missing. Default: the policy's.
        data: Option<Spanned<DataSpec>>,
        /// Alerts of this objective, over the service's and the policy's.
        alerting: Option<Spanned<AlertingSpec>>,
        /// What the team does as the error budget of this objective is spent, instead of the steps of the service and the
        /// policy; `[]` for nothing.
        error_budget_policy: Option<Spanned<Vec<BudgetStepSpec>>>,
        /// What people should know of this objective; shown on its runbook page.
        notes: Option<Spanned<String>>,
    }
}

record! {
    #[derive(Default)]
    /// What happens if data goes missing: `ignore`, or the severity of an alert.
    pub struct DataSpec {
        /// No time series for five minutes. This alert takes over if an outage kills the process itself.
        absent: Option<Spanned<Name>>,
        /// A side of the indicator that cannot be absent in health, such as a histogram's bucket, has no time series while the
        /// other side goes on. Default: the severity of `absent`.
        broken: Option<Spanned<Name>>,
        /// A group that had events within a day has had no time series for half an hour.
        group_gone: Option<Spanned<Name>>,
        /// The time series are there, but no event was counted for half an hour.
        no_traffic: Option<Spanned<Name>>,
    }
}

record! {
    #[derive(Default)]
    /// When alerts fire, and what they carry. Set in the policy, a service or an objective; the nearest wins, labels and
    /// annotations add up.
    pub struct AlertingSpec {
        /// The alerts' names.
        names: Option<Spanned<AlertNamesSpec>>,
        /// Labels added to each alert.
        labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// Annotations added to each alert.
        annotations: Option<Spanned<Named<Spanned<Text>>>>,
        /// How long an alert keeps firing after its condition ended. It stops flapping, and resolves that much later. Default:
        /// `5m`.
        keep_firing_for: Option<Spanned<Duration>>,
        /// The number of bad events in the long window that an alert needs; `0` for any. Default: 3 below 300 events an hour.
        min_bad_events: Option<Spanned<u32>>,
        /// The pairs of windows, instead of the inherited ones; an empty list means no burn-rate alerts.
        pairs: Option<Spanned<Vec<PairSpec>>>,
        /// Inherited pairs to leave out, each as `long/short`: `1h/5m`.
        drop: Option<Vec<Spanned<String>>>,
    }
}

record! {
    #[derive(Default)]
    /// The `alertname` of each kind of alert.
    pub struct AlertNamesSpec {
        /// Burn-rate alerts. Default: `ErrorBudgetBurn`.
        burn: Option<Spanned<Name>>,
        /// No series at all. Default: `SliAbsent`.
        absent: Option<Spanned<Name>>,
        /// A side of the indicator is missing. Default: `SliBroken`.
        broken: Option<Spanned<Name>>,
        /// One group gone. Default: `SliGroupGone`.
        group_gone: Option<Spanned<Name>>,
        /// No events. Default: `SliNoTraffic`.
        no_traffic: Option<Spanned<Name>>,
    }
}

record! {
    #[schemars(extend("oneOf" = [{"required": ["budget"]}, {"required": ["burn"]}]))]
    /// A pair of windows: an alert fires while the burn rate is exceeded over both.
    pub struct PairSpec {
        /// The long window: how much of the budget must be spent.
        long: Needed<Spanned<Duration>>,
        /// The short window: how soon the alert resolves.
        short: Needed<Spanned<Duration>>,
        /// The share of the error budget that may be spent within the long window. Give this or `burn`.
        budget: Option<Spanned<Percent>>,
        /// The burn rate; 1 spends the budget exactly by the end of the window. Give this or `budget`.
        burn: Option<Spanned<super::leaf::Number>>,
        /// A severity of the policy, such as `page` or `ticket`.
        severity: Needed<Spanned<Name>>,
    }
}

record! {
    /// What a team does once a share of an error budget is spent.
    pub struct BudgetStepSpec {
        /// The share that is spent, above `0%` and at most `100%`. Each step has a larger one than the step before.
        spent: Needed<Spanned<Percent>>,
        /// What the team does from then on, in a sentence or two. Shown on runbook pages and by `emberline budget`.
        r#do: Needed<Spanned<Text>>,
    }
}
