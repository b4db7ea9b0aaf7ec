//! Which tool a document belongs to.

use emberline_core::yaml::Node;

use crate::tree::{find, text};

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
        let field = |name: &str| find(document, name).and_then(text).unwrap_or_default();
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
}
