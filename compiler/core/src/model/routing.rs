//! Whom alerts reach: receivers, which severities of which owners go to which, and what mutes what.

use std::collections::BTreeMap;

use serde_json::Value;

use super::interval::intervals;
use super::receiver::{Receiver, Shared, templates};
use super::severity::Severity;
use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::PolicySpec;
use crate::suggest;

/// The built-in severity that wakes somebody, and the one that waits for the morning.
const BUILT_IN: [&str; 2] = ["page", "ticket"];

/// When alerts are told, by names of intervals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// The only intervals in which they are told; none for always.
    pub active: Vec<String>,
    /// Intervals in which they are not told.
    pub mute: Vec<String>,
}

/// Where alerts go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// Receivers by name. Without any declared, one a severity that does nothing yet.
    pub receivers: BTreeMap<String, Receiver>,
    /// The receiver of each severity.
    pub severities: BTreeMap<String, String>,
    /// Receivers of an owner's alerts, by owner and severity; they go before those of the severity.
    pub owners: BTreeMap<String, BTreeMap<String, String>>,
    /// A severity, and one whose alerts of the same objective it mutes.
    pub mutes: Vec<(String, String)>,
    /// Who gets the alerts of other people, where the policy says so.
    pub fallback: Option<String>,
    /// Intervals of time by name, each with its parts as Alertmanager reads them.
    pub intervals: BTreeMap<String, Vec<Value>>,
    /// When the alerts of a severity are told, for those that are not always told.
    pub hours: BTreeMap<String, Hours>,
    /// After how long an alert without an end is resolved, where the policy says so.
    pub resolve_timeout: Option<String>,
    /// Files of templates on Alertmanager's machine.
    pub templates: Vec<String>,
}

impl Routing {
    /// The routing of a policy whose severities these are.
    pub(super) fn resolve(
        spec: Option<&PolicySpec>,
        severities: &BTreeMap<String, Severity>,
        scope: &mut Scope<'_>,
    ) -> Self {
        let shared = Shared::of(spec);
        let intervals = intervals(spec, scope);
        let mut receivers: BTreeMap<String, Receiver> = BTreeMap::new();
        let declared = spec.and_then(|spec| spec.receivers.as_ref());
        for (name, receiver) in declared.into_iter().flat_map(|declared| &declared.value.0) {
            // One that is at fault was reported; its name is known all the same.
            let receiver = receiver.as_ref().map(|receiver| Receiver::of(&receiver.value, &shared, scope));
            let receiver = receiver.unwrap_or_default();
            receivers.insert(name.value.clone(), receiver);
        }
        let mut of_severity = BTreeMap::new();
        let (mut mutes, mut hours) = (Vec::new(), BTreeMap::new());
        let written = spec.and_then(|spec| spec.severities.as_ref());
        for (name, severity) in written.into_iter().flat_map(|written| &written.value.0) {
            let Some(severity) = severity else { continue };
            if let Some(receiver) = severity.receiver.as_ref().filter(|said| known(said, &receivers, "receiver", scope))
            {
                of_severity.insert(name.value.clone(), receiver.value.clone());
            }
            let mut told = |names: &Option<Vec<Spanned<String>>>| {
                let names = names.iter().flatten().filter(|said| known(said, &intervals, "interval of time", scope));
                names.map(|said| said.value.clone()).collect::<Vec<_>>()
            };
            let told =
                Hours { active: told(&severity.active_time_intervals), mute: told(&severity.mute_time_intervals) };
            if told != Hours::default() {
                hours.insert(name.value.clone(), told);
            }
            for other in severity.mutes.iter().flatten() {
                if known(other, severities, "severity", scope) {
                    mutes.push((name.value.clone(), other.value.clone()));
                }
            }
        }
        if written.is_none() {
            mutes.push((BUILT_IN[0].to_owned(), BUILT_IN[1].to_owned()));
        }
        let mut owners: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let routed = spec.and_then(|spec| spec.owners.as_ref());
        for (owner, routes) in routed.into_iter().flat_map(|routed| &routed.value.0) {
            for (severity, receiver) in routes.iter().flat_map(|routes| &routes.value.0) {
                let Some(receiver) = receiver else { continue };
                // Both are looked at, so that both faults show.
                let is_known =
                    [known(severity, severities, "severity", scope), known(receiver, &receivers, "receiver", scope)];
                if is_known == [true, true] {
                    let routes = owners.entry(owner.value.clone()).or_default();
                    routes.insert(severity.value.clone(), receiver.value.clone());
                }
            }
        }
        for severity in severities.keys() {
            // A name of its own, so that somebody who looks at Alertmanager sees what would go where.
            let receiver = of_severity.entry(severity.clone()).or_insert_with(|| severity.clone());
            receivers.entry(receiver.clone()).or_default();
        }
        let fallback = spec.and_then(|spec| spec.default_receiver.as_ref());
        let fallback = fallback.filter(|said| known(said, &receivers, "receiver", scope));
        let fallback = fallback.map(|receiver| receiver.value.clone());
        let resolve_timeout = shared.globals.get("resolve_timeout").and_then(Value::as_str).map(str::to_owned);
        Self {
            receivers,
            severities: of_severity,
            owners,
            mutes,
            fallback,
            intervals,
            hours,
            resolve_timeout,
            templates: templates(&shared, scope),
        }
    }
}

/// Whether the policy declares what is named.
pub(super) fn known<T>(
    said: &Spanned<String>,
    declared: &BTreeMap<String, T>,
    what: &str,
    scope: &mut Scope<'_>,
) -> bool {
    let is_known = declared.contains_key(&said.value);
    if !is_known {
        let names = declared.keys().map(String::as_str);
        scope.report(
            Finding::new(&code::UNKNOWN_REFERENCE, said.span, format!("the policy has no {what} `{}`", said.value))
                .label("not declared")
                .hint(
                    suggest::did_you_mean(&said.value, names)
                        .unwrap_or_else(|| format!("declare it in `policy.yaml`, or name another {what}")),
                ),
        );
    }
    is_known
}
