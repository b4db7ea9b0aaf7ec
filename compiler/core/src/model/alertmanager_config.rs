//! What an `AlertmanagerConfig` cannot say of a policy's receivers, where the policy asks for one.

use std::collections::BTreeMap;

use super::operator::Operator;
use super::routing::Routing;
use crate::code;
use crate::finding::Finding;
use crate::notify::crd;
use crate::scope::Scope;
use crate::source::Span;
use crate::spec::{MatcherStrategy, PolicySpec};
use crate::target::Target;

/// What the object is made of.
#[derive(Clone, Copy)]
pub(super) struct Told<'p> {
    pub(super) routing: &'p Routing,
    pub(super) operator: &'p Operator,
    /// Labels of every alert.
    pub(super) labels: &'p BTreeMap<String, String>,
}

/// Holds receivers, intervals and labels against the object.
pub(super) fn check(spec: Option<&PolicySpec>, of: Told<'_>, scope: &mut Scope<'_>) {
    let Some(spec) = spec else { return };
    let asked = spec.targets.iter().flatten().find(|target| target.value == Target::AlertmanagerConfig);
    let Some(asked) = asked else { return };
    let named = |name: &str| -> bool {
        let routing = of.routing;
        routing.severities.values().chain(routing.owners.values().flat_map(|owner| owner.values())).any(|it| it == name)
    };
    for (name, _) in spec.receivers.iter().flat_map(|receivers| &receivers.value.0).filter(|it| named(&it.0.value)) {
        let Some(receiver) = of.routing.receivers.get(&name.value) else { continue };
        if receiver.integrations.is_empty() {
            report(
                name.span,
                format!("the receiver `{}` has no destination", name.value),
                "give it one here: an object names its own receivers alone",
                scope,
            );
        }
        for (integration, configs) in &receiver.integrations {
            let fields = configs.iter().filter_map(|config| config.as_object());
            for why in
                fields.filter_map(|fields| crd::config(integration, fields, &of.operator.secrets).err()).flatten()
            {
                report(
                    name.span,
                    format!("in `{integration}` of `{}`: {why}", name.value),
                    "change the receiver, or take `alertmanager-config` from `targets`",
                    scope,
                );
            }
        }
    }
    for (name, _) in spec.time_intervals.iter().flat_map(|intervals| &intervals.value.0) {
        let parts = of.routing.intervals.get(&name.value).map_or(&[][..], Vec::as_slice);
        for why in crd::interval(&name.value, parts).err().into_iter().flatten() {
            report(
                name.span,
                format!("in the interval `{}`: {why}", name.value),
                "write its times in UTC without a `location`, or take `alertmanager-config` from `targets`",
                scope,
            );
        }
    }
    namespace(asked.span, of, scope);
}

fn report(place: Span, what: String, hint: &str, scope: &mut Scope<'_>) {
    scope.report(
        Finding::new(&code::INVALID_VALUE, place, format!("an `AlertmanagerConfig` cannot say this: {what}"))
            .label("the policy's `targets` ask for one")
            .hint(hint),
    );
}

/// The operator narrows every route of an object down to alerts of its namespace, by their label.
fn namespace(asked: Span, of: Told<'_>, scope: &mut Scope<'_>) {
    if of.operator.strategy == Some(MatcherStrategy::None) {
        return;
    }
    let namespace = of.operator.namespace.as_deref();
    let label = of.labels.get("namespace").map(String::as_str);
    if namespace.is_some() && namespace == label {
        return;
    }
    let wanted = namespace.unwrap_or("monitoring");
    scope.report(
        Finding::new(
            &code::INVALID_VALUE,
            asked,
            "the routes of an `AlertmanagerConfig` would get none of these alerts",
        )
        .label("the operator adds a matcher for the label `namespace` to each route")
        .note(match label {
            Some(label) => format!("alerts have `namespace: {label}`, and the object is in another namespace"),
            None => "alerts have the labels of their objectives and of the policy, and no `namespace`".to_owned(),
        })
        .hint(format!(
            "add `namespace: {wanted}` to the policy's `labels` and to `operator`; or, if the `Alertmanager` object has \
             `alertmanagerConfigMatcherStrategy: {{type: None}}`, say `operator: {{matcher_strategy: None}}`"
        )),
    );
}
