//! Fields of Sloth: how documents spell them, and those that nobody reads.

use emberline_core::source::Span;
use emberline_core::yaml::Node;

use crate::report::Rows;
use crate::tree::Fields;

/// How a document spells its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `error_query`
    Snake,
    /// `errorQuery`
    Camel,
}

impl Spelling {
    /// A field's name, given in snake case.
    pub(super) fn of(self, field: &str) -> String {
        match self {
            Self::Snake => field.to_owned(),
            Self::Camel => {
                let mut words = field.split('_');
                let mut name = words.next().unwrap_or_default().to_owned();
                for word in words {
                    let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
                    name.push_str(&head.to_uppercase());
                    name.push_str(tail);
                }
                name
            }
        }
    }
}

/// Fields that neither Sloth nor the import reads.
pub(super) fn ignored(fields: &Fields<'_>, rows: &mut Rows) {
    for key in fields.rest() {
        if matches!(&*key.value.text, "version" | "apiVersion" | "kind" | "metadata" | "spec" | "status") {
            continue;
        }
        let why = "Sloth has no such field and ignores it, and so does the import";
        rows.changes(key.span, format!("`{}` is left out", key.value.text), why, "");
    }
}

/// The place of a node, or of another.
pub(super) fn place(node: Option<&Node>, other: Span) -> Span {
    node.map_or(other, |node| node.span)
}
