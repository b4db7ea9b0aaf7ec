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
//! - `profile` and `latency` turn slow spans into places in the code (`site`); `errors` does so for failed spans, by `spot`s
//!   in attributes and in stack traces (`stack`), and `handler` by routes.
//! - `code` reads what was deployed (`revisions`, `version`, `candidates`), and `suspects` ranks the commits by
//!   `target`, `mentions` and `fits`. `program` reads source code.
//! - `verdict` closes the walk, and `render` writes it for people and programs.

mod aftermath;
mod ask;
mod candidates;
mod case;
mod chain;
mod code;
mod compare;
mod errors;
mod fits;
mod gather;
mod graph;
mod handler;
mod latency;
mod layers;
mod mentions;
mod middle;
mod onset;
mod place;
mod profile;
mod program;
mod render;
mod repo;
mod report;
mod requests;
mod revisions;
mod site;
mod slo;
pub mod source;
mod spot;
mod stack;
mod suspects;
mod target;
mod trace;
mod tree;
mod verdict;
mod version;
mod waits;

pub use ask::Ask;
pub use case::Question;
pub use chain::{Break, Cause};
pub use code::{BlameLine, Code, Deployment};
pub use compare::{Difference, Grown, Kind, More};
pub use errors::{Errors, Failure};
pub use layers::{walk, walk_patiently};
pub use onset::Onset;
pub use place::Place;
pub use profile::{Hot, Profiled};
pub use program::change::How;
pub use render::{artefacts, human, markdown, superseded};
pub use report::{Action, Verdict, Walk};
pub use requests::{Deviation, Numbers, Operation, Outgoing, Requests};
pub use revisions::Revisions;
pub use site::{Role, Site};
pub use slo::{Burn, Firing, Objective};
pub use suspects::{SURE, Suspect};
pub use trace::{Row, Traced};
