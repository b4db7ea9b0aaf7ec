//! The policy's `service_label`: the label that holds a service's name in its metrics.

use crate::code;
use crate::finding::Finding;
use crate::labels::RESERVED_LABELS;
use crate::scope::Scope;
use crate::source::Spanned;

/// What the label is unless the policy says otherwise.
const DEFAULT: &str = "service_name";

/// The label that holds a service's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLabel {
    /// As Prometheus names it: dots and the like are `_`, as in the names of declared labels.
    pub translated: String,
    /// As the policy writes it, for series that keep the dots of OpenTelemetry's names; `None` if it says nothing.
    pub written: Option<String>,
}

impl Default for ServiceLabel {
    fn default() -> Self {
        Self { translated: DEFAULT.to_owned(), written: None }
    }
}

impl ServiceLabel {
    /// The label that the policy names, or a finding.
    pub(super) fn resolve(written: &Spanned<String>, scope: &mut Scope<'_>) -> Option<Self> {
        let translated = checked(written, scope)?;
        Some(Self { translated, written: Some(written.value.clone()) })
    }
}

fn checked(written: &Spanned<String>, scope: &mut Scope<'_>) -> Option<String> {
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
