//! The policy's `service_label`: the label that holds a service's name in its metrics.

use crate::code;
use crate::finding::Finding;
use crate::labels::RESERVED_LABELS;
use crate::scope::Scope;
use crate::source::Spanned;

/// What the label is unless the policy says otherwise.
pub(super) const DEFAULT: &str = "service_name";

/// The label as Prometheus names it, or a finding. Dots and the like become `_`, as in the names of declared labels.
pub(super) fn resolve(written: &Spanned<String>, scope: &mut Scope<'_>) -> Option<String> {
    let text = written.value.as_str();
    let refuse =
        |message: String, hint: String| Some(Finding::new(&code::INVALID_VALUE, written.span, message).hint(hint));
    let finding = if text.trim().is_empty() {
        refuse(
            "expected a label, found an empty text".to_owned(),
            format!("write the label that holds a service's name, such as `job`, or remove the line for `{DEFAULT}`"),
        )
    } else if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/')) {
        refuse(format!("`{text}` is not a label name"), format!("write `{}`", super::label_name(text)))
    } else if text.starts_with("__") || text == "le" || is_reserved(text) {
        refuse(
            format!("`{text}` cannot hold a service's name in its metrics"),
            "name the label that your services' metrics have, such as `job`".to_owned(),
        )
    } else {
        None
    };
    match finding {
        Some(finding) => {
            scope.report(finding);
            None
        }
        None => Some(super::label_name(text)),
    }
}

/// Labels of our own rules. `service` is one of them, and a usual label of raw series as well.
fn is_reserved(text: &str) -> bool {
    text != "service" && RESERVED_LABELS.contains(&text)
}
