//! The plan of all services together.

use std::collections::{BTreeMap, HashSet};

use super::about::Neighbour;
use super::alertmanager::AlertmanagerPlan;
use super::service::ServicePlan;
use super::shards;
use super::slo::SloPlan;
use super::telemetry::TelemetryPlan;
use super::watch::WatchPlan;
use crate::model::{Console, Drill, Observed, Operator, Policy, Prices, Rulers};
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
    /// Alerts on what evaluates the rules and sends the alerts, where the policy asks for them.
    pub watch: Option<WatchPlan>,
    /// Where people look.
    pub console: Console,
    /// What telemetry costs, where somebody says so.
    pub prices: Option<Prices>,
    /// How the system is drilled, where somebody says so.
    pub drill: Option<Drill>,
    /// By how much all lengths of time are compressed; 1 outside drills.
    pub time_scale: u32,
}

impl Plan {
    /// The plan of all services, which come sorted by name.
    pub(crate) fn of(mut services: Vec<ServicePlan>, policy: &Policy, observed: &[Observed]) -> Self {
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
        let kept_apart = services.iter().flat_map(|service| &service.slos).flat_map(|slo| slo.group_by.iter().cloned());
        let alerts = services.iter().flat_map(|service| &service.slos).flat_map(|slo| {
            // Those that do not fire yet as well: one more alert of an objective changes no route then.
            let names = &slo.alerting.names;
            [&names.burn, &names.absent, &names.broken, &names.group_gone, &names.no_traffic].map(Clone::clone)
        });
        let alertmanager = AlertmanagerPlan::of(policy, kept_apart, alerts);
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
            watch: WatchPlan::of(policy, observed),
            console,
            prices,
            drill: policy.drill.clone(),
            time_scale: policy.time_scale.value,
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
