//! Java's kinds of nodes.

use super::sense::{Binds, Sense};

pub(super) fn sense(kind: &str) -> Sense {
    match kind {
        "line_comment" | "block_comment" => Sense::Comment,
        "string_literal" | "character_literal" => Sense::Text,
        "decimal_integer_literal"
        | "hex_integer_literal"
        | "octal_integer_literal"
        | "binary_integer_literal"
        | "decimal_floating_point_literal"
        | "hex_floating_point_literal" => Sense::Number,
        "marker_annotation" | "annotation" => Sense::Attribute,
        "import_declaration" | "package_declaration" => Sense::Import,
        "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => Sense::Function,
        "field_declaration" | "constant_declaration" => Sense::Constant,
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => Sense::Type,
        "method_invocation" => Sense::Call,
        "object_creation_expression" => Sense::New,
        "field_access" => Sense::Member,
        "array_access" | "update_expression" | "assignment_expression" | "cast_expression" => Sense::Computes,
        "binary_expression" => Sense::Binary,
        "throw_statement" => Sense::Throw,
        "if_statement" => Sense::If,
        _ => Sense::Other,
    }
}

pub(super) fn binds(kind: &str) -> Binds {
    match kind {
        "variable_declarator"
        | "method_declaration"
        | "constructor_declaration"
        | "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "enhanced_for_statement"
        | "catch_formal_parameter"
        | "resource"
        | "formal_parameter"
        | "lambda_expression"
        | "instanceof_expression" => Binds::Named,
        "inferred_parameters" | "type_parameter" => Binds::All,
        _ => Binds::None,
    }
}
