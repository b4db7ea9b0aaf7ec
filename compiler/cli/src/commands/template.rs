//! Prose from templates. Structured output never comes from one.

use emberline_prose::template::{Templates, Value, plain};

use crate::failure::{Failure, Result};

static TEMPLATES: Templates = Templates::new(
    &[
        ("explain.md.j2", include_str!("../../templates/explain.md.j2")),
        ("explain.txt.j2", include_str!("../../templates/explain.txt.j2")),
    ],
    plain,
);

/// The template filled in. Templates are part of the program, so a template at fault is a bug.
pub(super) fn render(name: &str, values: Value) -> Result<String> {
    TEMPLATES.render(name, values).map_err(|fault| Failure::bug(fault.to_string()))
}
