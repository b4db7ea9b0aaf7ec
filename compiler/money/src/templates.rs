//! The templates of bills, changes and returns.

use emberline_prose::template::{Environment, Templates, Value};

use super::fault::Fault;

static TEMPLATES: Templates = Templates::new(
    &[
        ("bill.txt", include_str!("../templates/bill.txt")),
        ("bill.md", include_str!("../templates/bill.md")),
        ("change.txt", include_str!("../templates/change.txt")),
        ("change.md", include_str!("../templates/change.md")),
        ("returns.txt", include_str!("../templates/returns.txt")),
        ("returns.md", include_str!("../templates/returns.md")),
        ("paragraph.txt", include_str!("../templates/paragraph.txt")),
    ],
    columns,
);

/// Columns of a table on a terminal.
fn columns(environment: &mut Environment<'static>) {
    environment.add_filter("left", |text: &str, width: usize| format!("{text:<width$}"));
    environment.add_filter("right", |text: &str, width: usize| format!("{text:>width$}"));
}

/// A template filled in, without blanks at the ends of lines.
///
/// # Errors
/// When a template is faulty, which is a bug of this crate.
pub(crate) fn render(name: &str, values: Value) -> Result<String, Fault> {
    let text = TEMPLATES.render(name, values).map_err(|fault| Fault::new(fault.to_string(), "this is a bug"))?;
    // Padding at the end of a line would show in diffs.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_sound() {
        assert_eq!(TEMPLATES.check().map_err(|fault| fault.to_string()), Ok(()));
    }
}
