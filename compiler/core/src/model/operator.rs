//! Metadata of the objects that the Prometheus Operator reads.

use std::collections::BTreeMap;

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::spec::PolicySpec;

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
        let mut labels = BTreeMap::new();
        for (key, value) in operator.value.labels.iter().flat_map(|labels| labels.value.iter()) {
            let (prefix, name) =
                key.value.rsplit_once('/').map_or((None, &*key.value), |(prefix, name)| (Some(prefix), name));
            let is_key = is_kubernetes(name, 63)
                && !name.is_empty()
                && prefix.is_none_or(|it| is_kubernetes(it, 253) && !it.is_empty());
            for (fits, what, place, written) in [
                (is_key, "key", key.span, &key.value),
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
        let namespace = operator.value.namespace.as_ref();
        if let Some(namespace) = namespace {
            let fits = namespace.value.0.len() <= 63
                && namespace.value.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !fits {
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        namespace.span,
                        format!("expected a Kubernetes namespace, found `{}`", namespace.value.0),
                    )
                    .hint("use at most 63 lower-case letters, digits and `-`"),
                );
            }
        }
        Self { namespace: namespace.map(|name| name.value.0.clone()), labels }
    }
}

/// Whether Kubernetes takes a text as the value of a label, or as a part of its key.
fn is_kubernetes(text: &str, most: usize) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= most
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
