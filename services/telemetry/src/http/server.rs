//! The server's side: a SERVER span below the caller's, named after the route, and a count of the answer.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use tracing::{Instrument as _, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::requests::Requests;
use crate::scenario::Scenario;

struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// What the load asked of this request; in a handler's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Asked(pub Option<Scenario>);

#[derive(Clone)]
struct Observer {
    requests: Option<Requests>,
    obeys: bool,
}

/// Adds a span and a count to every request of `router`; `obeys` says whether scenarios are honoured. Without `requests`
/// the service counts for itself.
pub fn observed(router: Router, requests: Option<Requests>, obeys: bool) -> Router {
    router.layer(middleware::from_fn_with_state(Observer { requests, obeys }, observe))
}

async fn observe(State(observer): State<Observer>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let parent = global::get_text_map_propagator(|carrier| carrier.extract(&Headers(request.headers())));
    let asked = Scenario::of(&parent).filter(|_| observer.obeys);
    request.extensions_mut().insert(Asked(asked));
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = %request.method(),
        http.route = route,
        http.response.status_code = field::Empty,
        url.path = request.uri().path(),
        // Queries hold e-mail addresses: sloppy, and for redaction to find.
        url.full = %request.uri(),
        code.function.name = crate::function!(),
        demo.scenario = field::Empty,
    );
    if let Some(scenario) = asked {
        span.record("demo.scenario", scenario.word());
    }
    // Fails only for a span that nobody records.
    let _ = span.set_parent(parent);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
    if let Some(requests) = &observer.requests {
        requests.answered(&route, status, began.elapsed());
    }
    response
}
