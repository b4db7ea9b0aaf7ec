//! What Alertmanager can be told of a receiver: one table of its integrations and their fields, as of version 0.31.
//!
//! From the rows of `table` come the reader with its findings (`read`), the JSON Schema (`schema`), the guide's
//! page and what is written. A field that Alertmanager gains is one row. `ci/proofs` asks amtool about every row.

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod any;
mod config;
pub(crate) mod crd;
mod filled;
mod kind;
mod read;
mod rules;
mod scalar;
mod schema;
mod table;
mod value;

pub use config::Integration;
pub use crd::{Secrets, Selector};
pub use kind::{Field, Kind, Record, Rule};
pub use scalar::is_http;
pub use table::{GLOBALS, GlobalField, INTEGRATIONS, INTERVAL};
pub use value::Config;

pub(crate) use config::{Globals, Interval, at};
pub(crate) use filled::{filled, wanting};
pub(crate) use table::TEMPLATES;
