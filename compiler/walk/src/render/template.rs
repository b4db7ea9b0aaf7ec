//! The templates of a walk's pages.

use emberline_prose::number;
use emberline_prose::template::{Environment, Templates, Value};

static TEMPLATES: Templates = Templates::new(
    &[
        ("asks.md", include_str!("../../templates/asks.md")),
        ("slo.md", include_str!("../../templates/slo.md")),
        ("red.md", include_str!("../../templates/red.md")),
        ("trace.md", include_str!("../../templates/trace.md")),
        ("profile.md", include_str!("../../templates/profile.md")),
        ("error.md", include_str!("../../templates/error.md")),
        ("code.md", include_str!("../../templates/code.md")),
        ("proofs.md", include_str!("../../templates/proofs.md")),
        ("claim.md", include_str!("../../templates/claim.md")),
        ("runtime.md", include_str!("../../templates/runtime.md")),
        ("walk.md", include_str!("../../templates/walk.md")),
    ],
    numbers,
);

/// Adds filters for values that may be missing.
fn numbers(environment: &mut Environment<'static>) {
    let known = |words: fn(f64) -> String| move |value: Option<f64>| value.map_or_else(|| "?".to_owned(), words);
    environment.add_filter("length", known(number::length));
    environment.add_filter("percent", known(number::percent));
    environment.add_filter("figure", known(number::figure));
    environment.add_filter("clock", number::clock);
    environment.add_filter("target", |address: &str| target(address));
    environment.add_filter("short", |id: &str| number::short(id).to_owned());
}

/// An address as the target of a link. What could end the target, or begin markup, is percent-encoded.
fn target(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~:/?#@!&+,;=%".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Fills in a template, with at most one blank line in a row. A faulty template is a bug of this crate that its
/// tests find, so the page shows the fault.
pub(super) fn render(name: &str, values: Value) -> String {
    let mut text = TEMPLATES.render(name, values).unwrap_or_else(|fault| format!("{fault}\n"));
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    format!("{}\n", text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_within_its_link() {
        assert_eq!(target("http://s:1/trace/0f?a=1&b=2#c"), "http://s:1/trace/0f?a=1&b=2#c");
        assert_eq!(target("http://s/) [x](y|`\n"), "http://s/%29%20%5Bx%5D%28y%7C%60%0A");
    }

    #[test]
    fn templates_are_sound() {
        assert_eq!(TEMPLATES.check().map_err(|fault| fault.to_string()), Ok(()));
    }
}
