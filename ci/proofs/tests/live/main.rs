//! The live proofs: the compiled rules in a real Prometheus and Alertmanager.
//!
//! One program, so that the outage proof (a quarter of an hour, nearly all of it waiting) runs beside the others.
//! `cargo test --profile services -p emberline-proofs -- --nocapture` shows what was measured.

mod accuracy;
mod backtest;
mod budget;
mod cost;
mod counters;
mod curves;
mod gauges;
mod left;
mod load;
mod outage;
mod traffic;
