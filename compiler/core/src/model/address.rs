//! Addresses: of pages that people open, and of hooks that Alertmanager calls.

use crate::code;
use crate::finding::Finding;
use crate::gotemplate::{self, Reader};
use crate::notify::is_http;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::target::Target;

/// An address that people can open, without a slash at the end; or a finding.
pub(super) fn address(url: &Spanned<String>, scope: &mut Scope<'_>) -> Option<String> {
    // A `$` would be a variable of Grafana, and `{{` a template.
    if is_http(&url.value) && !url.value.contains('$') {
        return Some(url.value.trim_end_matches('/').to_owned());
    }
    refuse(url, "https://runbooks.example.com", scope);
    None
}

/// An address that alerts are posted to: Alertmanager fills in templates; or a finding.
pub(super) fn hook(url: &Spanned<String>, scope: &mut Scope<'_>) -> Option<String> {
    if url.value.contains("{{") {
        return template(url, &url.value, Reader::Alertmanager, scope).then(|| url.value.clone());
    }
    if is_http(&url.value) {
        return Some(url.value.clone());
    }
    refuse(url, "https://hooks.example.com/slo", scope);
    None
}

/// Whether a text is a template that its reader can read; else a finding.
pub(super) fn template<T>(at: &Spanned<T>, text: &str, reader: Reader, scope: &mut Scope<'_>) -> bool {
    let Some(fault) = gotemplate::fault(text, reader) else {
        if reader == Reader::Prometheus {
            dialects(at, text, scope);
        }
        return true;
    };
    scope.report(gotemplate::finding(&fault, text, at.span, reader));
    false
}

/// Findings where a ruler that is asked for reads less than Prometheus.
fn dialects<T>(at: &Spanned<T>, text: &str, scope: &mut Scope<'_>) {
    let readers = [
        (Target::Vmalert, Reader::Vmalert, "vmalert", "vmalert refuses the whole file for such a text"),
        (
            Target::GrafanaRules,
            Reader::Grafana,
            "Grafana",
            "Grafana sends an error in its place; its `$value` is the values of all queries, as one text",
        ),
    ];
    for (target, reader, who, why) in readers {
        if !scope.targets.contains(&target) {
            continue;
        }
        if let Some(fault) = gotemplate::fault(text, reader) {
            let before = text.get(..fault.at).unwrap_or(text).chars().count();
            scope.report(
                Finding::new(
                    &code::NOT_IN_DIALECT,
                    at.span,
                    format!("{who} cannot read this template: {}", fault.message),
                )
                .label(format!("at its character {}", before + 1))
                .note(why)
                .hint(format!("write it without that, or leave `{}` out of the policy's `targets`", target.word())),
            );
        }
    }
}

fn refuse(url: &Spanned<String>, example: &str, scope: &mut Scope<'_>) {
    scope.report(
        Finding::new(
            &code::INVALID_VALUE,
            url.span,
            format!("expected a URL such as `{example}`, found `{}`", url.value),
        )
        .hint("begin it with `https://` and a host, and write other signs as `%20` and their like"),
    );
}
