//! What happens once an alert fires: the walk from the objective to the commit, drills of it, and what both cost and save.
//!
//! - [`source`] is where evidence comes from: a trait for each kind, and Prometheus, the trace, log and profile stores, and git
//!   behind them.
//! - [`gameday`] breaks a system on purpose and times the way back.
//! - [`report`] writes drills up: the incident, its postmortem, a series.
//! - [`money`] is what telemetry costs, by volumes that were measured, and what shorter incidents are worth.
//! - [`walk`] goes from a firing alert through requests, traces and profiles to commits, and says where the chain breaks.

pub mod gameday;
pub mod money;
pub mod report;
pub mod source;
pub mod walk;
