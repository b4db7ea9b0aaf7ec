//! The grammars: which parser reads a language, and what its kinds of nodes mean to a walk.
//!
//! A table for each language turns the grammar's names into a [`Sense`] once, so that reading compares no names.

mod csharp;
mod go;
mod java;
mod python;
mod rust;
mod script;
mod sense;

use std::sync::OnceLock;

use super::language::Language;

pub(super) use sense::{Binds, Sense};

/// The sense of a kind of node, by its name in the grammar.
type Senses = fn(&str) -> Sense;
/// Which children of a kind of node declare names.
type Declares = fn(&str) -> Binds;

/// A language's parser, with the sense of each kind of node.
pub(super) struct Grammar {
    pub(super) parser: tree_sitter::Language,
    senses: Vec<Sense>,
    binds: Vec<Binds>,
    /// Kinds whose trailing comma counts: tuples.
    tuples: Vec<bool>,
    /// Kinds that end a statement, where no mark need do so.
    ends: Vec<bool>,
}

impl Grammar {
    /// The grammar of a language; `None` if there is none.
    pub(super) fn of(language: Language) -> Option<&'static Self> {
        static GRAMMARS: [OnceLock<Grammar>; 10] = [const { OnceLock::new() }; 10];
        let (at, parser, senses, binds): (usize, _, Senses, Declares) = match language {
            Language::Rust => (0, tree_sitter_rust::LANGUAGE, rust::sense, rust::binds),
            Language::Go => (1, tree_sitter_go::LANGUAGE, go::sense, go::binds),
            Language::Java => (2, tree_sitter_java::LANGUAGE, java::sense, java::binds),
            Language::Python => (3, tree_sitter_python::LANGUAGE, python::sense, python::binds),
            Language::JavaScript => (4, tree_sitter_javascript::LANGUAGE, script::sense, script::binds),
            Language::TypeScript => (5, tree_sitter_typescript::LANGUAGE_TYPESCRIPT, script::sense, script::binds),
            Language::Tsx => (6, tree_sitter_typescript::LANGUAGE_TSX, script::sense, script::binds),
            Language::CSharp => (7, tree_sitter_c_sharp::LANGUAGE, csharp::sense, csharp::binds),
            Language::Sql => (8, tree_sitter_sequel::LANGUAGE, sql, |_| Binds::None),
            Language::Yaml => (9, tree_sitter_yaml::LANGUAGE, |_| Sense::Other, |_| Binds::None),
            Language::Plain | Language::Other => return None,
        };
        let has_free_ends = language.is_script() || matches!(language, Language::Go | Language::Python);
        GRAMMARS.get(at).map(|grammar| {
            grammar.get_or_init(|| {
                let parser = tree_sitter::Language::new(parser);
                let ids = 0..u16::try_from(parser.node_kind_count()).unwrap_or(u16::MAX);
                let kind = |id: u16| parser.node_kind_for_id(id).filter(|_| parser.node_kind_is_named(id));
                let named: Vec<&str> = ids.map(|id| kind(id).unwrap_or_default()).collect();
                Self {
                    senses: named.iter().map(|kind| senses(kind)).collect(),
                    binds: named.iter().map(|kind| binds(kind)).collect(),
                    tuples: named.iter().map(|kind| kind.contains("tuple")).collect(),
                    ends: named.iter().map(|kind| has_free_ends && ends(kind)).collect(),
                    parser: parser.clone(),
                }
            })
        })
    }

    pub(super) fn sense(&self, id: u16) -> Sense {
        self.senses.get(usize::from(id)).copied().unwrap_or(Sense::Other)
    }

    pub(super) fn binds(&self, id: u16) -> Binds {
        self.binds.get(usize::from(id)).copied().unwrap_or(Binds::None)
    }

    pub(super) fn is_tuple(&self, id: u16) -> bool {
        self.tuples.get(usize::from(id)).copied().unwrap_or(false)
    }

    pub(super) fn ends(&self, id: u16) -> bool {
        self.ends.get(usize::from(id)).copied().unwrap_or(false)
    }
}

/// Whether a kind is a statement or a declaration in a block.
fn ends(kind: &str) -> bool {
    (kind.ends_with("_statement") && kind != "else_statement")
        || matches!(
            kind,
            "lexical_declaration"
                | "variable_declaration"
                | "short_var_declaration"
                | "var_declaration"
                | "const_declaration"
        )
}

fn sql(kind: &str) -> Sense {
    match kind {
        "comment" | "marginalia" => Sense::Comment,
        "statement" => Sense::Statement,
        "literal" => Sense::Text,
        _ if kind.starts_with("keyword_") => Sense::Keyword,
        _ => Sense::Other,
    }
}
