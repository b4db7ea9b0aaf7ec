//! Whole PromQL expressions that people write where no selector is enough.
//!
//! ```text
//! text ──parse──▶ Node, Edits ──labels──▶ what its series may lack ──print──▶ the same text, with the compiler's range
//! ```
//!
//! The text stays its author's: nothing is reordered or simplified. Only the window that was left open is filled in,
//! comments are left out, and late data is waited for by an `offset` behind each selector.

pub(super) mod functions;
mod labels;
mod parse;
mod print;
mod reading;
mod tree;

pub use reading::Counters;
pub use tree::{PromqlQuery, Window};

#[cfg(test)]
mod tests;
