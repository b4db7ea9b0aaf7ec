//! Numbers of objectives, asked of Prometheus by its HTTP API: which alerts fire, what is left of budgets, how fast they
//! burn, and how that came.

use std::time::{SystemTime, UNIX_EPOCH};

use emberline_core::plan::{SloPlan, names, queries};
use emberline_observe::http::{Access, Client};
use serde_json::{Value, json};

/// How far back a plot goes, and how many points it has.
const PLOT: (u64, u64) = (6 * 3_600, 180);

/// A Prometheus.
pub(super) struct Prometheus(Client);

impl Prometheus {
    pub(super) fn new(address: &str, access: &Access) -> Self {
        Self(Client::new("Prometheus", address, access))
    }

    /// What an API answers; else who did not answer, and why.
    fn ask(&self, api: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, String> {
        let answer: Result<Value, _> = self.0.get(&format!("/api/v1/{api}"), query);
        let answer = answer.map_err(|trouble| format!("{trouble}\n"))?;
        Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
    }

    /// Series of a query now, each with its labels and its value.
    fn now(&self, expr: &str) -> Result<Vec<Value>, String> {
        let series = self.ask("query", &[("query", expr)])?;
        Ok(series.iter().map(|one| json!({"labels": one["metric"], "value": number(&one["value"][1])})).collect())
    }

    /// The alerts that fire, each with the time since which its expression holds, in seconds since 1970.
    fn firing(&self, states: &str) -> Result<Vec<Value>, String> {
        self.now(&format!("{states} and ignoring (alertstate) ALERTS{{alertstate=\"firing\"}}"))
    }

    /// The alerts of objectives that fire, and the error budget left of every objective.
    pub(super) fn all(&self) -> Result<Value, String> {
        Ok(json!({
            "prometheus": self.0.address(),
            "firing": self.firing("ALERTS_FOR_STATE{service!=\"\",slo!=\"\"}")?,
            "budgets": self.now(names::BUDGET_REMAINING)?,
        }))
    }

    /// An objective's alerts that fire, budget, burn rates over its windows, and the shortest of them over the last hours.
    pub(super) fn of(&self, slo: &SloPlan) -> Result<Value, String> {
        let mut burns = Vec::new();
        for window in &slo.windows {
            let series = self.now(&queries::burn_rate(slo, window.nominal))?;
            burns.push(json!({"window": window.nominal.to_string(), "series": series}));
        }
        let mut history = Vec::new();
        if let Some(window) = slo.windows.first() {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let (start, end, step) = ((now - PLOT.0).to_string(), now.to_string(), (PLOT.0 / PLOT.1).to_string());
            let expr = queries::burn_rate(slo, window.nominal);
            let range = [("query", expr.as_str()), ("start", &start), ("end", &end), ("step", &step)];
            for one in self.ask("query_range", &range)? {
                let points = one["values"].as_array().into_iter().flatten();
                let points: Vec<Value> = points.map(|point| json!([point[0], number(&point[1])])).collect();
                history.push(json!({"labels": one["metric"], "points": points}));
            }
        }
        let alerts: Vec<Value> =
            slo.burns.iter().map(|alert| json!({"severity": alert.severity, "burn": alert.burn.to_string()})).collect();
        Ok(json!({
            "prometheus": self.0.address(),
            "firing": self.firing(&queries::of_slo(slo, "ALERTS_FOR_STATE"))?,
            "budgets": self.now(&queries::budget_left(slo))?,
            "burns": burns,
            "plotted": slo.windows.first().map(|window| window.nominal.to_string()),
            "history": history,
            "alerts": alerts,
        }))
    }
}

/// A sample's value: Prometheus writes numbers as text, and some of them are none in JSON.
fn number(text: &Value) -> Value {
    let value = text.as_str().and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite());
    value.map_or(Value::Null, |value| json!(value))
}
