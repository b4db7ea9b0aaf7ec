//! The functions, constants, types and macros of a file: their names and their places.

use std::ops::Range;

use super::token::Token;

/// The kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ItemKind {
    /// A function or method.
    Function,
    /// A constant, a variable outside functions, a field with its value.
    Constant,
    /// A struct, enum, trait, class. Its methods are items of their own.
    Type,
    /// A macro.
    Macro,
    /// A statement in a file of SQL.
    Statement,
    /// A value in a file of YAML, by its path.
    Setting,
    /// All imports of a file.
    Imports,
    /// The code of a file that lies in no item.
    Rest,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    /// The type that the item is a method of, or the document that a setting belongs to; empty for none.
    pub(crate) qualifier: String,
    /// The first line, including attributes and excluding comments.
    pub(crate) first: usize,
    /// The last line.
    pub(crate) last: usize,
    /// The places of the item's tokens.
    pub(crate) tokens: Range<usize>,
    /// Whether the item runs in tests only.
    pub(crate) is_test: bool,
}

impl Item {
    pub(crate) fn is_function(&self) -> bool {
        matches!(self.kind, ItemKind::Function | ItemKind::Macro)
    }

    /// Whether the item has an effect where it stands, rather than when something uses it.
    pub(super) fn acts(&self) -> bool {
        !matches!(self.kind, ItemKind::Constant | ItemKind::Type | ItemKind::Imports)
    }
}

/// The item for a file's imports or for its remaining code; `None` if there is none.
pub(super) fn whole(tokens: &[Token], range: Range<usize>, kind: ItemKind) -> Option<Item> {
    let own = tokens.get(range.clone())?;
    let name = if kind == ItemKind::Imports { "imports" } else { "top-level code" };
    Some(Item {
        kind,
        name: name.to_owned(),
        qualifier: String::new(),
        first: own.first()?.line,
        last: own.last()?.line,
        tokens: range,
        is_test: false,
    })
}

/// Whether a file's path says that the file runs in tests only.
pub(crate) fn is_test_path(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or(file);
    folder.split('/').any(|part| {
        matches!(part, "tests" | "test" | "__tests__" | "spec" | "benches" | "fixtures") || part.ends_with(".Tests")
    }) || stem.ends_with("_test")
        || stem.starts_with("test_")
        || matches!(stem, "tests" | "test" | "conftest")
        || file.contains(".test.")
        || file.contains(".spec.")
}
