//! Prose from templates. Structured output never comes from one.

use minijinja::{Environment, Value};

use crate::failure::{Failure, Result};

/// The template filled in. Templates are part of the program, so one that cannot be is a bug.
pub(super) fn render(template: &str, values: Value) -> Result<String> {
    let text = Environment::new().render_str(template, values);
    // The engine drops the newline that ends a template.
    text.map(|text| text + "\n").map_err(|cause| Failure::bug(format!("a template: {cause:#}")))
}
