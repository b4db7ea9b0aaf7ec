//! Has an order paid: one call to payments, made again only where it never arrived.

use std::time::Duration;

use anyhow::Result;
use axum::Json;
use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use telemetry::http::{self, Client};
use tracing::Instrument as _;

use crate::handler::{Answer, Order, failed};

/// How often payments is called for one order.
const ATTEMPTS: u32 = 2;
/// Between two attempts: about as long as a restart of payments takes.
const PAUSE: Duration = Duration::from_millis(350);

/// What payments answers where the caller is at fault.
const BAD_PARAMS: i64 = -32602;

/// Has an order paid.
///
/// # Errors
/// The answer to whoever ordered, where payments refuses or cannot be reached.
pub(crate) async fn pay(payments: &Client, order: &Order, cents: i64) -> Result<(), Answer> {
    let span = tracing::info_span!("pay", code.function.name = telemetry::function!());
    let call = json!({"jsonrpc": "2.0", "id": order.id, "method": "Charge", "params": {
        "order": order.id, "cents": cents, "currency": order.currency, "card": order.card, "email": order.email,
    }});
    match charge(payments, &call).instrument(span).await {
        Ok(answer) if answer.status == 200 && answer.body["error"].is_null() => Ok(()),
        Ok(answer) if answer.status == 200 && answer.body["error"]["code"] == BAD_PARAMS => {
            Err((StatusCode::BAD_REQUEST, Json(json!({"error": answer.body["error"]["message"]}))))
        }
        Ok(answer) => {
            let said = format!("payments said {}", answer.body["error"]);
            Err(failed!(StatusCode::SERVICE_UNAVAILABLE, "PaymentFailed", said))
        }
        Err(error) => Err(failed!(StatusCode::SERVICE_UNAVAILABLE, "PaymentsUnreachable", format!("{error:#}"))),
    }
}

/// Calls payments. What was not connected did not arrive and may be sent again; anything else may have been booked.
async fn charge(payments: &Client, call: &Value) -> Result<http::Answer> {
    let mut attempt = 0;
    loop {
        pause(attempt).await;
        match payments.send(Method::POST, "/rpc", Some(call)).await {
            Err(error) if is_unconnected(&error) && attempt + 1 < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// Lets a while pass before payments is called again.
async fn pause(attempt: u32) {
    // Nothing has failed yet.
    if attempt == 0 {
        return;
    }
    let span = tracing::info_span!("pause", code.function.name = telemetry::function!());
    tracing::debug!("attempt {attempt} begins in {PAUSE:?}");
    tokio::time::sleep(PAUSE).instrument(span).await;
}

fn is_unconnected(error: &anyhow::Error) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_not_connected_is_sent_again_once() {
        // Port 1 of this machine is nobody's.
        let payments = Client::new("http://127.0.0.1:1", Duration::from_secs(5));
        let began = tokio::time::Instant::now();
        let outcome = match payments {
            Ok(payments) => charge(&payments, &json!({})).await.map(|answer| answer.status),
            Err(error) => Err(error),
        };
        assert!(outcome.as_ref().is_err_and(is_unconnected), "{outcome:?}");
        assert!(began.elapsed() >= PAUSE, "{:?}", began.elapsed());
    }
}
