//! Metadata of the objects that the Prometheus Operator reads.

use std::collections::BTreeMap;

use crate::code;
use crate::finding::Finding;
use crate::notify::{Secrets, Selector};
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{MatcherStrategy, PolicySpec, SelectorSpec};

/// Metadata of `PrometheusRule` and `AlertmanagerConfig` objects.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// Their namespace.
    pub namespace: Option<String>,
    /// Their labels.
    pub labels: BTreeMap<String, String>,
    /// Keys of secrets that stand for files.
    pub secrets: Secrets,
    /// Which alerts the routes of an `AlertmanagerConfig` get, where the policy says so.
    pub strategy: Option<MatcherStrategy>,
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
        let secrets = operator.value.secrets.iter().flat_map(|secrets| secrets.value.iter());
        let secrets = secrets.filter_map(|(file, selector)| secret(file, selector, scope)).collect();
        let strategy = operator.value.matcher_strategy.map(|strategy| strategy.value);
        Self { namespace: namespace.map(|name| name.value.0.clone()), labels, secrets, strategy }
    }
}

/// The key that stands for a file, or a finding.
fn secret(file: &Spanned<String>, selector: &SelectorSpec, scope: &mut Scope<'_>) -> Option<(String, Selector)> {
    let (name, key) = (selector.name.0.as_ref()?, selector.key.0.as_ref()?);
    let is_name = is_kubernetes(&name.value.0, 253) && !name.value.0.contains(char::is_uppercase);
    let is_key = key.value.0.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    for (fits, what, place, written) in [
        (is_name, "name", name.span, &name.value.0),
        (is_key && key.value.0.len() <= 253, "key", key.span, &key.value.0),
    ] {
        if !fits {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    place,
                    format!("expected the {what} of a Kubernetes `Secret`, found `{written}`"),
                )
                .hint("use letters, digits, `-` and `.`; a name has small letters alone"),
            );
        }
    }
    Some((file.value.clone(), Selector { name: name.value.0.clone(), key: key.value.0.clone() }))
}

/// Whether Kubernetes takes a text as the value of a label, or as a part of its key.
fn is_kubernetes(text: &str, most: usize) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= most
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
