//! The classic form of a dashboard, which every Grafana reads (schema 42, Grafana 13).

use serde_json::{Map, Value, json};

use super::board::{Board, COLUMNS, Column, Link, Look, OVERSPENT, Panel, Query, Source, Threshold};
use super::variables::METRICS;

/// The version of the classic schema.
const SCHEMA: u32 = 42;

/// The whole dashboard.
pub(super) fn form(board: &Board) -> Value {
    let mut panels = Vec::new();
    let (mut id, mut y) = (0, 0);
    for row in &board.rows {
        id += 1;
        let place = json!({"h": 1, "w": COLUMNS, "x": 0, "y": y});
        panels.push(json!({
            "type": "row", "id": id, "title": row.title, "collapsed": false, "panels": [], "gridPos": place,
        }));
        y += 1;
        for (x, below, panel) in placed(&row.panels, &mut y) {
            id += 1;
            panels.push(self::panel(panel, id, x, below));
        }
    }
    json!({
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "tags": board.tags,
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": board.variables.classic()},
        "annotations": {"list": [{
            "name": "Alerts that fire",
            "datasource": reference(&METRICS.source()),
            "enable": true,
            "iconColor": "red",
            "expr": board.marks,
            "titleFormat": "{{alertname}} {{slo}} {{long_window}}",
            "textFormat": "{{severity}}",
            "tagKeys": "severity",
        }]},
        "links": board.links.iter().map(link).collect::<Vec<_>>(),
        "panels": panels,
    })
}

/// Where each panel of a row stands: left to right, a new line where one does not fit; `y` moves below the row.
pub(super) fn placed<'p>(panels: &'p [Panel], y: &mut u32) -> Vec<(u32, u32, &'p Panel)> {
    let (mut x, mut tallest) = (0, 0);
    let mut places = Vec::with_capacity(panels.len());
    for panel in panels {
        if x + panel.width > COLUMNS {
            *y += tallest;
            (x, tallest) = (0, 0);
        }
        places.push((x, *y, panel));
        x += panel.width;
        tallest = tallest.max(panel.height);
    }
    *y += tallest;
    places
}

fn panel(panel: &Panel, id: u32, x: u32, y: u32) -> Value {
    json!({
        "type": kind(panel.look),
        "id": id,
        "title": panel.title,
        "description": panel.description,
        "gridPos": {"h": panel.height, "w": panel.width, "x": x, "y": y},
        "datasource": reference(&panel.source),
        "targets": panel.queries.iter().enumerate().map(|(at, query)| target(&panel.source, query, at)).collect::<Vec<_>>(),
        "transformations": transformations(panel),
        "options": options(panel),
        "fieldConfig": fields(panel),
    })
}

/// The plugin that shows a panel.
pub(super) fn kind(look: Look) -> &'static str {
    match look {
        Look::Stat => "stat",
        Look::Lines => "timeseries",
        Look::Heatmap => "heatmap",
        Look::Table | Look::Traces => "table",
        Look::Logs => "logs",
        Look::Flames => "flamegraph",
    }
}

fn reference(source: &Source) -> Value {
    json!({"type": source.kind, "uid": source.uid})
}

/// A query's place in its panel: `A`, `B`, … `Z`, `AA`, …
pub(super) fn letter(at: usize) -> String {
    let last = char::from(b'A' + u8::try_from(at % 26).unwrap_or(0)).to_string();
    if at < 26 { last } else { format!("{}{last}", letter(at / 26 - 1)) }
}

fn target(source: &Source, query: &Query, at: usize) -> Value {
    let mut target =
        Map::from_iter([("refId".to_owned(), json!(letter(at))), ("datasource".to_owned(), reference(source))]);
    if let Value::Object(body) = &query.body {
        target.extend(body.clone());
    }
    Value::Object(target)
}

/// A table shows its named columns and no other, the worst first.
pub(super) fn transformations(panel: &Panel) -> Vec<Value> {
    if panel.look != Look::Table {
        return Vec::new();
    }
    let names: Map<String, Value> =
        panel.columns.iter().map(|column| (column.field.clone(), json!(column.heading))).collect();
    let order: Map<String, Value> =
        panel.columns.iter().enumerate().map(|(at, column)| (column.field.clone(), json!(at))).collect();
    let shown: Vec<&str> = panel.columns.iter().map(|column| column.heading).collect();
    vec![
        json!({"id": "merge", "options": {}}),
        json!({"id": "organize", "options": {"renameByName": names, "indexByName": order, "excludeByName": {}}}),
        json!({"id": "filterFieldsByName", "options": {"include": {"names": shown}}}),
    ]
}

/// What the plugin of a panel is told.
pub(super) fn options(panel: &Panel) -> Value {
    match panel.look {
        Look::Stat => json!({
            "colorMode": "background", "graphMode": "area",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false},
        }),
        Look::Lines => json!({
            "legend": {"displayMode": "table", "placement": "bottom", "showLegend": true, "calcs": ["lastNotNull", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }),
        Look::Heatmap => json!({
            "calculate": false,
            "yAxis": {"unit": panel.unit},
            "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
            "cellGap": 1,
            "exemplars": {"color": "rgba(31,120,193,0.9)"},
            "tooltip": {"mode": "single", "yHistogram": true},
        }),
        Look::Table => {
            let by = panel.columns.iter().find(|column| column.unit.is_some());
            let sorted: Vec<Value> =
                by.map(|column| json!({"displayName": column.heading, "desc": false})).into_iter().collect();
            json!({"showHeader": true, "cellHeight": "sm", "sortBy": sorted})
        }
        Look::Traces => json!({"showHeader": true, "cellHeight": "sm"}),
        Look::Logs => json!({
            "showTime": true, "wrapLogMessage": true, "enableLogDetails": true, "sortOrder": "Descending",
            "dedupStrategy": "none",
        }),
        Look::Flames => json!({}),
    }
}

/// Units, thresholds and links of a panel's fields.
pub(super) fn fields(panel: &Panel) -> Value {
    let mut defaults = Map::from_iter([("unit".to_owned(), json!(panel.unit))]);
    for (name, bound) in [("min", panel.range.0), ("max", panel.range.1)] {
        if let Some(bound) = bound {
            defaults.insert(name.to_owned(), json!(bound));
        }
    }
    if !panel.thresholds.is_empty() {
        defaults.insert("thresholds".to_owned(), steps(&panel.thresholds));
        defaults.insert(
            "color".to_owned(),
            json!({"mode": if panel.look == Look::Lines { "palette-classic" } else { "thresholds" }}),
        );
    }
    if panel.look == Look::Lines {
        let drawn = if panel.thresholds.is_empty() { "off" } else { "line" };
        defaults.insert(
            "custom".to_owned(),
            json!({"fillOpacity": 8, "lineWidth": 1, "showPoints": "never", "spanNulls": false, "thresholdsStyle": {"mode": drawn}}),
        );
    }
    if panel.is_budget {
        defaults.insert("mappings".to_owned(), overspent());
    }
    if !panel.links.is_empty() {
        defaults.insert("links".to_owned(), json!(panel.links.iter().map(link).collect::<Vec<_>>()));
    }
    json!({"defaults": defaults, "overrides": panel.columns.iter().filter_map(overriding).collect::<Vec<_>>()})
}

/// What is said instead of shares below zero.
fn overspent() -> Value {
    let ranges = OVERSPENT.iter().enumerate().map(|(at, (from, to, said))| {
        json!({"type": "range", "options": {"from": from, "to": to, "result": {"text": said, "color": "red", "index": at}}})
    });
    Value::Array(ranges.collect())
}

fn overriding(column: &Column) -> Option<Value> {
    let unit = column.unit?;
    let mut properties = vec![json!({"id": "unit", "value": unit})];
    if unit == "percentunit" {
        properties.push(json!({"id": "mappings", "value": overspent()}));
    }
    Some(json!({"matcher": {"id": "byName", "options": column.heading}, "properties": properties}))
}

fn steps(thresholds: &[Threshold]) -> Value {
    let steps: Vec<Value> = thresholds.iter().map(|step| json!({"value": step.from, "color": step.color})).collect();
    json!({"mode": "absolute", "steps": steps})
}

/// A link, of a dashboard or of a value.
pub(super) fn link(link: &Link) -> Value {
    json!({
        "title": link.title, "type": "link", "url": link.url, "icon": "external link", "tooltip": "", "tags": [],
        "asDropdown": false, "targetBlank": true, "includeVars": false, "keepTime": link.keeps_time,
    })
}
