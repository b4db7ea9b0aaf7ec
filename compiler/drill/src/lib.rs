//! The drill: a system is broken on purpose, by a commit among honest ones that nobody has told, and the way back is timed.
//!
//! - [`catalogue`] is what there is to draw from, by [`chance`]: [`patch`]es and outages. [`history`] makes a release of them in
//!   a clone, the [`repository`].
//! - [`site`] is the system, behind the [`command`]s that the policy names.
//! - [`drill`] runs one: it [`watch`]es the alerts, has a [`search`] look for the cause, takes it back, and keeps a [`record`]
//!   and what the Prometheus said, the [`evidence`].
//! - [`series`] puts many records together; [`notes`] is what they teach.

pub mod catalogue;
pub mod chance;
pub mod clock;
pub mod command;
mod cure;
pub mod drill;
pub mod evidence;
mod group;
pub mod history;
mod log;
pub mod notes;
pub mod patch;
pub mod record;
pub mod report;
pub mod repository;
pub mod search;
pub mod series;
pub mod site;
mod stage;
pub mod walker;
pub mod watch;
