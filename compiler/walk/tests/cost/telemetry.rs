//! Metrics, log lines and profiles of the large system, made when they are asked for.

use emberline_walk::source::{
    Alert, Answer, Exemplar, Frame, Labels, LogLine, Logs, Metrics, Point, Profiles, Sample, Series, Trace,
};

use super::{NOW, ONSET};

/// Operations of the service, and series of its runtime metrics.
const OPERATIONS: usize = 200;
const RUNTIME: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Telemetry;

fn labels(of: &[(&str, &str)]) -> Labels {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn times(start: f64, end: f64, step: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(start), move |time| Some(time + step)).take_while(move |time| *time <= end)
}

impl Metrics for Telemetry {
    fn name(&self) -> String {
        "Prometheus at http://prometheus:9090".into()
    }

    fn alerts(&self) -> Answer<Vec<Alert>> {
        let labels = labels(&[
            ("alertname", "ErrorBudgetBurn"),
            ("service", "checkout"),
            ("slo", "latency"),
            ("severity", "page"),
            ("long_window", "1h"),
            ("short_window", "5m"),
        ]);
        let annotations = Labels::new();
        Ok(vec![Alert { name: "ErrorBudgetBurn".into(), fires: true, since: ONSET + 300.0, labels, annotations }])
    }

    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>> {
        let one =
            |of: &[(&str, &str)], value: f64| Series { labels: labels(of), points: vec![Point { time: at, value }] };
        if query.starts_with("count by (__name__)") {
            let of = |at: usize| one(&[("__name__", &format!("runtime_{at}"))], 10.0);
            return Ok((0..RUNTIME / 10).filter(|_| query.contains("service_name")).map(of).collect());
        }
        if query.contains("slo:burn_rate") {
            return Ok(vec![
                one(&[("__name__", "slo:burn_rate:5m")], 60.0),
                one(&[("__name__", "slo:burn_rate:1h")], 30.0),
            ]);
        }
        let of = |route: usize| {
            let name = if route == 0 { "/checkout".to_owned() } else { format!("/r{route}") };
            let own = [("service_name", "checkout"), ("span_kind", "SPAN_KIND_SERVER"), ("http_route", name.as_str())];
            let slow = if route == 0 && at > ONSET { 0.5 } else { 0.02 };
            one(&own, if query.starts_with("histogram_quantile") { slow } else { 10.0 })
        };
        Ok((0..OPERATIONS).map(of).collect())
    }

    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>> {
        if query.contains("_info") || query.contains("kube_") {
            return Ok(Vec::new());
        }
        if query.starts_with("{__name__=~") {
            let of = |at: usize| Series {
                labels: labels(&[
                    ("__name__", &format!("runtime_{}", at / 10)),
                    ("service_name", "checkout"),
                    ("shard", &(at % 10).to_string()),
                ]),
                points: times(start, end, step).map(|time| Point { time, value: (time * at as f64).sin() }).collect(),
            };
            return Ok((0..RUNTIME).map(of).collect());
        }
        if query.contains("traces_span_metrics") {
            let mut all = self.instant(query, start)?;
            for one in &mut all {
                let value = one.points[0].value;
                one.points = times(start, end, step).map(|time| Point { time, value }).collect();
            }
            return Ok(all);
        }
        let value = |time: f64| ((time - ONSET) / 60.0).clamp(0.002, 0.6);
        let points = times(start, end, step).map(|time| Point { time, value: value(time) }).collect();
        Ok(vec![Series { labels: Labels::new(), points }])
    }

    fn exemplars(&self, _: &str, start: f64, end: f64) -> Answer<Vec<Exemplar>> {
        let of = |at: u32| Exemplar {
            series: labels(&[("service_name", "checkout"), ("status_code", "STATUS_CODE_UNSET")]),
            trace_id: format!("{:032x}", at + 1),
            span_id: String::new(),
            value: 0.5,
            time: ONSET + 20.0 + f64::from(at),
        };
        // The giant trace of the store is the latest.
        Ok((0..1_001).map(of).filter(|it| (start..=end.max(NOW)).contains(&it.time)).collect())
    }
}

impl Logs for Telemetry {
    fn name(&self) -> String {
        "Loki at http://loki:3100".into()
    }

    fn of_trace(&self, trace_id: &str, between: (f64, f64)) -> Answer<Vec<LogLine>> {
        let of = |at: u64| LogLine {
            time: (between.0 * 1e3) as u64 * 1_000_000 + at,
            service: "checkout".into(),
            severity: "INFO".into(),
            body: format!("step {at} of order {trace_id} took {at} ms for customer {}", at * 7_919),
            attributes: Labels::new(),
            trace_id: trace_id.to_owned(),
            span_id: String::new(),
        };
        Ok((0..500).map(of).collect())
    }
}

fn stack(at: usize, count: u64) -> Sample {
    let frame = |depth: usize| Frame {
        function: format!("checkout::m{}::part{}_step{}", (at + depth) % 60, (at + depth) % 60, at % 24),
        file: format!("services/checkout/src/m{}.rs", (at + depth) % 60),
        line: 3 + depth,
    };
    let price = Frame { function: "checkout::m0::price".into(), file: "services/checkout/src/m0.rs".into(), line: 222 };
    let own = if at == 0 { Some(price) } else { None };
    let frames = own.into_iter().chain((0..60).map(frame)).collect();
    Sample { service: "checkout".into(), span_id: String::new(), count, cpu_nanos: count * 10_000_000, frames }
}

impl Profiles for Telemetry {
    fn name(&self) -> String {
        "Pyroscope at http://pyroscope:4040".into()
    }

    fn of_trace(&self, _: &Trace) -> Answer<Vec<Sample>> {
        let mut own = stack(0, 46);
        own.span_id = format!("{:016x}", 2);
        Ok(vec![own])
    }

    fn of_service(&self, _: &str, _: f64, end: f64) -> Answer<Vec<Sample>> {
        let skipped = usize::from(end < ONSET);
        Ok((skipped..3_000).map(|at| stack(at, if at == 0 { 4_000 } else { 3 })).collect())
    }
}
