//! What a commit changes in an item, and how much that may affect behaviour.

use std::collections::BTreeSet;

use serde::Serialize;

use super::items::ItemKind;
pub(crate) use super::rename::Names;
use super::token::Token;

/// How an item changed, from irrelevant to relevant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Only comments and blanks changed.
    Comments,
    /// The item runs in tests only.
    Tests,
    /// Only what compilers read changed: visibility, lints, layout, types that are erased.
    Form,
    /// Only names changed, in the same way in all of the commit.
    Names,
    /// The item stands elsewhere, unchanged.
    Moved,
    /// A constant, a type or an import came or went, which does nothing by itself.
    Declared,
    /// Only texts and plain names in log lines changed.
    Logs,
    /// Only texts for people changed.
    Texts,
    /// Only log lines changed, and they call functions.
    LogCalls,
    /// Only attributes changed: annotations, decorators, tags of fields.
    Attributes,
    /// The item is gone.
    Gone,
    /// Texts for machines changed: statements, paths, addresses, keys.
    Statements,
    /// Numbers changed.
    Numbers,
    /// The same statements have another order.
    Order,
    /// The item is new.
    New,
    /// The logic of the item changed.
    Logic,
}

impl How {
    /// The weight of the change as evidence: 0 if the change cannot be the cause, 1 if it may well be the cause.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Comments | Self::Tests => 0.0,
            Self::Moved => 0.05,
            Self::Form | Self::Names | Self::Declared => 0.06,
            Self::Logs => 0.1,
            Self::Texts => 0.15,
            Self::LogCalls | Self::Attributes | Self::Gone => 0.6,
            Self::Statements => 0.8,
            Self::Numbers | Self::Order => 0.9,
            Self::New | Self::Logic => 1.0,
        }
    }

    /// The change in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Comments => "only comments and blanks",
            Self::Tests => "tests only",
            Self::Form => "visibility, lints or layout only",
            Self::Names => "names only",
            Self::Moved => "its place only",
            Self::Declared => "a declaration that other code uses",
            Self::Logs => "only log lines",
            Self::Texts => "texts only",
            Self::LogCalls => "only log lines, which call functions",
            Self::Attributes => "attributes only",
            Self::Gone => "removes it",
            Self::Statements => "a text that machines read",
            Self::Numbers => "numbers",
            Self::Order => "the order of its statements",
            Self::New => "adds it",
            Self::Logic => "its logic",
        }
    }
}

/// A change of an item.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    pub(crate) qualifier: String,
    pub(crate) how: How,
    /// The item's first and last line before the change; `None` if the item is new.
    pub(crate) before: Option<(usize, usize)>,
    /// The item's first and last line after the change; `None` if the item is gone.
    pub(crate) after: Option<(usize, usize)>,
    /// Words, texts, numbers and marks that the change adds, sorted.
    pub(crate) added: Vec<String>,
    /// Words, texts, numbers and marks that the change removes, sorted.
    pub(crate) removed: Vec<String>,
    /// The item's code, if the item is new or gone: what a move keeps.
    pub(super) code: Vec<Token>,
    /// Names that an import gives to something else than before.
    pub(super) redirects: Vec<String>,
}

impl Changed {
    /// The first of `words` that the change adds.
    pub(crate) fn adds(&self, words: &[&str]) -> Option<String> {
        words.iter().find(|word| self.added.iter().any(|added| added == *word)).map(|word| (*word).to_owned())
    }

    /// The first of `words` that the change removes.
    pub(crate) fn removes(&self, words: &[&str]) -> Option<String> {
        words.iter().find(|word| self.removed.iter().any(|removed| removed == *word)).map(|word| (*word).to_owned())
    }

    /// The words that the item's new version has more often than the old version.
    pub(crate) fn new_words(&self) -> BTreeSet<&str> {
        self.added.iter().map(String::as_str).collect()
    }
}
