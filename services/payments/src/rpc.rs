//! JSON-RPC 2.0: requests, their handling, and their answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use opentelemetry::trace::TraceContextExt;
use serde::Deserialize;
use serde_json::{Value, json};
use telemetry::http::{Asked, observed};
use telemetry::scenario::Scenario;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::currency::{self, CURRENCIES};
use crate::{Payments, bank};

/// What makes a payment, which waits for the bank (40 ms), a little too late for its own objective (250 ms), and leaves it in
/// time for checkout's (300 ms).
const SLOW: Duration = Duration::from_millis(218);

/// Codes of JSON-RPC and, from -32000 down, our own.
const NO_METHOD: i64 = -32601;
const BAD_PARAMS: i64 = -32602;
const FAILED: i64 = -32000;
const DECLINED: i64 = -32001;

#[derive(Debug, Deserialize)]
struct Request {
    id: Value,
    method: String,
    #[serde(default)]
    params: Value,
}

#[derive(Debug, Deserialize)]
struct Charge {
    order: String,
    cents: i64,
    currency: String,
    card: String,
    email: String,
}

/// The service's routes.
pub(crate) fn router(payments: Arc<Payments>, scenarios: bool) -> Router {
    let router =
        Router::new().route("/rpc", post(handle)).route("/healthz", get(|| async { "ok" })).with_state(payments);
    observed(crate::screening::before(crate::turns::taken(router)), None, scenarios)
}

async fn handle(
    State(payments): State<Arc<Payments>>,
    Extension(Asked(asked)): Extension<Asked>,
    Json(request): Json<Request>,
) -> Json<Value> {
    let began = Instant::now();
    let span = Span::current();
    let method = ["Charge", "Refund"].into_iter().find(|known| *known == request.method);
    span.set_attribute("rpc.system", "jsonrpc");
    span.set_attribute("rpc.service", "payments");
    span.set_attribute("rpc.jsonrpc.version", "2.0");
    let outcome = match method {
        Some(name) => {
            span.set_attribute("rpc.method", name);
            match name {
                "Charge" => charge(&payments, asked, request.params).await,
                _ => refund(&payments, &request.params),
            }
        }
        None => Err((NO_METHOD, format!("no method is called `{}`", request.method))),
    };
    if let Some(method) = method {
        payments.metrics.took(method, began.elapsed());
    }
    Json(match outcome {
        Ok(result) => json!({"jsonrpc": "2.0", "id": request.id, "result": result}),
        Err((code, message)) => {
            span.set_attribute("rpc.jsonrpc.error_code", code);
            if code == FAILED {
                span.record("otel.status_code", "ERROR");
            }
            json!({"jsonrpc": "2.0", "id": request.id, "error": {"code": code, "message": message}})
        }
    })
}

async fn charge(payments: &Payments, asked: Option<Scenario>, params: Value) -> Result<Value, (i64, String)> {
    let charge: Charge = serde_json::from_value(params).map_err(|error| (BAD_PARAMS, error.to_string()))?;
    if !CURRENCIES.contains(&charge.currency.as_str()) {
        return Err((BAD_PARAMS, format!("`{}` is not booked here", charge.currency)));
    }
    let span = Span::current();
    // Sloppy on purpose: redaction on the node has to catch both.
    span.set_attribute("card.number", charge.card.clone());
    tracing::info!(payment.id = charge.order, "charging {} cents to card {}", charge.cents, charge.card);
    if asked == Some(Scenario::SlowPayments) {
        tokio::time::sleep(SLOW).await;
    }
    if asked == Some(Scenario::ErrorPayments) {
        payments.metrics.processed(&charge.currency, "failed");
        tracing::error!(
            exception.r#type = "LedgerUnavailable",
            exception.message = format!("no booking for {}", charge.email),
            code.function.name = telemetry::function!(),
            "the ledger refused the payment of {}",
            charge.email
        );
        return Err((FAILED, "the ledger is not available".to_owned()));
    }
    let amount = currency::smallest_units(&charge.currency, charge.cents).map_err(|why| {
        payments.metrics.processed(&charge.currency, "failed");
        (FAILED, why)
    })?;
    if !bank::authorise(amount).await {
        payments.metrics.processed(&charge.currency, "declined");
        return Err((DECLINED, "the bank will not pay".to_owned()));
    }
    let booked = payments.ledger.book(&charge.order, &charge.currency, amount, &charge.email, &traceparent(&span));
    match booked {
        Ok(new) => {
            if new {
                payments.metrics.processed(&charge.currency, "booked");
            }
            Ok(json!({"order": charge.order, "booked": true}))
        }
        Err(error) => {
            payments.metrics.processed(&charge.currency, "failed");
            tracing::error!(
                exception.r#type = "Database",
                exception.message = format!("{error:#}"),
                code.function.name = telemetry::function!(),
                "the ledger could not book"
            );
            Err((FAILED, "the ledger could not book".to_owned()))
        }
    }
}

fn refund(payments: &Payments, params: &Value) -> Result<Value, (i64, String)> {
    let order = params["order"].as_str().ok_or((BAD_PARAMS, "`order` is missing".to_owned()))?;
    let refunded = payments.ledger.refund(order).map_err(|error| (FAILED, format!("{error:#}")))?;
    Ok(json!({"order": order, "refunded": refunded}))
}

/// The span's context as the W3C writes it, to be linked to later.
fn traceparent(span: &Span) -> String {
    let context = span.context();
    let span = context.span();
    let ids = span.span_context();
    format!("00-{}-{}-01", ids.trace_id(), ids.span_id())
}
