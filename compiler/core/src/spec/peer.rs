//! Documents of other tools for objectives, which `emberline import` reads.

use super::registry::field;
use crate::code;
use crate::finding::Finding;
use crate::source::Source;
use crate::yaml::Node;

/// A tool whose specs are imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// `version: prometheus/v1`, or a `PrometheusServiceLevel`.
    Sloth,
    /// `apiVersion: pyrra.dev/v1alpha1`.
    Pyrra,
    /// `apiVersion: openslo/v1` or `openslo/v1alpha`.
    OpenSlo,
}

impl Peer {
    /// The tool that reads a document; `None` for a document of anything else.
    #[must_use]
    pub fn of(document: &Node) -> Option<Self> {
        let field = |name| field(document, name).and_then(Node::scalar).map_or("", |scalar| &scalar.text);
        let (version, api) = (field("version"), field("apiVersion"));
        if version.starts_with("prometheus/v") || api.starts_with("sloth.slok.dev/") {
            Some(Self::Sloth)
        } else if api.starts_with("pyrra.dev/") {
            Some(Self::Pyrra)
        } else if api.starts_with("openslo/") || api.starts_with("openslo.com/") {
            Some(Self::OpenSlo)
        } else {
            None
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sloth => "Sloth",
            Self::Pyrra => "Pyrra",
            Self::OpenSlo => "OpenSLO",
        }
    }

    /// How the command calls it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sloth => "sloth",
            Self::Pyrra => "pyrra",
            Self::OpenSlo => "openslo",
        }
    }

    /// The name behind its article.
    #[must_use]
    pub fn one(self) -> &'static str {
        match self {
            Self::Sloth => "a Sloth spec",
            Self::Pyrra => "a Pyrra spec",
            Self::OpenSlo => "an OpenSLO spec",
        }
    }

    /// The finding for a document that stands where a spec is expected.
    pub(super) fn finding(self, document: &Node, source: &Source) -> Finding {
        let named = ["version", "apiVersion"].into_iter().find_map(|name| field(document, name));
        let span = named.map_or(document.span, |node| node.span);
        Finding::new(&code::INVALID_VALUE, span, format!("this is {}", self.one()))
            .label("no spec of Emberline")
            .hint(format!("run `emberline import {} {}`, which writes one", self.word(), source.path))
    }
}
