//! The matcher that a latency objective gets beyond what its author wrote: the service's own label.
//!
//! Services share the names of metrics, so a declared one is narrowed down to the service that declares it. Nothing is
//! added to a metric that the service does not declare: plain Prometheus metrics have no such label, and a matcher that
//! nobody wrote would select nothing and page on a healthy service.

use super::policy::Policy;
use super::sli::Latency;
use crate::promql::{Expr, Matcher, Select};

impl Latency {
    /// The label and the value that are added, or `None`.
    #[must_use]
    pub fn added<'l>(&'l self, policy: &'l Policy) -> Option<(&'l str, &'l str)> {
        let written = self.selector.iter().flat_map(|query| &query.selector.matchers);
        let is_written = written.into_iter().any(|matcher| super::label_name(&matcher.label) == policy.service_label);
        (self.is_own && !is_written).then_some((policy.service_label.as_str(), self.owner.as_str()))
    }

    /// The same as a matcher: `service_name="checkout"`.
    #[must_use]
    pub(crate) fn added_matcher(&self, policy: &Policy) -> Option<String> {
        let (label, value) = self.added(policy)?;
        let matchers = [Matcher::eq(label, value)];
        let braced = Expr::Select(Select { metric: None, matchers: &[&matchers] }).to_string();
        braced.strip_prefix('{')?.strip_suffix('}').map(str::to_owned)
    }
}
