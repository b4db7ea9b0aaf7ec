//! Our part of the configuration of an Alertmanager that a team already runs: one route with ours below it, the
//! inhibitions, and the receivers that the policy gives a destination. [`crate::merge`] puts it into the team's file.
//!
//! The parent route asks for the labels that all of our alerts have, for a severity of the policy and for a name that
//! our alerts have: a team may label its own alerts with `service` and `slo` too. It does not `continue`, so the team's
//! routes do not send our alerts a second time. Every severity has a route below it, so the parent needs no receiver.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::parts::{Inhibit, OBJECTIVE, When, body, interval, matcher, one_of, ours, present};
use super::watch;
use crate::emit::artefact::{Artefact, HEADER, write};
use crate::model::Receiver;
use crate::plan::{AlertmanagerPlan, Services};
use crate::target::Target;

/// What the file says of itself, below the line that every generated file has.
const ABOUT: &str = "\
# For an Alertmanager that has a configuration: `emberline alertmanager FILE --write` merges this into FILE.
# By hand: each list goes before the items of the list of the same name. The first route that matches wins.
# A receiver that the policy gives no destination is named here, and must exist in the other file.
";

/// Our part of a team's configuration. The default is empty: nothing of ours.
#[derive(Debug, Clone, Default)]
pub struct Fragment {
    /// The items for `route.routes`, as YAML: a sequence at column 0, each line ended by `\n`. Empty for none.
    pub routes: String,
    /// The items for `inhibit_rules`, alike.
    pub inhibit_rules: String,
    /// The receivers that the policy gives a destination, by name: each a sequence of one item, alike.
    pub receivers: BTreeMap<String, String>,
    /// The intervals of time that our routes name, by name, alike.
    pub time_intervals: BTreeMap<String, String>,
    /// Files of templates that the file must load, as our receivers may call what they define.
    pub templates: Vec<String>,
    /// Every receiver that a route names.
    pub named: BTreeSet<String>,
    /// The same as one document; `None` if there is nothing.
    document: Option<String>,
}

#[derive(Serialize)]
struct Document<'p> {
    route: Routes,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Inhibit<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    receivers: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    time_intervals: Vec<Value>,
}

#[derive(Serialize)]
struct Routes {
    routes: Vec<Value>,
}

#[derive(Serialize)]
struct Parent<'p> {
    matchers: Vec<String>,
    group_by: [&'static str; 2],
    group_wait: String,
    group_interval: String,
    repeat_interval: String,
    routes: Vec<Child<'p>>,
}

#[derive(Serialize)]
struct Child<'p> {
    matchers: Vec<String>,
    receiver: &'p str,
    #[serde(flatten)]
    when: When<'p>,
}

impl Fragment {
    /// Our part by a plan; empty if no objective can alert.
    #[must_use]
    pub fn of(plan: &AlertmanagerPlan) -> Self {
        if plan.alerts.is_empty() {
            return Self::default();
        }
        let names = one_of("alertname", plan.alerts.iter());
        let with_name = |mut matchers: Vec<String>| {
            matchers.insert(0, names.clone());
            matchers
        };
        let severities: BTreeSet<&String> = plan.routes.iter().map(|route| &route.severity).collect();
        let own = plan.services.clone().map_or(Services::All, Services::Of);
        let parent = Parent {
            matchers: with_name(
                present(&own).into_iter().chain([one_of("severity", severities.into_iter())]).collect(),
            ),
            group_by: OBJECTIVE,
            group_wait: plan.wait.to_string(),
            group_interval: plan.interval.to_string(),
            repeat_interval: plan.repeat.to_string(),
            routes: plan
                .routes
                .iter()
                .map(|route| {
                    let owner = route.owner.iter().map(|owner| matcher("owner", owner));
                    let of_team = match &route.services {
                        Services::Of(services) => Some(one_of("service", services.iter())),
                        Services::All | Services::Except(_) => None,
                    };
                    let severity = matcher("severity", &route.severity);
                    let matchers = std::iter::once(severity).chain(owner).chain(of_team).collect();
                    Child { matchers, receiver: &route.receiver, when: When::of(&route.hours) }
                })
                .collect(),
        };
        let inhibit_rules: Vec<Inhibit<'_>> = plan
            .mutes
            .iter()
            .map(|mute| {
                let services = if mute.services == Services::All { &own } else { &mute.services };
                Inhibit {
                    source_matchers: with_name(ours(services, &mute.severity, None)),
                    target_matchers: with_name(ours(services, &mute.muted, None)),
                    equal: plan.same.iter().map(String::as_str).collect(),
                }
            })
            .collect();
        let leading = plan.receivers.iter().filter(|(_, receiver)| **receiver != Receiver::default());
        let receivers: BTreeMap<&String, Value> =
            leading.map(|(name, receiver)| (name, body(name, receiver))).collect();
        let named: BTreeSet<&String> =
            plan.routes.iter().flat_map(|route| route.hours.active.iter().chain(&route.hours.mute)).collect();
        let intervals = plan.intervals.iter().filter(|(name, _)| named.contains(name));
        let intervals: BTreeMap<&String, Value> =
            intervals.map(|(name, parts)| (name, interval(name, parts))).collect();
        let watch = watch::route(plan, watch::Form::Own);
        let routes = Routes { routes: watch.into_iter().chain([json!(parent)]).collect() };
        let dead_man = plan.watch.iter().filter_map(|watch| watch.dead_man.as_ref());
        let mut fragment = Self {
            routes: sequence(&routes.routes),
            inhibit_rules: if inhibit_rules.is_empty() { String::new() } else { sequence(&inhibit_rules) },
            receivers: receivers.iter().map(|(name, body)| ((*name).clone(), sequence(&[body]))).collect(),
            time_intervals: intervals.iter().map(|(name, body)| ((*name).clone(), sequence(&[body]))).collect(),
            templates: plan.templates.clone(),
            named: plan.routes.iter().map(|route| &route.receiver).chain(dead_man).cloned().collect(),
            document: None,
        };
        let mut document = format!("{HEADER}{ABOUT}");
        let receivers = receivers.into_values().collect();
        let time_intervals = intervals.into_values().collect();
        write(&mut document, &Document { route: routes, inhibit_rules, receivers, time_intervals });
        fragment.document = Some(document);
        fragment
    }

    /// The file that holds it.
    pub(super) fn artefact(self) -> Option<Artefact> {
        let path = format!("{}/fragment.yaml", Target::Alertmanager.folder());
        self.document.map(|text| Artefact { path, text })
    }
}

fn sequence<T: Serialize>(items: &T) -> String {
    let mut text = String::new();
    write(&mut text, items);
    text
}
