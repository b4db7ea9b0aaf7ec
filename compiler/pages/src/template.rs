//! Templates, compiled once. HTML is escaped, Markdown by the filters `text` and `fence`.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Value};

/// A template is at fault: a bug of this crate, with what the engine says of it.
#[derive(Debug)]
pub struct Fault(String);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl From<minijinja::Error> for Fault {
    fn from(error: minijinja::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

const TEMPLATES: [(&str, &str); 10] = [
    ("base.html", include_str!("../templates/base.html")),
    ("asks.html", include_str!("../templates/asks.html")),
    ("codes.html", include_str!("../templates/codes.html")),
    ("index.md", include_str!("../templates/index.md")),
    ("index.html", include_str!("../templates/index.html")),
    ("service.html", include_str!("../templates/service.html")),
    ("slo.html", include_str!("../templates/slo.html")),
    ("alert.html", include_str!("../templates/alert.html")),
    ("code.html", include_str!("../templates/code.html")),
    ("alert.md", include_str!("../templates/alert.md")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(|error| format!("{error:#}"))?);
    // The engine's own escapes every `/` too, which makes an address half as long again.
    environment.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&html_text(text))?),
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment.add_filter("text", |text: &str| markdown_text(text));
    environment
        .add_filter("prose", |text: &str| Value::from_safe_string(prose(text, html_text, ["<code>", "</code>"])));
    environment.add_filter("sentences", |text: &str| prose(text, markdown_text, ["`", "`"]));
    environment.add_filter("fence", |text: &str| fence(text));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).map_err(|error| format!("{error:#}"))?;
    }
    Ok(environment)
});

/// A template with values in it.
pub(crate) fn render(name: &str, values: Value) -> Result<String, Fault> {
    let environment = ENVIRONMENT.as_ref().map_err(|fault| Fault(fault.clone()))?;
    let mut text = environment.get_template(name)?.render(values)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// A text that Markdown shows as it is.
fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A text in which what stands between backticks is code; all of it is text where they do not pair.
fn prose(text: &str, plain: fn(&str) -> String, code: [&str; 2]) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let in_code = |part: &str| if code[0] == "`" { part.replace('\n', " ") } else { html_text(part) };
    let made = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => plain(part),
        _ => format!("{}{}{}", code[0], in_code(part), code[1]),
    });
    made.collect()
}

/// A fence that no run of backticks in the text closes.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_what_was_written() {
        assert_eq!(markdown_text("a*b_<c>\nd"), "a\\*b\\_\\<c\\> d");
        assert_eq!(prose("a `b*<` c*", markdown_text, ["`", "`"]), "a `b*<` c\\*");
        assert_eq!(prose("a `b<` <", html_text, ["<code>", "</code>"]), "a <code>b&lt;</code> &lt;");
        assert_eq!(prose("a ` b", html_text, ["<code>", "</code>"]), "a ` b");
        assert_eq!((fence("a"), fence("a```b"), fence("````")), ("```".into(), "````".into(), "`````".into()));
    }
}
