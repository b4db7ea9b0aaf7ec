//! The client's side: a CLIENT span around each request, whose context travels in the headers.

use std::time::Duration;

use anyhow::{Context as _, Result};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::Injector;
use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue, global};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use serde_json::Value;
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::scenario::{self, Scenario};

struct Headers<'h>(&'h mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        // Trace context and baggage are ASCII by their own encoding.
        if let (Ok(key), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(key, value);
        }
    }
}

/// How often a refused connection is tried again, and how long after: a peer that is just being replaced is back by then.
const AGAIN: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Sends a request. One whose connection was refused has not reached anybody, and may be sent again.
async fn connected(request: reqwest::RequestBuilder) -> reqwest::Result<reqwest::Response> {
    for _ in 0..AGAIN {
        let Some(copy) = request.try_clone() else { break };
        match copy.send().await {
            Err(error) if error.is_connect() => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    request.send().await
}

/// A client of one peer.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
}

/// An answer: its status, and its body where that is JSON.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; null where it is no JSON.
    pub body: Value,
}

impl Client {
    /// A client of the peer at `base`, whose requests end after `limit`.
    ///
    /// # Errors
    /// When `base` is no URL.
    pub fn new(base: &str, limit: Duration) -> Result<Self> {
        let base = Url::parse(base).with_context(|| format!("`{base}` is no URL"))?;
        let http = reqwest::Client::builder().timeout(limit).build().context("making an HTTP client")?;
        Ok(Self { http, base })
    }

    /// Sends a request and reads the answer, all within a CLIENT span below the current one.
    ///
    /// # Errors
    /// When nobody answers in time. A failure that was answered is no error here.
    pub async fn send(&self, method: Method, path: &str, body: Option<&(impl Serialize + Sync)>) -> Result<Answer> {
        self.send_below(None, method, path, body).await.1
    }

    /// The same at the beginning of a trace, with what `scenario` asks for in the baggage. Gives the trace's id as well,
    /// since a request without an answer has one too.
    pub async fn originate(
        &self,
        scenario: Option<Scenario>,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> (String, Result<Answer>) {
        let asked = scenario.map(|scenario| KeyValue::new(scenario::KEY, scenario.word()));
        self.send_below(Some(Context::new().with_baggage(asked)), method, path, body).await
    }

    async fn send_below(
        &self,
        parent: Option<Context>,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> (String, Result<Answer>) {
        let url = match self.base.join(path).with_context(|| format!("`{path}` is no path")) {
            Ok(url) => url,
            Err(error) => return (String::new(), Err(error)),
        };
        let span = tracing::info_span!(
            "call",
            otel.name = format!("{method} {}", url.path()),
            otel.kind = "client",
            otel.status_code = field::Empty,
            error.type = field::Empty,
            http.request.method = %method,
            http.response.status_code = field::Empty,
            server.address = url.host_str(),
            server.port = url.port_or_known_default().map(i64::from),
            url.full = %url,
            code.function.name = crate::function!(),
        );
        if let Some(parent) = parent {
            // Fails only for a span that nobody records.
            let _ = span.set_parent(parent);
        }
        let trace_id = span.context().span().span_context().trace_id().to_string();
        let outcome = self.exchange(method, url, body, &span).instrument(span.clone()).await;
        match &outcome {
            Ok(answer) => {
                span.record("http.response.status_code", i64::from(answer.status));
                // A client's span is in error from 400 on, as semantic conventions have it.
                if answer.status >= 400 {
                    span.record("otel.status_code", "ERROR");
                    span.record("error.type", answer.status.to_string());
                }
            }
            Err(_) => {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", "no_answer");
            }
        }
        (trace_id, outcome)
    }

    async fn exchange(
        &self,
        method: Method,
        url: Url,
        body: Option<&(impl Serialize + Sync)>,
        span: &Span,
    ) -> Result<Answer> {
        let mut headers = HeaderMap::new();
        global::get_text_map_propagator(|carrier| carrier.inject_context(&span.context(), &mut Headers(&mut headers)));
        let mut request = self.http.request(method, url.clone()).headers(headers);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = connected(request).await.with_context(|| format!("calling {}", url.path()))?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.with_context(|| format!("reading the answer of {}", url.path()))?;
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }
}
