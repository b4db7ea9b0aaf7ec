//! Severities: how grave alerts are, and whom to call.

use std::collections::BTreeMap;

use super::labels::labels;
use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{Name, PolicySpec};
use crate::suggest;

/// What a severity means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Severity {
    /// Labels on its alerts.
    pub labels: BTreeMap<String, String>,
    /// Whom to call when nobody answers, in order.
    pub escalation: Vec<String>,
}

/// The severities of a policy, or those of the SRE Workbook.
pub(super) fn severities(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> BTreeMap<String, Severity> {
    let Some(declared) = spec.and_then(|s| s.severities.as_ref()) else {
        return ["page", "ticket"].map(|name| (name.to_owned(), Severity::default())).into();
    };
    let mut severities = BTreeMap::new();
    for (name, severity) in &declared.value.0 {
        if name.value == "ignore" {
            scope.report(
                Finding::new(&code::INVALID_VALUE, name.span, "`ignore` cannot be a severity")
                    .note("data states use the word for doing nothing")
                    .hint("choose another name"),
            );
        }
        let labels = labels(severity.as_ref().and_then(|severity| severity.labels.as_ref()), scope);
        let steps = severity.as_ref().and_then(|severity| severity.escalation.as_ref());
        let escalation = steps.into_iter().flatten().map(|step| step.value.0.clone()).collect();
        severities.insert(name.value.clone(), Severity { labels, escalation });
    }
    severities
}

/// What is known of a policy's severities while alerts are resolved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'p> {
    /// Severities by name.
    pub(super) severities: &'p BTreeMap<String, Severity>,
    /// Whether they could not be read, so that any may be declared.
    pub(super) unread: bool,
}

impl Known<'_> {
    /// Whether the policy declares a severity of that name.
    pub(super) fn has(self, name: &str) -> bool {
        self.severities.contains_key(name)
    }

    /// A severity that the policy has, or a finding. `also` are words that may stand in its place.
    pub(super) fn named(self, name: &Spanned<Name>, also: &[&str], scope: &mut Scope<'_>) -> Option<String> {
        if self.has(&name.value.0) {
            return Some(name.value.0.clone());
        }
        if self.unread {
            return None;
        }
        let known: Vec<&str> = self.severities.keys().map(String::as_str).chain(also.iter().copied()).collect();
        scope.report(
            Finding::new(&code::UNKNOWN_REFERENCE, name.span, format!("no severity is called `{}`", name.value.0))
                .label("not declared in the policy")
                .maybe_hint(suggest::did_you_mean(&name.value.0, known.iter().copied()))
                .note(format!(
                    "known here: {}",
                    known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                )),
        );
        None
    }
}
