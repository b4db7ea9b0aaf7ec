//! Dashboards of Perses, which its own linter reads (`percli lint`). Each kind of query goes to the project's default data
//! source. Left out are what Perses has no panel for: marks of alerts, the heatmap of exemplars, and profiles.

use serde_json::{Map, Value, json};

use super::super::Artefact;
use super::board::{Board, Look, OVERSPENT, Panel, Query, Row, Threshold};
use super::{classic, of_all, of_service};
use crate::plan::queries::Variable;
use crate::plan::{Plan, ServicePlan};
use crate::target::Target;

/// A service's dashboards.
pub(in super::super) fn service(service: &ServicePlan, plan: &Plan) -> Vec<Artefact> {
    of_service(service, plan).iter().map(|(name, board)| artefact(name, board, plan)).collect()
}

/// The dashboards of all services.
pub(in super::super) fn global(plan: &Plan) -> Vec<Artefact> {
    of_all(plan).iter().map(|(name, board)| artefact(name, board, plan)).collect()
}

fn artefact(name: &str, board: &Board, plan: &Plan) -> Artefact {
    let whole = form(board, &plan.console.kubernetes.project);
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    Artefact { path: format!("{}/{name}.json", Target::Perses.folder()), text }
}

fn form(board: &Board, project: &str) -> Value {
    let mut panels = Map::new();
    let layouts: Vec<Value> = board.rows.iter().filter_map(|row| grid(row, &mut panels)).collect();
    json!({
        "kind": "Dashboard",
        "metadata": {"name": board.uid, "project": project},
        "spec": {
            "display": {"name": board.title, "description": board.description},
            "duration": "6h",
            "refreshInterval": "1m",
            "variables": board.variables.scope.variables.iter().map(variable).collect::<Vec<_>>(),
            "panels": panels,
            "layouts": layouts,
        },
    })
}

fn variable(variable: &Variable) -> Value {
    json!({"kind": "ListVariable", "spec": {
        "name": variable.name, "allowAllValue": true, "allowMultiple": true, "customAllValue": ".*",
        "defaultValue": "$__all", "sort": "alphabetical-asc",
        "plugin": {"kind": "PrometheusLabelValuesVariable", "spec": {
            "labelName": variable.label, "matchers": [variable.source],
        }},
    }})
}

/// A row, whose panels are put aside; none where Perses shows none of them.
fn grid(row: &Row, panels: &mut Map<String, Value>) -> Option<Value> {
    let mut y = 0;
    let mut items = Vec::new();
    for (x, below, panel) in classic::placed(&row.panels, &mut y) {
        let Some(shown) = shown(panel) else { continue };
        let name = format!("panel-{}", panels.len() + 1);
        items.push(json!({
            "x": x, "y": below, "width": panel.width, "height": panel.height,
            "content": {"$ref": format!("#/spec/panels/{name}")},
        }));
        panels.insert(name, shown);
    }
    (!items.is_empty()).then(|| {
        json!({"kind": "Grid", "spec": {
            "display": {"title": row.title, "collapse": {"open": true}}, "items": items,
        }})
    })
}

fn shown(panel: &Panel) -> Option<Value> {
    let (kind, query, plugin) = match panel.look {
        Look::Stat => ("StatChart", "TimeSeriesQuery", "PrometheusTimeSeriesQuery"),
        Look::Lines => ("TimeSeriesChart", "TimeSeriesQuery", "PrometheusTimeSeriesQuery"),
        Look::Table => ("Table", "TimeSeriesQuery", "PrometheusTimeSeriesQuery"),
        Look::Traces => ("TraceTable", "TraceQuery", "TempoTraceQuery"),
        Look::Logs => ("LogsTable", "LogQuery", "LokiLogQuery"),
        Look::Heatmap | Look::Flames => return None,
    };
    let queries: Vec<Value> = panel
        .queries
        .iter()
        .map(|one| json!({"kind": query, "spec": {"plugin": {"kind": plugin, "spec": asked(one)}}}))
        .collect();
    // Where Grafana would go, Perses has nothing; pages are elsewhere.
    let pages = panel.links.iter().filter(|link| link.url.starts_with("http"));
    let links: Vec<Value> =
        pages.map(|link| json!({"name": link.title, "url": link.url, "targetBlank": true})).collect();
    Some(json!({"kind": "Panel", "spec": {
        "display": {"name": panel.title, "description": panel.description},
        "plugin": {"kind": kind, "spec": drawn(panel)},
        "queries": queries,
        "links": links,
    }}))
}

/// A query without what is Grafana's own.
fn asked(query: &Query) -> Value {
    let text = query.body.get("expr").or_else(|| query.body.get("query")).cloned().unwrap_or_default();
    let mut spec = Map::from_iter([("query".to_owned(), text)]);
    if let Some(legend) = query.body.get("legendFormat") {
        spec.insert("seriesNameFormat".to_owned(), legend.clone());
    }
    Value::Object(spec)
}

fn drawn(panel: &Panel) -> Value {
    let format = json!({"unit": unit(panel.unit)});
    match panel.look {
        Look::Stat => {
            let mut spec = Map::from_iter([
                ("calculation".to_owned(), json!("last-number")),
                ("format".to_owned(), format),
                ("thresholds".to_owned(), thresholds(&panel.thresholds)),
            ]);
            if panel.is_budget {
                spec.insert("mappings".to_owned(), overspent());
            }
            Value::Object(spec)
        }
        Look::Lines => {
            let mut axis = Map::from_iter([("format".to_owned(), format)]);
            for (name, bound) in [("min", panel.range.0), ("max", panel.range.1)] {
                if let Some(bound) = bound {
                    axis.insert(name.to_owned(), json!(bound));
                }
            }
            json!({
                "yAxis": axis,
                "legend": {"position": "bottom", "mode": "table", "values": ["last-number", "max"]},
                "thresholds": thresholds(&panel.thresholds),
            })
        }
        Look::Table => {
            let columns: Vec<Value> = panel
                .columns
                .iter()
                .map(|column| {
                    let name = match column.field.as_str() {
                        "Value" => "value",
                        "Value #A" => "value #1",
                        "Value #B" => "value #2",
                        label => label,
                    };
                    match column.unit {
                        Some(of) => json!({"name": name, "header": column.heading, "format": {"unit": unit(of)}}),
                        None => json!({"name": name, "header": column.heading}),
                    }
                })
                .collect();
            json!({
                "columnSettings": columns, "defaultColumnHidden": true, "transforms": [{"kind": "MergeSeries", "spec": {}}],
            })
        }
        Look::Traces | Look::Logs | Look::Heatmap | Look::Flames => json!({}),
    }
}

fn thresholds(steps: &[Threshold]) -> Value {
    let from = steps.iter().filter_map(|step| Some(json!({"value": step.from?, "color": step.color})));
    let below = steps.iter().find(|step| step.from.is_none()).map_or("green", |step| step.color);
    json!({"defaultColor": below, "steps": from.collect::<Vec<_>>()})
}

fn overspent() -> Value {
    let ranges = OVERSPENT.iter().map(|(from, to, said)| {
        let mut range = Map::from_iter([("to".to_owned(), json!(to)), ("result".to_owned(), json!({"value": said}))]);
        if let Some(from) = from {
            range.insert("from".to_owned(), json!(from));
        }
        json!({"kind": "Range", "spec": range})
    });
    Value::Array(ranges.collect())
}

/// Perses's name of a unit of Grafana's.
fn unit(grafana: &str) -> &'static str {
    match grafana {
        "percentunit" => "percent-decimal",
        "reqps" => "requests/sec",
        "ops" => "ops/sec",
        "cps" => "counts/sec",
        "ns" => "nanoseconds",
        "µs" => "microseconds",
        "ms" => "milliseconds",
        "s" => "seconds",
        "m" => "minutes",
        "h" => "hours",
        "d" => "days",
        "bytes" => "bytes",
        _ => "decimal",
    }
}
