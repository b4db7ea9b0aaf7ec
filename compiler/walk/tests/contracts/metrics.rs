//! Requests to Prometheus, and how its responses are read.

use emberline_walk::source::{Access, Metrics, Point, Prometheus};

use crate::server::Server;
use crate::{TRACE, response};

#[test]
fn alerts_fire_or_wait() {
    let server = Server::new(&[("GET /prometheus/api/v1/alerts", 200, response!("prometheus/alerts.json"))]);
    // Mimir serves the API under this prefix.
    let alerts = Prometheus::new(&format!("{}/prometheus/", server.address)).alerts().unwrap();
    let shown: Vec<_> = alerts
        .iter()
        .map(|alert| (alert.name.as_str(), alert.fires, alert.since, &alert.labels["severity"][..]))
        .collect();
    assert_eq!(
        shown,
        [("SloBurn", true, 1_764_069_695.5, "page"), ("SloBurn", false, 1_764_069_700.060_206_1, "ticket")]
    );
    assert_eq!(alerts[0].annotations["summary"], "checkout availability burns its budget");
    assert_eq!(alerts[0].labels["alertname"], "SloBurn");
}

#[test]
fn an_instant_query() {
    let server = Server::new(&[("GET /api/v1/query", 200, response!("prometheus/vector.json"))]);
    let query = "slo:burn_rate:5m{a=~\"b+&c\"} > 1";
    let series = Prometheus::new(&server.address).instant(query, 1_764_077_695.781).unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.line, "GET /api/v1/query");
    assert_eq!((asked.query("query"), asked.query("time")), (Some(query), Some("1764077695.781")));
    // The second time series is left out, because its value is not a number.
    assert_eq!(series.len(), 1);
    assert_eq!((series[0].label("service"), series[0].label("none"), series[0].last()), ("checkout", "", Some(14.4)));
}

#[test]
fn a_range_query() {
    let server = Server::new(&[("GET /api/v1/query_range", 200, response!("prometheus/matrix.json"))]);
    let prometheus = Prometheus::new(&server.address);
    let series = prometheus.range("up", 1_764_077_680.0, 1_764_077_710.5, 15.0).unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(
        (asked.query("start"), asked.query("end"), asked.query("step")),
        (Some("1764077680"), Some("1764077710.5"), Some("15"))
    );
    let points = [Point { time: 1_764_077_680.781, value: 40.0 }, Point { time: 1_764_077_710.781, value: 41.5 }];
    assert_eq!(series[0].points, points);
    // A day in steps of a second has more points than Prometheus returns, so the step grows.
    prometheus.range("up", 0.0, 86_400.0, 1.0).unwrap();
    assert_eq!(server.asked().remove(0).query("step"), Some("8"));
    assert!(prometheus.range("up", 2.0, 1.0, 1.0).is_err() && server.asked().is_empty());
}

#[test]
fn exemplars_point_to_traces() {
    let server = Server::new(&[("GET /api/v1/query_exemplars", 200, response!("prometheus/exemplars.json"))]);
    let found = Prometheus::new(&server.address).exemplars("exemplars_duration_seconds_bucket", 1.0, 2.0).unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(
        asked.query,
        [("query", "exemplars_duration_seconds_bucket"), ("start", "1"), ("end", "2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let shown: Vec<_> = found
        .iter()
        .map(|one| (one.trace_id.as_str(), one.span_id.as_str(), &one.series["le"][..], one.value, one.time))
        .collect();
    assert_eq!(
        shown,
        [
            (TRACE, "0a00000000000001", "0.5", 0.412, 1_764_077_695.479),
            ("0000000000000000d6e9329d67b6146a", "", "1", 0.8, 1_764_077_696.0),
        ]
    );
}

/// A VictoriaMetrics that knows no vmalert, with what a ruler wrote.
fn victoria() -> Server {
    Server::new(&[
        ("GET /select/7:1/prometheus/api/v1/alerts", 200, response!("victoriametrics/alerts.json")),
        ("GET /select/7:1/prometheus/api/v1/query_exemplars", 200, response!("victoriametrics/no_exemplars.json")),
        ("GET /select/7:1/prometheus/api/v1/query", 200, response!("victoriametrics/ALERTS.json")),
    ])
}

#[test]
fn alerts_come_from_what_a_ruler_wrote() {
    let server = victoria();
    let metrics = Prometheus::victoria(&format!("{}/select/7:1/prometheus", server.address), &Access::default());
    let alerts = metrics.alerts().unwrap();
    let shown: Vec<_> =
        alerts.iter().map(|it| (it.name.as_str(), it.fires, it.since, &it.labels["severity"][..])).collect();
    // The server answers every query alike, so the times are the values of `ALERTS`.
    assert_eq!(shown, [("SloBurn", true, 1_764_077_695.0, "page"), ("SloBurn", false, 1_764_077_695.0, "ticket")]);
    assert!(!alerts[0].labels.contains_key("alertstate") && !alerts[0].labels.contains_key("__name__"));
    let asked = server.asked();
    let queries: Vec<_> = asked.iter().filter_map(|it| it.query("query")).collect();
    assert_eq!(queries, ["ALERTS", "ALERTS_FOR_STATE"]);
    // Samples of the last 30 s count, which this product hides unless it is told not to.
    assert_eq!(asked[1].query("latency_offset"), Some("1s"));
    assert!(!metrics.has_exemplars());
    assert_eq!(metrics.exemplars("a", 1.0, 2.0).unwrap(), []);
}

#[test]
fn a_ruler_of_its_own_is_asked_for_alerts() {
    let ruler = Server::new(&[("GET /vmalert/api/v1/alerts", 200, response!("victoriametrics/vmalert.json"))]);
    let server = victoria();
    let metrics = Prometheus::victoria(&server.address, &Access::default())
        .with_ruler(&format!("{}/vmalert", ruler.address), &Access::default());
    let alerts = metrics.alerts().unwrap();
    assert_eq!((alerts[0].name.as_str(), alerts[0].since), ("SloBurn", 1_764_069_695.5));
    assert_eq!(alerts[0].labels["alertname"], "SloBurn");
    assert!(server.asked().is_empty());
    // A server without the API of alerts, as a query frontend is, still has the series.
    let server = Server::new(&[("GET /api/v1/query", 200, response!("victoriametrics/ALERTS.json"))]);
    assert_eq!(Prometheus::new(&server.address).alerts().unwrap().len(), 2);
    assert!(server.asked().iter().all(|it| it.query("latency_offset").is_none()));
}
