//! Exemplars, as Prometheus gives them.

use anyhow::{Context, Result};

use super::list;
use crate::ask;
use crate::system::Addresses;

/// A measured value that points to the trace it was measured in.
#[derive(Debug, Clone)]
pub struct Exemplar {
    /// The trace.
    pub trace_id: String,
    /// The span.
    pub span_id: String,
    /// Seconds, of a duration.
    pub value: f64,
    /// Unix seconds.
    pub time: f64,
    /// The series, as PromQL selects it.
    pub series: String,
}

/// Every exemplar of the selected series since `start` (unix seconds).
///
/// # Errors
/// When Prometheus does not answer, or answers something else than its API says.
pub fn exemplars(at: &Addresses, selector: &str, start: f64) -> Result<Vec<Exemplar>> {
    let url = format!("http://{}/api/v1/query_exemplars", at.prometheus);
    let end = start + 86_400.0;
    let answer = ask::json(&url, &[("query", selector), ("start", &start.to_string()), ("end", &end.to_string())])?;
    let mut found = Vec::new();
    for series in list(&answer, "data") {
        let labels = series["seriesLabels"].as_object().context("a series without labels")?;
        let name = labels.get("__name__").and_then(|name| name.as_str()).unwrap_or_default();
        let shown = ["service_name", "span_name", "le"].map(|label| {
            let value = labels.get(label).and_then(|value| value.as_str()).unwrap_or_default();
            format!("{label}={value:?}")
        });
        for exemplar in list(series, "exemplars") {
            let label = |name: &str| exemplar["labels"][name].as_str().unwrap_or_default().to_owned();
            let value = exemplar["value"].as_str().and_then(|value| value.parse().ok());
            found.push(Exemplar {
                trace_id: label("trace_id"),
                span_id: label("span_id"),
                value: value.context("an exemplar without a value")?,
                time: exemplar["timestamp"].as_f64().context("an exemplar without a time")?,
                series: format!("{name}{{{}}}", shown.join(", ")),
            });
        }
    }
    Ok(found)
}
