//! Sentences of a text in Markdown, HTML or a template, and how many words each has.

/// A sentence.
pub(crate) struct Sentence<'t> {
    /// Where it begins, in bytes.
    pub(crate) at: usize,
    /// As written.
    pub(crate) text: &'t str,
    /// Words; a span of code is one.
    pub(crate) words: usize,
}

/// The sentences outside of fenced and indented blocks. A heading, an item of a list and a cell of a table end one.
pub(crate) fn of(text: &str) -> Vec<Sentence<'_>> {
    let mut sentences = Vec::new();
    let (mut start, mut at, mut is_fenced) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let is_fence = trimmed.starts_with("```");
        let begins = trimmed.trim_end().is_empty() || trimmed.starts_with(['#', '|', '<']) || is_item(trimmed);
        if is_fence || is_fenced || begins || line.starts_with("    ") {
            within(text, start, at, &mut sentences);
            start = if is_fence || is_fenced { at + line.len() } else { at };
        }
        is_fenced ^= is_fence;
        at += line.len();
    }
    within(text, start, at, &mut sentences);
    sentences
}

fn is_item(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (number.len() < line.len() && number.starts_with(". "))
}

/// The sentences of one paragraph.
fn within<'t>(text: &'t str, start: usize, end: usize, sentences: &mut Vec<Sentence<'t>>) {
    let mut from = start;
    let bytes = text.as_bytes();
    for (at, c) in text[start..end].char_indices().map(|(at, c)| (at + start, c)) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let ends = match c {
            '.' | '?' | '!' => matches!(next, b' ' | b'\n' | b'"' | b')' | b'<' | b'\\'),
            '|' => true,
            '>' => {
                text[start..at].ends_with(['p', 'i', 'h', '1', '2', 'd'])
                    && text[..at].rfind('<').is_some_and(|open| text[open..].starts_with("</"))
            }
            _ => false,
        };
        if ends {
            push(text, from, at + c.len_utf8(), sentences);
            from = at + c.len_utf8();
        }
    }
    push(text, from, end, sentences);
}

fn push<'t>(text: &'t str, from: usize, to: usize, sentences: &mut Vec<Sentence<'t>>) {
    let raw = &text[from..to];
    let at = from + (raw.len() - raw.trim_start().len());
    let words = words(raw);
    if words > 0 {
        sentences.push(Sentence { at, text: raw.trim(), words });
    }
}

/// Words with a letter or a digit. A span of code is one; markup is none.
fn words(text: &str) -> usize {
    let mut plain = String::new();
    let (mut is_code, mut is_tag) = (false, false);
    for c in text.chars() {
        match c {
            '`' => {
                is_code = !is_code;
                plain.push_str(if is_code { " c" } else { "" });
            }
            '<' if !is_code => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if is_code || is_tag => {}
            c => plain.push(c),
        }
    }
    plain.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}
