//! `alert.json`: the alert that fired, in the words of its objective.

use serde_json::{Value, json};

use super::incident::Incident;
use super::table::time;

/// The metric of the alert: the share of bad events of its objective.
pub(super) fn metric(incident: &Incident<'_>) -> String {
    format!("{}_bad_event_ratio", incident.case.slo.name)
}

/// The alert. If data is missing, the observed share is that of the last data, or 0.
pub(super) fn alert(incident: &Incident<'_>) -> Value {
    let Some(objective) = &incident.walk.objective else { return Value::Null };
    let firing = &objective.firing;
    json!({
        "service": firing.service,
        "metric": metric(incident),
        "threshold": objective.alert_above.unwrap_or(1.0 - objective.objective),
        "observed": objective.ratio.last().map_or(objective.onset.level, |point| point.value),
        "fired_at": time(firing.since),
        "severity": firing.severity,
        "monitor": format!("{} of {}/{}", firing.alert, firing.service, firing.slo),
        "summary": objective.conclusion,
    })
}
