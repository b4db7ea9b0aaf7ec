//! Stands between a collector and the store: passes every request on, and counts what the store accepted.
//!
//! A request that the store refused is sent again by the collector, so only accepted ones count.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message;
use serde::Serialize;

/// A message unpacked; the store takes no more either.
const MOST: u64 = 64 << 20;
const LIMIT: Duration = Duration::from_secs(20);

/// So many records, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Spans, log records or samples.
    pub items: u64,
    /// OTLP protobuf, unpacked.
    pub bytes: u64,
}

/// Log records by the tier that they are kept in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Logs {
    /// By `retention.tier`; `all` where the configuration knows no tiers.
    pub tiers: BTreeMap<String, Volume>,
}

/// The spans that the store has, by trace: ids as bytes.
pub(super) type Spans = BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>;

/// What passed.
#[derive(Debug, Clone, Default)]
pub(super) struct Passed {
    pub(super) spans: Volume,
    pub(super) logs: Logs,
    pub(super) profiles: Volume,
    /// Bytes as sent, by signal.
    pub(super) wire: BTreeMap<&'static str, u64>,
    pub(super) by_trace: Spans,
    /// Messages that were accepted and could not be read here.
    pub(super) unread: u64,
}

struct Inner {
    store: String,
    agent: ureq::Agent,
    passed: Mutex<Passed>,
}

/// A running tap; it ends with this value.
pub(super) struct Tap {
    /// `host:port` that collectors send to.
    pub(super) address: String,
    inner: Arc<Inner>,
    _runtime: tokio::runtime::Runtime,
}

impl Tap {
    /// Starts one in front of the store at `host:port`.
    pub(super) fn start(store: &str) -> Result<Self> {
        let config = ureq::Agent::config_builder().timeout_global(Some(LIMIT)).http_status_as_error(false).build();
        let inner = Arc::new(Inner { store: store.to_owned(), agent: config.into(), passed: Mutex::default() });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = TcpListener::bind("127.0.0.1:0").context("listening for the collector")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        let router = Router::new().fallback(pass).layer(DefaultBodyLimit::max(most)).with_state(Arc::clone(&inner));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        // It ends with the runtime; a failure shows as a collector that cannot send.
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, inner, _runtime: runtime })
    }

    /// What has passed by now.
    pub(super) fn passed(&self) -> Result<Passed> {
        match self.inner.passed.lock() {
            Ok(passed) => Ok(passed.clone()),
            Err(_) => bail!("counting failed"),
        }
    }
}

async fn pass(State(inner): State<Arc<Inner>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    match tokio::task::spawn_blocking(move || inner.pass(&path, &headers, &body)).await {
        Ok(Ok(response)) => response,
        // Unavailable is what a collector tries again after.
        Ok(Err(error)) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error:#}")).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

impl Inner {
    fn pass(&self, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Response> {
        let mut request = self.agent.post(format!("http://{}{path}", self.store));
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
            if let Some(value) = headers.get(&name) {
                request = request.header(name.as_str(), value.to_str().unwrap_or_default());
            }
        }
        let mut answer = request.send(body).context("passing a request on")?;
        let status = StatusCode::from_u16(answer.status().as_u16())?;
        let answered = answer.body_mut().read_to_vec().context("reading the store's answer")?;
        if status.is_success() {
            let packed = headers.get(header::CONTENT_ENCODING).is_some_and(|value| value == "gzip");
            let mut plain = Vec::new();
            if packed {
                flate2::read::MultiGzDecoder::new(body).take(MOST).read_to_end(&mut plain).context("unpacking")?;
            } else {
                plain.extend_from_slice(body);
            }
            if let Ok(mut passed) = self.passed.lock()
                && passed.count(path, &plain, body.len() as u64).is_err()
            {
                passed.unread += 1;
            }
        }
        Ok((status, [(header::CONTENT_TYPE, "application/x-protobuf")], answered).into_response())
    }
}

impl Volume {
    fn add(&mut self, items: usize, bytes: usize) {
        self.items += items as u64;
        self.bytes += bytes as u64;
    }
}

impl Passed {
    /// Counts a message by the path it was sent to.
    fn count(&mut self, path: &str, plain: &[u8], wire: u64) -> Result<(), prost::DecodeError> {
        let signal = match path {
            "/v1/traces" => {
                self.traces(&ExportTraceServiceRequest::decode(plain)?, plain.len());
                "traces"
            }
            "/v1/logs" => {
                self.logs(ExportLogsServiceRequest::decode(plain)?);
                "logs"
            }
            _ => {
                let request = ExportProfilesServiceRequest::decode(plain)?;
                let scopes = request.resource_profiles.iter().flat_map(|resource| &resource.scope_profiles);
                let samples = scopes.flat_map(|scope| &scope.profiles).map(|profile| profile.samples.len());
                self.profiles.add(samples.sum(), plain.len());
                "profiles"
            }
        };
        *self.wire.entry(signal).or_default() += wire;
        Ok(())
    }

    fn traces(&mut self, request: &ExportTraceServiceRequest, bytes: usize) {
        let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        let mut items = 0;
        for span in scopes.flat_map(|scope| &scope.spans) {
            items += 1;
            self.by_trace.entry(span.trace_id.clone()).or_default().insert(span.span_id.clone());
        }
        self.spans.add(items, bytes);
    }

    /// A message may hold records of several tiers: each resource counts as a message of its own would.
    fn logs(&mut self, request: ExportLogsServiceRequest) {
        for of_resource in request.resource_logs {
            let attributes = of_resource.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
            let tier = attributes.iter().find(|pair| pair.key == "retention.tier").and_then(|pair| pair.value.as_ref());
            let tier = match tier.and_then(|value| value.value.as_ref()) {
                Some(Value::StringValue(text)) => text.clone(),
                _ => "all".to_owned(),
            };
            let items = of_resource.scope_logs.iter().map(|scope| scope.log_records.len()).sum();
            let alone = ExportLogsServiceRequest { resource_logs: vec![of_resource] };
            self.logs.tiers.entry(tier).or_default().add(items, alone.encoded_len());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
    use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
    use opentelemetry_proto::tonic::resource::v1::Resource;

    use super::*;

    fn of_tier(tier: Option<&str>, records: usize) -> ResourceLogs {
        let value = |text: &str| Some(AnyValue { value: Some(Value::StringValue(text.to_owned())) });
        let pair = |tier| KeyValue { key: "retention.tier".to_owned(), value: value(tier), ..KeyValue::default() };
        ResourceLogs {
            resource: Some(Resource { attributes: tier.map(pair).into_iter().collect(), ..Resource::default() }),
            scope_logs: vec![ScopeLogs {
                log_records: vec![LogRecord { body: value("hello"), ..LogRecord::default() }; records],
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }
    }

    #[test]
    fn the_tiers_of_a_message_add_up_to_its_bytes() {
        let request = ExportLogsServiceRequest {
            resource_logs: vec![of_tier(Some("error"), 1), of_tier(Some("info"), 300), of_tier(None, 2)],
        };
        let plain = request.encode_to_vec();
        let mut passed = Passed::default();
        passed.count("/v1/logs", &plain, 10).unwrap();
        let items: Vec<_> = passed.logs.tiers.iter().map(|(tier, volume)| (tier.as_str(), volume.items)).collect();
        assert_eq!(items, [("all", 2), ("error", 1), ("info", 300)]);
        let bytes: u64 = passed.logs.tiers.values().map(|volume| volume.bytes).sum();
        assert_eq!(bytes, plain.len() as u64);
        assert_eq!(passed.wire["logs"], 10);
        assert!(passed.count("/v1/traces", b"\xff", 1).is_err());
    }
}
