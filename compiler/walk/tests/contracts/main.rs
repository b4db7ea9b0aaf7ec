//! What each product is asked, and what is understood of the answers that it documents. `tests/responses` has those answers and
//! says where they come from. Git is no answer on paper: a real one is asked.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod git;
mod http;
mod logs;
mod metrics;
mod profiles;
mod server;
mod traces;

/// The trace that all responses tell of.
const TRACE: &str = "2f3e0cee77ae5dc9c17ade3689eb2e54";

/// A documented response.
macro_rules! response {
    ($path:literal) => {
        include_str!(concat!("../responses/", $path))
    };
}
use response;
