//! What classic and native histograms have in common.

use crate::indicator::{Query, Reading, Setting, Threshold};
use crate::metric::{is_legacy, label_name};
use crate::promql::{Expr, MatchOp, Matcher, Select, Selector, SelectorMatcher};

/// A histogram of durations, and the longest of the good ones.
#[derive(Debug)]
pub(super) struct Durations {
    pub(super) threshold: Threshold,
    /// The histogram's name in Prometheus, before `_bucket` and `_count`.
    prometheus: String,
    /// What narrows it down.
    narrowed: Option<Query>,
    /// The service's own label and its name, where the selector gets them beyond what its author wrote.
    added: Option<(String, String)>,
}

impl Durations {
    /// Services share the names of metrics, so one that the objective's own service declares by its OpenTelemetry name
    /// (`is_shared`) is narrowed down to it. Nothing is added to any other: plain Prometheus metrics have no such label, and a
    /// matcher that nobody wrote would select nothing and page on a healthy service.
    pub(super) fn new(
        threshold: Threshold,
        prometheus: String,
        narrowed: Option<Query>,
        is_shared: bool,
        setting: &Setting<'_>,
    ) -> Self {
        let mut written = narrowed.iter().flat_map(|query| &query.selector.matchers);
        let is_written = written.any(|matcher| label_name(&matcher.label) == setting.service_label);
        // Series that keep dots have the label as the policy writes it, if it does.
        let label = if is_legacy(&prometheus) { Some(setting.service_label) } else { setting.service_label_written };
        let label = label.filter(|_| is_shared && !is_written);
        let added = label.map(|label| (label.to_owned(), threshold.owner.clone()));
        Self { threshold, prometheus, narrowed, added }
    }

    pub(super) fn reading(&self) -> Reading<'_> {
        let (name, narrowed) = (&self.threshold.metric, self.narrowed.as_ref());
        Reading::Histogram { name, prometheus: &self.prometheus, narrowed }
    }

    /// The matcher beyond what its author wrote: `service_name="checkout"`.
    pub(super) fn added(&self) -> Option<String> {
        let (label, value) = self.added.as_ref()?;
        let matchers = [Matcher::eq(label, value)];
        let braced = Expr::Select(Select { metric: None, matchers: &[&matchers] }).to_string();
        braced.strip_prefix('{')?.strip_suffix('}').map(str::to_owned)
    }

    /// The histogram's series with this suffix.
    pub(super) fn select(&self, suffix: &str) -> Selector {
        // Nobody wrote it, so its ranges point nowhere.
        let metric = Some((format!("{}{suffix}", self.prometheus), 0..0));
        let added = self.added.iter().map(|(label, value)| SelectorMatcher::made(label, MatchOp::Eq, value));
        let written = self.narrowed.iter().flat_map(|query| &query.selector.matchers);
        Selector { metric, matchers: added.chain(written.cloned()).collect() }
    }
}
