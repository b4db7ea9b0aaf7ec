//! The values that a label can have: listed, counted, shared under a name, or enumerated by OpenTelemetry.

use std::collections::{BTreeMap, BTreeSet};

use super::lists::listed;
use super::policy::Policy;
use super::semconv;
use crate::code;
use crate::finding::Finding;
use crate::metric::{self, Domain, Joint, Label};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::{JointSpec, LabelSpec, MetricSpec};
use crate::suggest;

/// The domain of one label; `None` where the declaration bounds nothing. What is at fault in itself counts as bounded.
pub(super) fn of(spec: &LabelSpec, policy: &Policy, scope: &mut Scope<'_>) -> Option<Domain> {
    let given = [
        spec.values.as_ref().map(|given| ("values", given.span)),
        spec.max_values.map(|given| ("max_values", given.span)),
        spec.enumeration.as_ref().map(|given| ("enumeration", given.span)),
        spec.semconv.as_ref().map(|given| ("semconv", given.span)),
    ];
    let mut given = given.into_iter().flatten();
    if let (Some((first, _)), Some((second, place))) = (given.next(), given.next()) {
        scope.report(
            Finding::new(&code::INVALID_VALUE, place, format!("`{first}` and `{second}` cannot both be given"))
                .hint(format!("keep `{first}`: each bounds the label by itself")),
        );
    }
    if let Some(values) = &spec.values {
        return Some(listed(values, spec.flawed.any(&["values"]), scope));
    }
    if let Some(most) = spec.max_values {
        if most.value == 0 {
            scope.report(
                Finding::new(&code::INVALID_VALUE, most.span, "a label without values cannot be set")
                    .hint("give the most values that it can have, or remove the label"),
            );
        }
        return Some(Domain::Count(most.value));
    }
    if let Some(name) = &spec.enumeration {
        return Some(shared(name, policy, scope));
    }
    if let Some(name) = &spec.semconv {
        return Some(enumerated(name, policy, scope));
    }
    spec.flawed.any(&["values", "max_values", "enumeration", "semconv"]).then_some(Domain::Count(1))
}

/// A list of the policy's.
fn shared(name: &Spanned<String>, policy: &Policy, scope: &mut Scope<'_>) -> Domain {
    if let Some(values) = policy.enumerations.get(&name.value) {
        return if values.is_empty() { Domain::Count(1) } else { Domain::Values(values.clone()) };
    }
    if !policy.enumerations_unread {
        let known = policy.enumerations.keys().map(String::as_str);
        scope.report(
            Finding::new(
                &code::UNKNOWN_REFERENCE,
                name.span,
                format!("the policy has no enumeration `{}`", name.value),
            )
            .label("not declared")
            .hint(
                suggest::did_you_mean(&name.value, known)
                    .unwrap_or_else(|| format!("add `enumerations: {{{}: […]}}` to `policy.yaml`", name.value)),
            ),
        );
    }
    Domain::Count(1)
}

/// A list of a registry's in the folder, else of OpenTelemetry's.
fn enumerated(name: &Spanned<String>, policy: &Policy, scope: &mut Scope<'_>) -> Domain {
    if let Some(values) = policy.registry.get(&name.value) {
        return Domain::Values(values.clone());
    }
    if let Some(values) = semconv::values(&name.value) {
        return Domain::Values(values.iter().map(|value| (*value).to_owned()).collect());
    }
    let mut known: BTreeSet<&str> = policy.registry.keys().map(String::as_str).collect();
    semconv::attributes().for_each(|name| _ = known.insert(name));
    let list: Vec<String> = known.iter().take(20).map(|name| format!("`{name}`")).collect();
    scope.report(
        Finding::new(
            &code::UNKNOWN_REFERENCE,
            name.span,
            format!("no list of values is known of the attribute `{}`", name.value),
        )
        .label("not enumerated by the semantic conventions")
        .note(format!("known are {}{}", list.join(", "), if known.len() > list.len() { ", …" } else { "" }))
        .hint(
            suggest::did_you_mean(&name.value, known)
                .unwrap_or_else(|| "list the values that your service exports: `values: […]`".to_owned()),
        ),
    );
    Domain::Count(1)
}

/// Labels that depend on one another. Each becomes a label of its own too, with the values that occur.
pub(super) fn joints(spec: &MetricSpec, labels: &mut BTreeMap<String, Label>, scope: &mut Scope<'_>) -> Vec<Joint> {
    spec.joint_labels.iter().flatten().filter_map(|joint| resolve_joint(joint, labels, scope)).collect()
}

fn resolve_joint(spec: &JointSpec, labels: &mut BTreeMap<String, Label>, scope: &mut Scope<'_>) -> Option<Joint> {
    let (names, rows) = (spec.labels.0.as_ref()?, spec.values.0.as_ref()?);
    if names.value.len() < 2 {
        scope.report(
            Finding::new(&code::INVALID_VALUE, names.span, "one label alone depends on nothing")
                .hint("name two labels or more, or list this one's values under `labels`"),
        );
        return None;
    }
    if rows.value.is_empty() {
        scope.report(
            Finding::new(&code::INVALID_VALUE, rows.span, "labels without values cannot be set")
                .hint("list the combinations, or remove the labels"),
        );
        return None;
    }
    let mut seen: BTreeMap<Vec<&str>, Span> = BTreeMap::new();
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); names.value.len()];
    for row in &rows.value {
        if row.value.len() != names.value.len() {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    row.span,
                    format!("expected {} values, one a label, found {}", names.value.len(), row.value.len()),
                )
                .related(names.span, "the labels")
                .hint("give each label its value, in the order of the labels"),
            );
            continue;
        }
        let key: Vec<&str> = row.value.iter().map(|value| value.value.0.as_str()).collect();
        if let Some(earlier) = seen.insert(key, row.span) {
            scope.report(
                Finding::new(&code::DUPLICATE_NAME, row.span, "this combination is listed twice")
                    .related(earlier, "first listed here")
                    .hint("keep one of them"),
            );
        }
        for (column, value) in columns.iter_mut().zip(&row.value) {
            if !column.contains(&value.value.0) {
                column.push(value.value.0.clone());
            }
        }
    }
    let mut joint = Joint { labels: Vec::new(), combinations: seen.len().max(1) };
    for (name, values) in names.value.iter().zip(columns) {
        let prometheus = metric::label_name(&name.value);
        if let Some(earlier) = labels.get(&prometheus) {
            scope.report(
                Finding::new(&code::DUPLICATE_NAME, name.span, format!("the label `{}` is declared twice", name.value))
                    .related(earlier.name.span, "first declared here")
                    .hint("keep one of them: under `labels` each value goes with every other label's"),
            );
            continue;
        }
        let domain = if values.is_empty() { Domain::Count(1) } else { Domain::Values(values) };
        labels.insert(prometheus.clone(), Label { name: name.clone(), domain: Some(domain) });
        joint.labels.push(prometheus);
    }
    Some(joint)
}
