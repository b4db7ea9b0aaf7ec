//! The requests to each product, and how the sources read its documented responses. `tests/responses` holds these
//! responses and says where they come from. Git has no recorded responses: the tests run a real git.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod doors;
mod git;
mod http;
mod logs;
mod metrics;
mod profiles;
mod server;
mod traces;

/// The trace in all responses.
const TRACE: &str = "2f3e0cee77ae5dc9c17ade3689eb2e54";

/// A documented response.
macro_rules! response {
    ($path:literal) => {
        include_str!(concat!("../responses/", $path))
    };
}
use response;
