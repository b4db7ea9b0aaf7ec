//! Has an order paid: one call to payments, made again only where it never arrived.

use anyhow::Result;
use axum::Json;
use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use telemetry::http::{self, Client};
use tracing::Instrument as _;

use crate::backoff;
use crate::handler::{Answer, Order, failed};

/// How often payments is called for one order.
const ATTEMPTS: u32 = 2;

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
        backoff::pause(attempt).await;
        match payments.send(Method::POST, "/rpc", Some(call)).await {
            Err(error) if is_unconnected(&error) && attempt + 1 < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

fn is_unconnected(error: &anyhow::Error) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    use super::*;

    async fn charged(port: u16, limit: Duration) -> (Result<http::Answer>, Duration) {
        let began = Instant::now();
        let outcome = match Client::new(&format!("http://127.0.0.1:{port}"), limit) {
            Ok(payments) => charge(&payments, &json!({})).await,
            Err(error) => Err(error),
        };
        (outcome, began.elapsed())
    }

    #[tokio::test]
    async fn what_was_not_connected_is_sent_again_once_and_soon_given_up() {
        // Port 1 of this machine is nobody's.
        let (outcome, took) = charged(1, Duration::from_secs(5)).await;
        assert!(outcome.as_ref().is_err_and(is_unconnected), "{outcome:?}");
        assert!(took >= Duration::from_millis(400) && took < Duration::from_secs(4), "{took:?}");
    }

    #[tokio::test]
    async fn what_arrived_is_not_sent_again() -> std::io::Result<()> {
        // The kernel takes connections that nobody serves.
        let deaf = TcpListener::bind("127.0.0.1:0")?;
        let (outcome, _) = charged(deaf.local_addr()?.port(), Duration::from_millis(200)).await;
        assert!(outcome.as_ref().is_err_and(|error| !is_unconnected(error)), "{outcome:?}");
        let mut calls = 0;
        deaf.set_nonblocking(true)?;
        while deaf.accept().is_ok() {
            calls += 1;
        }
        assert_eq!(calls, 1);
        Ok(())
    }
}
