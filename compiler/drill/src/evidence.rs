//! Evidence from a drill's Prometheus: the alert as it fired, and time series until it resolved.

use emberline_core::plan::{SloPlan, queries};
use serde::Serialize;
use serde_json::Value;

use emberline_walk::source::{Alert, Answer, Metrics, Series};

/// The most points of a series; Prometheus returns at most 11,000.
const POINTS: f64 = 2_000.0;

/// A query and its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// The title of the query.
    pub title: String,
    /// The query.
    pub query: String,
    /// Seconds between two points.
    pub step: f64,
    /// The answer.
    pub series: Vec<Series>,
}

/// Evidence from a drill's Prometheus.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// The alert at the time it fired.
    pub fired: Value,
    /// `ALERTS` of the objective, from before the change until the end.
    pub alerts: Option<Asked>,
    /// Events and bad events a second.
    pub base: Vec<Asked>,
    /// Burn rates over the windows of the alert, the long one first, each with the rate that it must exceed.
    pub burns: Vec<(Asked, f64)>,
}

impl Evidence {
    /// Queries all evidence between two times (unix seconds).
    ///
    /// # Errors
    /// When the Prometheus does not answer.
    pub fn gather(metrics: &dyn Metrics, slo: &SloPlan, alert: &Alert, start: f64, end: f64) -> Answer<Self> {
        let start = start - slo.timing.base.seconds() - 30.0;
        let step = slo.timing.evaluation.seconds().max((end - start) / POINTS).max(0.5);
        let ask = |title: &str, query: String| -> Answer<Asked> {
            let series = metrics.range(&query, start, end, step)?;
            Ok(Asked { title: title.to_owned(), query, step, series })
        };
        let label = |name: &str| alert.labels.get(name).map_or("", String::as_str);
        let of_slo = queries::of_slo(slo, "ALERTS");
        let mut burns = Vec::new();
        for burn in &slo.burns {
            let nominal = [burn.long.nominal, burn.short.nominal];
            if nominal.map(|window| window.to_string()) != [label("long_window"), label("short_window")] {
                continue;
            }
            let least = super::watch::share(burn.burn);
            for window in nominal {
                burns.push((ask(&format!("burn rate over {window}"), queries::burn_rate(slo, window))?, least));
            }
        }
        Ok(Self {
            fired: serde_json::to_value(alert).unwrap_or_default(),
            alerts: Some(ask("alerts of the objective", of_slo)?),
            base: vec![
                ask("events a second", queries::events(slo))?,
                ask("bad events a second", queries::bad_events(slo))?,
            ],
            burns,
        })
    }
}
