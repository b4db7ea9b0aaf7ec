//! What surrounds an indicator when it is resolved.

use crate::metric::Index;

/// What surrounds an indicator when it is resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The service that has the objective.
    pub(crate) service: &'a str,
    /// The label that names a service in its series.
    pub(crate) service_label: &'a str,
    /// What specs declare.
    pub(crate) index: &'a Index,
}
