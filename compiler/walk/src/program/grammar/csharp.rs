//! The kinds of nodes of C#.

use super::sense::{Binds, Sense};

pub(super) fn sense(kind: &str) -> Sense {
    match kind {
        "comment" => Sense::Comment,
        "string_literal"
        | "verbatim_string_literal"
        | "raw_string_literal"
        | "character_literal"
        | "interpolated_string_expression" => Sense::Text,
        "string_content" => Sense::Piece,
        "integer_literal" | "real_literal" => Sense::Number,
        "attribute_list" => Sense::Attribute,
        "using_directive" | "extern_alias_directive" => Sense::Import,
        "namespace_declaration" | "file_scoped_namespace_declaration" => Sense::Scope,
        "method_declaration"
        | "constructor_declaration"
        | "destructor_declaration"
        | "operator_declaration"
        | "conversion_operator_declaration"
        | "local_function_statement"
        | "property_declaration"
        | "indexer_declaration" => Sense::Function,
        "field_declaration" | "event_field_declaration" => Sense::Constant,
        "class_declaration"
        | "struct_declaration"
        | "record_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "delegate_declaration" => Sense::Type,
        "invocation_expression" => Sense::Call,
        "object_creation_expression" | "implicit_object_creation_expression" => Sense::New,
        "member_access_expression" => Sense::Member,
        "element_access_expression"
        | "await_expression"
        | "assignment_expression"
        | "prefix_unary_expression"
        | "postfix_unary_expression"
        | "cast_expression" => Sense::Computes,
        "binary_expression" => Sense::Binary,
        "throw_statement" | "throw_expression" => Sense::Throw,
        "if_statement" => Sense::If,
        _ => Sense::Other,
    }
}

pub(super) fn binds(kind: &str) -> Binds {
    match kind {
        "variable_declarator"
        | "parameter"
        | "method_declaration"
        | "local_function_statement"
        | "constructor_declaration"
        | "class_declaration"
        | "struct_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "foreach_statement"
        | "declaration_pattern"
        | "declaration_expression"
        | "catch_declaration" => Binds::Named,
        "implicit_parameter" | "type_parameter" => Binds::All,
        _ => Binds::None,
    }
}
