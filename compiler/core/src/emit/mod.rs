//! Emitters: `Plan → Artefact`s, one file per output format. No arithmetic and no I/O here.

/// What can be generated; the words are those of `--only` and of the folders under `generated/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Prometheus rule files, one a service.
    Rules,
    /// promtool unit tests of those rules.
    Tests,
    /// The rules as `PrometheusRule` objects for the Prometheus Operator.
    Operator,
    /// The JSON Schemas of the spec and the policy.
    Schema,
}

impl Target {
    /// Every target, in the order they are written.
    pub const ALL: &[Self] = &[Self::Rules, Self::Tests, Self::Operator, Self::Schema];

    /// The word for `--only`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Tests => "tests",
            Self::Operator => "operator",
            Self::Schema => "schema",
        }
    }

    /// The folder under the output folder that holds this target's files and no other's; `/` between parts.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Rules => "prometheus/rules",
            Self::Tests => "prometheus/tests",
            Self::Operator => "operator",
            Self::Schema => "schema",
        }
    }

    /// The target of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|target| target.word() == word)
    }
}

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Path under the output folder; `/` between parts, never absolute, never with `..`.
    pub path: String,
    /// The whole text.
    pub text: String,
}
