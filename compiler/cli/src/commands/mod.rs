//! What the commands do, one file each: they join `world`, core and `render`, and decide the exit status.

mod abreast;
mod access;
pub(crate) mod alertmanager;
pub(crate) mod backtest;
pub(crate) mod budget;
pub(crate) mod check;
pub(crate) mod codeowners;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod conceal;
pub(crate) mod cost;
pub(crate) mod diff;
pub(crate) mod explain;
mod freeze;
pub(crate) mod gameday;
mod gate;
pub(crate) mod import;
pub(crate) mod init;
mod known;
pub(crate) mod lsp;
pub(crate) mod mcp;
pub(crate) mod observe;
pub(crate) mod preview;
pub(crate) mod roi;
pub(crate) mod scan;
pub(crate) mod schema;
mod since;
mod source;
mod stores;
mod summary;
mod template;
mod trees;
pub(crate) mod verify;
pub(crate) mod walk;
mod walk_case;

use std::time::{SystemTime, UNIX_EPOCH};

use emberline_core::quantity::Date;

/// The time in seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The day that it is (UTC).
fn today() -> Date {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::of_days_since_1970(u32::try_from(seconds / 86_400).unwrap_or(u32::MAX))
}
