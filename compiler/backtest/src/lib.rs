//! Compiled rules over the history of a Prometheus: which alerts would have fired, and what that would have cost.
//!
//! ```text
//! plan ──rules──▶ groups ──replay──▶ raw parts ──server──▶ values ──eval──▶ records ──alert──▶ Outcome ──report──▶ text
//! ```
//!
//! The server evaluates what reads raw series, at the instants at which it would evaluate the rules. Everything above is
//! evaluated here, since a server that has not recorded yesterday's windows cannot be asked for them. The semantics are
//! those of Prometheus 3: windows without their beginning, reads that look back five minutes unless a rule gave nothing,
//! subqueries at multiples of their step. Whatever a rule has that is not evaluated here is a fault.
//!
//! [`rulefile`] replays rules that others wrote in the same way, and says what they can do.
//!
//! [`budget`] asks for what the loaded rules themselves have recorded.

mod alert;
pub mod backfill;
mod binary;
pub mod budget;
mod eval;
mod gather;
mod grid;
pub mod incident;
pub mod moment;
pub mod openmetrics;
mod outcome;
mod plain;
mod promql;
mod replay;
mod report;
pub mod rulefile;
mod rules;
mod server;
mod window;
mod written;

pub use alert::Spell;
pub use eval::Source;
pub use grid::{ABSENT, Grid, Labels, Series, is_absent};
pub use outcome::{Budget, Fired, Firing, Outcome, Span, Tried};
pub use replay::replay;
pub use report::{Failed, Form, OfFile, Report};
pub use server::Server;
pub use written::Written;
