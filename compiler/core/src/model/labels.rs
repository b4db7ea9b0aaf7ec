//! Labels that people choose: which names they may not have.

use std::collections::BTreeMap;

use super::address::template;
use crate::code;
use crate::finding::Finding;
use crate::gotemplate::Reader;
use crate::labels::RESERVED_LABELS;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{Named, Text};

/// Labels for series and alerts: none of the reserved ones, and names that Prometheus takes.
pub(crate) fn labels(named: Option<&Spanned<Named<Spanned<Text>>>>, scope: &mut Scope<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for (name, value) in named.into_iter().flat_map(|named| named.value.iter()) {
        if RESERVED_LABELS.contains(&name.value.as_str()) || name.value.starts_with("__") {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    name.span,
                    format!("the label `{}` is set by the rules themselves", name.value),
                )
                .hint("choose another name"),
            );
        } else if !is_label_name(&name.value) {
            scope.report(
                Finding::new(&code::INVALID_VALUE, name.span, format!("`{}` is not a label name", name.value))
                    .hint(format!("write `{}`", super::label_name(&name.value))),
            );
        } else if template(value, &value.value.0, Reader::Prometheus, scope) {
            labels.insert(name.value.clone(), value.value.0.clone());
        }
    }
    labels
}

/// Whether a text is a label name that every Prometheus version and Alertmanager takes.
pub(crate) fn is_label_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
