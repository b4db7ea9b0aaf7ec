//! Keeps traces, logs and profiles in one SQLite file: OTLP in, everything of a trace out by its id.
//!
//! A request is taken apart into [`rows`], one thread writes them ([`db`]), and the answer leaves after the commit.
//! The file is read by [`query`]; [`api`] and [`page`] show it to programs and to people.

pub mod api;
pub mod db;
pub mod otlp;
pub mod page;
pub mod pprof;
pub mod profiles;
mod profiles_json;
pub mod query;
pub mod retention;
pub mod rows;
