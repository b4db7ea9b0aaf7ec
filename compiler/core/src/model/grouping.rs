//! The labels that an objective keeps apart: those of its indicator and of the policy, and none that has one value for all.

use super::alerting::Alerting;
use super::policy::Policy;
use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;

/// All labels to group by, sorted. `own` are the indicator's.
pub(super) fn grouping(
    mut own: Vec<Spanned<String>>,
    policy: &Policy,
    alerting: &Alerting,
    scope: &mut Scope<'_>,
) -> Vec<Spanned<String>> {
    own.extend(policy.group_by.iter().cloned());
    own.sort_by(|a, b| a.value.cmp(&b.value));
    own.dedup_by(|a, b| a.value == b.value);
    for label in &own {
        if let Some((why, remedy)) = refused(&label.value, policy, alerting) {
            let message = format!("cannot group by `{}`", label.value);
            scope.report(Finding::new(&code::INVALID_VALUE, label.span, message).label(why).hint(remedy));
        }
    }
    own
}

/// Why a label cannot be kept apart, and what to do.
fn refused(label: &str, policy: &Policy, alerting: &Alerting) -> Option<(&'static str, &'static str)> {
    // A template may say the label itself, or more.
    let is_fixed = |text: &String| !(text.contains("{{") && text.contains(label));
    if policy.labels.contains_key(label) {
        return Some((
            "the policy sets this label to one value for every series",
            "remove it here, or from the policy's `labels`",
        ));
    }
    if policy.replica_label.as_deref() == Some(label) {
        return Some((
            "the policy's `replica_label`: both replicas have every event",
            "remove it here, or from the policy",
        ));
    }
    // Alerts of two groups would be the same, and Prometheus then refuses all that the rule finds.
    if alerting.labels.get(label).is_some_and(is_fixed) {
        return Some((
            "`alerting: {labels: …}` sets this label to one value for the alerts of every group",
            "give the label of the alerts another name, or remove it here",
        ));
    }
    if policy.severities.values().filter_map(|severity| severity.labels.get(label)).any(is_fixed) {
        return Some((
            "a severity's `labels` set this label to one value for the alerts of every group",
            "give the label of the severity another name, or remove it here",
        ));
    }
    None
}
