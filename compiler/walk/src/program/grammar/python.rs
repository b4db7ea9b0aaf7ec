//! Python's kinds of nodes.

use super::sense::{Binds, Sense};

pub(super) fn sense(kind: &str) -> Sense {
    match kind {
        "comment" => Sense::Comment,
        "string" => Sense::Text,
        "string_content" => Sense::Piece,
        "integer" | "float" => Sense::Number,
        "decorator" | "type" => Sense::Attribute,
        "typed_parameter" | "typed_default_parameter" => Sense::Typed,
        "import_statement" | "import_from_statement" | "future_import_statement" => Sense::Import,
        "decorated_definition" => Sense::Wrapper,
        "function_definition" => Sense::Function,
        "class_definition" => Sense::Type,
        "assignment" => Sense::Constant,
        "block" => Sense::Block,
        "call" => Sense::Call,
        "attribute" => Sense::Member,
        "subscript" | "await" | "augmented_assignment" | "named_expression" | "yield" => Sense::Computes,
        "binary_operator" => Sense::Binary,
        "raise_statement" => Sense::Throw,
        "if_statement" => Sense::If,
        _ => Sense::Other,
    }
}

pub(super) fn binds(kind: &str) -> Binds {
    match kind {
        "function_definition"
        | "class_definition"
        | "default_parameter"
        | "typed_default_parameter"
        | "assignment"
        | "for_statement"
        | "for_in_clause"
        | "named_expression" => Binds::Named,
        "parameters" | "lambda_parameters" | "typed_parameter" | "as_pattern_target" => Binds::All,
        _ => Binds::None,
    }
}
