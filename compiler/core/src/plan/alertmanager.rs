//! What Alertmanager is told.

use std::collections::{BTreeMap, BTreeSet};

use super::service::ServicePlan;
use super::timing::Scale;
use crate::model::{Policy, Receiver, Routing, Team};
use crate::quantity::Duration;

/// How long the first alert of an objective waits for others of the same, so that one notification tells of all.
const WAIT: Duration = Duration::from_secs(30);
/// How long an alert waits that joins a group which was told.
const INTERVAL: Duration = Duration::from_minutes(5);
/// After how long what still fires is told again.
const REPEAT: Duration = Duration::from_hours(4);
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
    /// Severities that mute others.
    pub mutes: Vec<Mute>,
    /// Labels that two alerts must share for one to mute the other: service, objective, every label kept apart, and
    /// the cluster, since several may load the same rules and share one Alertmanager.
    pub same: BTreeSet<String>,
    /// Every receiver.
    pub receivers: BTreeMap<String, Receiver>,
    /// Every `alertname` that an objective's alerts may have; empty without objectives.
    pub alerts: BTreeSet<String>,
    /// The services whose alerts these are; `None` for all that carry the labels of an objective.
    pub services: Option<BTreeSet<String>>,
}

/// Some of all services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Services {
    /// Every service.
    All,
    /// These.
    Of(BTreeSet<String>),
    /// All but these.
    Except(BTreeSet<String>),
}

impl Services {
    /// Whether a service is one of them.
    #[must_use]
    pub fn has(&self, service: &str) -> bool {
        match self {
            Self::All => true,
            Self::Of(these) => these.contains(service),
            Self::Except(these) => !these.contains(service),
        }
    }
}

/// A severity that mutes another of the same objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mute {
    /// The severity that mutes.
    pub severity: String,
    /// The one that is muted.
    pub muted: String,
    /// Whose alerts.
    pub services: Services,
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
    /// Whose alerts.
    pub services: Services,
}

impl AlertmanagerPlan {
    /// The plan of a policy for some services.
    pub(super) fn of(policy: &Policy, services: &[ServicePlan]) -> Self {
        let scale = Scale(policy.time_scale.value);
        let routing = &policy.routing;
        let slos = || services.iter().flat_map(|service| &service.slos);
        let kept_apart = slos().flat_map(|slo| slo.group_by.iter().cloned());
        let alerts = slos().flat_map(|slo| {
            // Those that do not fire yet as well: one more alert of an objective changes no route then.
            let names = &slo.alerting.names;
            [&names.burn, &names.absent, &names.broken, &names.group_gone, &names.no_traffic].map(Clone::clone)
        });
        let gravest = || routing.severities.get(GRAVEST).or_else(|| routing.severities.values().next());
        let fallback = routing.fallback.as_ref().or_else(gravest);
        Self {
            fallback: fallback.cloned().unwrap_or_else(|| GRAVEST.to_owned()),
            wait: scale.real(WAIT),
            interval: scale.real(INTERVAL),
            repeat: scale.real(REPEAT),
            routes: routes(routing, &Services::All, |receiver| receiver.to_owned()),
            mutes: mutes(routing, &Services::All),
            same: ["service", "slo", CLUSTER].map(str::to_owned).into_iter().chain(kept_apart).collect(),
            receivers: routing.receivers.clone(),
            alerts: alerts.collect(),
            services: None,
        }
    }

    /// This plan for the services of a team, with the names that the team's receivers have beside those of others.
    pub(super) fn of_team(mut self, services: &[ServicePlan], team: &str, own: &Policy, organisation: &Policy) -> Self {
        let name = |receiver: &str| named(receiver, team, &own.routing, &organisation.routing);
        for route in &mut self.routes {
            route.receiver = name(&route.receiver);
        }
        self.receivers = own.routing.receivers.iter().map(|(known, it)| (name(known), it.clone())).collect();
        self.services = Some(services.iter().map(|service| service.name.clone()).collect());
        self
    }

    /// Adds the routes and mutes of teams whose policy has others than the organisation's. They are tried first.
    pub(super) fn add_teams(&mut self, services: &[ServicePlan], organisation: &Policy, teams: &[Team]) {
        let mut of_teams = Vec::new();
        let mut muted_otherwise = BTreeSet::new();
        for (index, team) in teams.iter().enumerate() {
            let routing = &team.policy.routing;
            let own: BTreeSet<String> =
                services.iter().filter(|it| it.team == Some(index)).map(|it| it.name.clone()).collect();
            if own.is_empty() {
                continue;
            }
            if routing.mutes != organisation.routing.mutes {
                muted_otherwise.extend(own.iter().cloned());
                self.mutes.extend(mutes(routing, &Services::Of(own.clone())));
            }
            let Routing { receivers, severities, owners, .. } = &organisation.routing;
            if (&routing.receivers, &routing.severities, &routing.owners) == (receivers, severities, owners) {
                continue;
            }
            let name = |receiver: &str| named(receiver, &team.name, routing, &organisation.routing);
            self.receivers.extend(routing.receivers.iter().map(|(known, receiver)| (name(known), receiver.clone())));
            of_teams.extend(routes(routing, &Services::Of(own), name));
        }
        if !muted_otherwise.is_empty() {
            for mute in self.mutes.iter_mut().filter(|mute| mute.services == Services::All) {
                mute.services = Services::Except(muted_otherwise.clone());
            }
        }
        of_teams.append(&mut self.routes);
        self.routes = of_teams;
    }
}

/// What a team's receiver is called in an Alertmanager that several teams share: it has the team before its name, unless it
/// is the organisation's or names one that Alertmanager knows already. Other teams have no part in the name.
fn named(receiver: &str, team: &str, own: &Routing, organisation: &Routing) -> String {
    let leads = |routing: &Routing| routing.receivers.get(receiver).filter(|it| **it != Receiver::default()).cloned();
    let destination = leads(own);
    if team.is_empty() || destination.is_none() || destination == leads(organisation) {
        return receiver.to_owned();
    }
    format!("{team}/{receiver}")
}

/// The routes of a policy; `name` says what a receiver is called.
fn routes(routing: &Routing, services: &Services, name: impl Fn(&str) -> String) -> Vec<Route> {
    let route = |severity: &String, owner: Option<&String>, receiver: &String| Route {
        severity: severity.clone(),
        owner: owner.cloned(),
        receiver: name(receiver),
        services: services.clone(),
    };
    let of_owners = routing
        .owners
        .iter()
        .flat_map(|(owner, routes)| routes.iter().map(move |(severity, receiver)| (severity, Some(owner), receiver)));
    let of_severities = routing.severities.iter().map(|(severity, receiver)| (severity, None, receiver));
    of_owners.chain(of_severities).map(|(severity, owner, receiver)| route(severity, owner, receiver)).collect()
}

fn mutes(routing: &Routing, services: &Services) -> Vec<Mute> {
    let mute = |(severity, muted): &(String, String)| Mute {
        severity: severity.clone(),
        muted: muted.clone(),
        services: services.clone(),
    };
    routing.mutes.iter().map(mute).collect()
}
