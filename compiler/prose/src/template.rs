//! Templates, compiled once: the one environment for every page, report and summary.
//!
//! An undefined name is an error in every template, so a misspelt field fails a test instead of leaving a gap. HTML
//! is escaped by itself in templates whose name ends in `.html`. In all others the author escapes with a filter:
//! `text` for a line of Markdown, `sentences` and `cell` for sentences with code, `code` for code, `fence` and
//! `block` around and within a fenced block, `yaml` for a YAML scalar.

use std::fmt;
use std::sync::OnceLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, UndefinedBehavior};

pub use minijinja::value::Serde;
pub use minijinja::{Environment, Value, context};

use crate::escape;

/// A faulty template: a bug of the crate that owns it, in the engine's words.
#[derive(Debug, Clone)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    fn of(name: &str, cause: &minijinja::Error) -> Self {
        Self(format!("internal error: the template {name}: {cause:#}"))
    }
}

/// A set of templates that may include each other.
pub struct Templates {
    sources: &'static [(&'static str, &'static str)],
    extend: fn(&mut Environment<'static>),
    environment: OnceLock<Result<Environment<'static>, Fault>>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.sources.iter().map(|(name, _)| name)).finish()
    }
}

impl Templates {
    /// Names and sources of templates; `extend` adds the filters that only they need.
    #[must_use]
    pub const fn new(sources: &'static [(&'static str, &'static str)], extend: fn(&mut Environment<'static>)) -> Self {
        Self { sources, extend, environment: OnceLock::new() }
    }

    /// A template filled in. The text ends with one newline.
    ///
    /// # Errors
    /// When a template cannot be read, or asks for a name that `values` lacks.
    pub fn render(&self, name: &str, values: Value) -> Result<String, Fault> {
        let environment = self.environment.get_or_init(|| self.build()).as_ref().map_err(Clone::clone)?;
        let made = environment.get_template(name).and_then(|template| template.render(values));
        let mut text = made.map_err(|cause| Fault::of(name, &cause))?;
        text.truncate(text.trim_end().len());
        text.push('\n');
        Ok(text)
    }

    /// Reads every template.
    ///
    /// # Errors
    /// When one is faulty.
    pub fn check(&self) -> Result<(), Fault> {
        self.environment.get_or_init(|| self.build()).as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn build(&self) -> Result<Environment<'static>, Fault> {
        let mut environment = environment().map_err(|cause| Fault::of("environment", &cause))?;
        (self.extend)(&mut environment);
        for (name, source) in self.sources {
            environment.add_template(name, source).map_err(|cause| Fault::of(name, &cause))?;
        }
        Ok(environment)
    }
}

/// No filters beyond those that every template has.
pub fn plain(_: &mut Environment<'static>) {}

/// A value as templates read it.
#[must_use]
pub fn typed(value: &impl serde::Serialize) -> Value {
    Value::from(Serde(value))
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    // The engine's own escape also escapes every `/`, which makes an address half as long again.
    environment.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&escape::html(text))?),
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment.add_filter("text", |text: &str| escape::markdown(text));
    environment.add_filter("sentences", |text: &str| escape::markdown_sentence(text));
    environment.add_filter("cell", |text: &str| escape::markdown_cell(text));
    environment.add_filter("code", |text: &str| escape::markdown_code(text));
    environment.add_filter("fence", |text: &str| escape::fence(text));
    environment.add_filter("block", |text: &str| escape::block(text));
    environment.add_filter("yaml", |text: &str| escape::yaml(text));
    environment.add_filter("prose", |text: &str| Value::from_safe_string(escape::html_sentence(text)));
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<b>|*x*\n\u{1b}";

    fn render(name: &'static str, source: &'static str) -> Result<String, Fault> {
        let sources: &'static [(&'static str, &'static str)] = Box::leak(Box::new([(name, source)]));
        Templates::new(sources, plain).render(name, context! { x => HOSTILE })
    }

    #[test]
    fn html_is_escaped_by_itself_and_markdown_by_filters() {
        let made = |name, source| render(name, source).unwrap_or_else(|fault| fault.to_string());
        assert_eq!(made("a.html", "<p>{{ x }}</p>"), "<p>&lt;b&gt;|*x*\n </p>\n");
        assert_eq!(made("a.html", "{{ x | prose }}"), "&lt;b&gt;|*x*\n");
        assert_eq!(made("a.md", "{{ x | text }}."), "\\<b\\>\\|\\*x\\*.\n");
        assert_eq!(made("a.md", "{{ x | code }}"), "`<b>\\|*x*  `\n");
    }

    #[test]
    fn an_undefined_name_is_an_error() {
        let fault = render("a.md", "{{ y }}").err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(fault.contains("a.md") && fault.contains("undefined"), "{fault}");
    }
}
