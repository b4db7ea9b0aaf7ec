//! What the attributes of a span mean by OpenTelemetry's semantic conventions for HTTP, RPC, databases and messaging, those
//! of today and those before them.

use super::otlp::{Pair, Span, Value};
use crate::span::{Operation, SpanKind};

/// The facts that attributes of a span tell.
#[derive(Debug, Default)]
pub(super) struct Semantics<'a> {
    /// The status of the HTTP response; 0 if there is none.
    pub(super) status: u16,
    /// Whether only `http.status_code` tells the status.
    pub(super) is_old_status: bool,
    /// Whether an RPC ended with any status but OK.
    pub(super) rpc_failed: bool,
    pub(super) has_error_type: bool,
    /// `http.route`, else `rpc.method`.
    pub(super) route: Option<&'a str>,
    /// The service or host that was called.
    pub(super) peer: Option<&'a str>,
    pub(super) asks_database: bool,
    /// Whether a platform for functions ran it.
    pub(super) in_function: bool,
    /// Whether it is the load of a page as browsers report it.
    pub(super) is_page_load: bool,
    pub(super) message: Option<Operation>,
    kind: Option<SpanKind>,
    name: &'a str,
    method: Option<&'a str>,
    path: Option<&'a str>,
    rpc_service: Option<&'a str>,
    agent: Option<&'a str>,
}

/// Attributes that name the called peer, the most telling first.
const PEERS: [&str; 10] = [
    "service.peer.name",
    "peer.service",
    "server.address",
    "net.peer.name",
    "url.full",
    "http.url",
    "http.host",
    "upstream_cluster.name",
    "upstream_cluster",
    "net.sock.peer.name",
];

/// The last segments of paths that probes ask for.
const PROBES: [&str; 24] = [
    "health",
    "healthz",
    "healthy",
    "healthcheck",
    "health-check",
    "health_check",
    "_health",
    "livez",
    "live",
    "liveness",
    "alive",
    "readyz",
    "ready",
    "readiness",
    "startupz",
    "started",
    "ping",
    "heartbeat",
    "metrics",
    "favicon.ico",
    "robots.txt",
    "lbheartbeat",
    "lb_check",
    "up",
];
/// Segments below which everything is for probes: `/actuator/health/liveness`, `/health/db`.
const PROBE_FOLDERS: [&str; 3] = ["health", "healthz", "healthcheck"];
/// How user agents of probes begin.
const PROBE_AGENTS: [&str; 5] =
    ["kube-probe/", "ELB-HealthChecker/", "GoogleHC/", "Prometheus/", "Consul Health Check"];

impl<'a> Semantics<'a> {
    /// Reads the attributes of a span, each once.
    pub(super) fn of(span: &'a Span<'_>, kind: SpanKind) -> Self {
        let mut means = Self { name: &span.name, kind: Some(kind), ..Self::default() };
        let (mut rank, mut is_messaging, mut operation, mut received) = (PEERS.len(), false, None, None);
        for Pair { key, value, .. } in &span.attributes {
            let text = value.string_value.as_deref();
            match &**key {
                "http.response.status_code" => {
                    means.status = whole(value);
                    means.is_old_status = false;
                }
                "http.status_code" if means.status == 0 => {
                    means.status = whole(value);
                    means.is_old_status = true;
                }
                "rpc.grpc.status_code" | "grpc.status_code" | "rpc.response.status_code" => {
                    means.rpc_failed |= !is_ok(value);
                }
                "rpc.connect_rpc.error_code" | "rpc.jsonrpc.error_code" => means.rpc_failed = true,
                "error.type" => means.has_error_type = text.is_some(),
                "http.route" => means.route = text.or(means.route),
                "rpc.method" => means.route = means.route.or(text),
                "rpc.service" => means.rpc_service = text,
                "http.request.method" | "http.method" => means.method = text,
                "url.path" | "http.target" => means.path = text.filter(|path| path.starts_with('/')),
                "user_agent.original" | "http.user_agent" => means.agent = text,
                "db.system.name" | "db.system" => means.asks_database = true,
                "messaging.operation.type" => operation = text,
                "messaging.operation" | "messaging.operation.name" => operation = operation.or(text),
                "messaging.batch.message_count" => received = value.int_value,
                "messaging.system" => is_messaging = true,
                "faas.trigger" | "faas.invocation_id" | "faas.execution" | "aws.lambda.invoked_arn" => {
                    means.in_function = kind != SpanKind::Client;
                }
                _ => {}
            }
            if matches!(kind, SpanKind::Client | SpanKind::Producer)
                && let Some(text) = text.filter(|text| !text.is_empty())
                && let Some(place) = PEERS.iter().position(|name| *name == &**key).filter(|place| *place < rank)
            {
                rank = place;
                means.peer = Some(text);
            }
            if means.path.is_none() && matches!(&**key, "url.full" | "http.url") {
                means.path = text.and_then(path_of);
            }
        }
        if is_messaging || operation.is_some() || matches!(kind, SpanKind::Producer | SpanKind::Consumer) {
            means.message = means.operation(operation, is_messaging, received);
        }
        means.is_page_load = matches!(&*span.name, "documentLoad" | "documentFetch" | "resourceFetch");
        means
    }

    /// What a span does with messages, by its attribute or else by the words of its name, such as `orders receive`.
    fn operation(&self, operation: Option<&str>, is_messaging: bool, received: Option<i64>) -> Option<Operation> {
        let word = |word: &str| {
            Some(match word.to_ascii_lowercase().as_str() {
                "send" | "publish" | "create" | "sendmessage" | "sendmessagebatch" => Operation::Send,
                "receive" | "poll" | "receivemessage" | "pull" | "get" => Operation::Receive,
                "process" | "deliver" | "handle" => Operation::Process,
                "settle" | "ack" | "nack" | "commit" | "complete" | "deletemessage" => Operation::Settle,
                _ => return None,
            })
        };
        let named = || {
            let mut words = self.name.split([' ', '.', '/', ':']);
            let first = words.next().and_then(word);
            first.or_else(|| words.next_back().and_then(word))
        };
        match operation.and_then(word).or_else(named) {
            Some(Operation::Receive) => Some(match received {
                Some(0) => Operation::EmptyReceive,
                Some(_) => Operation::FullReceive,
                None => Operation::Receive,
            }),
            Some(known) => Some(known),
            None => (is_messaging || operation.is_some()).then_some(Operation::Other),
        }
    }

    /// The path of a request without a route; in older conventions the span's name holds it.
    pub(super) fn path(&self) -> Option<&'a str> {
        if self.kind != Some(SpanKind::Server) || self.route.is_some() {
            return None;
        }
        let path = self.path.or_else(|| self.named_path())?;
        path.split(['?', '#']).next()
    }

    fn named_path(&self) -> Option<&'a str> {
        let path = match self.name.split_once(' ') {
            Some((method, path)) if method.bytes().all(|byte| byte.is_ascii_uppercase()) => path,
            _ => self.name,
        };
        path.starts_with('/').then_some(path)
    }

    /// Whether a request ended before it could call anybody.
    pub(super) fn is_short(&self) -> bool {
        (300..400).contains(&self.status) || self.method == Some("OPTIONS")
    }

    /// Whether a request is a probe, or a call one.
    pub(super) fn is_probe(&self) -> bool {
        if !matches!(self.kind, Some(SpanKind::Server | SpanKind::Client)) || self.message.is_some() {
            return false;
        }
        let is_health = |service: &str| service.starts_with("grpc.health.");
        let asked = self.route.filter(|route| route.starts_with('/')).or(self.path).or_else(|| self.named_path());
        let asked = asked.and_then(|path| path.split(['?', '#']).next()).unwrap_or_default();
        let mut segments = asked.trim_matches('/').split('/');
        let last = segments.next_back().unwrap_or_default();
        self.rpc_service.is_some_and(is_health)
            || is_health(self.route.unwrap_or_default().trim_start_matches('/'))
            || is_health(self.name.trim_start_matches('/'))
            || PROBES.contains(&last)
            || segments.any(|segment| PROBE_FOLDERS.contains(&segment))
            || self.agent.is_some_and(|agent| PROBE_AGENTS.iter().any(|probe| agent.starts_with(probe)))
    }
}

/// The path of a URL.
fn path_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.find('/').and_then(|at| rest.get(at..))
}

/// A whole number, or a text that holds one; 0 for anything else.
fn whole(value: &Value<'_>) -> u16 {
    let number = value.int_value.and_then(|number| u16::try_from(number).ok());
    number.or_else(|| value.string_value.as_deref()?.parse().ok()).unwrap_or(0)
}

/// Whether the status of an RPC is OK, as a number or as a name.
fn is_ok(value: &Value<'_>) -> bool {
    match value {
        Value { int_value: Some(number), .. } => *number == 0,
        Value { string_value: Some(name), .. } => matches!(&**name, "0" | "OK" | "Ok" | "ok" | ""),
        _ => true,
    }
}
