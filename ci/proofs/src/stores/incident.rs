//! An incident of the demo, told into stores: payments refuse orders in yen since a deployment.
//!
//! The repository has the demo's sources as they are, the fault `currency-rounding` of `ci/faults` and honest commits
//! around it. Spans and log lines are what the demo's services send in that drill (`generated/incidents/errors`), with
//! one difference: no span names a commit. Builds say their version in `*_build_info`, and tags say which commit that
//! is.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::otlp;
use crate::process::run;
use crate::remote_write::{Labels, Series, labels};
use crate::tools::workspace;

/// Seconds from the fault to the walk.
const BURNING: f64 = 15.0 * 60.0;
/// Seconds of history before the fault.
const HISTORY: f64 = 3.0 * 3_600.0;
/// Seconds of history behind now, for what is asked while the proof runs.
const AHEAD: f64 = 600.0;
/// The scrape interval and the evaluation interval of the demo, in seconds.
const SCRAPE: f64 = 15.0;
const EVALUATION: f64 = 30.0;
/// Payments a second in each currency.
const RATE: f64 = 2.0;

/// The incident.
pub struct Incident {
    /// Unix seconds.
    pub now: f64,
    /// The repository.
    pub repository: PathBuf,
    /// The commit that is the root cause.
    pub culprit: String,
}

/// The ids of a request's spans, and when it began.
struct Request {
    trace: String,
    began: f64,
    fails: bool,
}

impl Incident {
    /// Makes the repository below `folder`. The incident began a quarter of an hour ago.
    ///
    /// # Errors
    /// When git refuses a patch.
    pub fn new(folder: &Path) -> Result<Self> {
        let repository = folder.join("repository");
        let source = workspace();
        let listed = run(Command::new("git").arg("-C").arg(&source).args(["ls-files", "services", "slos"]))?;
        for name in listed.lines() {
            let to = repository.join(name);
            std::fs::create_dir_all(to.parent().context("a file without a folder")?)?;
            std::fs::copy(source.join(name), &to).with_context(|| format!("copying {name}"))?;
        }
        git(&repository, &["init", "--quiet"])?;
        git(&repository, &["add", "--all"])?;
        git(&repository, &["commit", "--quiet", "--message", "shop: as it was"])?;
        git(&repository, &["tag", "payments/v1.4.1"])?;
        let faults = source.join("ci/faults");
        let apply = |name: &str| {
            let patch = faults.join(name);
            git(&repository, &["am", "--quiet", "--3way", patch.to_str().context("a path that is no text")?])
        };
        apply("honest/payment-docs.patch")?;
        apply("honest/bank-log.patch")?;
        apply("currency-rounding.patch")?;
        let culprit = git(&repository, &["rev-parse", "HEAD"])?.trim().to_owned();
        apply("honest/rpc-message.patch")?;
        git(&repository, &["tag", "payments/v1.4.2"])?;
        // Another service of the same repository has a release of the same name.
        git(&repository, &["tag", "checkout/v1.4.2", "payments/v1.4.1"])?;
        #[expect(clippy::cast_precision_loss, reason = "unix nanoseconds, to the second")]
        let now = (otlp::now() / 1_000_000_000) as f64;
        Ok(Self { now, repository, culprit })
    }

    /// When the fault began, in unix seconds.
    fn onset(&self) -> f64 {
        self.now - BURNING
    }

    /// What services and rulers wrote: payments, what rules recorded of them, spans counted by the collector, builds.
    #[must_use]
    pub fn metrics(&self) -> Vec<Series> {
        let mut all = Vec::new();
        for currency in ["EUR", "USD", "GBP", "JPY"] {
            let share = if currency == "JPY" { 0.8 } else { 0.0 };
            for (outcome, before, since) in [("booked", 1.0, 1.0 - share), ("failed", 0.0, share)] {
                let labels = labels([
                    ("__name__", "payments_processed_total"),
                    ("service_name", "payments"),
                    ("job", "payments"),
                    ("currency", currency),
                    ("outcome", outcome),
                ]);
                all.push(self.counter(labels, before * RATE, since * RATE));
            }
            for (name, before, since) in [("slo:events:rate_base", 1.0, 1.0), ("slo:bad_events:rate_base", 0.0, share)]
            {
                let labels =
                    labels([("__name__", name), ("service", "payments"), ("slo", "booking"), ("currency", currency)]);
                // What a ruler recorded until the proof's own began.
                let value = |time: f64| RATE * if time < self.onset() + 40.0 { before } else { since };
                all.push(self.series(labels, EVALUATION, self.now, value));
            }
        }
        for (service, route, share) in
            [("frontend", "/buy", 0.2), ("checkout", "/checkout", 0.2), ("payments", "", 0.2)]
        {
            for (code, before, since) in [("STATUS_CODE_UNSET", 1.0, 1.0 - share), ("STATUS_CODE_ERROR", 0.0, share)] {
                let mut labels = labels([
                    ("__name__", "traces_span_metrics_calls_total"),
                    ("service_name", service),
                    ("span_kind", "SPAN_KIND_SERVER"),
                    ("status_code", code),
                ]);
                let (name, value) = if route.is_empty() { ("rpc_method", "Charge") } else { ("http_route", route) };
                labels.insert(name.to_owned(), value.to_owned());
                labels
                    .insert("span_name".to_owned(), format!("POST {}", if route.is_empty() { "/rpc" } else { route }));
                all.push(self.counter(labels, before * 8.0, since * 8.0));
            }
        }
        for (service, version, is_old) in
            [("payments", "1.4.1", Some(true)), ("payments", "1.4.2", Some(false)), ("checkout", "1.4.2", None)]
        {
            let name = format!("{service}_build_info");
            let labels = labels([("__name__", &name), ("job", service), ("version", version)]);
            let deployed = self.onset() - 20.0;
            let mut one = self.series(labels, SCRAPE, self.now + AHEAD, |_| 1.0);
            one.samples.retain(|(time, _)| is_old.is_none_or(|is_old| (seconds(*time) < deployed) == is_old));
            all.push(one);
        }
        all
    }

    fn series(&self, labels: Labels, step: f64, until: f64, value: impl Fn(f64) -> f64) -> Series {
        let mut samples = Vec::new();
        let mut time = self.onset() - HISTORY;
        while time <= until {
            samples.push((millis(time), value(time)));
            time += step;
        }
        Series { labels, samples }
    }

    fn counter(&self, labels: Labels, before: f64, since: f64) -> Series {
        let start = self.onset() - HISTORY;
        let value = |time: f64| {
            let (until, after) = (time.min(self.onset()) - start, (time - self.onset()).max(0.0));
            (until * before + after * since).round()
        };
        self.series(labels, SCRAPE, self.now + AHEAD, value)
    }

    /// Twelve requests before the fault, and ten that failed since.
    fn requests(&self) -> Vec<Request> {
        let request =
            |number: u32, began: f64, fails: bool| Request { trace: format!("{:032x}", number), began, fails };
        let before = (0..12).map(|at| request(0x100 + at, self.onset() - 1_800.0 + f64::from(at) * 60.0, false));
        let since = (0..10).map(|at| request(0x200 + at, self.now - 600.0 + f64::from(at) * 45.0, true));
        before.chain(since).collect()
    }

    /// The traces, as OTLP.
    #[must_use]
    pub fn traces(&self) -> Value {
        let mut by_service: Vec<(&str, Vec<Value>)> =
            ["frontend", "checkout", "payments"].map(|it| (it, Vec::new())).into();
        for request in self.requests() {
            for (at, one) in spans(&request).into_iter().enumerate() {
                let place = by_service.iter_mut().find(|(service, _)| *service == one.service);
                let id = |at: usize| format!("{:016x}", at + 1);
                let attributes: Vec<(&str, Value)> = one.attributes();
                let span = json!({
                    "traceId": request.trace, "spanId": id(at),
                    "parentSpanId": one.parent.map(id).unwrap_or_default(), "name": one.name, "kind": one.kind,
                    "startTimeUnixNano": nanos(request.began + one.from),
                    "endTimeUnixNano": nanos(request.began + one.to),
                    "attributes": otlp::attributes(&attributes),
                    "status": if request.fails && one.fails { json!({"code": 2}) } else { json!({}) },
                });
                if let Some((_, spans)) = place {
                    spans.push(span);
                }
            }
        }
        otlp::traces(&by_service)
    }

    /// The same traces in Zipkin's form, as the collector's exporter writes it.
    #[must_use]
    pub fn zipkin(&self) -> Value {
        let mut all = Vec::new();
        for request in self.requests() {
            for (at, one) in spans(&request).into_iter().enumerate() {
                let id = |at: usize| format!("{:016x}", at + 1);
                let micros = |seconds: f64| nanos(seconds).parse::<u64>().unwrap_or_default() / 1_000;
                let mut tags: serde_json::Map<String, Value> =
                    one.attributes().into_iter().map(|(key, value)| (key.to_owned(), text(&value))).collect();
                if request.fails && one.fails {
                    tags.insert("error".to_owned(), json!("true"));
                    tags.insert("otel.status_code".to_owned(), json!("Error"));
                }
                let mut span = json!({
                    "traceId": request.trace, "id": id(at), "name": one.name,
                    "timestamp": micros(request.began + one.from), "duration": micros(one.to - one.from).max(1),
                    "localEndpoint": {"serviceName": one.service}, "tags": tags,
                });
                let kind = [None, None, Some("SERVER"), Some("CLIENT")].get(usize::from(one.kind)).copied().flatten();
                for (name, value) in [("kind", kind.map(str::to_owned)), ("parentId", one.parent.map(id))] {
                    if let Some(value) = value {
                        span[name] = json!(value);
                    }
                }
                all.push(span);
            }
        }
        json!(all)
    }

    /// The log lines, as VictoriaLogs names the fields of OTLP. The error's place stands here alone.
    #[must_use]
    pub fn logs(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        for request in self.requests() {
            let line = |after: f64, service: &str, span: usize, severity: &str, message: &str| {
                json!({
                    "_time": rfc3339(request.began + after), "_msg": message, "service.name": service,
                    "trace_id": request.trace, "span_id": format!("{span:016x}"), "severity_text": severity,
                })
            };
            lines.push(line(0.004, "checkout", 3, "INFO", "order taken"));
            if request.fails {
                let mut said = line(0.016, "payments", 5, "ERROR", "an amount has parts that its currency has not");
                said["exception.type"] = json!("AmountNotWhole");
                said["exception.message"] = json!("13559 hundredths are no whole amount");
                said["code.function.name"] = json!("payments::currency::whole");
                said["code.file.path"] = json!("services/payments/src/currency.rs");
                said["code.line.number"] = json!("37");
                lines.push(said);
            }
        }
        lines
    }
}

/// A span of the demo's order.
struct Shape {
    parent: Option<usize>,
    service: &'static str,
    name: &'static str,
    kind: u8,
    /// Seconds since the request began.
    from: f64,
    to: f64,
    fails: bool,
    place: (&'static str, &'static str, u32),
    more: Vec<(&'static str, Value)>,
}

impl Shape {
    fn attributes(&self) -> Vec<(&'static str, Value)> {
        let (function, file, line) = self.place;
        let place = [
            ("code.function.name", json!(function)),
            ("code.file.path", json!(file)),
            ("code.line.number", json!(line)),
        ];
        place.into_iter().chain(self.more.iter().cloned()).collect()
    }
}

fn spans(request: &Request) -> Vec<Shape> {
    let observe = ("telemetry::http::server::observe", "services/telemetry/src/http/server.rs", 40);
    let exchange = ("telemetry::http::client::exchange", "services/telemetry/src/http/client.rs", 90);
    let status = |failed: u16| json!(if request.fails { failed } else { 200 });
    let span = |parent, service, name, kind, (from, to): (f64, f64), place, more| Shape {
        parent,
        service,
        name,
        kind,
        from,
        to,
        fails: true,
        place,
        more,
    };
    let (server, client) = (otlp::SERVER, otlp::CLIENT);
    vec![
        span(
            None,
            "frontend",
            "POST /buy",
            server,
            (0.0, 0.030),
            observe,
            vec![("http.route", json!("/buy")), ("http.response.status_code", status(502))],
        ),
        span(
            Some(0),
            "frontend",
            "POST /checkout",
            client,
            (0.001, 0.029),
            exchange,
            vec![("http.response.status_code", status(502))],
        ),
        span(
            Some(1),
            "checkout",
            "POST /checkout",
            server,
            (0.002, 0.028),
            observe,
            vec![("http.route", json!("/checkout")), ("http.response.status_code", status(502))],
        ),
        span(Some(2), "checkout", "POST /rpc", client, (0.010, 0.025), exchange, vec![]),
        span(
            Some(3),
            "payments",
            "POST /rpc",
            server,
            (0.012, 0.024),
            observe,
            vec![("rpc.method", json!("Charge")), ("rpc.system", json!("jsonrpc")), ("currency", json!("JPY"))],
        ),
    ]
}

fn text(value: &Value) -> Value {
    Value::String(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[expect(clippy::cast_possible_truncation, reason = "a time of this century")]
fn millis(seconds: f64) -> i64 {
    (seconds * 1e3).round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1e3
}

/// Unix nanoseconds, to the microsecond.
fn nanos(seconds: f64) -> String {
    format!("{:.0}000", seconds * 1e6)
}

/// A time in RFC 3339, to the millisecond.
fn rfc3339(seconds: f64) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs_f64(seconds);
    humantime::format_rfc3339_millis(time).to_string()
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command.args(["-c", "user.name=shop", "-c", "user.email=shop@shop.example", "-c", "commit.gpgsign=false"]);
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "init.defaultBranch=main"]);
    run(command.arg("-C").arg(folder).args(arguments))
}
