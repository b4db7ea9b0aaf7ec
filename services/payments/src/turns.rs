//! So many payments are handled at once, as the bank asks of us; more wait for their turn. At 45 ms each, that is 350 a second: a
//! surge of traffic fills the queue.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument as _;

/// More than ordinary traffic needs, even if each payment takes as long as callers wait.
static TURNS: Semaphore = Semaphore::const_new(16);

/// Lets what is posted to `router` wait for its turn.
pub(crate) fn taken(router: Router) -> Router {
    router.layer(middleware::from_fn(in_turn))
}

async fn in_turn(request: Request, next: Next) -> Response {
    let _turn = if request.method() == Method::POST { turn().await } else { None };
    next.run(request).await
}

/// Waits for a turn. Only a wait is worth a span.
async fn turn() -> Option<SemaphorePermit<'static>> {
    if let Ok(turn) = TURNS.try_acquire() {
        return Some(turn);
    }
    let span = tracing::info_span!("wait for a turn", code.function.name = telemetry::function!());
    // It is never closed.
    TURNS.acquire().instrument(span).await.ok()
}
