//! Shared lists of values: those of registries, and those that a policy names.

use std::collections::BTreeMap;

use crate::code;
use crate::finding::Finding;
use crate::metric::Domain;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::{PolicySpec, RegistryAttribute, Text};

/// Values that registries enumerate, by attribute. One that is declared twice with other values is at fault.
pub(super) fn registry<'f>(
    attributes: impl Iterator<Item = &'f RegistryAttribute>,
    scope: &mut Scope<'_>,
) -> BTreeMap<String, Vec<String>> {
    let mut known: BTreeMap<String, &RegistryAttribute> = BTreeMap::new();
    for attribute in attributes {
        match known.get(&attribute.name.value) {
            Some(earlier) if earlier.values != attribute.values => scope.report(
                Finding::new(
                    &code::DUPLICATE_NAME,
                    attribute.name.span,
                    format!("`{}` is enumerated twice, with other values", attribute.name.value),
                )
                .related(earlier.name.span, "first enumerated here")
                .hint("keep one of them"),
            ),
            Some(_) => {}
            None => {
                known.insert(attribute.name.value.clone(), attribute);
            }
        }
    }
    known.into_iter().map(|(name, attribute)| (name, attribute.values.clone())).collect()
}

/// The policy's lists of values.
pub(super) fn enumerations(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> BTreeMap<String, Vec<String>> {
    let named = spec.and_then(|spec| spec.enumerations.as_ref());
    let mut enumerations = BTreeMap::new();
    for (name, values) in named.into_iter().flat_map(|named| &named.value.0) {
        // A list that is at fault was reported; its name is known all the same.
        let domain = values.as_ref().map_or(Domain::Count(1), |values| listed(values, false, scope));
        let values = match domain {
            Domain::Values(values) => values,
            Domain::Count(_) => Vec::new(),
        };
        enumerations.insert(name.value.clone(), values);
    }
    enumerations
}

/// A list of values; what else it holds is not known once an element was at fault.
pub(super) fn listed(values: &Spanned<Vec<Spanned<Text>>>, flawed: bool, scope: &mut Scope<'_>) -> Domain {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for value in &values.value {
        if let Some(earlier) = seen.insert(&value.value.0, value.span) {
            scope.report(
                Finding::new(
                    &code::DUPLICATE_NAME,
                    value.span,
                    format!("the value `{}` is listed twice", value.value.0),
                )
                .related(earlier, "first listed here")
                .hint("keep one of them"),
            );
        }
    }
    if values.value.is_empty() && !flawed {
        scope.report(
            Finding::new(&code::INVALID_VALUE, values.span, "a label without values cannot be set")
                .hint("list the values, or remove the label"),
        );
        return Domain::Count(1);
    }
    if flawed {
        return Domain::Count(1);
    }
    Domain::Values(values.value.iter().map(|value| value.value.0.clone()).collect())
}
