//! The templates of write-ups.

use emberline_prose::number::{measured, offset, precise_percent};
use emberline_prose::template::{Environment, Templates, Value, typed};
use emberline_walk::source::{Answer, Trouble};
use serde::Serialize;

use crate::series::Spread;

static TEMPLATES: Templates = Templates::new(
    &[
        ("incident.md", include_str!("../../templates/incident.md")),
        ("postmortem.md", include_str!("../../templates/postmortem.md")),
        ("series.md", include_str!("../../templates/series.md")),
    ],
    measurements,
);

/// The placeholder for a value that was not measured.
const NONE: &str = "–";

/// Filters for values that a drill may not have measured.
fn measurements(environment: &mut Environment<'static>) {
    let known = |words: fn(f64) -> String| move |value: Option<f64>| value.map_or_else(|| NONE.to_owned(), words);
    environment.add_filter("offset", known(offset));
    environment.add_filter("seconds", known(measured));
    environment.add_filter("plain", known(|value| format!("{:.0}", value.round())));
    environment.add_filter("percent", known(precise_percent));
    environment.add_filter("yes", |value: Option<bool>| match value {
        None => NONE,
        Some(true) => "yes",
        Some(false) => "no",
    });
    let shown = |ends: fn(&Spread) -> [f64; 2]| {
        move |value: Value| {
            let spread: Option<Spread> = serde_json::to_value(&value).and_then(serde_json::from_value).ok();
            spread.filter(|spread| spread.count > 0).map_or_else(
                || NONE.to_owned(),
                |it| {
                    let [low, high] = ends(&it);
                    format!("{:.0} ({:.0} to {:.0})", it.median.round(), low.round(), high.round())
                },
            )
        }
    };
    environment.add_filter("quartiles", shown(|it| [it.lower, it.upper]));
    environment.add_filter("range", shown(|it| [it.least, it.most]));
    environment.add_function("share", |part: u64, of: u64| match of {
        0 => NONE.to_owned(),
        _ => format!("{part} of {of} ({:.0}%)", 100.0 * part as f64 / of as f64),
    });
}

/// A template filled in, with at most one blank line in a row.
///
/// # Errors
/// When a template is faulty, which is a bug of this crate.
pub(super) fn render(name: &str, values: impl Serialize) -> Answer<String> {
    let mut text = TEMPLATES.render(name, typed(&values)).map_err(|fault| Trouble(fault.to_string()))?;
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_sound() {
        assert_eq!(TEMPLATES.check().map_err(|fault| fault.to_string()), Ok(()));
    }
}
