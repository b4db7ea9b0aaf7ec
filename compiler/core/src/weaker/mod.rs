//! Which changes of a field of the specs weaken the gate: one table, by which `--changed-since` tells what a change takes
//! from the gate, and by which a policy holds those below it to what it locks.

mod compare;
pub mod fields;
pub mod rule;
mod specs;
pub mod table;
mod tree;

pub(crate) use compare::{Comparison, step};
pub use specs::{changed_fields, of_specs};
pub(crate) use tree::Tree;

/// One way in which a change weakens the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakening {
    /// What the gate does no longer, or less strictly.
    pub what: &'static str,
    /// The field or the file.
    pub place: String,
    /// As it was; `None` if there was nothing.
    pub before: Option<String>,
    /// As it is; `None` if nothing is left.
    pub after: Option<String>,
}
