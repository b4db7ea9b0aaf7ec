//! What is observed: programs that run, what they export, and specs that are right about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use emberline_proofs::alertmanager::Alertmanager;
use emberline_proofs::exporter::Exporter;
use emberline_proofs::otlp;
use emberline_proofs::process::{Running, free_port};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::labels;
use emberline_proofs::tools::{emberline, tool};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The policy of every honest spec.
pub(crate) const POLICY: &str = "version: emberline/v1\nscrape_interval: 1s\n";

/// Honest specs, by the program that they are of.
pub(crate) const HONEST: &[(&str, &str)] = &[
    ("prometheus", PROMETHEUS),
    ("alertmanager", ALERTMANAGER),
    ("collector", COLLECTOR),
    ("shop", SHOP),
    ("page", PAGE),
    ("capture", CAPTURE),
];

const PROMETHEUS: &str = r#"version: emberline/v1
service: prometheus
slos:
  - name: api
    objective: 99%
    sli:
      events:
        total: 'prometheus_http_requests_total{job="prometheus", handler="/api/v1/query"}'
        bad: 'prometheus_http_requests_total{job="prometheus", handler="/api/v1/query", code=~"4.."}'
        group_by: [instance]
  - name: fast
    objective: 99%
    sli:
      latency:
        metric: prometheus_http_request_duration_seconds
        threshold: 400ms
        selector: '{job="prometheus", handler="/api/v1/query"}'
  - name: up
    objective: 99%
    sli:
      timeslice: {up: 'up{job="prometheus"}'}
"#;

const ALERTMANAGER: &str = r#"version: emberline/v1
service: alertmanager
slos:
  - name: api
    objective: 99%
    sli:
      events:
        total: 'alertmanager_http_request_duration_seconds_count{job="alertmanager"}'
        bad: 'alertmanager_http_request_duration_seconds_count{job="alertmanager", code=~"4.."}'
  - name: fast
    objective: 99%
    sli:
      events:
        total: 'alertmanager_http_request_duration_seconds_count{job="alertmanager", method="get"}'
        good: 'alertmanager_http_request_duration_seconds_bucket{job="alertmanager", method="get", le="0.5"}'
"#;

const COLLECTOR: &str = r#"version: emberline/v1
service: collector
slos:
  - name: sent
    objective: 99%
    sli:
      events:
        total: 'otelcol_receiver_accepted_metric_points{job="collector", receiver="otlp"}'
        good: 'otelcol_exporter_sent_metric_points{job="collector", exporter="file"}'
  - name: up
    objective: 99%
    sli:
      timeslice: {up: 'up{job="collector"}'}
"#;

/// A shop behind an exporter, with everything declared.
const SHOP: &str = r#"version: emberline/v1
service: shop
metrics:
  shop_orders_total:
    type: counter
    labels:
      result: {values: [ok, failed]}
      channel: {values: [web, phone]}
      replica: {values: [a, b]}
  shop_failures_total:
    type: counter
  shop_queue_depth:
    type: gauge
  shop_duration_seconds:
    type: histogram
    unit: s
    buckets: [0.25, 0.5, 1]
    labels:
      service_name: {values: [shop]}
slos:
  - name: orders
    objective: 99%
    sli:
      events:
        total: 'shop_orders_total{replica="a"}'
        bad: 'shop_orders_total{replica="a", result="failed"}'
  - name: fast
    objective: 99%
    sli:
      latency: {metric: shop_duration_seconds, threshold: 500ms}
"#;

/// The same shop, by the page that it serves.
const PAGE: &str = r#"version: emberline/v1
service: shop
slos:
  - name: orders
    objective: 99%
    sli:
      events:
        total: 'shop_orders_total{replica="a"}'
        bad: 'shop_orders_total{replica="a", result="failed"}'
"#;

/// A service by the OTLP that the collector wrote.
const CAPTURE: &str = r#"version: emberline/v1
service: checkout
metrics:
  http.server.request.duration:
    type: histogram
    unit: s
    buckets: [0.1, 0.3, 1]
    labels:
      http.response.status_code: {values: ["200", "500"]}
  orders:
    type: counter
    unit: '{order}'
slos:
  - name: available
    objective: 99%
    sli:
      events:
        total: 'http_server_request_duration_seconds_count{service_name="checkout"}'
        bad: 'http_server_request_duration_seconds_count{service_name="checkout", http_response_status_code=~"5.."}'
  - name: fast
    objective: 99%
    sli:
      latency: {metric: http.server.request.duration, threshold: 300ms}
"#;

/// Programs that run until this is dropped.
pub(crate) struct Setup {
    prometheus: Prometheus,
    _alertmanager: Alertmanager,
    _collector: Running,
    _exporter: Exporter,
    folder: TempDir,
}

impl Setup {
    /// Starts everything, makes some requests fail, and waits until all of it was scraped often enough.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let alertmanager = Alertmanager::start()?;
        let (own, http) = (free_port()?, free_port()?);
        let collector = collector(folder.path(), own, http)?;
        let began = Instant::now();
        let exporter = Exporter::start(move || page(began.elapsed().as_secs_f64()))?;
        fs::write(folder.path().join("page.txt"), page(1_000.0))?;
        let prometheus = Prometheus::start(&Config::default().every(Duration::from_secs(1)))?;
        let itself = prometheus.url().trim_start_matches("http://").to_owned();
        let target = |job: &str, address: &str, config: Config| config.scrape(job, address, labels([]));
        let mut config = Config::default().every(Duration::from_secs(1));
        for (job, address) in [
            ("prometheus", itself.as_str()),
            ("alertmanager", alertmanager.address()),
            ("collector", &format!("127.0.0.1:{own}")),
            ("shop", exporter.address()),
        ] {
            config = target(job, address, config);
        }
        // Somebody scrapes Alertmanager a second time.
        let config = config.scrape("alertmanager-again", alertmanager.address(), labels([]));
        prometheus.reload(&config)?;
        let mut setup =
            Self { prometheus, _alertmanager: alertmanager, _collector: collector, _exporter: exporter, folder };
        setup.traffic(http)?;
        Ok(setup)
    }

    /// Requests, some of which fail, for long enough that intervals and rates can be measured.
    fn traffic(&mut self, http: u16) -> Result<()> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        for second in 0..9 {
            for query in ["up", "up("] {
                let _ = agent.get(format!("{}/api/v1/query", self.prometheus.url())).query("query", query).call()?;
            }
            for path in ["api/v2/alerts", "api/v2/alerts?filter=%7B"] {
                let _ = agent.get(format!("http://{}/{path}", self._alertmanager.address())).call()?;
            }
            let response = agent.post(format!("http://127.0.0.1:{http}/v1/metrics")).send_json(sent(second))?;
            ensure!(response.status().is_success(), "the collector answered {}", response.status());
            sleep(Duration::from_secs(1));
        }
        Ok(())
    }

    /// The source of a program's specs.
    pub(crate) fn source(&self, what: &str) -> String {
        match what {
            "page" => self.folder.path().join("page.txt").display().to_string(),
            "capture" => self.folder.path().join("capture.jsonl").display().to_string(),
            _ => self.prometheus.url().to_owned(),
        }
    }

    /// A snapshot of each source, taken once.
    pub(crate) fn snapshots(&self, folder: &Path) -> Result<Snapshots> {
        let kept = folder.join("snapshots");
        for what in ["page", "capture", "server"] {
            let source = self.source(what);
            let output = Command::new(emberline()?)
                .args(["observe", &source, "--snapshot", what, "--over", "10m", "--specs"])
                .arg(&kept)
                .output()?;
            ensure!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(Snapshots(kept.join("observed")))
    }
}

/// Snapshots that wait to be used.
pub(crate) struct Snapshots(PathBuf);

impl Snapshots {
    /// Puts the snapshot of a program beside the specs, and nothing else.
    pub(crate) fn lay(&self, folder: &Path, what: &str) -> Result<()> {
        let name = if matches!(what, "page" | "capture") { what } else { "server" };
        let to = folder.join("slos/observed");
        fs::create_dir_all(&to)?;
        fs::copy(self.0.join(format!("{name}.yaml")), to.join("now.yaml")).context("laying a snapshot")?;
        Ok(())
    }
}

/// A collector that writes what it gets to a file, and serves its own metrics.
fn collector(folder: &Path, own: u16, http: u16) -> Result<Running> {
    let capture = folder.join("capture.jsonl");
    let config = format!(
        "receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{http}'}}}}}}}}\n\
         exporters: {{file: {{path: '{}', flush_interval: 100ms}}}}\n\
         service:\n  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}\n  \
         pipelines: {{metrics: {{receivers: [otlp], exporters: [file]}}}}\n",
        capture.display()
    );
    let path = folder.join("collector.yaml");
    fs::write(&path, config)?;
    let mut command = Command::new(tool("otelcol")?);
    command.arg(format!("--config={}", path.display()));
    let mut process = Running::start("collector", &mut command, &folder.join("collector.log"))?;
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
    let url = format!("http://127.0.0.1:{own}/metrics");
    process.wait_until("serving", Duration::from_secs(30), || agent.get(&url).call().is_ok())?;
    Ok(process)
}

/// What the shop serves after so many seconds: each series twice, as a pair of replicas has it.
fn page(seconds: f64) -> String {
    let mut text = String::from(
        "# TYPE shop_orders_total counter\n# TYPE shop_failures_total counter\n# TYPE shop_queue_depth gauge\n\
         # TYPE shop_duration_seconds histogram\n",
    );
    for replica in ["a", "b"] {
        for (result, channel, rate) in [("ok", "web", 40.0), ("ok", "phone", 9.0), ("failed", "web", 1.0)] {
            let value = rate * seconds;
            text += &format!(
                "shop_orders_total{{replica=\"{replica}\",result=\"{result}\",channel=\"{channel}\"}} {value}\n"
            );
        }
    }
    text += &format!("shop_failures_total {}\nshop_queue_depth 7\n", 300.0 * seconds);
    for (le, rate) in [("0.25", 5.0), ("0.5", 8.0), ("1.0", 9.0), ("+Inf", 10.0)] {
        text += &format!("shop_duration_seconds_bucket{{service_name=\"shop\",le=\"{le}\"}} {}\n", rate * seconds);
    }
    text += &format!("shop_duration_seconds_sum{{service_name=\"shop\"}} {}\n", seconds);
    text += &format!("shop_duration_seconds_count{{service_name=\"shop\"}} {}\n", 10.0 * seconds);
    text
}

/// Metrics as an SDK exports them every second.
fn sent(second: u64) -> Value {
    let time = otlp::now().to_string();
    let count = (second + 1) * 10;
    let point = |code: i64, count: u64| {
        json!({
            "attributes": otlp::attributes(&[("http.response.status_code", json!(code))]),
            "timeUnixNano": time, "count": count.to_string(), "sum": 1.0,
            "bucketCounts": [count.to_string(), "0", "0", "0"], "explicitBounds": [0.1, 0.3, 1.0]
        })
    };
    let histogram = json!({
        "name": "http.server.request.duration", "unit": "s",
        "histogram": {"aggregationTemporality": 2, "dataPoints": [point(200, count), point(500, count / 10)]}
    });
    let orders = json!({
        "name": "orders", "unit": "{order}",
        "sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [{"timeUnixNano": time, "asInt": count.to_string()}]}
    });
    let drops = json!({
        "name": "drops", "unit": "{order}",
        "sum": {"aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [{"timeUnixNano": time, "asInt": "1"}]}
    });
    otlp::metrics("checkout", &[histogram, orders, drops])
}
