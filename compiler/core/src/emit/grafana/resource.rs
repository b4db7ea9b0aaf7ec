//! The form of a dashboard as a resource of `dashboard.grafana.app/v2`, which Grafana 13 reads.

use serde_json::{Map, Value, json};

use super::board::{Board, COLUMNS, Panel, Query, Source};
use super::classic;
use super::variables::METRICS;

/// The whole resource.
pub(super) fn form(board: &Board) -> Value {
    let mut elements = Map::new();
    let mut rows = Vec::new();
    for row in &board.rows {
        let mut y = 0;
        let mut items = Vec::new();
        for (x, below, panel) in classic::placed(&row.panels, &mut y) {
            let id = elements.len() + 1;
            let name = format!("panel-{id}");
            items.push(json!({"kind": "GridLayoutItem", "spec": {
                "x": x, "y": below, "width": panel.width.min(COLUMNS), "height": panel.height,
                "element": {"kind": "ElementReference", "name": name},
            }}));
            elements.insert(name, element(panel, id));
        }
        rows.push(json!({"kind": "RowsLayoutRow", "spec": {
            "title": row.title, "collapse": false,
            "layout": {"kind": "GridLayout", "spec": {"items": items}},
        }}));
    }
    let marks = METRICS.source();
    json!({
        "apiVersion": "dashboard.grafana.app/v2",
        "kind": "Dashboard",
        "metadata": {"name": board.uid},
        "spec": {
            "title": board.title,
            "description": board.description,
            "tags": board.tags,
            "editable": true,
            "preload": false,
            "cursorSync": "Crosshair",
            "links": board.links.iter().map(classic::link).collect::<Vec<_>>(),
            "variables": board.variables.resource(),
            "timeSettings": {
                "timezone": "browser", "from": "now-6h", "to": "now", "autoRefresh": "1m",
                "autoRefreshIntervals": ["30s", "1m", "5m", "15m"], "hideTimepicker": false, "fiscalYearStartMonth": 0,
            },
            "annotations": [{"kind": "AnnotationQuery", "spec": {
                "name": "Alerts that fire", "enable": true, "hide": false, "iconColor": "red",
                "query": query(&marks, json!({"expr": board.marks, "refId": "Anno"})),
                "legacyOptions": {
                    "titleFormat": "{{alertname}} {{slo}} {{long_window}}", "textFormat": "{{severity}}", "tagKeys": "severity",
                },
            }}],
            "elements": elements,
            "layout": {"kind": "RowsLayout", "spec": {"rows": rows}},
        },
    })
}

fn element(panel: &Panel, id: usize) -> Value {
    let queries: Vec<Value> = panel.queries.iter().enumerate().map(|(at, one)| asked(&panel.source, one, at)).collect();
    let transformations: Vec<Value> = classic::transformations(panel)
        .into_iter()
        .map(|it| json!({"kind": "Transformation", "group": it["id"], "spec": {"options": it["options"]}}))
        .collect();
    json!({"kind": "Panel", "spec": {
        "id": id,
        "title": panel.title,
        "description": panel.description,
        "links": [],
        "data": {"kind": "QueryGroup", "spec": {
            "queries": queries, "transformations": transformations, "queryOptions": {},
        }},
        "vizConfig": {"kind": "VizConfig", "group": classic::kind(panel.look), "version": "", "spec": {
            "options": classic::options(panel), "fieldConfig": classic::fields(panel),
        }},
    }})
}

fn asked(source: &Source, one: &Query, at: usize) -> Value {
    json!({"kind": "PanelQuery", "spec": {
        "refId": classic::letter(at), "hidden": false, "query": query(source, one.body.clone()),
    }})
}

fn query(source: &Source, body: Value) -> Value {
    json!({"kind": "DataQuery", "group": source.kind, "version": "v0", "datasource": {"name": source.uid}, "spec": body})
}
