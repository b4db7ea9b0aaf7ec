//! (stub)

/// Every number and name of the output.
#[derive(Debug, Default)]
pub struct Plan {}

impl Plan {
    /// How many independent units [`crate::emit`] can be asked for: one a service, and one for what is global.
    #[must_use]
    pub fn units(&self) -> usize {
        0
    }
}
