//! Reads YAML: each value is an item, named by the path of its keys. A list of plain values is one item.

use tree_sitter::{Node, Tree};

use super::items::{Item, ItemKind, whole};
use super::token::{Role, Token, TokenKind};

/// Deeper values belong to the value at this depth.
const DEEPEST: usize = 400;
/// Keys whose value names an element of a list, so that its place in the list does not matter.
const LABELS: [&str; 7] = ["name", "id", "key", "alert", "record", "service", "uses"];

/// An open node.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// The length of the path above the node.
    path: usize,
    /// The number of elements that were seen.
    seen: usize,
    is_list: bool,
    is_broken: bool,
    /// The first item of a document, and the document's place among others.
    document: Option<(usize, usize)>,
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    items: Vec<Item>,
    path: String,
    /// What the grammar could not read.
    rest: Vec<Token>,
    frames: Vec<Frame>,
    documents: usize,
}

/// Reads a tree.
pub(super) fn read(tree: &Tree, text: &str) -> (Vec<Token>, Vec<Item>) {
    let mut reader = Reader {
        text,
        tokens: Vec::new(),
        items: Vec::new(),
        path: String::new(),
        rest: Vec::new(),
        frames: vec![Frame::default()],
        documents: 0,
    };
    let (mut cursor, mut below) = (tree.walk(), 0_usize);
    loop {
        let frame = reader.enter(cursor.node(), cursor.field_name() == Some("key"));
        if let Some(frame) = frame
            && cursor.goto_first_child()
        {
            if reader.frames.len() < DEEPEST {
                reader.frames.push(frame);
            } else {
                below += 1;
            }
            continue;
        }
        reader.path.truncate(reader.frames.last().map_or(0, |frame| frame.path));
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return reader.finish();
            }
            if below > 0 {
                below -= 1;
            } else {
                reader.leave();
            }
        }
    }
}

impl Reader<'_> {
    fn enter(&mut self, node: Node<'_>, is_key: bool) -> Option<Frame> {
        let around = self.frames.last_mut()?;
        let element = around.seen;
        let is_element = around.is_list && node.is_named() && node.kind() != "comment";
        around.seen += usize::from(is_element);
        let around = *around;
        // A path stands between the frames of its key and of its value.
        let mut frame = Frame { path: self.path.len(), seen: 0, is_list: false, document: None, ..around };
        if is_element {
            self.mark(node);
            if let Some(label) = self.label(node) {
                let label = label.unwrap_or_else(|| element.to_string());
                self.path.push_str(&format!("[{label}]"));
                frame.path = self.path.len();
            }
        }
        match node.kind() {
            "comment" => return None,
            _ if is_key && !around.is_broken => return None,
            "document" => {
                frame.document = Some((self.items.len(), self.documents));
                self.documents += 1;
            }
            "block_mapping_pair" | "flow_pair" => {
                let key = node.child_by_field_name("key").map_or("", |key| self.of(key));
                let dot = if self.path.is_empty() { "" } else { "." };
                self.path.push_str(&format!("{dot}{}", key.trim_matches(['"', '\''])));
                frame.path = self.path.len();
                if node.child_by_field_name("value").is_none() {
                    self.value(node, TokenKind::Word, "null".to_owned());
                }
            }
            "block_sequence" | "flow_sequence" => frame.is_list = true,
            "plain_scalar" => {
                let text = self.of(node);
                match node.child(0).map_or("", |child| child.kind()) {
                    "integer_scalar" | "float_scalar" => self.value(node, TokenKind::Number, text.to_owned()),
                    "string_scalar" => self.value(node, TokenKind::Text, format!("\"{text}\"")),
                    _ => self.value(node, TokenKind::Word, text.to_owned()),
                }
                return None;
            }
            "double_quote_scalar" | "single_quote_scalar" => {
                let inner = self.of(node).trim_matches(['"', '\'']);
                let is_simple = !inner.contains(['\\', '"', '\'']);
                let text = if is_simple { format!("\"{inner}\"") } else { self.of(node).to_owned() };
                self.value(node, TokenKind::Text, text);
                return None;
            }
            "block_scalar" => {
                let text = self.of(node).trim_end().to_owned();
                self.value(node, TokenKind::Text, text);
                return None;
            }
            "alias" | "anchor" | "tag" => {
                self.value(node, TokenKind::Word, self.of(node).to_owned());
                return None;
            }
            "ERROR" => frame.is_broken = true,
            _ if around.is_broken && node.child_count() == 0 => {
                let text = self.of(node).to_owned();
                let line = node.start_position().row + 1;
                let kind = if text.starts_with(char::is_alphanumeric) { TokenKind::Word } else { TokenKind::Mark };
                self.rest.push(Token { kind, text, line, role: Role::Code, binds: false });
            }
            _ => {}
        }
        Some(frame)
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.path.truncate(self.frames.last().map_or(0, |frame| frame.path));
        let Some((first, place)) = frame.document else { return };
        // An object of Kubernetes is known by its kind and its name.
        let told = |path: &str| {
            let item = self.items.iter().skip(first).find(|item| item.name == path)?;
            self.tokens.get(item.tokens.start).map(|token| token.text.trim_matches('"').to_owned())
        };
        let document = match (told("kind"), told("metadata.name")) {
            (Some(kind), Some(name)) => format!("{kind}/{name}"),
            _ if place == 0 => return,
            _ => format!("document {}", place + 1),
        };
        self.items.iter_mut().skip(first).for_each(|item| item.qualifier.clone_from(&document));
    }

    fn finish(mut self) -> (Vec<Token>, Vec<Item>) {
        while self.frames.len() > 1 {
            self.leave();
        }
        let start = self.tokens.len();
        self.tokens.append(&mut self.rest);
        self.items.extend(whole(&self.tokens, start..self.tokens.len(), ItemKind::Rest));
        (self.tokens, self.items)
    }

    /// Adds a token to the value at the current path.
    fn value(&mut self, node: Node<'_>, kind: TokenKind, text: String) {
        let (first, last) = (node.start_position().row + 1, node.end_position().row + 1);
        self.tokens.push(Token { kind, text, line: first, role: Role::Code, binds: false });
        let at = self.tokens.len();
        match self.items.last_mut() {
            Some(item) if item.name == self.path && item.tokens.end == at - 1 && item.qualifier.is_empty() => {
                item.tokens.end = at;
                item.last = last;
            }
            _ => self.items.push(Item {
                kind: ItemKind::Setting,
                name: self.path.clone(),
                qualifier: String::new(),
                first,
                last,
                tokens: at - 1..at,
                is_test: false,
            }),
        }
    }

    /// Marks the beginning of an element, if the element is a plain value.
    fn mark(&mut self, node: Node<'_>) {
        if self.label(node).is_none() {
            self.value(node, TokenKind::Mark, "-".to_owned());
        }
    }

    /// The label of an element of a list that is a mapping: `None` if it is another value, `Some(None)` if it has none.
    fn label(&self, element: Node<'_>) -> Option<Option<String>> {
        let mut node = element;
        for _ in 0..4 {
            if matches!(node.kind(), "block_mapping" | "flow_mapping") {
                break;
            }
            // Anchors and the dash stand before the mapping.
            node = node.named_child(u32::try_from(node.named_child_count()).ok()?.checked_sub(1)?)?;
        }
        if !matches!(node.kind(), "block_mapping" | "flow_mapping") {
            return None;
        }
        let mut cursor = node.walk();
        let label = node.named_children(&mut cursor).take(12).find_map(|pair| {
            let key = self.of(pair.child_by_field_name("key")?);
            let value = self.of(pair.child_by_field_name("value")?);
            (LABELS.contains(&key) && value.len() <= 80).then(|| value.trim_matches(['"', '\'']).to_owned())
        });
        Some(label)
    }

    fn of(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}
