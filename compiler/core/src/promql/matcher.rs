//! Which values a matcher accepts.

use super::regex::Pattern;
use super::selector::SelectorMatcher;
use super::tree::MatchOp;

impl SelectorMatcher {
    /// Whether the matcher accepts a value; the empty value stands for an absent label.
    pub(crate) fn accepts(&self, value: &str) -> bool {
        Test::new(self).accepts(value)
    }

    /// Whether the matcher accepts any of a label's values, or its absence.
    pub(crate) fn accepts_any<'v>(&self, values: impl IntoIterator<Item = &'v str>) -> bool {
        let test = Test::new(self);
        values.into_iter().chain([""]).any(|value| test.accepts(value))
    }
}

/// A matcher ready to be asked about many values: its regex is read once.
pub(crate) struct Test<'a> {
    pub(super) matcher: &'a SelectorMatcher,
    /// The regex, or `None` where there is none, or an unsound one, which then matches nothing.
    pub(super) pattern: Option<Pattern>,
}

impl<'a> Test<'a> {
    pub(crate) fn new(matcher: &'a SelectorMatcher) -> Self {
        let regex = matches!(matcher.op, MatchOp::Re | MatchOp::Nre);
        Self { matcher, pattern: regex.then(|| Pattern::new(&matcher.value).ok()).flatten() }
    }

    /// Whether the matcher accepts a value; the empty value stands for an absent label.
    pub(crate) fn accepts(&self, value: &str) -> bool {
        let pattern = || self.pattern.as_ref().is_some_and(|pattern| pattern.matches(value));
        match self.matcher.op {
            MatchOp::Eq => self.matcher.value == value,
            MatchOp::Ne => self.matcher.value != value,
            MatchOp::Re => pattern(),
            MatchOp::Nre => !pattern(),
        }
    }

    /// All values that the matcher accepts, if they can be listed.
    pub(super) fn accepted(&self) -> Option<Vec<String>> {
        match self.matcher.op {
            MatchOp::Eq => Some(vec![self.matcher.value.clone()]),
            MatchOp::Re => self.pattern.as_ref().and_then(Pattern::literals),
            MatchOp::Ne | MatchOp::Nre => None,
        }
    }

    /// All values that the matcher refuses, if they can be listed.
    pub(super) fn refused(&self) -> Option<Vec<String>> {
        match self.matcher.op {
            MatchOp::Ne => Some(vec![self.matcher.value.clone()]),
            MatchOp::Nre => self.pattern.as_ref().and_then(Pattern::literals),
            MatchOp::Eq | MatchOp::Re => None,
        }
    }

    /// Values that the matcher speaks of, whether it accepts or refuses them.
    pub(super) fn spoken_of(&self) -> Vec<String> {
        match &self.pattern {
            Some(pattern) => pattern.samples(8),
            None => vec![self.matcher.value.clone()],
        }
    }
}
