//! The time between two attempts of a call.

use std::time::Duration;

use tracing::Instrument as _;

/// About as long as a restart of the peer takes.
const PAUSE: Duration = Duration::from_millis(400);

/// Lets a while pass before an attempt; the first is number 0.
pub(crate) async fn pause(attempt: u32) {
    // Nothing has failed yet.
    if attempt == 0 {
        return;
    }
    let span = tracing::info_span!(
        "pause",
        otel.name = "pause before a retry",
        http.request.resend_count = attempt,
        code.function.name = telemetry::function!(),
    );
    tokio::time::sleep(PAUSE).instrument(span).await;
}
