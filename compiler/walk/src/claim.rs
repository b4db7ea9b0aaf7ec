//! What a walk claims, the facts for and against it, and what would change its mind.

use serde::Serialize;

/// What a confidence is, in words for readers.
pub(super) const CONFIDENCE: &str = "Confidence is a commit's share of all odds: those of every deployed commit, and those of \
a cause outside of them. It ranks suspects by the evidence at hand; it is not a measured rate of right answers.";

/// Where a reader can see a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Proof {
    /// A trace.
    Trace {
        /// The trace: 32 hexadecimal digits.
        id: String,
        /// The page of the store that shows it, if the store has pages.
        link: Option<String>,
    },
    /// A commit.
    Commit {
        /// The full id.
        id: String,
        /// The command that shows it.
        command: String,
    },
    /// A query of metrics.
    Query {
        /// The source's name and address.
        source: String,
        /// The query, to paste.
        query: String,
    },
    /// An artefact of this walk.
    Artefact {
        /// The layer, as a link's text.
        layer: String,
        /// The file beside `walk.md`.
        file: String,
    },
}

impl Proof {
    /// The command that shows a commit.
    pub(super) fn commit(id: &str) -> Self {
        Self::Commit { id: id.to_owned(), command: format!("git show {id}") }
    }

    /// An artefact of this walk.
    pub(super) fn artefact(layer: &str, file: &str) -> Self {
        Self::Artefact { layer: layer.to_owned(), file: file.to_owned() }
    }
}

/// An observation that speaks for or against a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// The observation in a sentence.
    pub words: String,
    /// How much it says, from 0 to 1: for the order of facts, not for arithmetic.
    pub strength: f64,
    /// Where to see it.
    pub proofs: Vec<Proof>,
}

/// What a walk claims, and why to believe it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// The claim in a sentence.
    pub sentence: String,
    /// Whether the first suspect is named only because the others look harmless: no trace, profile or error points to
    /// what it changes.
    pub is_by_elimination: bool,
    /// The strongest facts for the claim, at most three, the strongest first.
    #[serde(rename = "for")]
    pub for_: Vec<Fact>,
    /// The strongest fact against the claim; `None` if nothing that was looked at speaks against it.
    pub against: Option<Fact>,
    /// What was not looked at, a sentence each.
    pub unseen: Vec<String>,
    /// Observations that would change the verdict, a sentence each.
    pub would_change: Vec<String>,
    /// What a confidence is.
    pub confidence_means: &'static str,
}

/// The most facts for a claim.
pub(super) const MOST: usize = 3;

/// The strongest facts, the strongest first. Facts of equal strength keep their order.
pub(super) fn strongest(mut facts: Vec<Fact>, most: usize) -> Vec<Fact> {
    facts.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    facts.truncate(most);
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_facts_come_first() {
        let fact = |words: &str, strength: f64| Fact { words: words.to_owned(), strength, proofs: Vec::new() };
        let all = vec![fact("a", 0.2), fact("b", 0.9), fact("c", 0.5), fact("d", 0.5)];
        let words: Vec<String> = strongest(all, MOST).into_iter().map(|fact| fact.words).collect();
        assert_eq!(words, ["b", "c", "d"]);
    }
}
