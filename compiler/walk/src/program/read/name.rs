//! Names items: what a node declares, and in which type.

use tree_sitter::Node;

use super::super::grammar::Sense;
use super::super::items::ItemKind;
use super::super::language::Language;
use super::super::token::{Token, TokenKind};
use super::frame::Frame;
use super::reader::Reader;

/// What a node declares.
pub(super) struct Named {
    pub(super) kind: ItemKind,
    pub(super) name: String,
    /// The type that items in the node belong to.
    pub(super) scope: Option<String>,
    /// The type that the node belongs to, if the tree around the node does not tell.
    pub(super) qualifier: Option<String>,
}

impl Reader<'_> {
    /// What a node declares; `None` if the node is no item.
    pub(super) fn named(&self, node: Node<'_>, sense: Sense, around: &Frame) -> Option<Named> {
        let plain = |kind, name: &str| Some(Named { kind, name: name.to_owned(), scope: None, qualifier: None });
        let name = self.field(node, "name");
        match sense {
            Sense::Scope => None,
            Sense::Statement => plain(ItemKind::Statement, ""),
            Sense::Macro => plain(ItemKind::Macro, name?),
            Sense::Type => {
                let name = if node.kind() == "impl_item" { self.field(node, "type") } else { name };
                let name = base(name.unwrap_or("anonymous"));
                Some(Named { kind: ItemKind::Type, scope: Some(name.clone()), name, qualifier: None })
            }
            Sense::Function => match (self.language, name) {
                (Language::Go, Some(name)) => {
                    let of = node.child_by_field_name("receiver").and_then(|receiver| receiver.named_child(0));
                    let qualifier = of.and_then(|of| self.field(of, "type")).map(base);
                    Some(Named { kind: ItemKind::Function, name: name.to_owned(), scope: None, qualifier })
                }
                (Language::CSharp, Some(name)) if node.kind() == "property_declaration" => {
                    let acts = ["=>", "return", "set {", "get {"].iter().any(|text| self.of(node).contains(text));
                    plain(if acts { ItemKind::Function } else { ItemKind::Constant }, name)
                }
                (_, Some(name)) => plain(ItemKind::Function, name),
                (Language::CSharp, None) => plain(ItemKind::Function, "operator"),
                (_, None) => self.callback(node, around),
            },
            Sense::Constant => self.value(node, around),
            _ => None,
        }
    }

    /// A constant, or a function that is a value.
    fn value(&self, node: Node<'_>, around: &Frame) -> Option<Named> {
        let plain = |kind, name: &str| Some(Named { kind, name: name.to_owned(), scope: None, qualifier: None });
        match self.language {
            Language::Rust => plain(ItemKind::Constant, self.field(node, "name")?),
            _ if self.language.is_script() => {
                let is_function = ["value", "right"].iter().any(|field| {
                    node.child_by_field_name(field)
                        .is_some_and(|value| self.grammar.sense(value.kind_id()) == Sense::Function)
                });
                let name = ["name", "property", "key", "left"].iter().find_map(|field| self.field(node, field))?;
                let name = name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '\'']);
                let is_declared = !matches!(node.kind(), "pair" | "assignment_expression");
                match (is_function, is_declared && !around.in_function) {
                    (true, _) => plain(ItemKind::Function, name),
                    (false, true) => plain(ItemKind::Constant, name),
                    (false, false) => None,
                }
            }
            _ if around.in_function => None,
            Language::Python => {
                let left = node.child_by_field_name("left").filter(|left| left.kind() == "identifier")?;
                plain(ItemKind::Constant, self.of(left))
            }
            Language::Go => {
                // A list of constants that counts is one constant: a new line in it changes those below.
                plain(ItemKind::Constant, self.field(node, "name")?)
            }
            Language::Java => plain(ItemKind::Constant, self.field(node.child_by_field_name("declarator")?, "name")?),
            Language::CSharp => {
                let mut cursor = node.walk();
                let all: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
                let declaration = all.into_iter().find(|child| child.kind() == "variable_declaration")?;
                let mut cursor = declaration.walk();
                let all: Vec<Node<'_>> = declaration.named_children(&mut cursor).collect();
                let declarator = all.into_iter().find(|child| child.kind() == "variable_declarator")?;
                plain(ItemKind::Constant, self.field(declarator, "name")?)
            }
            _ => None,
        }
    }

    /// A function without a name that a call outside functions takes, as `app.get("/orders", …)`: `get /orders`.
    fn callback(&self, node: Node<'_>, around: &Frame) -> Option<Named> {
        if around.in_function || !self.language.is_script() {
            return None;
        }
        let arguments = node.parent().filter(|arguments| arguments.kind() == "arguments")?;
        let function = arguments.parent()?.child_by_field_name("function")?;
        let name = self.field(function, "property").unwrap_or_else(|| self.of(function));
        let first = arguments.named_child(0).filter(|first| first.kind() == "string").map(|first| self.of(first));
        let name = match first {
            Some(first) => format!("{name} {}", first.trim_matches(['"', '\''])),
            None => name.to_owned(),
        };
        (name.len() <= 120).then_some(Named { kind: ItemKind::Function, name, scope: None, qualifier: None })
    }

    fn field(&self, node: Node<'_>, field: &str) -> Option<&str> {
        node.child_by_field_name(field).map(|name| self.of(name)).filter(|name| !name.is_empty())
    }
}

/// A type's own name: `Ledger` for `*pay.Ledger[T]`, `Keep` for `shop::Keep<T>`.
fn base(name: &str) -> String {
    let name = name.split(['<', '[', '(']).find(|part| !part.trim().is_empty()).unwrap_or(name);
    let name = name.rsplit([':', '.']).next().unwrap_or(name);
    name.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_')).trim_start_matches("dyn ").to_owned()
}

/// The name of a statement in SQL: `CREATE INDEX ix_orders`, `SELECT orders`.
pub(super) fn of_statement(tokens: &[Token]) -> String {
    let is_keyword = |token: &&Token| token.kind == TokenKind::Word && token.text.chars().all(|c| !c.is_lowercase());
    let verb = tokens.first().map_or("", |token| token.text.as_str());
    let is_definition = matches!(verb, "CREATE" | "ALTER" | "DROP");
    let led: Vec<&str> = tokens
        .iter()
        .take(if is_definition { 3 } else { 1 })
        .take_while(is_keyword)
        .map(|token| token.text.as_str())
        .collect();
    let from = if is_definition {
        led.len()
    } else {
        tokens
            .iter()
            .position(|token| matches!(token.text.as_str(), "FROM" | "INTO" | "UPDATE" | "TABLE"))
            .unwrap_or(tokens.len())
    };
    let object = tokens
        .iter()
        .skip(from)
        .find(|token| token.kind == TokenKind::Word && !is_keyword(token) || token.kind == TokenKind::Text)
        .map_or("", |token| token.text.as_str());
    format!("{} {object}", led.join(" ")).trim().to_owned()
}
