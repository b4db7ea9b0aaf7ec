//! What a customer's browser talks to: `/` and `/buy`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use clap::Parser;
use reqwest::Method;
use serde_json::{Value, json};
use telemetry::Service;
use telemetry::http::{Asked, Client, observed};
use telemetry::requests::Requests;
use telemetry::scenario::Scenario;

/// Longer than the objective of pages and purchases allows (500 ms).
const SLOW: Duration = Duration::from_millis(530);

/// Labels and buckets as slos/frontend.yaml declares them.
const ROUTES: &[&str] = &["/", "/buy", "/healthz"];
const STATUSES: &[u16] = &[200, 400, 502, 503];
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>Shop</title><h1>Shop</h1>\
                    <p>POST an order to <code>/buy</code>.";

/// Serves the shop's pages and passes orders on to checkout.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Where checkout listens.
    #[arg(long, default_value = "http://127.0.0.1:8082")]
    checkout: String,
    /// Obey the scenario that a request's baggage names.
    #[arg(long)]
    scenarios: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let service = Service { name: "frontend", version: env!("CARGO_PKG_VERSION") };
    telemetry::run(service, || async move {
        let checkout = Arc::new(Client::new(&args.checkout, Duration::from_secs(10))?);
        let router = Router::new()
            .route("/", get(|| async { Html(PAGE) }))
            .route("/buy", post(buy))
            .route("/healthz", get(|| async { "ok" }))
            .with_state(checkout);
        let requests = Requests::new(ROUTES, STATUSES, SECONDS);
        telemetry::serve(args.listen, observed(router, Some(requests), args.scenarios)).await
    })
}

async fn buy(
    State(checkout): State<Arc<Client>>,
    Extension(Asked(asked)): Extension<Asked>,
    Json(order): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let Some(email) = order["email"].as_str() else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "an order needs an `email`"})));
    };
    // Sloppy on purpose: redaction on the node has to take the address and the token out.
    let token = order["authorization"].as_str().unwrap_or_default();
    tracing::info!(user.email = email, "{email} buys with {token}");
    if asked == Some(Scenario::SlowFrontend) {
        tokio::time::sleep(SLOW).await;
    }
    match checkout.send(Method::POST, "/checkout", Some(&order)).await {
        Ok(answer) if answer.status == 200 => (StatusCode::OK, Json(answer.body)),
        Ok(answer) if answer.status < 500 => (StatusCode::BAD_REQUEST, Json(answer.body)),
        Ok(answer) => {
            tracing::error!(
                exception.r#type = "CheckoutFailed",
                exception.message = format!("checkout answered {} to {email}", answer.status),
                code.function.name = telemetry::function!(),
                "the order of {email} failed"
            );
            (StatusCode::BAD_GATEWAY, Json(json!({"error": "the order failed"})))
        }
        Err(error) => {
            tracing::error!(
                exception.r#type = "CheckoutUnreachable",
                exception.message = format!("{error:#}"),
                code.function.name = telemetry::function!(),
                "checkout is not there"
            );
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": "try again"})))
        }
    }
}
