//! The kinds of nodes of JavaScript and TypeScript. TypeScript's types are erased before a program runs.

use super::sense::{Binds, Sense};

pub(super) fn sense(kind: &str) -> Sense {
    match kind {
        "comment" | "html_comment" => Sense::Comment,
        "string" | "template_string" | "regex" => Sense::Text,
        "string_fragment" | "jsx_text" => Sense::Piece,
        "number" => Sense::Number,
        "decorator" => Sense::Attribute,
        "type_annotation"
        | "type_parameters"
        | "type_arguments"
        | "accessibility_modifier"
        | "override_modifier"
        | "implements_clause"
        | "interface_declaration"
        | "type_alias_declaration"
        | "function_signature"
        | "method_signature"
        | "abstract_method_signature"
        | "ambient_declaration"
        | "asserts_annotation"
        | "type_predicate_annotation" => Sense::Inert,
        "as_expression" | "satisfies_expression" | "non_null_expression" => Sense::Cast,
        "import_statement" => Sense::Import,
        "export_statement" | "lexical_declaration" | "variable_declaration" => Sense::Wrapper,
        "internal_module" | "module" => Sense::Scope,
        "function_declaration"
        | "generator_function_declaration"
        | "method_definition"
        | "arrow_function"
        | "function_expression" => Sense::Function,
        "variable_declarator" | "field_definition" | "public_field_definition" | "pair" | "assignment_expression" => {
            Sense::Constant
        }
        "class_declaration" | "abstract_class_declaration" | "class" | "enum_declaration" => Sense::Type,
        "call_expression" => Sense::Call,
        "new_expression" => Sense::New,
        "member_expression" => Sense::Member,
        "subscript_expression"
        | "await_expression"
        | "update_expression"
        | "augmented_assignment_expression"
        | "yield_expression" => Sense::Computes,
        "binary_expression" => Sense::Binary,
        "throw_statement" => Sense::Throw,
        "if_statement" => Sense::If,
        _ => Sense::Other,
    }
}

pub(super) fn binds(kind: &str) -> Binds {
    match kind {
        "variable_declarator"
        | "function_declaration"
        | "generator_function_declaration"
        | "class_declaration"
        | "abstract_class_declaration"
        | "method_definition"
        | "for_in_statement"
        | "catch_clause"
        | "arrow_function"
        | "required_parameter"
        | "optional_parameter" => Binds::Named,
        "formal_parameters" => Binds::All,
        _ => Binds::None,
    }
}
