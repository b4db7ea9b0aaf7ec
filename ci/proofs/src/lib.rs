//! The harness of the live proofs: it compiles a spec with the built `emberline` program, as a user would, and watches
//! what the rules do in a real Prometheus and Alertmanager.
//!
//! Nothing of the compiler is linked here. A proof that shared code with what it judges could be wrong in the same way,
//! so the rules come out of a file, their expressions are never looked into, and every expected number is computed from
//! the events that the proof itself made.
//!
//! - [`tools`] finds the programs: Prometheus, Alertmanager and `emberline` itself.
//! - [`process`] runs them, bounded in time, and ends them by process id.
//! - [`prometheus`] and [`alertmanager`] start and ask the two servers; [`exporter`] is a process to scrape.
//! - [`remote_write`] puts history into Prometheus; [`rules`] reads a rule file, [`replay`] evaluates it over history.
//! - [`spec`] holds the specs that the proofs compile.
//! - [`collector`] runs the generated configurations in a real OpenTelemetry Collector; [`otlp`] is what it is sent.
//! - [`engines`] starts the other rulers, and the judges of Kubernetes objects; [`objectives`] are made by chance with
//!   [`random`] for them, and [`outages`] are what they are held against Prometheus over.
//! - [`stores`] starts stores of traces and logs, puts doors before them, and tells an incident of the demo into them.
//! - [`cost`] counts the samples that a service's rules touch; [`units`] runs the generated unit tests, [`given`] those
//!   of the proofs.

pub mod alertmanager;
pub mod collector;
pub mod cost;
pub mod engines;
pub mod exporter;
pub mod given;
pub mod objectives;
pub mod otlp;
pub mod outages;
pub mod process;
pub mod prometheus;
pub mod random;
pub mod remote_write;
pub mod replay;
pub mod rules;
pub mod spec;
pub mod stores;
pub mod tools;
pub mod units;
