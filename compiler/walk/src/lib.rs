//! From a firing alert to the commit: objective, requests, trace, profile or error, and `git blame`, unattended.
//!
//! Each layer takes evidence and returns evidence. If a source lacks data, the layer says so, confidence drops, and
//! the walk continues.
//!
//! - [`source`] provides evidence. It has a trait for each kind of source, with Prometheus, stores of traces, logs
//!   and profiles, and git behind the traits.
//! - `layers` runs the layers in their order. `ask` keeps each question with its answer.
//! - `slo` chooses the alert, and `onset` finds when the incident began.
//! - `requests` finds the affected requests in span metrics.
//! - `trace` fetches bad and healthy traces (`gather`), compares them (`compare`, over `tree`), and finds where the
//!   trace is broken (`chain`).
//! - `profile` and `latency` turn slow spans into places in the code (`site`); `errors` does so for failed spans, by
//!   `spot`s in attributes and in stack traces (`stack`), and `handler` by routes.
//! - `differs` turns vanished calls and new values into places. `plateau` finds durations that cluster.
//! - `code` reads what was deployed (`revisions`, `version`, `candidates`), and `suspects` ranks the commits by
//!   `target`, `mentions`, `kin` and `fits`, by `mechanism` and `observed`. `program` reads source code.
//! - `runtime` looks for what else changed in processes and their resources, `outside` for a turned flag (`flags`), a
//!   full disk and a surge of traffic.
//! - `recent` keeps new revisions suspect. `verdict` closes the walk. `belief` makes its `claim` with facts for and
//!   against it, and `actions` says what to do. `render` writes it for people and programs, and `export` freezes the
//!   incident.

mod actions;
mod aftermath;
mod ask;
mod belief;
mod builds;
mod candidates;
mod case;
mod chain;
mod claim;
mod code;
mod compare;
mod depends;
mod diff;
mod differs;
mod episodes;
mod errors;
mod export;
mod fits;
mod flags;
mod gather;
mod graph;
mod handler;
mod kin;
mod kind;
mod latency;
mod layers;
mod mechanism;
mod mentions;
mod middle;
mod numbers;
mod observed;
mod onset;
mod outside;
mod packages;
mod place;
mod plateau;
mod profile;
mod program;
mod recent;
mod refuted;
mod render;
mod repo;
mod report;
mod requests;
mod reversed;
mod revisions;
mod runtime;
mod site;
mod slo;
pub mod source;
mod spot;
mod stack;
mod suspects;
mod target;
mod trace;
mod tree;
mod values;
mod verdict;
mod version;
mod waits;

pub use ask::Ask;
pub use case::Question;
pub use chain::{Break, Cause};
pub use claim::{Claim, Fact, Proof};
pub use code::{BlameLine, Code, Deployment};
pub use compare::{Difference, Fewer, Grown, More};
pub use errors::{Errors, Failure};
pub use export::{Frozen, freeze};
pub use kind::Kind;
pub use layers::{walk, walk_patiently};
pub use onset::Onset;
pub use outside::Outside;
pub use place::Place;
pub use plateau::Plateau;
pub use profile::{Hot, Library, Profiled};
pub use program::change::How;
pub use refuted::Refuted;
pub use render::{artefacts, human, markdown, superseded};
pub use report::{Action, Verdict, Walk};
pub use requests::{Deviation, Numbers, Operation, Outgoing, Requests};
pub use revisions::Revisions;
pub use runtime::{Resource, Runtime, Shift};
pub use site::{Role, Site};
pub use slo::{Burn, Firing, Objective};
pub use suspects::{SURE, Suspect};
pub use trace::{Row, Traced};
pub use values::Value;
