//! The bank that authorises cards. It is somebody else's and no part of the demo: its answers are made up here, after the time
//! that they take to come.

use std::time::Duration;

use tracing::Instrument as _;

/// From a question to its answer.
const ROUND_TRIP: Duration = Duration::from_millis(40);

/// Asks the bank whether it will pay; it declines what is no payment.
pub(crate) async fn authorise(amount: i64) -> bool {
    let span = tracing::info_span!(
        "authorise",
        otel.name = "bank authorise",
        otel.kind = "client",
        code.function.name = telemetry::function!(),
    );
    tokio::time::sleep(ROUND_TRIP).instrument(span).await;
    amount > 0
}
