//! What changes of a field of the specs do to the gate.

/// What a change of a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// No change weakens the gate; why.
    Free(&'static str),
    /// The fields of the record within have rules of their own.
    Within,
    /// Such a change weakens the gate, and what that does. Fields of records within have rules besides.
    Weakens(When, &'static str),
}

/// Which changes of a field weaken the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Any change.
    Changed,
    /// A larger value, and one that appears or goes.
    Larger,
    /// A smaller value, and one that appears or goes.
    Smaller,
    /// The word goes.
    Lost(&'static str),
    /// The word comes.
    Gained(&'static str),
    /// An entry comes. Without the field there is none.
    Added,
    /// An entry goes. Without the field there is none.
    Removed,
    /// An entry comes or goes. Without the field there is none.
    Either,
    /// An entry comes or goes. Without the field there are those of a default.
    Chosen,
}

impl When {
    /// Whether an entry that comes counts.
    pub(super) fn on_addition(self) -> bool {
        !matches!(self, Self::Removed)
    }

    /// Whether an entry that goes counts.
    pub(super) fn on_removal(self) -> bool {
        !matches!(self, Self::Added)
    }
}
