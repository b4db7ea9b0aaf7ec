//! `POST /checkout`: from a basket to a paid order.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use telemetry::http::{Asked, Client, observed};
use telemetry::requests::Requests;
use telemetry::scenario::Scenario;

use crate::catalogue::Catalogue;
use crate::orders::Orders;
use crate::payment;
use crate::pricing::{self, Line};
use crate::warehouse::Warehouse;

/// How long a bundle is looked for: next to nothing, or longer than the objective allows (300 ms).
const SEARCH: Duration = Duration::ZERO;
const LONG_SEARCH: Duration = Duration::from_millis(400);

/// What handlers share.
pub(crate) struct Checkout {
    pub(crate) catalogue: Catalogue,
    pub(crate) warehouse: Warehouse,
    pub(crate) orders: Orders,
    pub(crate) payments: Client,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) card: String,
    pub(crate) currency: String,
    basket: Vec<Line>,
}

/// A status and a body.
pub(crate) type Answer = (StatusCode, Json<Value>);

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
pub(crate) use failed;

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
    let stock = checkout.warehouse.look(&order.basket).await;
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
    match payment::pay(&checkout.payments, &order, total.gross()).await {
        Ok(()) => {
            let delivery = if stock.is_complete { "tomorrow" } else { "as soon as we can" };
            let body = json!({
                "order": order.id, "cents": total.gross(), "delivery": delivery, "also_there": stock.beside,
            });
            (StatusCode::OK, Json(body))
        }
        Err(answer) => answer,
    }
}
