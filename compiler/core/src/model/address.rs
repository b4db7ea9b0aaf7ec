//! Addresses: of pages that people open, and of hooks that Alertmanager calls.

use fluent_uri::Iri;

use crate::code;
use crate::finding::Finding;
use crate::gotemplate::{self, Reader};
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
    let before = text.get(..fault.at).unwrap_or(text).chars().count();
    let who = if reader == Reader::Prometheus { "Prometheus" } else { "Alertmanager" };
    scope.report(
        Finding::new(&code::INVALID_VALUE, at.span, format!("{who} cannot read this template: {}", fault.message))
            .label(format!("at its character {}", before + 1))
            .note(format!("{who} refuses a whole file for such a text, or sends an error in its place"))
            .hint("for braces that stand for themselves write `{{ \"{{\" }}`"),
    );
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

/// Whether a text is an address of HTTP, as Go reads it too: with a host that has no escapes.
fn is_http(text: &str) -> bool {
    Iri::parse(text).is_ok_and(|url| {
        let scheme = url.scheme().as_str();
        let host = url.authority().map_or("", |authority| authority.host());
        ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
            && !host.is_empty()
            && !host.contains('%')
    })
}

#[cfg(test)]
mod tests {
    use super::is_http;

    /// As `amtool check-config` judges them; what it takes beyond these needs no address.
    #[test]
    fn addresses_that_alertmanager_takes() {
        for text in [
            "http://x/",
            "HTTP://x",
            "https://x:99999/y?q=%20#z",
            "http://u:p@x/",
            "http://x/\u{fc}",
            "http://[::1]:80/",
        ] {
            assert!(is_http(text), "{text}");
        }
        for text in [
            "http://",
            "https:///x",
            "http://[::1",
            "http://x y/",
            "x.example.org/hook",
            "http://x/%zz",
            "http://x:port/",
            "http:x",
            " http://x/",
            "ftp://x",
            "http://x|y/",
            "http://%41/",
            "http://{x}/",
            "http://[x]/",
            "http://x/\ny",
            "",
        ] {
            assert!(!is_http(text), "{text}");
        }
    }
}
