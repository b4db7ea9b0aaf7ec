//! Registries of semantic conventions, as Weaver and `open-telemetry/semantic-conventions` write them: a source of label
//! domains. Of all that such a file says only attributes with a list of members count here; the rest is Weaver's.
//!
//! ```text
//! groups:                          # or, in `file_format: definition/2`, `attributes:` itself with `key:`
//!   - id: registry.shop
//!     attributes:
//!       - id: shop.order.state
//!         type: {members: [{id: open, value: open}, {id: paid, value: paid}]}
//! ```

use crate::source::Spanned;
use crate::yaml::{Node, Value};

/// An attribute whose values are enumerated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryAttribute {
    /// Its name, and where that stands.
    pub name: Spanned<String>,
    /// Every value that it can have.
    pub values: Vec<String>,
}

/// Whether a document is a registry rather than a service, which has a name and neither groups nor another format.
pub(super) fn is_registry(document: &Node) -> bool {
    let has = |name| field(document, name).is_some();
    (has("groups") || has("file_format")) && !has("service")
}

/// The enumerated attributes of a registry.
pub(super) fn attributes(document: &Node) -> Vec<RegistryAttribute> {
    let groups = items(document, "groups").flat_map(|group| {
        // Older files write the common part of the names once.
        let prefix = text(group, "prefix").map_or(String::new(), |prefix| format!("{prefix}."));
        items(group, "attributes").filter_map(move |node| attribute(node, &prefix))
    });
    groups.chain(items(document, "attributes").filter_map(|node| attribute(node, ""))).collect()
}

fn attribute(node: &Node, prefix: &str) -> Option<RegistryAttribute> {
    let name = field(node, "key").or_else(|| field(node, "id"))?;
    let members = items(field(node, "type")?, "members");
    let values: Vec<String> =
        members.filter_map(|member| text(member, "value").or_else(|| text(member, "id"))).map(str::to_owned).collect();
    let written: &str = &name.scalar()?.text;
    let full = if written.starts_with(prefix) { written.to_owned() } else { format!("{prefix}{written}") };
    (!values.is_empty()).then(|| RegistryAttribute { name: Spanned::new(full, name.span), values })
}

pub(super) fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| &*key.value.text == name).map(|(_, value)| value)
}

fn items<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = &'n Node> + use<'n> {
    let items = match field(node, name).map(|node| &node.value) {
        Some(Value::Sequence(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter()
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    field(node, name)?.scalar().map(|scalar| &*scalar.text)
}
