//! Prose from templates. Names and messages of people are escaped: they are text, and no markup.

use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::record::Record;
use crate::series::Spread;
use emberline_walk::source::{Answer, Trouble};

const TEMPLATES: [(&str, &str); 3] = [
    ("incident.md", include_str!("../../templates/incident.md")),
    ("postmortem.md", include_str!("../../templates/postmortem.md")),
    ("series.md", include_str!("../../templates/series.md")),
];

/// A template filled in.
pub(super) fn render(name: &str, values: impl Serialize) -> Answer<String> {
    let broken = |cause: minijinja::Error| Trouble(format!("a bug in the template {name}: {cause:#}"));
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(broken)?;
    }
    environment.add_filter("text", |value: Value| text(&value.to_string()));
    environment.add_filter("yaml", |value: Value| yaml(&value.to_string()));
    environment.add_filter("offset", |value: Value| number(&value).map_or_else(|| "–".to_owned(), Record::offset));
    environment.add_filter("seconds", |value: Value| number(&value).map_or_else(|| "–".to_owned(), seconds));
    environment.add_filter("plain", |value: Value| {
        number(&value).map_or_else(|| "–".to_owned(), |it| format!("{:.0}", it.round()))
    });
    environment.add_filter("percent", |value: Value| number(&value).map_or_else(|| "–".to_owned(), percent));
    environment.add_filter("yes", |value: Value| match value.is_none() || value.is_undefined() {
        true => "–",
        false if value.is_true() => "yes",
        false => "no",
    });
    environment.add_filter("spread", |value: Value| {
        let spread: Option<Spread> = read(&value);
        spread.filter(|spread| spread.count > 0).map_or_else(
            || "–".to_owned(),
            |it| format!("{:.0} ({:.0}–{:.0})", it.median.round(), it.lower.round(), it.upper.round()),
        )
    });
    environment.add_function("share", |part: u64, of: u64| match of {
        0 => "–".to_owned(),
        _ => format!("{part} of {of} ({:.0}%)", 100.0 * part as f64 / of as f64),
    });
    let template = environment.get_template(name).map_err(broken)?;
    // The engine drops the newline that ends a template.
    template.render(Value::from(Serde(values))).map(|text| text.trim_end().to_owned() + "\n").map_err(broken)
}

fn number(value: &Value) -> Option<f64> {
    f64::try_from(value.clone()).ok()
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::to_value(value).ok().and_then(|value| serde_json::from_value(value).ok())
}

/// `4.2 s`, `58 s`, `1m09s`.
fn seconds(seconds: f64) -> String {
    let whole = if seconds.abs() < 10.0 { seconds } else { seconds.round() };
    match whole.abs() {
        0.0..10.0 => format!("{seconds:.1} s"),
        10.0..120.0 => format!("{whole:.0} s"),
        _ => Record::offset(seconds).trim_start_matches("T+").to_owned(),
    }
}

/// Three digits that count: `52%`, `1.63%`, `0.00109%`.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = match percent.abs() {
        100.0.. => 0,
        10.0..100.0 => 1,
        1.0..10.0 => 2,
        0.1..1.0 => 3,
        _ => 5,
    };
    let text = format!("{percent:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}%")
}

/// A text within a line of Markdown, even within a table.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() => {}
            '`' => {
                in_code = !in_code;
                out.push(c);
            }
            '|' => out.push_str("\\|"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '~' if !in_code => out.extend(['\\', c]),
            '<' if !in_code => out.push_str("&lt;"),
            '&' if !in_code => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    // A backtick that nobody closes would take the rest of the page along.
    if in_code { out.replace('`', "'") } else { out }
}

/// A text as a YAML scalar between double quotes: JSON's strings are YAML's.
fn yaml(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(text("a|b <b>x</b> _y_ [z](u)"), "a\\|b &lt;b>x&lt;/b> \\_y\\_ \\[z\\](u)");
        assert_eq!(text("`a_b` c_d"), "`a_b` c\\_d");
        assert_eq!(text("lost ` tick"), "lost ' tick");
        assert_eq!(yaml("a \"b\": c"), "\"a \\\"b\\\": c\"");
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        assert_eq!([4.23, 58.4, 69.0, 130.0].map(seconds), ["4.2 s", "58 s", "69 s", "2m10s"]);
        assert_eq!([1.0, 0.52, 0.0163, 0.0000109].map(percent), ["100%", "52%", "1.63%", "0.00109%"]);
    }
}
