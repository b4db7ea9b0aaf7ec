//! Where findings go while something is resolved: the model and its indicators are given one.

use crate::finding::Finding;
use crate::source::Sources;
use crate::target::Target;

/// Where findings go while something is resolved.
pub(crate) struct Scope<'s> {
    pub(crate) sources: &'s Sources,
    /// What is asked for: some rulers read less than Prometheus.
    pub(crate) targets: &'s [Target],
    pub(crate) findings: Vec<Finding>,
}

impl Scope<'_> {
    pub(crate) fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
