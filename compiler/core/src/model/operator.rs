//! Metadata of the objects that the Prometheus Operator reads.

use std::collections::BTreeMap;

use crate::code;
use crate::finding::Finding;
use crate::notify::{Secrets, Selector};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::{MatcherStrategy, Name, Named, PolicySpec, SelectorSpec, Text};

/// Metadata of `PrometheusRule` and `AlertmanagerConfig` objects.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// Their namespace.
    pub namespace: Option<String>,
    /// Namespaces of single services, each with the place that names the service.
    pub namespaces: BTreeMap<String, (String, Span)>,
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
        let labels = operator.value.labels.as_ref().map(|given| labels(given, scope)).unwrap_or_default();
        let namespace = operator.value.namespace.as_ref().and_then(|name| namespace(name, scope));
        let each = operator.value.namespaces.iter().flat_map(|named| named.value.iter());
        let namespaces = each
            .filter_map(|(service, name)| Some((service.value.clone(), (self::namespace(name, scope)?, service.span))))
            .collect();
        let secrets = operator.value.secrets.iter().flat_map(|secrets| secrets.value.iter());
        let secrets = secrets.filter_map(|(file, selector)| secret(file, selector, scope)).collect();
        let strategy = operator.value.matcher_strategy.map(|strategy| strategy.value);
        Self { namespace, namespaces, labels, secrets, strategy }
    }

    /// Findings for namespaces of services that there are not.
    pub(super) fn refuse_unknown(&self, is_service: impl Fn(&str) -> bool, scope: &mut Scope<'_>) {
        for (service, (_, place)) in self.namespaces.iter().filter(|(service, _)| !is_service(service)) {
            scope.report(
                Finding::new(&code::UNKNOWN_REFERENCE, *place, format!("no spec declares a service `{service}`"))
                    .hint("write the name of a service as its spec has it"),
            );
        }
    }
}

/// A namespace, or a finding.
pub(super) fn namespace(name: &Spanned<Name>, scope: &mut Scope<'_>) -> Option<String> {
    let text = &name.value.0;
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let fits = text.len() <= 63
        && text.bytes().all(|b| is_plain(b) || b == b'-')
        && text.bytes().next().is_some_and(is_plain)
        && text.bytes().next_back().is_some_and(is_plain);
    if !fits {
        scope.report(
            Finding::new(&code::INVALID_VALUE, name.span, format!("expected a Kubernetes namespace, found `{text}`"))
                .hint("use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends"),
        );
    }
    fits.then(|| text.clone())
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
