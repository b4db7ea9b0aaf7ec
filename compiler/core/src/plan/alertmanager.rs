//! What Alertmanager is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::timing::Scale;
use super::watch::Watched;
use crate::model::{Hours, Policy, Receiver};
use crate::quantity::Duration;

/// How long the first alert of an objective waits for others of the same, so that one notification tells of all.
const WAIT: Duration = Duration::from_secs(30);
/// How long an alert waits that joins a group which was told.
const INTERVAL: Duration = Duration::from_minutes(5);
/// After how long what still fires is told again.
const REPEAT: Duration = Duration::from_hours(4);
/// After how long the alert that always fires is told again: services that wait for it allow ten minutes or more.
const BEAT: Duration = Duration::from_minutes(5);
/// The severity whose receiver gets what nothing else matches, where the policy names nobody: better woken once than never
/// told.
const GRAVEST: &str = "page";
/// The label by which a Prometheus usually says where it stands (`external_labels`). Alerts that lack it are all of one.
const CLUSTER: &str = "cluster";

/// What Alertmanager is told.
#[derive(Debug)]
pub struct AlertmanagerPlan {
    /// Who gets what no route matches: alerts of other people that reach this Alertmanager.
    pub fallback: String,
    /// How long a new group waits, real.
    pub wait: Duration,
    /// How long a group that was told waits for its next notification, real.
    pub interval: Duration,
    /// After how long what still fires is told again, real.
    pub repeat: Duration,
    /// Routes in the order in which they are tried: an owner's before a severity's.
    pub routes: Vec<Route>,
    /// A severity, and one that it mutes.
    pub mutes: Vec<(String, String)>,
    /// Labels that two alerts must share for one to mute the other: service, objective, every label kept apart, and
    /// the cluster, since several may load the same rules and share one Alertmanager.
    pub same: BTreeSet<String>,
    /// Every receiver.
    pub receivers: BTreeMap<String, Receiver>,
    /// Intervals of time by name, each with its parts as Alertmanager reads them.
    pub intervals: BTreeMap<String, Vec<Value>>,
    /// After how long an alert without an end is resolved; `None` for Alertmanager's default.
    pub resolve_timeout: Option<String>,
    /// Files of templates on Alertmanager's machine.
    pub templates: Vec<String>,
    /// Every `alertname` that an objective's alerts may have; empty without objectives.
    pub alerts: BTreeSet<String>,
    /// Where alerts on the ruler and on Alertmanager go, where the policy asks for them.
    pub watch: Option<WatchRoutes>,
}

/// Where alerts on the ruler and on Alertmanager go; by severity, they go where objectives' alerts do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchRoutes {
    /// Every `alertname` that they may have.
    pub alerts: BTreeSet<String>,
    /// Who gets the alert that always fires.
    pub dead_man: Option<String>,
    /// After how long that one is told again, real.
    pub beat: Duration,
}

/// Which alerts a receiver gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The severity.
    pub severity: String,
    /// The owner; `None` for all.
    pub owner: Option<String>,
    /// The receiver.
    pub receiver: String,
    /// When it is told.
    pub hours: Hours,
}

impl AlertmanagerPlan {
    /// The plan of a policy; `kept_apart` are the labels by which objectives are grouped, `alerts` the names of alerts.
    pub(super) fn of(
        policy: &Policy,
        kept_apart: impl Iterator<Item = String>,
        alerts: impl Iterator<Item = String>,
    ) -> Self {
        let hours = |severity: &String| policy.routing.hours.get(severity).cloned().unwrap_or_default();
        let scale = Scale(policy.time_scale.value);
        let routing = &policy.routing;
        let of_owners = routing.owners.iter().flat_map(|(owner, routes)| {
            routes.iter().map(|(severity, receiver)| Route {
                severity: severity.clone(),
                owner: Some(owner.clone()),
                receiver: receiver.clone(),
                hours: hours(severity),
            })
        });
        let of_severities = routing.severities.iter().map(|(severity, receiver)| Route {
            severity: severity.clone(),
            owner: None,
            receiver: receiver.clone(),
            hours: hours(severity),
        });
        let gravest = || routing.severities.get(GRAVEST).or_else(|| routing.severities.values().next());
        let fallback = routing.fallback.as_ref().or_else(gravest);
        Self {
            fallback: fallback.cloned().unwrap_or_else(|| GRAVEST.to_owned()),
            wait: scale.real(WAIT),
            interval: scale.real(INTERVAL),
            repeat: scale.real(REPEAT),
            routes: of_owners.chain(of_severities).collect(),
            mutes: routing.mutes.clone(),
            same: ["service", "slo", CLUSTER].map(str::to_owned).into_iter().chain(kept_apart).collect(),
            receivers: routing.receivers.clone(),
            intervals: routing.intervals.clone(),
            resolve_timeout: routing.resolve_timeout.clone(),
            templates: routing.templates.clone(),
            alerts: alerts.collect(),
            watch: policy.watchers.as_ref().map(|watchers| WatchRoutes {
                // All of them, whatever the ruler: one more changes no route then.
                alerts: Watched::ALL.iter().map(|watched| watched.name().to_owned()).collect(),
                dead_man: watchers.dead_man.clone(),
                beat: scale.real(BEAT),
            }),
        }
    }
}
