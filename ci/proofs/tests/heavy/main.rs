//! What other teams run, told to load and evaluate what we compile: Thanos and Cortex, whose builds and starts are heavy.
//!
//! `ci/engines` runs these; `ci/test` runs the light ones in `tests/engines`.

mod live;
mod load;
mod traces;
