//! Every object by its kind and name, and references between them.

use emberline_core::yaml::Node;

use crate::report::Rows;
use crate::tree::{Fields, find, text};

/// Kinds of v1 and v1alpha.
const KINDS: [&str; 7] =
    ["DataSource", "SLO", "SLI", "AlertPolicy", "AlertCondition", "AlertNotificationTarget", "Service"];

/// The objects of every file.
pub(super) struct Objects<'n> {
    all: Vec<(&'n str, &'n str, &'n Node)>,
}

impl<'n> Objects<'n> {
    /// The objects among documents; what is none is reported.
    pub(super) fn of(documents: &[&'n Node], rows: &mut Rows) -> Self {
        let mut all = Vec::new();
        for document in documents.iter().copied() {
            let mut fields = Fields::of(document);
            let version = fields.text("apiVersion").unwrap_or(("", fields.at));
            let kind = fields.text("kind").unwrap_or(("", fields.at));
            if !matches!(version.0, "openslo/v1" | "openslo/v1alpha") {
                let why = "only `openslo/v1` and `openslo/v1alpha` are known";
                rows.cannot(version.1, format!("`apiVersion: {}`", version.0), why);
            } else if KINDS.contains(&kind.0) {
                let name = find(document, "metadata").and_then(|about| find(about, "name")).and_then(text);
                all.push((kind.0, name.unwrap_or_default(), document));
            } else {
                rows.cannot(kind.1, format!("`kind: {}`", kind.0), "OpenSLO has no such kind");
            }
        }
        Self { all }
    }

    /// Every object of a kind.
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = &'n Node> {
        self.all.iter().filter(move |(of, ..)| *of == kind).map(|(.., node)| *node)
    }

    /// The object that a reference names; one that is nowhere is reported.
    pub(super) fn referred(&self, kind: &str, reference: &Node, rows: &mut Rows) -> Option<&'n Node> {
        let name = text(reference).unwrap_or_default();
        let found = self.all.iter().find(|(of, known, _)| *of == kind && *known == name).map(|(.., node)| *node);
        if found.is_none() {
            let why = format!("no file that was read has an {kind} of this name");
            rows.cannot(reference.span, format!("the reference to `{name}`"), why);
        }
        found
    }

    /// The team that a service's labels name.
    pub(super) fn owner(&self, service: &str) -> Option<String> {
        let (.., node) = self.all.iter().find(|(kind, name, _)| *kind == "Service" && *name == service)?;
        let labels = find(find(node, "metadata")?, "labels")?;
        let team = find(labels, "owner").or_else(|| find(labels, "team"))?;
        text(team).map(str::to_owned)
    }
}
