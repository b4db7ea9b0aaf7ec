//! Rust's kinds of nodes.

use super::sense::{Binds, Sense};

pub(super) fn sense(kind: &str) -> Sense {
    match kind {
        "line_comment" | "block_comment" => Sense::Comment,
        "string_literal" | "raw_string_literal" | "char_literal" => Sense::Text,
        "integer_literal" | "float_literal" => Sense::Number,
        "attribute_item" | "inner_attribute_item" => Sense::Attribute,
        "visibility_modifier" => Sense::Inert,
        "use_declaration" | "extern_crate_declaration" => Sense::Import,
        "mod_item" | "foreign_mod_item" => Sense::Scope,
        "function_item" | "function_signature_item" => Sense::Function,
        "const_item" | "static_item" => Sense::Constant,
        "struct_item" | "enum_item" | "union_item" | "trait_item" | "impl_item" | "type_item" => Sense::Type,
        "macro_definition" => Sense::Macro,
        "call_expression" => Sense::Call,
        "macro_invocation" => Sense::MacroCall,
        "await_expression"
        | "index_expression"
        | "try_expression"
        | "assignment_expression"
        | "compound_assignment_expr" => Sense::Computes,
        "binary_expression" => Sense::Binary,
        "if_expression" => Sense::If,
        _ => Sense::Other,
    }
}

pub(super) fn binds(kind: &str) -> Binds {
    match kind {
        "let_declaration"
        | "let_condition"
        | "parameter"
        | "for_expression"
        | "function_item"
        | "function_signature_item"
        | "const_item"
        | "static_item"
        | "struct_item"
        | "enum_item"
        | "union_item"
        | "trait_item"
        | "type_item"
        | "mod_item"
        | "macro_definition"
        | "type_parameter"
        | "const_parameter"
        | "match_arm"
        | "token_binding_pattern" => Binds::Named,
        "closure_parameters" => Binds::All,
        "field_declaration" | "enum_variant" => Binds::Field,
        _ => Binds::None,
    }
}
