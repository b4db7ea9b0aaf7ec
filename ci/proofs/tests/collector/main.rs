//! The generated collector configurations, in a real OpenTelemetry Collector.
//!
//! `cargo test --profile services -p emberline-proofs --test collector -- --nocapture` shows what was measured.

mod captures;
mod configs;
mod faults;
mod metrics;
mod redaction;
mod sampling;
mod shapes;
mod tiers;
