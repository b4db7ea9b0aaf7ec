//! Templates, compiled once. Markdown is escaped by the filters `text` and `code`.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

const TEMPLATES: [(&str, &str); 8] = [
    ("asks.md", include_str!("../../templates/asks.md")),
    ("slo.md", include_str!("../../templates/slo.md")),
    ("red.md", include_str!("../../templates/red.md")),
    ("trace.md", include_str!("../../templates/trace.md")),
    ("profile.md", include_str!("../../templates/profile.md")),
    ("error.md", include_str!("../../templates/error.md")),
    ("code.md", include_str!("../../templates/code.md")),
    ("walk.md", include_str!("../../templates/walk.md")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(|error| format!("{error:#}"))?);
    environment.add_filter("text", |text: &str| markdown(text));
    environment.add_filter("code", |text: &str| code(text));
    environment.add_filter("fence", |text: &str| "`".repeat(longest(text).max(2) + 1));
    environment
        .add_filter("length", |seconds: Option<f64>| seconds.map_or_else(|| "?".to_owned(), crate::words::length));
    environment.add_filter("percent", |share: Option<f64>| share.map_or_else(|| "?".to_owned(), crate::words::percent));
    environment.add_filter("figure", |value: Option<f64>| value.map_or_else(|| "?".to_owned(), crate::words::figure));
    environment.add_filter("clock", |time: f64| crate::words::clock(time));
    environment.add_filter("short", |id: &str| crate::words::short(id).to_owned());
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).map_err(|error| format!("{error:#}"))?;
    }
    Ok(environment)
});

/// A template with values in it. A template at fault is a bug of this crate, which its tests find; the page says so.
pub(super) fn render(name: &str, values: Value) -> String {
    let made = ENVIRONMENT.as_ref().map_err(Clone::clone).and_then(|environment| {
        let template = environment.get_template(name).map_err(|error| format!("{error:#}"))?;
        template.render(values).map_err(|error| format!("{error:#}"))
    });
    let mut text = made.unwrap_or_else(|fault| format!("The template {name} is at fault: {fault}"));
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    format!("{}\n", text.trim())
}

/// A text that Markdown shows as it is, in one line. What stands between two backticks is code.
fn markdown(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || parts.iter().skip(1).step_by(2).any(|part| part.is_empty()) {
        return plain(text);
    }
    let made = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => plain(part),
        _ => code(part),
    });
    made.collect()
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A text as code in a line, a cell of a table included.
fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let marks = "`".repeat(longest(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    // Tables end a cell even within code.
    format!("{marks}{pad}{}{pad}{marks}", text.replace('|', "\\|"))
}

fn longest(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(markdown("a*b_<c>\nd"), "a\\*b\\_\\<c\\> d");
        assert_eq!(markdown("calls `x*y` often*"), "calls `x*y` often\\*");
        assert_eq!(markdown("one ` only"), "one \\` only");
        assert_eq!(
            (code("a|b"), code("a`b"), code("`"), code(" ")),
            ("`a\\|b`".into(), "``a`b``".into(), "`` ` ``".into(), String::new())
        );
    }

    #[test]
    fn templates_are_sound() {
        assert!(ENVIRONMENT.is_ok(), "{:?}", ENVIRONMENT.as_ref().err());
    }
}
