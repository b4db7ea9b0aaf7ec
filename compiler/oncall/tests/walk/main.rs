//! Walks in a shop of the tests' own: a plan compiled from specs, synthetic telemetry, and a real git repository with honest
//! commits around each fault.

mod certain;
mod holes;
mod pages;
mod shop;
mod world;
