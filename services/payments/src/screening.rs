//! Payments may be screened for fraud before they are booked: the flag `payment-screening` turns that on.
//!
//! The partner that screens is no part of the demo: its answer is made up here, after the time that it takes to come. That is longer
//! than the objective of checkout allows (300 ms), so turning the flag on is an outage of its own.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use telemetry::flags;
use tracing::Instrument as _;

/// The flag's key.
const FLAG: &str = "payment-screening";
/// From a question to its answer.
const ROUND_TRIP: Duration = Duration::from_millis(320);

/// Screens what is posted to `router`, where the flag is on.
pub(crate) fn before(router: Router) -> Router {
    router.layer(middleware::from_fn(screened))
}

async fn screened(request: Request, next: Next) -> Response {
    if request.method() == Method::POST && flags::is_on(FLAG) {
        screen().await;
    }
    next.run(request).await
}

async fn screen() {
    let span = tracing::info_span!("screen", code.function.name = telemetry::function!());
    tokio::time::sleep(ROUND_TRIP).instrument(span).await;
}
