//! Every way in which a change can weaken the gate that judges it: fields of the specs and files of the repository. The
//! summary of a pull request shows each. `table` and `files` are the tables; the guide's page is made of them.

pub(crate) mod fields;
pub(crate) mod files;
pub(crate) mod rule;
mod specs;
pub(crate) mod table;
mod tree;

pub(crate) use files::{Changed, Nature, of_file};
pub(crate) use specs::of_specs;

/// One way in which a change weakens the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weakening {
    /// What the gate does no longer, or less strictly.
    pub(crate) what: &'static str,
    /// The field or the file.
    pub(crate) place: String,
    /// As it was; `None` if there was nothing.
    pub(crate) before: Option<String>,
    /// As it is; `None` if nothing is left.
    pub(crate) after: Option<String>,
}
