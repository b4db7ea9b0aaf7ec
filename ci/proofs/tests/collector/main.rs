//! The generated collector configurations, in a real OpenTelemetry Collector.
//!
//! `cargo test --profile services -p emberline-proofs --test collector -- --nocapture` shows what was measured.

mod agreement;
mod captures;
#[path = "../../../../compiler/evidence/tests/catalogue/mod.rs"]
mod catalogue;
mod configs;
mod faults;
#[path = "../../../../compiler/evidence/tests/corpus/mod.rs"]
#[allow(dead_code, reason = "another test prints what each field is")]
mod generator;
mod metrics;
mod places;
mod redaction;
mod sampling;
mod shapes;
mod tiers;
