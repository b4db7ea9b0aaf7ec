//! The shop's telemetry, all in memory: requests before and after a deployment, and the effects of a fault.

use std::cell::RefCell;
use std::collections::BTreeMap;

use emberline_core::plan::Plan;
use emberline_walk::source::{
    Alert, Answer, Deployments, Event, Exemplar, Frame, Git, History, Labels, LogLine, Logs, Metrics, Point, Profiles,
    Repositories, Sample, Search, Series, Sources, Span, SpanKind, Trace, Traces, Trouble,
};
use emberline_walk::{self as walk, Question, Walk};

/// When the fault begins. [`NOW`] is when the walk is made.
pub(crate) const ONSET: f64 = 1_780_000_000.0;
pub(crate) const NOW: f64 = ONSET + 120.0;

pub(crate) fn labels(of: &[(&str, &str)]) -> Labels {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Durations of a request's parts, in milliseconds, and the faults of the request.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) price: u64,
    pub(crate) stocks: u64,
    pub(crate) stock: u64,
    pub(crate) charges: u64,
    /// The time in `charge` of payments, between its log line and the ledger.
    pub(crate) charge: u64,
    pub(crate) book: u64,
    /// Whether checkout's trace context does not reach payments.
    pub(crate) is_broken: bool,
    /// Whether checkout's trace context does not even reach its own call.
    pub(crate) is_astray: bool,
    /// Whether payments is down.
    pub(crate) is_down: bool,
    /// The error of payments: type, message, function, file and line.
    pub(crate) error: Option<(&'static str, &'static str, &'static str, &'static str, usize)>,
    /// Whether all charges but the last fail.
    pub(crate) retries: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            price: 2,
            stocks: 1,
            stock: 10,
            charges: 1,
            charge: 5,
            book: 3,
            is_broken: false,
            is_astray: false,
            is_down: false,
            error: None,
            retries: false,
        }
    }
}

/// All answers of the sources.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) traces: Vec<Trace>,
    pub(crate) samples: BTreeMap<String, Vec<Sample>>,
    pub(crate) usual: Vec<Sample>,
    pub(crate) logs: Vec<LogLine>,
    /// Answers to `target_info`.
    pub(crate) info: Vec<Series>,
    /// Runtime metrics of services, over time.
    pub(crate) runtime: Vec<Series>,
    /// Answers to queries of a range that hold a text.
    pub(crate) told: Vec<(&'static str, Vec<Series>)>,
    /// Resources of processes, which the walk compares before and since.
    pub(crate) resources: Vec<Series>,
    /// The address of the store's pages; empty if it has none.
    pub(crate) pages: &'static str,
    /// The share of bad events by the seconds since [`ONSET`]; a rise that stays without one.
    pub(crate) ratio: Option<fn(f64) -> f64>,
    pub(crate) has_traces: bool,
    pub(crate) has_profiles: bool,
    pub(crate) has_logs: bool,
    pub(crate) is_away: bool,
    /// The queries that Prometheus received.
    pub(crate) asked: RefCell<Vec<String>>,
    next: u64,
}

/// The start and the end of a span, in milliseconds.
type Time = (u64, u64);

struct Building {
    trace: Trace,
    began: u64,
    revision: String,
}

impl Building {
    fn span(
        &mut self,
        parent: &str,
        service: &str,
        name: &str,
        kind: SpanKind,
        (from, to): Time,
        at: (&str, &str, usize),
    ) -> String {
        let id = format!("{:016x}", self.trace.spans.len() + 1);
        let mut attributes = Labels::new();
        if !at.0.is_empty() {
            attributes = labels(&[
                ("code.function.name", at.0),
                ("code.file.path", at.1),
                ("code.line.number", &at.2.to_string()),
            ]);
        }
        match (kind, service, name) {
            (SpanKind::Server, "checkout", _) => drop(attributes.insert("http.route".into(), "/checkout".into())),
            (SpanKind::Client, _, "stock" | "ledger") => {
                drop(attributes.insert("db.system.name".into(), "sqlite".into()))
            }
            _ => {}
        }
        self.trace.spans.push(Span {
            id: id.clone(),
            parent: parent.to_owned(),
            service: service.to_owned(),
            name: name.to_owned(),
            kind,
            start: self.began + from * 1_000_000,
            end: self.began + to * 1_000_000,
            failed: false,
            attributes,
            resource: labels(&[("service.name", service), ("vcs.ref.head.revision", &self.revision)]),
            events: Vec::new(),
            links: Vec::new(),
        });
        id
    }

    fn of(&mut self, id: &str) -> &mut Span {
        self.trace.spans.iter_mut().find(|span| span.id == id).unwrap()
    }

    fn event(&mut self, id: &str, at: u64, name: &str, attributes: Labels) {
        let time = self.began + at * 1_000_000;
        self.of(id).events.push(Event { time, name: name.to_owned(), attributes });
    }
}

const OBSERVE: (&str, &str, usize) = ("telemetry::http::server::observe", "services/telemetry/src/http/server.rs", 40);
const EXCHANGE: (&str, &str, usize) =
    ("telemetry::http::client::exchange", "services/telemetry/src/http/client.rs", 90);

impl World {
    pub(crate) fn new() -> Self {
        Self {
            plan: super::shop::plan(),
            alerts: Vec::new(),
            traces: Vec::new(),
            samples: BTreeMap::new(),
            usual: Vec::new(),
            logs: Vec::new(),
            info: Vec::new(),
            runtime: runtime(),
            told: Vec::new(),
            resources: Vec::new(),
            pages: "",
            ratio: None,
            has_traces: true,
            has_profiles: true,
            has_logs: true,
            is_away: false,
            asked: RefCell::default(),
            next: 1,
        }
    }

    /// Makes an objective's alert fire.
    pub(crate) fn fires(&mut self, service: &str, slo: &str) {
        let pairs =
            [("service", service), ("slo", slo), ("severity", "page"), ("long_window", "1h"), ("short_window", "5m")];
        self.alert("ErrorBudgetBurn", &pairs, ONSET + 40.0);
    }

    pub(crate) fn alert(&mut self, name: &str, pairs: &[(&str, &str)], since: f64) {
        let mut labels = labels(pairs);
        labels.insert("alertname".into(), name.into());
        self.alerts.push(Alert { name: name.into(), fires: true, since, labels, annotations: Labels::new() });
    }

    /// Adds requests before the fault, at the good revision, and since the fault, at the bad one.
    pub(crate) fn traffic(&mut self, good: &str, bad: &str, shape: &Shape) {
        for at in 0..12_u32 {
            self.request(ONSET - 600.0 + f64::from(at) * 45.0, good, &Shape::default());
        }
        for at in 0..10_u32 {
            self.request(ONSET + 10.0 + f64::from(at) * 10.0, bad, shape);
        }
    }

    /// Adds one order, and returns its trace's id.
    pub(crate) fn request(&mut self, at: f64, revision: &str, shape: &Shape) -> String {
        let id = format!("{:032x}", self.next);
        self.next += 1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time of this century")]
        let began = (at * 1e3) as u64 * 1_000_000;
        let trace = Trace { id: id.clone(), spans: Vec::new() };
        let mut b = Building { trace, began, revision: revision.to_owned() };
        let root = b.span("", "frontend", "POST /buy", SpanKind::Server, (0, 0), OBSERVE);
        let call = b.span(&root, "frontend", "POST /checkout", SpanKind::Client, (1, 0), EXCHANGE);
        let server = b.span(&call, "checkout", "POST /checkout", SpanKind::Server, (2, 0), OBSERVE);
        let mut now = 3;
        let price = (now, now + shape.price);
        b.span(
            &server,
            "checkout",
            "price",
            SpanKind::Internal,
            price,
            ("checkout::pricing::price", "services/checkout/src/pricing.rs", 7),
        );
        now = price.1;
        for _ in 0..shape.stocks {
            let place = ("checkout::warehouse::Warehouse::pieces", "services/checkout/src/warehouse.rs", 13);
            b.span(&server, "checkout", "stock", SpanKind::Client, (now, now + shape.stock), place);
            now += shape.stock;
        }
        let pay = b.span(
            &server,
            "checkout",
            "pay",
            SpanKind::Internal,
            (now, 0),
            ("checkout::payment::pay", "services/checkout/src/payment.rs", 7),
        );
        let mut apart = Vec::new();
        for attempt in 0..shape.charges {
            let fails = (shape.retries && attempt + 1 < shape.charges) || shape.error.is_some();
            let lasts = shape.charge + shape.book + 4;
            let above = if shape.is_astray { "" } else { &pay };
            let client = b.span(above, "checkout", "POST /rpc", SpanKind::Client, (now, now + lasts), EXCHANGE);
            b.of(&client).failed = shape.is_down;
            if shape.is_down {
                now += 2;
                continue;
            }
            let time = (now + 1, now + lasts - 1);
            let parent = if shape.is_broken { String::new() } else { client.clone() };
            let rpc = b.span(&parent, "payments", "POST /rpc", SpanKind::Server, time, OBSERVE);
            b.of(&rpc).failed = fails;
            let place = labels(&[("code.file.path", "services/payments/src/rpc.rs"), ("code.line.number", "11")]);
            b.event(&rpc, now + 1, "charging", place);
            let ledger = (now + 1 + shape.charge, now + 1 + shape.charge + shape.book);
            let place = ("payments::ledger::Ledger::book", "services/payments/src/ledger.rs", 10);
            let booked = b.span(&rpc, "payments", "ledger", SpanKind::Client, ledger, place);
            if shape.is_broken {
                apart.extend([rpc.clone(), booked]);
            } else if shape.is_astray {
                apart.extend([client, rpc.clone(), booked]);
            }
            if let Some((kind, message, function, file, line)) = shape.error {
                let said = labels(&[
                    ("exception.type", kind),
                    ("exception.message", message),
                    ("code.function.name", function),
                    ("code.file.path", file),
                    ("code.line.number", &line.to_string()),
                ]);
                b.event(&rpc, ledger.1, "the order failed", said.clone());
                self.logs.push(LogLine {
                    time: b.began + ledger.1 * 1_000_000,
                    service: "payments".into(),
                    severity: "ERROR".into(),
                    body: message.into(),
                    attributes: said,
                    trace_id: id.clone(),
                    span_id: rpc,
                });
            }
            now += lasts;
        }
        let fails = shape.is_down || shape.error.is_some();
        let began = b.began;
        for (span, end) in [(&pay, now), (&server, now + 1), (&call, now + 2), (&root, now + 3)] {
            b.of(span).end = began + end * 1_000_000;
            b.of(span).failed = fails;
        }
        if fails {
            let said = labels(&[("exception.type", "PaymentFailed"), ("code.function.name", "checkout::payment::pay")]);
            b.event(&pay, now, "the order failed", said);
        }
        // Spans that the trace context did not reach form a separate trace.
        let (theirs, ours): (Vec<Span>, Vec<Span>) =
            b.trace.spans.into_iter().partition(|span| apart.contains(&span.id));
        self.traces.push(Trace { id: id.clone(), spans: ours });
        if !theirs.is_empty() {
            let id = format!("{:032x}", self.next);
            self.next += 1;
            self.traces.push(Trace { id, spans: theirs });
        }
        id
    }

    /// Adds `count` samples of a stack to a span in every trace since the fault. The innermost frame comes first.
    pub(crate) fn computes(&mut self, service: &str, span: &str, count: u64, frames: &[(&str, &str, usize)]) {
        let frames: Vec<Frame> = frames
            .iter()
            .map(|(function, file, line)| Frame { function: (*function).into(), file: (*file).into(), line: *line })
            .collect();
        for trace in &self.traces {
            for found in trace
                .spans
                .iter()
                .filter(|it| it.service == service && it.name == span && it.start as f64 / 1e9 >= ONSET)
            {
                self.samples.entry(trace.id.clone()).or_default().push(Sample {
                    service: service.into(),
                    span_id: found.id.clone(),
                    count,
                    cpu_nanos: count * 10_101_010,
                    frames: frames.clone(),
                });
            }
        }
    }

    /// Adds samples to a service's usual profile.
    pub(crate) fn usually(&mut self, service: &str, count: u64, function: &str, file: &str, line: usize) {
        let frames = vec![Frame { function: function.into(), file: file.into(), line }];
        let sample =
            Sample { service: service.into(), span_id: String::new(), count, cpu_nanos: count * 10_101_010, frames };
        self.usual.push(sample);
    }

    /// Walks in this world.
    pub(crate) fn walk(&self, history: Option<&dyn History>) -> Walk {
        self.walk_for(None, history)
    }

    pub(crate) fn walk_for(&self, alert: Option<&str>, history: Option<&dyn History>) -> Walk {
        self.walk_from(alert, history, None, None)
    }

    pub(crate) fn walk_from(
        &self,
        alert: Option<&str>,
        history: Option<&dyn History>,
        repositories: Option<&Repositories>,
        deployments: Option<&dyn Deployments>,
    ) -> Walk {
        let sources = Sources {
            metrics: self,
            traces: self.has_traces.then_some(self as &dyn Traces),
            logs: self.has_logs.then_some(self as &dyn Logs),
            profiles: self.has_profiles.then_some(self as &dyn Profiles),
            history,
            repositories,
            deployments,
        };
        walk::walk(&Question { plan: &self.plan, alert, now: NOW }, &sources)
    }

    pub(crate) fn walk_in(&self, repository: &super::shop::Repository) -> Walk {
        self.walk(Some(&Git::new(repository.path())))
    }

    /// Span metrics of every service over time.
    fn requests(&self, query: &str, (start, end): (f64, f64), step: f64) -> Answer<Vec<Series>> {
        let mut all: BTreeMap<Labels, Vec<Point>> = BTreeMap::new();
        let mut time = start;
        while time <= end {
            for one in self.instant(query, time)? {
                all.entry(one.labels).or_default().extend(one.points);
            }
            time += step;
        }
        Ok(all.into_iter().map(|(labels, points)| Series { labels, points }).collect())
    }

    /// A service's requests in an interval: the rate per second, the share of failures, and the longest duration.
    fn numbers(&self, service: &str, from: f64, to: f64) -> Option<(f64, f64, f64)> {
        let is_in = |span: &&Span| {
            span.service == service && span.kind == SpanKind::Server && (from..to).contains(&(span.start as f64 / 1e9))
        };
        let spans: Vec<&Span> = self.traces.iter().flat_map(|trace| &trace.spans).filter(is_in).collect();
        let failed = spans.iter().filter(|span| span.failed).count() as f64;
        let longest = spans.iter().map(|span| span.seconds()).fold(0.0, f64::max);
        (!spans.is_empty()).then(|| (spans.len() as f64 / (to - from), failed / spans.len() as f64, longest))
    }
}

fn series(of: &[(&str, &str)], time: f64, value: f64) -> Series {
    Series { labels: labels(of), points: vec![Point { time, value }] }
}

/// Memory, processor time and a pool of checkout, which change at the onset.
fn runtime() -> Vec<Series> {
    let of = |name: &str, more: &[(&str, &str)], value: &dyn Fn(f64) -> f64| {
        let own = [("__name__", name), ("service_name", "checkout"), ("instance", "10.0.0.7:9464")];
        let labels = labels(&own.iter().chain(more).copied().collect::<Vec<_>>());
        let times = (0..60).map(|at| NOW - 600.0 + f64::from(at) * 10.0);
        Series { labels, points: times.map(|time| Point { time, value: value(time) }).collect() }
    };
    vec![
        of("process_resident_memory_bytes", &[], &|time| if time < ONSET { 1e7 } else { 9e7 }),
        of("process_cpu_seconds_total", &[], &|time| (time - ONSET) * if time < ONSET { 0.1 } else { 0.9 } + 100.0),
        of("pool_connections", &[("state", "idle")], &|time| if time < ONSET { 8.0 } else { 0.0 }),
    ]
}

impl Metrics for World {
    fn name(&self) -> String {
        "Prometheus".into()
    }

    fn alerts(&self) -> Answer<Vec<Alert>> {
        if self.is_away { Err(Trouble("Prometheus cannot be reached".into())) } else { Ok(self.alerts.clone()) }
    }

    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>> {
        self.asked.borrow_mut().push(query.to_owned());
        let span = if at > ONSET { (ONSET, NOW) } else { (0.0, ONSET) };
        let mut answer = Vec::new();
        if query.starts_with("count by (__name__)") {
            let own = self.runtime.iter().filter(|_| query.contains("service_name=~"));
            answer.extend(own.map(|one| series(&[("__name__", &one.labels["__name__"])], at, 2.0)));
        } else if query.starts_with("topk") {
            answer.push(series(
                &[("__name__", "slo:burn_rate:1h"), ("service", "checkout"), ("slo", "latency")],
                at,
                0.4,
            ));
        } else if query.contains("last_over_time(target_info") {
            let ran = |one: &&Series| one.points.iter().any(|point| point.time < at);
            answer.extend(self.info.iter().filter(ran).map(|one| Series { points: Vec::new(), ..one.clone() }));
        } else if query.contains("slo:burn_rate") {
            answer.push(series(&[("__name__", "slo:burn_rate:5m")], at, 62.0));
            answer.push(series(&[("__name__", "slo:burn_rate:1h")], at, 31.0));
            answer.push(series(&[("__name__", "slo:error_budget_remaining:ratio")], at, 0.91));
        } else {
            for (service, route) in [("frontend", "/buy"), ("checkout", "/checkout"), ("payments", "/rpc")] {
                let Some((rate, failed, longest)) = self.numbers(service, span.0.max(at - 600.0), span.1) else {
                    continue;
                };
                let own = [("service_name", service), ("span_kind", "SPAN_KIND_SERVER"), ("http_route", route)];
                if query.starts_with("histogram_quantile") {
                    answer.push(series(&own, at, longest));
                } else {
                    let with =
                        |code: &'static str| own.iter().copied().chain([("status_code", code)]).collect::<Vec<_>>();
                    answer.push(series(&with("STATUS_CODE_UNSET"), at, rate * (1.0 - failed)));
                    answer.push(series(&with("STATUS_CODE_ERROR"), at, rate * failed));
                }
            }
        }
        Ok(answer)
    }

    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>> {
        self.asked.borrow_mut().push(query.to_owned());
        if query.contains("target_info") {
            let within = |one: &Series| {
                let points = one.points.iter().filter(|point| (start..=end).contains(&point.time)).cloned().collect();
                Series { points, ..one.clone() }
            };
            return Ok(self.info.iter().map(within).filter(|one| !one.points.is_empty()).collect());
        }
        if query.starts_with("{__name__=~") && query.contains("__name__!~") {
            let is_of = |series: &&Series| query.contains(&format!("\"{}\"", series.label("service_name")));
            return Ok(self.resources.iter().filter(is_of).cloned().collect());
        }
        if query.contains("_info") || query.contains("kube_") {
            let told = self.told.iter().filter(|(part, _)| query.contains(part));
            return Ok(told.flat_map(|(_, series)| series.clone()).collect());
        }
        if query.starts_with("{__name__=~") {
            return Ok(self.runtime.clone());
        }
        if query.contains("traces_span_metrics") {
            return self.requests(query, (start, end), step);
        }
        let mut points = Vec::new();
        let mut time = start;
        while time <= end {
            points.push(Point {
                time,
                value: self.ratio.map_or_else(|| ((time - ONSET) / 5.0).clamp(0.002, 0.6), |it| it(time - ONSET)),
            });
            time += step;
        }
        Ok(vec![Series { labels: Labels::new(), points }])
    }

    fn exemplars(&self, selector: &str, start: f64, end: f64) -> Answer<Vec<Exemplar>> {
        self.asked.borrow_mut().push(selector.to_owned());
        let mut found = Vec::new();
        for trace in &self.traces {
            for span in trace
                .spans
                .iter()
                .filter(|span| selector.contains(&format!("\"{}\"", span.service)) && span.kind == SpanKind::Server)
            {
                let time = span.start as f64 / 1e9;
                if (start..end).contains(&time) {
                    let code = if span.failed { "STATUS_CODE_ERROR" } else { "STATUS_CODE_UNSET" };
                    let series = labels(&[("service_name", &span.service), ("status_code", code)]);
                    let (trace_id, span_id) = (trace.id.clone(), span.id.clone());
                    found.push(Exemplar { series, trace_id, span_id, value: span.seconds(), time });
                }
            }
        }
        Ok(found)
    }
}

impl Traces for World {
    fn name(&self) -> String {
        "the store".into()
    }

    fn page(&self, id: &str) -> Option<String> {
        (!self.pages.is_empty()).then(|| format!("{}/trace/{id}", self.pages))
    }

    fn trace(&self, id: &str) -> Answer<Option<Trace>> {
        Ok(self.traces.iter().find(|trace| trace.id == id).cloned())
    }

    fn search(&self, wanted: &Search) -> Answer<Vec<String>> {
        let mut found: Vec<(u64, String)> = self
            .traces
            .iter()
            .filter(|trace| trace.spans.iter().any(|span| span.service == wanted.service))
            .filter(|trace| {
                let start = trace.spans.iter().map(|span| span.start).min().unwrap_or(0);
                let end = trace.spans.iter().map(|span| span.end).max().unwrap_or(0);
                let failed = trace.spans.iter().any(|span| span.failed);
                (wanted.start..wanted.end).contains(&(start as f64 / 1e9))
                    && wanted.min_seconds.is_none_or(|least| (end - start) as f64 / 1e9 >= least)
                    && wanted.failed.is_none_or(|wanted| wanted == failed)
            })
            .map(|trace| (trace.spans[0].start, trace.id.clone()))
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        Ok(found.into_iter().take(wanted.limit).map(|(_, id)| id).collect())
    }
}

impl Logs for World {
    fn name(&self) -> String {
        "the store".into()
    }

    fn of_trace(&self, trace_id: &str, _: (f64, f64)) -> Answer<Vec<LogLine>> {
        Ok(self.logs.iter().filter(|line| line.trace_id == trace_id).cloned().collect())
    }
}

impl Profiles for World {
    fn name(&self) -> String {
        "the store".into()
    }

    fn of_trace(&self, trace: &Trace) -> Answer<Vec<Sample>> {
        Ok(self.samples.get(&trace.id).cloned().unwrap_or_default())
    }

    fn of_service(&self, service: &str, _: f64, _: f64) -> Answer<Vec<Sample>> {
        Ok(self.usual.iter().filter(|sample| sample.service == service).cloned().collect())
    }
}
