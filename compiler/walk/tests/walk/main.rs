//! Walks in a shop of the tests' own: a plan compiled from specs, synthetic telemetry, and a real git repository with honest
//! commits around each fault.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod certain;
mod holes;
mod pages;
mod shop;
mod world;
