//! Go's kinds of nodes.

use super::sense::{Binds, Sense};

pub(super) fn sense(kind: &str) -> Sense {
    match kind {
        "comment" => Sense::Comment,
        "interpreted_string_literal" | "raw_string_literal" | "rune_literal" => Sense::Text,
        "int_literal" | "float_literal" | "imaginary_literal" => Sense::Number,
        "import_declaration" | "package_clause" => Sense::Import,
        "function_declaration" | "method_declaration" => Sense::Function,
        "const_spec" | "var_spec" => Sense::Constant,
        "const_declaration" | "var_declaration" | "var_spec_list" | "type_declaration" => Sense::Wrapper,
        "type_spec" | "type_alias" => Sense::Type,
        "call_expression" => Sense::Call,
        "selector_expression" => Sense::Member,
        "index_expression"
        | "slice_expression"
        | "type_assertion_expression"
        | "inc_statement"
        | "dec_statement"
        | "assignment_statement"
        | "unary_expression" => Sense::Computes,
        "binary_expression" => Sense::Binary,
        "if_statement" => Sense::If,
        _ => Sense::Other,
    }
}

pub(super) fn binds(kind: &str) -> Binds {
    match kind {
        "short_var_declaration"
        | "var_spec"
        | "const_spec"
        | "parameter_declaration"
        | "variadic_parameter_declaration"
        | "function_declaration"
        | "method_declaration"
        | "type_spec"
        | "type_alias"
        | "range_clause"
        | "type_parameter_declaration" => Binds::Named,
        "field_declaration" => Binds::Field,
        _ => Binds::None,
    }
}
