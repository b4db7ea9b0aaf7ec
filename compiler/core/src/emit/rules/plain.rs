//! The rules of an objective as Prometheus would load them, for whoever evaluates them without a server.

use rust_decimal::Decimal;

use super::{Dialect, Rule, Rules, alerts};
use crate::plan::SloPlan;
use crate::quantity::Duration;

/// A rule group: its rules are evaluated in order, at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleGroup {
    /// Its name, unique in a rule file.
    pub name: String,
    /// How often it is evaluated, real.
    pub interval: Duration,
    /// Its rules, in order.
    pub rules: Vec<RuleText>,
}

/// A rule as it stands in a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// The series that it records, or the alert's name.
    pub name: String,
    /// Whether it is an alert.
    pub is_alert: bool,
    /// Its PromQL.
    pub expr: String,
    /// Labels that are put over those of the result, as written: those of alerts may hold templates.
    pub labels: Vec<(String, String)>,
    /// How long an alert is pending before it fires, real.
    pub hold: Duration,
    /// How long an alert keeps firing once its expression is silent, real.
    pub keep_firing_for: Duration,
}

/// The groups of an objective for Prometheus, in the order in which they read one another; the budget's is the last.
#[must_use]
pub fn rule_groups(slo: &SloPlan) -> Vec<RuleGroup> {
    let groups = super::groups(slo, Dialect::Prometheus);
    let group = |group: super::Group<'_>| RuleGroup {
        interval: length(Some(&group.interval)),
        rules: group.rules.iter().map(text).collect(),
        name: group.name,
    };
    groups.into_iter().map(group).collect()
}

/// The burn-rate alerts of an objective, in their order, as they would be at another target (a share of good events). Nothing
/// else of the rules depends on the target but what people look at.
#[must_use]
pub fn at_target(slo: &SloPlan, target: Decimal) -> Vec<RuleText> {
    let mut rules = Rules::new(slo, Dialect::Prometheus.reads(slo));
    for alert in &slo.burns {
        alerts::burn_above(&mut rules, alert, alert.threshold_of(Decimal::ONE - target));
    }
    rules.rules.iter().map(text).collect()
}

fn text(rule: &Rule<'_>) -> RuleText {
    match rule {
        Rule::Recording { record, expr, labels } => RuleText {
            name: record.clone(),
            is_alert: false,
            expr: expr.clone(),
            labels: labels.iter().cloned().collect(),
            hold: Duration::ZERO,
            keep_firing_for: Duration::ZERO,
        },
        Rule::Alerting { alert, expr, hold, keep_firing_for, labels, .. } => RuleText {
            name: (*alert).to_owned(),
            is_alert: true,
            expr: expr.clone(),
            labels: labels.iter().cloned().collect(),
            hold: length(hold.as_deref()),
            keep_firing_for: length(keep_firing_for.as_deref()),
        },
    }
}

/// A length as the rules print it. What is printed can be read again: a property of [`Duration`].
fn length(text: Option<&str>) -> Duration {
    text.and_then(|text| Duration::parse(text).ok()).unwrap_or(Duration::ZERO)
}
