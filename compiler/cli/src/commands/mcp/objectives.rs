//! The objectives of the specs, for programs.

use emberline_core::plan::{Alert, SloPlan};
use emberline_core::quantity::Percent;
use serde_json::{Value, json};

use crate::args::Specs;
use crate::commands::gate::Gate;

/// Every objective, or those of a service, as JSON.
pub(super) fn list(specs: &Specs, service: Option<&str>) -> Result<String, String> {
    let gate = Gate::open(specs, None).map_err(|failure| failure.what)?;
    let Some(plan) = &gate.plan else {
        return Err(format!("the specs have {} findings, of which some are errors: ask `check`", gate.findings.len()));
    };
    let slos = plan.services.iter().flat_map(|service| &service.slos);
    let slos: Vec<Value> = slos.filter(|slo| service.is_none_or(|service| slo.service == service)).map(one).collect();
    if let (Some(service), true) = (service, slos.is_empty()) {
        let known: Vec<&str> = plan.services.iter().map(|service| service.name.as_str()).collect();
        return Err(format!("no service `{service}` has an objective; services: {}", known.join(", ")));
    }
    serde_json::to_string_pretty(&json!({ "objectives": slos })).map_err(|cause| cause.to_string())
}

fn one(slo: &SloPlan) -> Value {
    json!({
        "service": slo.service,
        "slo": slo.name,
        "objective": Percent::of_share(slo.objective).to_string(),
        "window": slo.window.to_string(),
        "owner": slo.owner,
        "description": slo.about.description,
        "group_by": slo.group_by,
        "alerts": slo.alerts().map(alert).collect::<Vec<_>>(),
    })
}

fn alert(alert: Alert<'_>) -> Value {
    match alert.burn() {
        None => json!({"alert": alert.name(), "severity": alert.severity()}),
        Some(burn) => json!({
            "alert": burn.name,
            "severity": burn.severity,
            "long_window": burn.long.nominal.to_string(),
            "short_window": burn.short.nominal.to_string(),
            "burn_rate": burn.burn.normalize().to_string(),
            "fires_above": Percent::of_share(burn.threshold).to_string(),
        }),
    }
}
