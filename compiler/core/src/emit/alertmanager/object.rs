//! Our part of Alertmanager's configuration as an `AlertmanagerConfig` object of the Prometheus Operator, which merges the
//! objects of all teams. It holds its receivers and its routes alone; the operator puts its route before the team's own.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::parts::OBJECTIVE;
use super::watch;
use crate::emit::artefact::{Artefact, any_of, document};
use crate::emit::kubernetes::{Metadata, Object, Specified};
use crate::model::{Operator, Receiver};
use crate::notify::crd;
use crate::plan::{AlertmanagerPlan, Mute, Part, Plan, Services, links};
use crate::target::Target;

/// The name of the object with the routes of alerts on the ruler, and of its file.
const WATCHERS: &str = "slo-watchers";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    route: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Value>,
    receivers: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mute_time_intervals: Vec<Value>,
}

/// The objects of a plan: of objectives, if any can alert, and of what watches the ruler and Alertmanager. An object has one
/// route at its top, so these are two.
///
/// With teams each has an object of its own, so the whole plan's is that of watchers: both would tell everything twice.
pub(in crate::emit) fn emit(plan: &Plan) -> Vec<Artefact> {
    let (told, operator) = (&plan.alertmanager, &plan.operator);
    let own = plan.teams.is_empty().then(|| objectives(told, &name(&plan.part), operator)).flatten();
    own.into_iter().chain(watchers(told, operator)).collect()
}

/// The name of the object with the objectives' routes. Teams may share a namespace.
fn name(part: &Part) -> String {
    match part {
        Part::Team(team) if !team.is_empty() => links::in_kubernetes("slo-team", part),
        Part::Team(_) | Part::Whole => "slo".to_owned(),
    }
}

fn watchers(plan: &AlertmanagerPlan, operator: &Operator) -> Option<Artefact> {
    let route = watch::route(plan, watch::Form::Object)?;
    let of_severities = plan.of_severities();
    let dead_man = plan.watch.iter().filter_map(|watch| watch.dead_man.as_ref());
    let named = of_severities.clone().map(|route| &route.receiver).chain(dead_man).collect();
    let hours = of_severities.flat_map(|route| route.hours.active.iter().chain(&route.hours.mute)).collect();
    Some(written(WATCHERS, route, vec![], &named, &hours, plan, operator))
}

fn objectives(plan: &AlertmanagerPlan, name: &str, operator: &Operator) -> Option<Artefact> {
    let first = plan.routes.first().filter(|_| !plan.alerts.is_empty())?;
    let severities: BTreeSet<&String> = plan.routes.iter().map(|route| &route.severity).collect();
    let services = plan.services.clone().map_or(Services::All, Services::Of);
    let mut matchers = own(plan, &services);
    matchers.push(one_of("severity", severities.into_iter()));
    let routes: Vec<Value> = plan.routes.iter().map(route).collect();
    let inhibit = |mute: &Mute| {
        let services = if mute.services == Services::All { &services } else { &mute.services };
        let side = |severity: &str| [own(plan, services), vec![equal("severity", severity)]].concat();
        json!({"sourceMatch": side(&mute.severity), "targetMatch": side(&mute.muted), "equal": plan.same})
    };
    let named: BTreeSet<&String> = plan.routes.iter().map(|route| &route.receiver).collect();
    let intervals: BTreeSet<&String> =
        plan.routes.iter().flat_map(|route| route.hours.active.iter().chain(&route.hours.mute)).collect();
    let route = json!({
        // Every severity has a route below, and the operator wants a receiver here all the same.
        "receiver": first.receiver,
        "matchers": matchers,
        "groupBy": OBJECTIVE,
        "groupWait": plan.wait.to_string(),
        "groupInterval": plan.interval.to_string(),
        "repeatInterval": plan.repeat.to_string(),
        "routes": routes
    });
    let inhibitions = plan.mutes.iter().map(inhibit).collect();
    Some(written(name, route, inhibitions, &named, &intervals, plan, operator))
}

/// An object with the receivers and intervals that its routes name.
fn written(
    name: &str,
    route: Value,
    inhibit_rules: Vec<Value>,
    named: &BTreeSet<&String>,
    hours: &BTreeSet<&String>,
    plan: &AlertmanagerPlan,
    operator: &Operator,
) -> Artefact {
    let receivers = plan.receivers.iter().filter(|(name, _)| named.contains(name));
    let intervals = plan.intervals.iter().filter(|(name, _)| hours.contains(name));
    let spec = Spec {
        route,
        inhibit_rules,
        receivers: receivers.map(|(name, it)| receiver(name, it, operator)).collect(),
        mute_time_intervals: intervals.filter_map(|(name, parts)| crd::interval(name, parts).ok()).collect(),
    };
    let metadata = Metadata {
        name: name.to_owned(),
        namespace: operator.namespace.as_deref(),
        labels: operator.labels.clone(),
        ..Metadata::default()
    };
    let (api_version, kind) = ("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig");
    let object = Object { api_version, kind, metadata, body: Specified { spec } };
    let text = document(&object);
    let stem = if name == WATCHERS { WATCHERS } else { "slo" };
    Artefact { path: format!("{}/{stem}.yaml", Target::AlertmanagerConfig.folder()), text }
}

/// A receiver as the operator reads it.
fn receiver(name: &str, receiver: &Receiver, operator: &Operator) -> Value {
    let mut body = Map::from_iter([("name".to_owned(), json!(name))]);
    for (integration, configs) in &receiver.integrations {
        // What the object cannot say was refused with the policy.
        let fields = configs.iter().filter_map(Value::as_object);
        for (list, config) in fields.filter_map(|it| crd::config(integration, it, &operator.secrets).ok()) {
            let list = body.entry(list).or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(config.clone()));
        }
    }
    Value::Object(body)
}

fn route(route: &crate::plan::Route) -> Value {
    let owner = route.owner.iter().map(|owner| equal("owner", owner));
    let of_team = match &route.services {
        Services::Of(services) => Some(one_of("service", services.iter())),
        Services::All | Services::Except(_) => None,
    };
    let matchers: Vec<Value> =
        std::iter::once(equal("severity", &route.severity)).chain(owner).chain(of_team).collect();
    let mut object =
        Map::from_iter([("receiver".to_owned(), json!(route.receiver)), ("matchers".to_owned(), json!(matchers))]);
    for (key, names) in [("activeTimeIntervals", &route.hours.active), ("muteTimeIntervals", &route.hours.mute)] {
        if !names.is_empty() {
            object.insert(key.to_owned(), json!(names));
        }
    }
    Value::Object(object)
}

/// Matchers of the names and labels that our alerts of some services have.
fn own(plan: &AlertmanagerPlan, services: &Services) -> Vec<Value> {
    let [service, slo] = OBJECTIVE.map(|label| matcher(label, "=~", ".+"));
    let names = one_of("alertname", plan.alerts.iter());
    match services {
        Services::All => vec![names, service, slo],
        Services::Of(these) => vec![names, one_of("service", these.iter()), slo],
        Services::Except(these) => {
            let others = matcher("service", "!~", &any_of(these.iter().map(String::as_str)));
            vec![names, service, slo, others]
        }
    }
}

fn matcher(name: &str, kind: &str, value: &str) -> Value {
    json!({"name": name, "matchType": kind, "value": value})
}

fn equal(name: &str, value: &str) -> Value {
    matcher(name, "=", value)
}

fn one_of<'v>(name: &str, values: impl Iterator<Item = &'v String>) -> Value {
    matcher(name, "=~", &any_of(values.map(String::as_str)))
}
