//! What classic and native histograms have in common.

use crate::indicator::{Query, Reading, Setting, Threshold};
use crate::promql::{MatchOp, Selector, SelectorMatcher};

/// What both kinds of histograms have in common.
#[derive(Debug)]
pub(super) struct Durations {
    pub(super) threshold: Threshold,
    /// The histogram's name in Prometheus, before `_bucket` and `_count`.
    pub(super) prometheus: String,
    /// What narrows it down.
    pub(super) narrowed: Option<Query>,
}

impl Durations {
    pub(super) fn reading(&self) -> Reading<'_> {
        let (name, narrowed) = (&self.threshold.metric, self.narrowed.as_ref());
        Reading::Histogram { name, prometheus: &self.prometheus, narrowed }
    }

    /// The histogram's series with this suffix, of the service that exports it unless the selector says otherwise.
    pub(super) fn select(&self, suffix: &str, setting: &Setting<'_>) -> Selector {
        // Nobody wrote it, so its ranges point nowhere.
        let metric = Some((format!("{}{suffix}", self.prometheus), 0..0));
        let mut selector = Selector { metric, matchers: Vec::new() };
        let written = self.narrowed.as_ref().map(|query| query.selector.matchers.as_slice()).unwrap_or_default();
        if written.iter().all(|matcher| matcher.label != setting.service_label) {
            push(&mut selector, setting.service_label, MatchOp::Eq, &self.threshold.owner);
        }
        selector.matchers.extend(written.iter().cloned());
        selector
    }
}

pub(super) fn push(selector: &mut Selector, label: &str, op: MatchOp, value: &str) {
    selector.matchers.push(SelectorMatcher {
        label: label.to_owned(),
        label_range: 0..0,
        op,
        value: value.to_owned(),
        value_range: 0..0,
    });
}
