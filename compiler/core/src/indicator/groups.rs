//! Labels to group by.

use crate::code;
use crate::finding::Finding;
use crate::labels::RESERVED_LABELS;
use crate::metric::label_name;
use crate::scope::Scope;
use crate::source::Spanned;

/// Labels to keep apart, as Prometheus names. OpenTelemetry's are translated, unless the series keep their dots (`is_utf8`).
pub(crate) fn group_labels(
    names: Option<&[Spanned<String>]>,
    is_utf8: bool,
    scope: &mut Scope<'_>,
) -> Vec<Spanned<String>> {
    let mut labels: Vec<Spanned<String>> = Vec::new();
    for name in names.unwrap_or_default() {
        let label = if is_utf8 { name.value.clone() } else { label_name(&name.value) };
        if name.value.trim().is_empty() {
            scope.report(
                Finding::new(&code::INVALID_VALUE, name.span, "expected a label to group by, found an empty text")
                    .hint("write the label's name"),
            );
        } else if RESERVED_LABELS.contains(&label.as_str()) || label == "le" {
            scope.report(
                Finding::new(&code::INVALID_VALUE, name.span, format!("cannot group by `{}`", name.value))
                    .label("the rules set this label themselves")
                    .hint("rename the label where it is scraped, or group by another"),
            );
        } else if labels.iter().any(|earlier| earlier.value == label) {
            scope.report(
                Finding::new(&code::DUPLICATE_NAME, name.span, format!("`{}` is named twice", name.value))
                    .hint("keep one of them"),
            );
        } else {
            labels.push(Spanned::new(label, name.span));
        }
    }
    labels.sort_by(|a, b| a.value.cmp(&b.value));
    labels
}
