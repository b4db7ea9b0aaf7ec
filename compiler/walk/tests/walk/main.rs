//! Walks in a test shop: a plan compiled from specs, synthetic telemetry, and a real git repository with harmless
//! commits around each fault.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod belief;
mod certain;
mod export;
mod holes;
mod kinds;
mod outside;
mod pages;
mod recent;
mod shop;
mod versions;
mod world;
