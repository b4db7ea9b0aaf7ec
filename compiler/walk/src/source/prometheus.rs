//! Prometheus's HTTP API: alerts, queries, exemplars. Mimir, Thanos and VictoriaMetrics serve the same paths: Mimir
//! below `/prometheus`, a cluster of VictoriaMetrics below `/select/TENANT/prometheus`.
//!
//! Documented at prometheus.io/docs/prometheus/latest/querying/api, which calls exemplars experimental. Where the rules
//! are evaluated elsewhere, as by vmalert or a ruler, the API of alerts is missing or says that there are none. The
//! series `ALERTS` and `ALERTS_FOR_STATE`, which every ruler writes, then tell what fires.
//!
//! VictoriaMetrics keeps no exemplars: its server answers that there are none, whatever was sent. It also hides samples
//! of the last 30 s, because scrapes may be late; its parameter `latency_offset` changes that for one query.

use std::collections::BTreeMap;

use emberline_observe::http::{Access, Client};
use serde_json::Value;

use super::reading::{either, items, labels, number, seconds, span_id, text, trace_id};
use super::{Alert, Answer, Exemplar, Labels, Metrics, Point, Series};

/// Prometheus refuses a range with more points than this.
const MOST_POINTS: f64 = 11_000.0;
/// Alerts that fire or wait, as every ruler records them.
const ALERTS: &str = "ALERTS";
/// When the condition of each of them began to hold, in unix seconds.
const SINCE: &str = "ALERTS_FOR_STATE";

/// A Prometheus server, or a product with the same HTTP API.
#[derive(Debug)]
pub struct Prometheus {
    http: Client,
    /// Whoever evaluates the rules, if that is another server.
    ruler: Option<Client>,
    is_victoria: bool,
}

impl Prometheus {
    /// `address` is the URL before `/api/v1`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Prometheus", address, access), ruler: None, is_victoria: false }
    }

    /// A VictoriaMetrics. `address` is the URL before `/api/v1`.
    #[must_use]
    pub fn victoria(address: &str, access: &Access) -> Self {
        Self { http: Client::new("VictoriaMetrics", address, access), ruler: None, is_victoria: true }
    }

    /// The same, with alerts from another server: vmalert, Mimir's ruler, Thanos Ruler. `address` is the URL before
    /// `/api/v1`.
    #[must_use]
    pub fn with_ruler(self, address: &str, access: &Access) -> Self {
        Self { ruler: Some(Client::new("the ruler", address, access)), ..self }
    }

    fn ask(&self, api: &str, query: &[(&str, &str)]) -> Answer<Value> {
        let mut query = query.to_vec();
        if self.is_victoria && api.starts_with("query") {
            query.push(("latency_offset", "1s"));
        }
        data(&self.http, self.http.get(&format!("/api/v1/{api}"), &query)?)
    }

    /// Alerts that the ruler's series tell.
    fn recorded(&self) -> Answer<Vec<Alert>> {
        let alerts = self.series(&self.ask("query", &[("query", ALERTS)])?)?;
        if alerts.is_empty() {
            return Ok(Vec::new());
        }
        let since = self.series(&self.ask("query", &[("query", SINCE)])?)?;
        let since: BTreeMap<Labels, f64> = since.iter().filter_map(|one| Some((nameless(one), one.last()?))).collect();
        let alert = |one: &Series| {
            let mut labels = nameless(one);
            let fires = labels.remove("alertstate")? == "firing";
            let from = since.get(&labels).copied().or_else(|| Some(one.points.last()?.time))?;
            let name = labels.get("alertname")?.clone();
            Some(Alert { name, fires, since: from, labels, annotations: Labels::new() })
        };
        Ok(alerts.iter().filter_map(alert).collect())
    }

    fn series(&self, data: &Value) -> Answer<Vec<Series>> {
        series(data).ok_or_else(|| {
            self.http.trouble("sent an answer that its documentation does not describe: no vector, matrix or scalar")
        })
    }
}

impl Metrics for Prometheus {
    fn name(&self) -> String {
        self.http.name()
    }

    fn alerts(&self) -> Answer<Vec<Alert>> {
        let from = self.ruler.as_ref().unwrap_or(&self.http);
        let answer: Option<Value> = from.find("/api/v1/alerts", &[])?;
        let found = answer.map(|answer| Ok(alerts(&data(from, answer)?))).transpose()?;
        match found {
            Some(found) if !found.is_empty() => Ok(found),
            _ => self.recorded(),
        }
    }

    fn has_exemplars(&self) -> bool {
        !self.is_victoria
    }

    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>> {
        self.series(&self.ask("query", &[("query", query), ("time", &at.to_string())])?)
    }

    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>> {
        let Some(step) = step_within_limits(start, end, step) else {
            return Err(self.http.trouble(&format!("cannot be asked from {start} to {end} every {step} s")));
        };
        let (start, end, step) = (start.to_string(), end.to_string(), step.to_string());
        let range = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        self.series(&self.ask("query_range", &range)?)
    }

    fn exemplars(&self, selector: &str, start: f64, end: f64) -> Answer<Vec<Exemplar>> {
        let (start, end) = (start.to_string(), end.to_string());
        Ok(exemplars(&self.ask("query_exemplars", &[("query", selector), ("start", &start), ("end", &end)])?))
    }
}

/// What an answer's envelope holds.
fn data(http: &Client, mut answer: Value) -> Answer<Value> {
    let data = answer.get_mut("data").map(Value::take).unwrap_or_default();
    match answer["status"].as_str() {
        Some("success") if !data.is_null() => Ok(data),
        Some("error") => {
            // VictoriaMetrics says `msg` where it speaks for a ruler that it does not know.
            Err(http.trouble(&format!("answers: {}", text(either(&answer, &["error", "msg"])))))
        }
        _ => Err(http.trouble("sent an answer that its documentation does not describe: no `status` with `data`")),
    }
}

/// The labels of a series without its name.
fn nameless(series: &Series) -> Labels {
    series.labels.iter().filter(|(name, _)| *name != "__name__").map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// The least multiple of a step that stays within Prometheus's limit of points; `None` if the range is invalid.
fn step_within_limits(start: f64, end: f64, step: f64) -> Option<f64> {
    let points = (end - start) / step;
    (start <= end && step > 0.0 && points.is_finite()).then(|| step * (points / (MOST_POINTS - 1.0)).ceil().max(1.0))
}

pub(super) fn alerts(data: &Value) -> Vec<Alert> {
    let found = items(&data["alerts"]).iter().filter_map(|alert| {
        let fires = match alert["state"].as_str()? {
            "firing" => true,
            "pending" => false,
            _ => return None,
        };
        let mut labels = labels(&alert["labels"]);
        // vmalert writes the name beside the labels, too.
        let name = labels.get("alertname").cloned().or_else(|| alert["name"].as_str().map(str::to_owned))?;
        labels.insert("alertname".to_owned(), name.clone());
        Some(Alert {
            name,
            fires,
            since: seconds(text(&alert["activeAt"]))?,
            annotations: super::reading::labels(&alert["annotations"]),
            labels,
        })
    });
    found.collect()
}

/// The time series of a query's answer. Native histograms and values that are not finite are left out. `None` if the
/// answer holds no series.
pub(super) fn series(data: &Value) -> Option<Vec<Series>> {
    let result = &data["result"];
    let found = match data["resultType"].as_str()? {
        "scalar" => vec![Series { labels: Labels::new(), points: point(result).into_iter().collect() }],
        "vector" => each(result, |one| point(&one["value"]).into_iter().collect()),
        "matrix" => each(result, |one| items(&one["values"]).iter().filter_map(point).collect()),
        _ => return None,
    };
    Some(found.into_iter().filter(|series| !series.points.is_empty()).collect())
}

fn each(result: &Value, points: impl Fn(&Value) -> Vec<Point>) -> Vec<Series> {
    items(result).iter().map(|one| Series { labels: labels(&one["metric"]), points: points(one) }).collect()
}

/// A pair of a time in seconds and a value. The value is a text, because JSON has no infinite numbers.
fn point(pair: &Value) -> Option<Point> {
    Some(Point { time: number(&pair[0])?, value: number(&pair[1])? })
}

/// Exemplars that have a trace id of OpenTelemetry's form. Exporters spell the label of the trace id differently.
pub(super) fn exemplars(data: &Value) -> Vec<Exemplar> {
    let mut found = Vec::new();
    for group in items(data) {
        let series = labels(&group["seriesLabels"]);
        found.extend(items(&group["exemplars"]).iter().filter_map(|exemplar| {
            let own = &exemplar["labels"];
            Some(Exemplar {
                series: series.clone(),
                trace_id: trace_id(text(either(own, &["trace_id", "traceID", "traceId"])))?,
                span_id: span_id(text(either(own, &["span_id", "spanID", "spanId"]))).unwrap_or_default(),
                value: number(&exemplar["value"])?,
                time: number(&exemplar["timestamp"])?,
            })
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ranges_stay_below_the_limit() {
        assert_eq!(step_within_limits(0.0, 3600.0, 15.0), Some(15.0));
        assert_eq!(step_within_limits(5.0, 5.0, 15.0), Some(15.0));
        for (length, step) in [(86_400.0, 1.0), (10_999.0, 1.0), (11_000.0, 1.0), (2_592_000.0, 15.0)] {
            let wider = step_within_limits(0.0, length, step).unwrap();
            assert!(length / wider < MOST_POINTS && wider % step < step * 1e-3, "{length} {step} {wider}");
        }
        for (start, end, step) in
            [(2.0, 1.0, 1.0), (0.0, 1.0, 0.0), (0.0, 1.0, -1.0), (0.0, f64::NAN, 1.0), (0.0, f64::INFINITY, 1.0)]
        {
            assert_eq!(step_within_limits(start, end, step), None, "{start} {end} {step}");
        }
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let vector = json!({"resultType": "vector", "result": [
            {"metric": {"a": "1"}, "value": [1, "NaN"]}, {"metric": {"a": "2"}, "value": [1, "+Inf"]},
            {"metric": {"a": "3"}, "histogram": [1, {}]}, {"metric": 7, "value": [1, "4"]}, {"value": []}, null]});
        let found = series(&vector).unwrap();
        assert_eq!(found, [Series { labels: Labels::new(), points: vec![Point { time: 1.0, value: 4.0 }] }]);
        assert_eq!(series(&json!({"resultType": "scalar", "result": [1, "2"]})).unwrap()[0].last(), Some(2.0));
        assert_eq!(series(&json!({"resultType": "matrix", "result": "x"})), Some(Vec::new()));
        for wrong in [json!(null), json!({"resultType": "string", "result": [1, "x"]}), json!({"resultType": 1})] {
            assert_eq!(series(&wrong), None, "{wrong}");
        }
    }
}
