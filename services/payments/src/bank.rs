//! The bank that authorises cards. It is no part of the demo: its answer is made up, after the time that a real one takes.

use std::time::Duration;

use tracing::Instrument as _;

/// From a question to its answer.
const ANSWERS_AFTER: Duration = Duration::from_millis(60);

/// Asks the bank whether it will pay; it declines what is no payment.
pub(crate) async fn authorise(amount: i64) -> bool {
    let span = tracing::info_span!("authorise", code.function.name = telemetry::function!());
    async {
        tokio::time::sleep(ANSWERS_AFTER).await;
        tracing::debug!("the bank answered");
    }
    .instrument(span)
    .await;
    amount > 0
}
