//! What is being written in a selector: a metric, a label or a value.

/// A part of a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// The name of a metric, of which so much is written.
    Metric(&'t str),
    /// The name of a label of a metric.
    Label(&'t str, &'t str),
    /// The value of a label of a metric.
    Value(&'t str, &'t str, &'t str),
}

/// What the end of a text is a part of.
#[must_use]
pub fn part(text: &str) -> Part<'_> {
    let Some(brace) = open_brace(text) else { return Part::Metric(last_name(text)) };
    let metric = last_name(text.get(..brace).unwrap_or_default().trim_end());
    let matchers = text.get(brace + 1..).unwrap_or_default();
    let matcher = matchers.get(last_comma(matchers)..).unwrap_or_default().trim_start();
    match matcher.find(['=', '!', '~']) {
        None => Part::Label(metric, matcher),
        Some(at) => {
            let label = matcher.get(..at).unwrap_or_default().trim().trim_matches('"');
            let value = matcher.get(at..).unwrap_or_default().trim_start_matches(['=', '!', '~', ' ']);
            // In an alternative of a regex, the last one counts.
            let value = value.trim_start_matches(['"', '\'', '\\']);
            Part::Value(metric, label, value.rsplit('|').next().unwrap_or(value))
        }
    }
}

/// Runs over a text, telling of each byte whether it stands between quotes.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, character)| {
        let is_plain = quote.is_none();
        match (quote, *character) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(*character),
            _ => {}
        }
        is_plain
    })
}

fn open_brace(text: &str) -> Option<usize> {
    // A selector in a quoted YAML scalar begins with a quote of YAML's.
    let skipped = text.len() - text.trim_start_matches(['"', '\'', '[', ' ']).len();
    let mut open = None;
    for (at, character) in unquoted(text.get(skipped..).unwrap_or_default()) {
        match character {
            '{' => open = Some(at + skipped),
            '}' => open = None,
            _ => {}
        }
    }
    open
}

fn last_comma(text: &str) -> usize {
    unquoted(text).filter(|(_, character)| *character == ',').last().map_or(0, |(at, _)| at + 1)
}

fn last_name(text: &str) -> &str {
    let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':' | '.');
    text.get(text.trim_end_matches(is_name).len()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts() {
        for (text, expected) in [
            ("", Part::Metric("")),
            ("sum(rate(http_re", Part::Metric("http_re")),
            ("[a_total, b_t", Part::Metric("b_t")),
            ("up{", Part::Label("up", "")),
            ("'up{job=\"a,b\", in", Part::Label("up", "in")),
            ("up{job=", Part::Value("up", "job", "")),
            ("up{code=~\"5..|4", Part::Value("up", "code", "4")),
            ("\"up{code=\\\"5", Part::Value("up", "code", "5")),
            ("up{a=\"}\"} / down{b!=\"x", Part::Value("down", "b", "x")),
        ] {
            assert_eq!(part(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_stops_it(text in "[a{}=~\"',|\\\\é😀 ]{0,40}") {
            let _ = part(&text);
        }
    }
}
