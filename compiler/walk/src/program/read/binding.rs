//! Which names a node declares. A name that others may read, as the key of JSON, is not declared here alone.

use tree_sitter::Node;

use super::super::grammar::{Binds, Sense};
use super::super::language::Language;
use super::super::token::Role;
use super::frame::Frame;
use super::reader::Reader;

/// Whether names in a node, or the name that is the node, are declared there.
pub(super) fn of(around: &Frame, node: Node<'_>, field: Option<&str>, sense: Sense) -> bool {
    let is_value = matches!(
        field,
        Some("type" | "value" | "default_value" | "right" | "condition" | "key" | "body" | "return_type" | "object")
    );
    if is_value || matches!(sense, Sense::Call | Sense::Computes | Sense::Attribute | Sense::Inert) {
        return false;
    }
    let begins = match around.binds {
        Binds::None => false,
        Binds::All => true,
        Binds::Field => field == Some("name"),
        Binds::Named => match field {
            Some("name" | "pattern" | "left" | "parameter" | "alias") => true,
            // A closure's only parameter may stand without brackets.
            Some("parameters") => node.child_count() == 0,
            _ => false,
        },
    };
    begins || (around.binding && around.binds != Binds::Named)
}

impl Reader<'_> {
    /// Whether something other than the code may read a declared name.
    pub(super) fn is_read_by_name(&self, node: Node<'_>, around: &Frame) -> bool {
        // `let { total } = order` names the field as well.
        if node.kind().starts_with("shorthand_") || around.mutes {
            return true;
        }
        let text = self.of(node);
        let starts_upper = text.starts_with(char::is_uppercase);
        match self.language {
            Language::Rust if around.binds == Binds::Field => self.is_served(around),
            // An upper-case name in a pattern is a constant or a variant.
            Language::Rust => starts_upper && around.binds != Binds::Named,
            Language::Go => around.binds == Binds::Field && starts_upper,
            // Serializers derive the names of fields from those of getters.
            Language::Java => {
                let is_getter = ["get", "is", "set"]
                    .iter()
                    .any(|begin| text.strip_prefix(begin).is_some_and(|rest| rest.starts_with(char::is_uppercase)));
                is_getter && around.sense == Sense::Function
            }
            Language::Python => {
                (around.sense == Sense::Member && !text.starts_with('_'))
                    || (around.sense == Sense::Constant && !around.in_function && !around.qualifier.is_empty())
            }
            Language::JavaScript | Language::TypeScript | Language::Tsx => around.sense == Sense::Member,
            _ => false,
        }
    }

    /// Whether the type around a node has attributes that may read its fields' names.
    fn is_served(&self, around: &Frame) -> bool {
        let Some(tokens) = around.type_start.and_then(|start| self.tokens.get(start..)) else { return false };
        let header = tokens.iter().take_while(|token| token.role == Role::Attribute || !token.is("{"));
        header.clone().any(|token| token.role == Role::Attribute)
    }

    /// Whether a node is a field that others see, or that a framework may read.
    pub(super) fn is_public_field(&self, node: Node<'_>, sense: Sense, around: &Frame) -> bool {
        let is_field = matches!(self.language, Language::Java | Language::CSharp)
            && sense == Sense::Constant
            && !around.in_function;
        if !is_field {
            return node.kind() == "record_declaration";
        }
        let declared = self.of(node).split(['=', ';']).next().unwrap_or_default();
        let is_public = declared.split_whitespace().any(|word| matches!(word, "public" | "protected" | "internal"));
        is_public || declared.contains(['@', '[']) || self.is_served(around)
    }
}
