//! Drills: a fault is hidden among honest commits, and detection, search and recovery are timed.
//!
//! - [`catalogue`] holds [`patch`]es and outages, drawn by [`chance`]. [`history`] makes a release of them in
//!   a clone, the [`repository`].
//! - [`site`] is the system, behind the [`command`]s that the policy names.
//! - [`drill`] runs one: it [`watch`]es alerts, runs a [`search`] for the cause, rolls the release back, and keeps
//!   a [`record`] and the [`evidence`] of its Prometheus. After recovery it looks for the commit, the [`cause`].
//!   [`report`] writes it up.
//! - [`series`] summarises many records; [`notes`] are lessons for the runbook.

pub mod catalogue;
pub mod cause;
pub mod chance;
pub mod clock;
pub mod command;
mod cure;
pub mod drill;
pub mod evidence;
mod group;
pub mod history;
mod hunt;
mod log;
pub mod notes;
pub mod patch;
pub mod record;
pub mod release;
pub mod report;
pub mod repository;
mod restore;
pub mod search;
pub mod series;
pub mod site;
mod stage;
pub mod walker;
pub mod watch;
