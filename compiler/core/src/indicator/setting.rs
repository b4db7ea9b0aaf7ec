//! What surrounds an indicator when it is resolved.

use crate::metric::Index;

/// What surrounds an indicator when it is resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The service that has the objective.
    pub(crate) service: &'a str,
    /// The label that names a service in its series.
    pub(crate) service_label: &'a str,
    /// The same as the policy writes it, for series that keep the dots of OpenTelemetry's names.
    pub(crate) service_label_written: Option<&'a str>,
    /// What specs declare.
    pub(crate) index: &'a Index,
}
