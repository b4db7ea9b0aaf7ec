//! Turns a syntax tree into tokens and items, by a cursor and a stack of our own: no depth of nesting overflows.

mod attribute;
mod binding;
mod frame;
mod leaf;
mod logs;
mod macros;
mod name;
mod own;
mod reader;
mod role;

use tree_sitter::{Node, Tree, TreeCursor};

use super::grammar::{Grammar, Sense};
use super::items::{Item, ItemKind};
use super::language::Language;
use super::token::{Role, Token, TokenKind};
use frame::{Frame, Open};
use reader::Reader;

/// Deeper nodes belong to the node at this depth.
const DEEPEST: usize = 4_000;

/// Reads a tree. Behind the file's tokens, those of types follow, without the tokens of their methods.
pub(super) fn read(tree: &Tree, text: &str, language: Language, grammar: &'static Grammar) -> (Vec<Token>, Vec<Item>) {
    let reader = Reader {
        text,
        language,
        grammar,
        tokens: Vec::new(),
        items: Vec::new(),
        imports: Vec::new(),
        frames: vec![Frame::default()],
        pending: None,
    };
    reader.walk(&mut tree.walk())
}

impl<'t> Reader<'t> {
    fn walk(mut self, cursor: &mut TreeCursor<'t>) -> (Vec<Token>, Vec<Item>) {
        // Nodes below the deepest frame, which they share.
        let mut below = 0_usize;
        loop {
            let node = cursor.node();
            let frame = self.enter(node, cursor.field_name());
            if let Some(frame) = frame
                && cursor.goto_first_child()
            {
                if self.frames.len() < DEEPEST {
                    self.frames.push(frame);
                } else {
                    below += 1;
                }
                continue;
            }
            loop {
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return own::finish(self.tokens, self.items, &self.imports);
                }
                if below > 0 {
                    below -= 1;
                } else if let Some(frame) = self.frames.pop() {
                    self.leave(frame);
                }
            }
        }
    }

    /// Enters a node: the frame for its children, or `None` if the node is done.
    fn enter(&mut self, node: Node<'t>, field: Option<&str>) -> Option<Frame> {
        let around = self.frames.last_mut()?;
        let place = around.seen;
        around.seen += 1;
        let around = around.clone_for_child();
        let (id, grammar) = (node.kind_id(), self.grammar);
        let sense = if node.is_named() { grammar.sense(id) } else { Sense::Other };
        if sense == Sense::Comment || self.is_doc(node, id) {
            return None;
        }
        let binding = binding::of(&around, node, field, sense);
        let is_text = sense == Sense::Text && !leaf::has_expressions(node);
        if node.child_count() == 0 || is_text {
            self.leaf(node, field, sense, &around, place, binding);
            return None;
        }
        let sense = if sense == Sense::Wrapper && self.is_reexport(node) { Sense::Import } else { sense };
        let mut frame = Frame { sense, binding, seen: 0, is_failure: false, ..around.clone_for_child() };
        frame.binds = grammar.binds(id);
        frame.is_tuple = grammar.is_tuple(id);
        frame.ends = grammar.ends(id);
        frame.start = self.tokens.len();
        frame.role = self.role(node, field, sense, &around, place, &mut frame.is_failure);
        frame.in_attribute |= sense == Sense::Attribute;
        if !frame.in_attribute {
            self.open(node, sense, &around, &mut frame);
        } else if node.kind() != "type" {
            self.pending.get_or_insert(self.tokens.len());
        }
        // The brackets around a module's items.
        if around.sense == Sense::Scope && field == Some("body") {
            frame.sense = Sense::Scope;
        }
        if sense == Sense::Block {
            self.mark("{", node.start_position().row + 1, frame.role);
        }
        Some(frame)
    }

    /// Opens an item, if the node is one, and remembers what stands before the next one.
    fn open(&mut self, node: Node<'t>, sense: Sense, around: &Frame, frame: &mut Frame) {
        let first = self.pending.unwrap_or(self.tokens.len());
        match sense {
            Sense::Wrapper => {
                self.pending.get_or_insert(self.tokens.len());
                return;
            }
            Sense::Function | Sense::Constant | Sense::Type | Sense::Macro | Sense::Statement | Sense::Scope => {}
            _ => {
                self.pending = None;
                return;
            }
        }
        self.pending = None;
        let is_marked = self.tokens.get(first..).is_some_and(attribute::marks_test);
        frame.is_test = around.is_test || is_marked;
        if let Some(named) = self.named(node, sense, around) {
            if matches!(named.kind, ItemKind::Function | ItemKind::Macro) {
                frame.in_function = true;
            }
            if let Some(scope) = named.scope {
                frame.qualifier = scope.into();
                frame.type_start = Some(first);
            }
            let qualifier = named.qualifier.unwrap_or_else(|| around.qualifier.to_string());
            let last = node.end_position();
            // A node that ends with a line ends in the line before.
            let last = if last.column == 0 { last.row } else { last.row + 1 };
            frame.item = Some(Box::new(Open {
                kind: named.kind,
                name: named.name,
                qualifier,
                first,
                last,
                is_test: frame.is_test,
            }));
        } else if sense == Sense::Function {
            frame.in_function = true;
        }
        frame.mutes = self.is_public_field(node, sense, around);
    }

    fn leave(&mut self, frame: Frame) {
        let line = self.tokens.last().map_or(1, |token| token.line);
        if frame.sense == Sense::Block {
            self.mark("}", line, frame.role);
        }
        if frame.ends && !self.tokens.last().is_some_and(|last| matches!(last.text.as_str(), ";" | "{" | "}")) {
            let role = if frame.sense == Sense::Wrapper { Role::Inert } else { frame.role };
            self.mark(";", line, role);
        }
        let range = frame.start..self.tokens.len();
        if frame.sense == Sense::MacroCall
            && let Some(tokens) = self.tokens.get_mut(range.clone())
        {
            macros::mark(tokens, frame.role);
        }
        if frame.sense == Sense::Import && !frame.in_function {
            self.imports.push(range);
        }
        if let Some(open) = frame.item {
            self.close(*open);
        }
    }

    fn close(&mut self, open: Open) {
        let range = open.first..self.tokens.len();
        let Some(own) = self.tokens.get(range.clone()).filter(|own| !own.is_empty()) else { return };
        let first = own.first().map_or(1, |token| token.line);
        let name = if open.kind == ItemKind::Statement { name::of_statement(own) } else { open.name };
        let is_test = open.is_test || (open.kind == ItemKind::Function && attribute::marks_test(own));
        self.items.push(Item {
            kind: open.kind,
            name,
            qualifier: open.qualifier,
            first,
            last: open.last.max(first),
            tokens: range,
            is_test,
        });
    }

    /// Adds a mark that the language does not write.
    fn mark(&mut self, text: &str, line: usize, role: Role) {
        self.tokens.push(Token { kind: TokenKind::Mark, text: text.to_owned(), line, role, binds: false });
    }

    /// Whether a node is a text that stands alone as a statement: the documentation of Python.
    fn is_doc(&self, node: Node<'_>, id: u16) -> bool {
        self.language == Language::Python
            && self.grammar.ends(id)
            && node.child_count() == 1
            && node.child(0).is_some_and(|child| child.kind() == "string")
    }

    /// Whether a wrapper is `export … from "…"`.
    fn is_reexport(&self, node: Node<'_>) -> bool {
        self.language.is_script() && node.child_by_field_name("source").is_some()
    }
}
