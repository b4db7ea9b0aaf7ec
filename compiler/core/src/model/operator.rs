//! Metadata of the objects that the Prometheus Operator reads.

use std::collections::BTreeMap;

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{Name, Named, PolicySpec, Text};

/// Metadata of `PrometheusRule` objects.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// Their namespace.
    pub namespace: Option<String>,
    /// Their labels.
    pub labels: BTreeMap<String, String>,
}

impl Operator {
    /// The metadata of a policy.
    pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> Self {
        let Some(operator) = spec.and_then(|s| s.operator.as_ref()) else { return Self::default() };
        let labels = operator.value.labels.as_ref().map(|given| labels(given, scope)).unwrap_or_default();
        let namespace = operator.value.namespace.as_ref().map(|given| namespace(given, scope));
        Self { namespace, labels }
    }
}

/// Labels of an object, of which those that Kubernetes would refuse are reported.
pub(super) fn labels(given: &Spanned<Named<Spanned<Text>>>, scope: &mut Scope<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for (key, value) in given.value.iter() {
        for (fits, what, place, written) in [
            (is_key(&key.value), "key", key.span, &key.value),
            (is_kubernetes(&value.value.0, 63), "value", value.span, &value.value.0),
        ] {
            if !fits {
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        place,
                        format!("expected the {what} of a Kubernetes label, found `{written}`"),
                    )
                    .hint("use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"),
                );
            }
        }
        labels.insert(key.value.clone(), value.value.0.clone());
    }
    labels
}

/// The key of an annotation, which has the form of a label's.
pub(super) fn annotation(given: &Spanned<Name>, scope: &mut Scope<'_>) -> String {
    if !is_key(&given.value.0) {
        let message = format!("expected the key of a Kubernetes annotation, found `{}`", given.value.0);
        scope.report(
            Finding::new(&code::INVALID_VALUE, given.span, message)
                .hint("use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"),
        );
    }
    given.value.0.clone()
}

/// An object's namespace, or a finding.
pub(super) fn namespace(given: &Spanned<Name>, scope: &mut Scope<'_>) -> String {
    let text = given.value.0.as_str();
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if text.len() > 63 || !text.bytes().all(is_plain) {
        scope.report(
            Finding::new(&code::INVALID_VALUE, given.span, format!("expected a Kubernetes namespace, found `{text}`"))
                .hint("use at most 63 lower-case letters, digits and `-`"),
        );
    }
    text.to_owned()
}

/// Whether Kubernetes takes a text as the key of a label or an annotation: a name, perhaps behind a prefix.
fn is_key(text: &str) -> bool {
    let (prefix, name) = text.rsplit_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    is_kubernetes(name, 63) && !name.is_empty() && prefix.is_none_or(|it| is_kubernetes(it, 253) && !it.is_empty())
}

/// Whether Kubernetes takes a text as the value of a label, or as a part of its key.
fn is_kubernetes(text: &str, most: usize) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= most
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
