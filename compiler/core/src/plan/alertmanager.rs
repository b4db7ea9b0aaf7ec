//! What Alertmanager is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::service::ServicePlan;
use super::timing::Scale;
use super::watch::Watched;
use crate::model::{Hours, Policy, Receiver, Routing, Team};
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
    /// Severities that mute others.
    pub mutes: Vec<Mute>,
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
            routes: routes(routing, &Services::All, &Names::OWN),
            mutes: mutes(routing, &Services::All),
            same: ["service", "slo", CLUSTER].map(str::to_owned).into_iter().chain(kept_apart).collect(),
            receivers: routing.receivers.clone(),
            intervals: routing.intervals.clone(),
            resolve_timeout: routing.resolve_timeout.clone(),
            templates: routing.templates.clone(),
            alerts: alerts.collect(),
            services: None,
            watch: policy.watchers.as_ref().map(|watchers| WatchRoutes {
                // All of them, whatever the ruler: one more changes no route then.
                alerts: Watched::ALL.iter().map(|watched| watched.name().to_owned()).collect(),
                dead_man: watchers.dead_man.clone(),
                beat: scale.real(BEAT),
            }),
        }
    }

    /// This plan for the services of a team, with the names that the team's receivers have beside those of others.
    pub(super) fn of_team(mut self, services: &[ServicePlan], team: &str, own: &Policy, organisation: &Policy) -> Self {
        let names = Names { team, of: Some((&own.routing, &organisation.routing)) };
        self.routes = routes(&own.routing, &Services::All, &names);
        self.receivers = names.receivers(&own.routing).collect();
        self.intervals = names.intervals(&own.routing).collect();
        // The ruler and Alertmanager are the organisation's.
        self.watch = None;
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
            for template in &routing.templates {
                if !self.templates.contains(template) {
                    self.templates.push(template.clone());
                }
            }
            if leads(routing) == leads(&organisation.routing) {
                continue;
            }
            let names = Names { team: &team.name, of: Some((routing, &organisation.routing)) };
            self.receivers.extend(names.receivers(routing));
            self.intervals.extend(names.intervals(routing));
            of_teams.extend(routes(routing, &Services::Of(own), &names));
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

/// Everything of a routing that decides where and when alerts are told.
type Leads<'r> = (
    &'r BTreeMap<String, Receiver>,
    &'r BTreeMap<String, String>,
    &'r BTreeMap<String, BTreeMap<String, String>>,
    &'r BTreeMap<String, Vec<Value>>,
    &'r BTreeMap<String, Hours>,
);

fn leads(routing: &Routing) -> Leads<'_> {
    (&routing.receivers, &routing.severities, &routing.owners, &routing.intervals, &routing.hours)
}

/// What a team's receivers and intervals are called in an Alertmanager that several teams share. Those of the organisation
/// keep their names, and so do receivers that Alertmanager knows already; others have the team before their name. Other
/// teams have no part in a name.
struct Names<'r> {
    team: &'r str,
    /// The team's routing and that of the organisation, unless names stay as they are.
    of: Option<(&'r Routing, &'r Routing)>,
}

impl Names<'_> {
    /// Names stay as they are.
    const OWN: Self = Self { team: "", of: None };

    fn receiver(&self, name: &str) -> String {
        let has_destination =
            |routing: &Routing| routing.receivers.get(name).filter(|it| **it != Receiver::default()).cloned();
        match self.of {
            Some((own, organisation)) => self.apart(name, has_destination(own), has_destination(organisation)),
            None => name.to_owned(),
        }
    }

    fn interval(&self, name: &str) -> String {
        match self.of {
            Some((own, organisation)) => self.apart(name, own.intervals.get(name), organisation.intervals.get(name)),
            None => name.to_owned(),
        }
    }

    /// The name of what is `own`, where the organisation has another one of that name or none.
    fn apart<T: PartialEq>(&self, name: &str, own: Option<T>, organisation: Option<T>) -> String {
        if self.team.is_empty() || own.is_none() || own == organisation {
            return name.to_owned();
        }
        format!("{}/{name}", self.team)
    }

    fn hours(&self, hours: &Hours) -> Hours {
        let named = |names: &[String]| names.iter().map(|name| self.interval(name)).collect();
        Hours { active: named(&hours.active), mute: named(&hours.mute) }
    }

    fn receivers(&self, routing: &Routing) -> impl Iterator<Item = (String, Receiver)> {
        routing.receivers.iter().map(|(name, receiver)| (self.receiver(name), receiver.clone()))
    }

    fn intervals(&self, routing: &Routing) -> impl Iterator<Item = (String, Vec<Value>)> {
        routing.intervals.iter().map(|(name, parts)| (self.interval(name), parts.clone()))
    }
}

/// The routes of a policy.
fn routes(routing: &Routing, services: &Services, names: &Names<'_>) -> Vec<Route> {
    let route = |severity: &String, owner: Option<&String>, receiver: &String| Route {
        severity: severity.clone(),
        owner: owner.cloned(),
        receiver: names.receiver(receiver),
        hours: routing.hours.get(severity).map(|hours| names.hours(hours)).unwrap_or_default(),
        services: services.clone(),
    };
    let of_owners = routing
        .owners
        .iter()
        .flat_map(|(owner, routes)| routes.iter().map(move |(severity, receiver)| (severity, Some(owner), receiver)));
    let of_severities = routing.severities.iter().map(|(severity, receiver)| (severity, None, receiver));
    of_owners.chain(of_severities).map(|(severity, owner, receiver)| route(severity, owner, receiver)).collect()
}

impl AlertmanagerPlan {
    /// The routes of severities under the organisation's policy, which the alerts on the ruler take as well.
    pub(crate) fn of_severities(&self) -> impl Iterator<Item = &Route> + Clone {
        self.routes.iter().filter(|route| route.owner.is_none() && route.services == Services::All)
    }
}

fn mutes(routing: &Routing, services: &Services) -> Vec<Mute> {
    let mute = |(severity, muted): &(String, String)| Mute {
        severity: severity.clone(),
        muted: muted.clone(),
        services: services.clone(),
    };
    routing.mutes.iter().map(mute).collect()
}
