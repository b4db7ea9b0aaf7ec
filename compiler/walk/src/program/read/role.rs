//! What the tokens of a node can change.

use tree_sitter::Node;

use super::super::grammar::Sense;
use super::super::language::Language;
use super::super::token::Role;
use super::frame::Frame;
use super::reader::Reader;
use super::{attribute, logs};

impl Reader<'_> {
    /// The role of a node's tokens. `is_failure` becomes true if the node's arguments are texts of an error.
    pub(super) fn role(
        &self,
        node: Node<'_>,
        field: Option<&str>,
        sense: Sense,
        around: &Frame,
        place: usize,
        is_failure: &mut bool,
    ) -> Role {
        let is_name_of_scope = around.sense == Sense::Scope && field == Some("name");
        let is_cast = around.sense == Sense::Cast && place > 0;
        if sense == Sense::Inert || is_name_of_scope || is_cast || around.role == Role::Inert {
            return Role::Inert;
        }
        match around.role {
            Role::Attribute | Role::LogCall | Role::Inert => return around.role,
            Role::Log => {
                let is_callee = around.sense == Sense::Call && matches!(field, Some("function" | "object"));
                let is_log = is_callee && sense == Sense::Member || sense == Sense::Call && self.is_log(node);
                return if self.computes(node, sense) && !is_log { Role::LogCall } else { Role::Log };
            }
            Role::Message => {
                let is_wrapped =
                    matches!(sense, Sense::Call | Sense::MacroCall | Sense::Binary) && self.leads_with_text(node);
                return if self.computes(node, sense) && !is_wrapped { Role::Code } else { Role::Message };
            }
            Role::Code => {}
        }
        if sense == Sense::Attribute || field == Some("tag") {
            return if attribute::is_inert(self.language, self.of(node)) { Role::Inert } else { Role::Attribute };
        }
        // The arguments of an error, down to the first expression.
        if around.is_failure && self.leads_with_text(node) {
            return Role::Message;
        }
        if around.is_failure && node.kind().contains("argument") {
            *is_failure = true;
            // `.context("…")` and `.with_context(|| "…")` add a text and nothing else.
            let is_text =
                node.named_child_count() == 1 && node.named_child(0).is_some_and(|it| self.leads_with_text(it));
            return if is_text && self.language == Language::Rust { Role::Message } else { Role::Code };
        }
        match sense {
            Sense::MacroCall if logs::MACROS.contains(&self.macro_name(node)) => Role::Log,
            Sense::Call if self.is_log(node) => Role::Log,
            Sense::If if self.only_logs(node) => Role::Log,
            _ if self.is_statement_of_log(node) => Role::Log,
            _ => {
                *is_failure = match sense {
                    Sense::Call | Sense::New => self.is_failure(node, sense, around),
                    _ => sense == Sense::Throw,
                };
                Role::Code
            }
        }
    }

    /// Whether an expression works by itself, rather than naming a value.
    fn computes(&self, node: Node<'_>, sense: Sense) -> bool {
        match sense {
            Sense::Call | Sense::New | Sense::Computes | Sense::Throw => true,
            // A condition, or an assignment in an argument.
            Sense::Constant => !matches!(node.kind(), "pair"),
            Sense::MacroCall => !logs::MACROS.contains(&self.macro_name(node)) && self.macro_name(node) != "format",
            Sense::Binary => {
                let operator = node.child_by_field_name("operator").map_or("", |operator| self.of(operator));
                let is_text = operator == "%" && self.leads_with_text(node);
                matches!(operator, "-" | "*" | "/" | "//" | "%" | "**" | "<<" | ">>") && !is_text
            }
            // `a.b` names a value. `a.b.c` fails if `a.b` is nothing, except in Rust.
            Sense::Member => self.language != Language::Rust && self.is_chain(node),
            _ => false,
        }
    }

    fn is_chain(&self, node: Node<'_>) -> bool {
        let inner = node.child(0).filter(|inner| self.grammar.sense(inner.kind_id()) == Sense::Member);
        let object = inner.and_then(|inner| inner.child(0)).map(|object| self.of(object));
        object.is_some_and(|object| !matches!(object, "this" | "self"))
    }

    /// Whether an expression begins with a text: a literal, its conversion, a format with one.
    pub(super) fn leads_with_text(&self, node: Node<'_>) -> bool {
        let mut node = node;
        for _ in 0..8 {
            match if node.is_named() { self.grammar.sense(node.kind_id()) } else { Sense::Other } {
                Sense::Text => return !super::super::prose::is_statement(self.of(node)),
                Sense::MacroCall => return self.macro_name(node) == "format",
                Sense::Call if self.is_format(node) => return true,
                // The closure in `.with_context(|| format!(…))`.
                Sense::Other if node.kind() == "closure_expression" => match node.child_by_field_name("body") {
                    Some(body) => node = body,
                    None => return false,
                },
                _ => match node.child(0) {
                    Some(child) => node = child,
                    None => return false,
                },
            }
        }
        false
    }
}
