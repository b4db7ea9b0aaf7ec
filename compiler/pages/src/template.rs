//! The templates of pages.

use emberline_prose::template::{Templates, Value, plain};

pub use emberline_prose::template::Fault;

static TEMPLATES: Templates = Templates::new(
    &[
        ("base.html", include_str!("../templates/base.html")),
        ("asks.html", include_str!("../templates/asks.html")),
        ("codes.html", include_str!("../templates/codes.html")),
        ("index.md", include_str!("../templates/index.md")),
        ("index.html", include_str!("../templates/index.html")),
        ("service.html", include_str!("../templates/service.html")),
        ("slo.html", include_str!("../templates/slo.html")),
        ("alert.html", include_str!("../templates/alert.html")),
        ("watch.html", include_str!("../templates/watch.html")),
        ("code.html", include_str!("../templates/code.html")),
        ("alert.md", include_str!("../templates/alert.md")),
        ("watch.md", include_str!("../templates/watch.md")),
    ],
    plain,
);

/// A template with values in it.
pub(crate) fn render(name: &str, values: Value) -> Result<String, Fault> {
    TEMPLATES.render(name, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_sound() {
        assert_eq!(TEMPLATES.check().map_err(|fault| fault.to_string()), Ok(()));
    }
}
