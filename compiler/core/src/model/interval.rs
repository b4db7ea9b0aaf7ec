//! Intervals of time, in which severities are told or not told.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::spec::PolicySpec;

/// Intervals by name, each with its parts as Alertmanager reads them.
pub(super) fn intervals(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> BTreeMap<String, Vec<Value>> {
    let mut intervals = BTreeMap::new();
    for (name, parts) in spec.and_then(|spec| spec.time_intervals.as_ref()).iter().flat_map(|all| &all.value.0) {
        let parts = parts.as_deref();
        if parts.is_some_and(<[_]>::is_empty) || name.value.is_empty() {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    name.span,
                    format!("the interval of time `{}` has no part, so it is never", name.value),
                )
                .hint("add a part such as `{weekdays: ['monday:friday']}`"),
            );
        }
        let parts = parts.unwrap_or_default();
        let read = parts.iter().map(|part| Value::Object(part.value.config.fields.clone())).collect();
        intervals.insert(name.value.clone(), read);
    }
    intervals
}
