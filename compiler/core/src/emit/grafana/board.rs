//! A dashboard by itself, before it takes either of Grafana's forms: rows of panels on a grid of 24 columns.

use serde_json::Value;

pub(super) use super::source::{Source, literal};
use super::variables::Variables;
use crate::metric::measure;

/// Columns of Grafana's grid.
pub(super) const COLUMNS: u32 = 24;

/// A dashboard.
#[derive(Debug)]
pub(super) struct Board {
    /// What its address ends with.
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) tags: Vec<&'static str>,
    pub(super) links: Vec<Link>,
    /// PromQL whose series are marked on every panel: alerts that fire.
    pub(super) marks: String,
    /// What whoever looks can choose.
    pub(super) variables: Variables,
    pub(super) rows: Vec<Row>,
}

/// A row with its panels, from the left.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
}

/// A link of a dashboard, a panel or a value.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) title: String,
    pub(super) url: String,
    /// Whether the time range goes along; only where the address has none of its own.
    pub(super) keeps_time: bool,
}

/// A panel.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) look: Look,
    pub(super) source: Source,
    pub(super) queries: Vec<Query>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) unit: &'static str,
    /// Where the colour changes, rising; the first holds from below.
    pub(super) thresholds: Vec<Threshold>,
    pub(super) range: (Option<f64>, Option<f64>),
    /// Links of each value.
    pub(super) links: Vec<Link>,
    /// Whether the values are shares of error budgets left: below zero, words say more than a percentage.
    pub(super) is_budget: bool,
    /// Columns of a table that are shown, by their label or `Value #A`, with their headings.
    pub(super) columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    /// The field that Grafana makes of the query's answer.
    pub(super) field: String,
    pub(super) heading: &'static str,
    pub(super) unit: Option<&'static str>,
}

/// A value from which a colour holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Threshold {
    /// `None`: from below.
    pub(super) from: Option<f64>,
    pub(super) color: &'static str,
}

/// How a panel shows what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// One number.
    Stat,
    /// Lines over time; thresholds drawn where there are any.
    Lines,
    /// Buckets over time, with exemplars.
    Heatmap,
    /// A table, sorted by its last query where it has several.
    Table,
    /// Traces that were found.
    Traces,
    /// Log lines.
    Logs,
    /// A flame graph.
    Flames,
}

/// A query, without its place in a panel.
#[derive(Debug)]
pub(super) struct Query {
    /// What the data source reads, but for `refId` and `datasource`.
    pub(super) body: Value,
}

impl Query {
    /// PromQL over time; each series is called by `legend`.
    pub(super) fn over_time(expr: String, legend: &str) -> Self {
        Self { body: serde_json::json!({"expr": expr, "legendFormat": legend, "range": true}) }
    }

    /// PromQL now, as a table.
    pub(super) fn now(expr: String) -> Self {
        Self { body: serde_json::json!({"expr": expr, "format": "table", "instant": true, "range": false}) }
    }

    /// PromQL now, as a number.
    pub(super) fn number(expr: String) -> Self {
        Self { body: serde_json::json!({"expr": expr, "instant": true, "range": false}) }
    }

    /// Buckets over time, with exemplars.
    pub(super) fn buckets(expr: String) -> Self {
        let body = serde_json::json!({
            "expr": expr, "format": "heatmap", "legendFormat": "{{le}}", "exemplar": true, "range": true,
        });
        Self { body }
    }
}

impl Panel {
    /// A panel of Prometheus without thresholds or links.
    pub(super) fn of(look: Look, title: &str, source: Source, queries: Vec<Query>) -> Self {
        Self {
            title: title.to_owned(),
            description: String::new(),
            look,
            source,
            queries,
            width: 8,
            height: 8,
            unit: "short",
            thresholds: Vec::new(),
            range: (None, None),
            links: Vec::new(),
            is_budget: false,
            columns: Vec::new(),
        }
    }

    /// Shares of error budgets that are left.
    pub(super) fn budget(mut self) -> Self {
        self.is_budget = true;
        self
    }

    pub(super) fn says(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    pub(super) fn sized(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width, height);
        self
    }

    pub(super) fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    pub(super) fn thresholds(mut self, thresholds: Vec<Threshold>) -> Self {
        self.thresholds = thresholds;
        self
    }

    pub(super) fn between(mut self, low: f64, high: f64) -> Self {
        self.range = (Some(low), Some(high));
        self
    }

    pub(super) fn starting_at_zero(mut self) -> Self {
        self.range.0 = Some(0.0);
        self
    }

    pub(super) fn links(mut self, links: Vec<Link>) -> Self {
        self.links = links;
        self
    }

    pub(super) fn columns(mut self, columns: Vec<Column>) -> Self {
        self.columns = columns;
        self
    }
}

/// A share of a budget below zero, in words: from which share on, down to which, and what is said. At −9, ten budgets are spent.
pub(super) const OVERSPENT: [(Option<f64>, f64, &str); 4] = [
    (None, -99.0, "spent 100 times over"),
    (Some(-99.0), -9.0, "spent 10 times over"),
    (Some(-9.0), -1.0, "spent twice over"),
    (Some(-1.0), -0.0005, "overspent"),
];

/// The title of a distribution and Grafana's unit of it, by its unit in UCUM.
pub(super) fn in_words(unit: Option<&str>) -> (&'static str, &'static str) {
    let grafana = match unit {
        Some("ns") => "ns",
        Some("us") => "µs",
        Some("ms") => "ms",
        Some("s") => "s",
        Some("min") => "m",
        Some("h") => "h",
        Some("d") => "d",
        Some("By") => "bytes",
        _ => "short",
    };
    match unit.map(measure::dimension) {
        Some(measure::Dimension::Time(_)) => ("Duration", grafana),
        Some(measure::Dimension::Size(_)) => ("Size", grafana),
        _ => ("Measured", grafana),
    }
}
