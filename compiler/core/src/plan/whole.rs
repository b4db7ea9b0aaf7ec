//! The plan of all services together.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::about::{Neighbour, Place};
use super::alertmanager::AlertmanagerPlan;
use super::identity::Alert;
use super::part::Part;
use super::service::ServicePlan;
use super::shards;
use super::slo::SloPlan;
use super::telemetry::TelemetryPlan;
use super::watch::WatchPlan;
use crate::labels::{SERVICE, SLO};
use crate::model::{Console, Drill, Observed, Operator, Policy, Prices, Rulers, Team};
use crate::target::Target;

/// Everything that is generated from one folder of specs.
#[derive(Debug)]
pub struct Plan {
    /// One a service, by name.
    pub services: Vec<ServicePlan>,
    /// What to write where nobody says otherwise.
    pub targets: Vec<Target>,
    /// Metadata for the Prometheus Operator.
    pub operator: Operator,
    /// What other rulers are told.
    pub rulers: Rulers,
    /// How many rulers share the objectives.
    pub shards: u32,
    /// What collectors and back ends are told.
    pub telemetry: TelemetryPlan,
    /// What Alertmanager is told.
    pub alertmanager: AlertmanagerPlan,
    /// Alerts on what evaluates the rules and sends the alerts, where the policy asks for them; `None` in a team's part,
    /// since they are the organisation's.
    pub watch: Option<WatchPlan>,
    /// Where people look.
    pub console: Console,
    /// What telemetry costs, where somebody says so.
    pub prices: Option<Prices>,
    /// How the system is drilled, where somebody says so.
    pub drill: Option<Drill>,
    /// By how much all lengths of time are compressed; 1 outside drills.
    pub time_scale: u32,
    /// What of the specs this is.
    pub part: Part,
    /// Teams with a policy of their own; empty where one policy holds for everything, and in a team's part.
    pub teams: Vec<Team>,
    /// The policy that holds for what belongs to no team.
    policy: Arc<Policy>,
}

impl Plan {
    /// The plan of all services, which come sorted by name.
    pub(crate) fn of(services: Vec<ServicePlan>, policy: &Arc<Policy>, teams: &[Team], observed: &[Observed]) -> Self {
        let mut plan = Self::under(services, policy, Part::Whole);
        plan.watch = WatchPlan::of(policy, observed);
        plan.alertmanager.add_teams(&plan.services, policy, teams);
        plan.teams = teams.to_vec();
        plan
    }

    fn under(mut services: Vec<ServicePlan>, policy: &Arc<Policy>, part: Part) -> Self {
        let mut shapes = HashSet::new();
        for slo in services.iter_mut().flat_map(|service| &mut service.slos) {
            // What is not proven at all does not stand for the others of its shape.
            slo.proves_long = slo.sli.is_proven() && shapes.insert(slo.shape());
        }
        let objectives = services.iter().flat_map(|service| &service.slos).map(|slo| {
            let load = slo.costs.iter().map(|cost| cost.seconds / cost.interval.seconds().max(0.001)).sum();
            (slo.service.as_str(), slo.name.as_str(), load)
        });
        let shards = shards::assign(objectives, policy.shards);
        for (slo, shard) in services.iter_mut().flat_map(|service| &mut service.slos).zip(shards) {
            slo.shard = shard;
        }
        introduce(&mut services);
        let telemetry = TelemetryPlan::of(services.iter().map(|service| &service.telemetry), policy);
        let alertmanager = AlertmanagerPlan::of(policy, &services);
        let (targets, operator) = (policy.targets.clone(), policy.operator.clone());
        let rulers = policy.rulers.clone();
        let (console, prices) = (policy.console.clone(), policy.prices.clone());
        Self {
            services,
            targets,
            operator,
            rulers,
            shards: policy.shards,
            telemetry,
            alertmanager,
            watch: None,
            console,
            prices,
            drill: policy.drill.clone(),
            time_scale: policy.time_scale.value,
            part,
            teams: Vec::new(),
            policy: Arc::clone(policy),
        }
    }

    /// The plan as it is compiled: whole, if one policy holds for everything. Otherwise one for what belongs to no team and
    /// one for each team, of which none depends on another team's services.
    #[must_use]
    pub fn by_team(self) -> Vec<Self> {
        if self.teams.is_empty() {
            return vec![self];
        }
        let Self { services, teams, policy, .. } = self;
        let mut parts: Vec<Vec<ServicePlan>> = (0..=teams.len()).map(|_| Vec::new()).collect();
        for service in services {
            if let Some(part) = parts.get_mut(service.team.map_or(0, |team| team + 1)) {
                part.push(service);
            }
        }
        let organisation = Arc::clone(&policy);
        let policies =
            std::iter::once((String::new(), policy)).chain(teams.into_iter().map(|team| (team.name, team.policy)));
        policies
            .zip(parts)
            .map(|((name, policy), mut services)| {
                let known: HashSet<String> = services.iter().map(|service| service.name.clone()).collect();
                for service in &mut services {
                    for call in &mut service.about.calls {
                        // The pages of other teams are elsewhere, and change with their specs.
                        call.is_known &= known.contains(&call.service);
                    }
                }
                let mut plan = Self::under(services, &policy, Part::Team(name.clone()));
                plan.targets.retain(|target| !target.is_shared());
                plan.alertmanager = plan.alertmanager.of_team(&plan.services, &name, &policy, &organisation);
                plan
            })
            .collect()
    }

    /// The same plan, whatever files and order its objectives were written in: two plans of one meaning then give the same
    /// bytes. Links to the lines of specs are gone, so nothing is to be written from it.
    pub fn forget_places(&mut self) {
        for service in &mut self.services {
            service.slos.sort_by(|one, other| one.name.cmp(&other.name));
        }
        let mut shapes = HashSet::new();
        for slo in self.services.iter_mut().flat_map(|service| &mut service.slos) {
            slo.about.place = Place::default();
            slo.proves_long = slo.sli.is_proven() && shapes.insert(slo.shape());
        }
    }

    /// The services of a team's part; `None` where there are no others.
    #[must_use]
    pub(crate) fn only_services(&self) -> Option<Vec<&str>> {
        match self.part {
            Part::Whole => None,
            Part::Team(_) => Some(self.services.iter().map(|service| service.name.as_str()).collect()),
        }
    }

    /// How many independent units are emitted: one a service, and a last one for what is global.
    #[must_use]
    pub fn units(&self) -> usize {
        self.services.len() + 1
    }

    /// Every objective, service by service in the order written.
    pub fn slos(&self) -> impl Iterator<Item = &SloPlan> + Clone {
        self.services.iter().flat_map(|service| &service.slos)
    }

    /// The objective that an alert with these labels is about, whichever of its alerts it is.
    #[must_use]
    pub fn slo(&self, labels: &BTreeMap<String, String>) -> Option<&SloPlan> {
        let (service, name) = (labels.get(SERVICE)?, labels.get(SLO)?);
        self.slos().find(|slo| slo.service == *service && slo.name == *name)
    }

    /// The objective and its alert that has these labels, as Prometheus's or Alertmanager's API gives them (`alertname` among
    /// them; more labels, such as a group's, do not matter). `None` for an alert of somebody else, and for one that the specs no
    /// longer ask for: [`Plan::slo`] still finds its objective.
    #[must_use]
    pub fn alert(&self, labels: &BTreeMap<String, String>) -> Option<(&SloPlan, Alert<'_>)> {
        let slo = self.slo(labels)?;
        Some((slo, slo.alert(labels)?))
    }
}

/// Tells each service who calls it.
fn introduce(services: &mut [ServicePlan]) {
    let mut callers: BTreeMap<String, Vec<Neighbour>> = BTreeMap::new();
    for service in services.iter() {
        for call in &service.about.calls {
            let caller = Neighbour { service: service.name.clone(), is_known: true, ..call.clone() };
            callers.entry(call.service.clone()).or_default().push(caller);
        }
    }
    for service in services {
        service.about.callers = callers.remove(&service.name).unwrap_or_default();
    }
}
