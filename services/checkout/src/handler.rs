//! `POST /checkout`: from a basket to a paid order.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use telemetry::http::{Asked, Client, observed};
use telemetry::requests::Requests;
use telemetry::scenario::Scenario;

use crate::catalogue::Catalogue;
use crate::orders::Orders;
use crate::pricing::{self, Line};

/// How long a bundle is looked for: next to nothing, or longer than the objective allows (300 ms).
const SEARCH: Duration = Duration::ZERO;
const LONG_SEARCH: Duration = Duration::from_millis(400);

/// What handlers share.
pub(crate) struct Checkout {
    pub(crate) catalogue: Catalogue,
    pub(crate) orders: Orders,
    pub(crate) payments: Client,
}

#[derive(Debug, Deserialize)]
struct Order {
    id: String,
    email: String,
    card: String,
    currency: String,
    basket: Vec<Line>,
}

type Answer = (StatusCode, Json<Value>);

/// An error event on the span and in the log, and the answer that the caller gets. A macro, so that the event's place is
/// that of the failure.
macro_rules! failed {
    ($status:expr, $kind:literal, $message:expr) => {{
        let message: String = $message;
        tracing::error!(
            exception.r#type = $kind,
            exception.message = message,
            code.function.name = telemetry::function!(),
            "the order failed: {message}"
        );
        ($status, Json(json!({"error": $kind})))
    }};
}

/// The service's routes.
pub(crate) fn router(checkout: Arc<Checkout>, requests: Requests, scenarios: bool) -> Router {
    let router =
        Router::new().route("/checkout", post(take)).route("/healthz", get(|| async { "ok" })).with_state(checkout);
    observed(router, Some(requests), scenarios)
}

async fn take(
    State(checkout): State<Arc<Checkout>>,
    Extension(Asked(asked)): Extension<Asked>,
    Json(order): Json<Order>,
) -> Answer {
    if asked == Some(Scenario::ErrorCheckout) {
        return failed!(StatusCode::INTERNAL_SERVER_ERROR, "OutOfStock", format!("no stock for {}", order.email));
    }
    let search = if asked == Some(Scenario::SlowCheckout) { LONG_SEARCH } else { SEARCH };
    // It computes: the runtime is told, so that other requests go on elsewhere.
    let priced = tokio::task::block_in_place(|| pricing::price(&checkout.catalogue, &order.basket, search));
    let total = match priced {
        Ok(total) => total,
        Err(product) => {
            return (StatusCode::BAD_REQUEST, Json(json!({"error": format!("no product has the number {product}")})));
        }
    };
    if let Err(error) = checkout.orders.keep(&order.id, &order.email, total.gross(), &order.currency) {
        return failed!(StatusCode::INTERNAL_SERVER_ERROR, "Database", format!("{error:#}"));
    }
    // Sloppy on purpose: redaction on the node has to take the address and the number out.
    tracing::info!(
        order.id = order.id,
        order.total = total.gross(),
        user.email = order.email,
        "order of {} taken, to be paid by {}",
        order.email,
        order.card
    );
    pay(&checkout, &order, total.gross()).await
}

async fn pay(checkout: &Checkout, order: &Order, cents: i64) -> Answer {
    let call = json!({"jsonrpc": "2.0", "id": order.id, "method": "Charge", "params": {
        "order": order.id, "cents": cents, "currency": order.currency, "card": order.card, "email": order.email,
    }});
    match checkout.payments.send(Method::POST, "/rpc", Some(&call)).await {
        Ok(answer) if answer.status == 200 && answer.body["error"].is_null() => {
            (StatusCode::OK, Json(json!({"order": order.id, "cents": cents})))
        }
        Ok(answer) if answer.status == 200 && answer.body["error"]["code"] == -32602 => {
            (StatusCode::BAD_REQUEST, Json(json!({"error": answer.body["error"]["message"]})))
        }
        Ok(answer) => {
            failed!(StatusCode::SERVICE_UNAVAILABLE, "PaymentFailed", format!("payments said {}", answer.body["error"]))
        }
        Err(error) => failed!(StatusCode::SERVICE_UNAVAILABLE, "PaymentsUnreachable", format!("{error:#}")),
    }
}
