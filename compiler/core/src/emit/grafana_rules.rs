//! Alert rules that Grafana evaluates, as a provisioning file a service: groups, rules and queries of its file format 1.
//!
//! What the alerts read is recorded by the ruler of the data source. Grafana takes an empty result for missing data, so each
//! query has a value at all times: 1 while the alert fires, else 0. `$` is doubled: Grafana fills in environment variables.

use serde::Serialize;
use serde_json::{Value, json};

use super::rules::{self, Level};
use super::{Artefact, Target, document};
use crate::model::GrafanaRules;
use crate::plan::{ServicePlan, SloPlan, links};

/// How far back the query's range reaches, in seconds: an instant query reads its end.
const REACH: u32 = 600;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    api_version: u32,
    groups: Vec<Group>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    org_id: u32,
    name: String,
    folder: String,
    interval: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    uid: String,
    title: String,
    condition: &'static str,
    data: [Query; 2],
    no_data_state: &'static str,
    exec_err_state: &'static str,
    r#for: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<String>,
    annotations: serde_json::Map<String, Value>,
    labels: serde_json::Map<String, Value>,
    is_paused: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    ref_id: &'static str,
    relative_time_range: Value,
    datasource_uid: String,
    model: Value,
}

/// The alert rules of a service: a group for each objective.
pub(super) fn emit(service: &ServicePlan, grafana: &GrafanaRules) -> Artefact {
    let file = File { api_version: 1, groups: service.slos.iter().map(|slo| group(slo, grafana)).collect() };
    let text = document(&file);
    Artefact { path: format!("{}/{}.yaml", Target::GrafanaRules.folder(), service.stem), text }
}

fn group(slo: &SloPlan, grafana: &GrafanaRules) -> Group {
    Group {
        org_id: grafana.org,
        name: literal(&format!("{}/{}", slo.service, slo.name)),
        folder: literal(&grafana.folder),
        interval: slo.timing.evaluation.to_string(),
        rules: rules::levels(slo).into_iter().map(|level| rule(slo, level, grafana)).collect(),
    }
}

fn rule(slo: &SloPlan, level: Level<'_>, grafana: &GrafanaRules) -> Rule {
    let slug = level.alert.slug();
    let query = Query {
        ref_id: "A",
        relative_time_range: json!({"from": REACH, "to": 0}),
        datasource_uid: literal(&grafana.datasource),
        // The model is taken as it stands: `$` is no variable in it.
        model: json!({
            "refId": "A",
            "datasource": {"type": "prometheus", "uid": grafana.datasource},
            "expr": level.expr,
            "instant": true,
            "range": false,
        }),
    };
    let fires = Query {
        ref_id: "B",
        relative_time_range: json!({"from": 0, "to": 0}),
        datasource_uid: "__expr__".to_owned(),
        model: json!({
            "refId": "B",
            "datasource": {"type": "__expr__", "uid": "__expr__"},
            "type": "threshold",
            "expression": "A",
            "conditions": [{"type": "query", "evaluator": {"type": "gt", "params": [0]}}],
        }),
    };
    let pairs = |pairs: Vec<(String, String)>| {
        pairs.into_iter().map(|(name, value)| (name, Value::String(literal(&value)))).collect()
    };
    Rule {
        uid: links::rule_uid(&slo.service, &slo.name, &slug),
        title: literal(&format!("{} {}: {} {}", slo.service, slo.name, level.alert.name(), slug)),
        condition: "B",
        data: [query, fires],
        // Data that is missing has an alert of its own, and a rule that cannot be evaluated is no outage of the service.
        no_data_state: "OK",
        exec_err_state: "Error",
        r#for: level.hold.unwrap_or_else(|| "0s".to_owned()),
        keep_firing_for: level.keep_firing_for,
        annotations: pairs(level.annotations),
        labels: pairs(level.labels),
        is_paused: false,
    }
}

/// A text in which Grafana finds no variable of its environment.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
