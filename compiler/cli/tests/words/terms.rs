//! The terms that the style guide leaves out, and what to write instead.

/// Part of a word or of several, in lower case, and what to write.
const LEFT_OUT: &[(&str, &str)] = &[
    ("kept again", "recovered"),
    ("is called after", "detected after"),
    ("somebody is called", "detected"),
    ("nobody is called", "not detected"),
    ("times too fast", "14.4× too fast"),
    ("promise", "objective, or target"),
    ("promises", "objective, or target"),
    ("promised", "objective, or target"),
    ("what is left of", "error budget left"),
    ("of it is left", "error budget left"),
    ("taken back", "rolled back, or reverted"),
    ("take it back", "roll it back, or revert it"),
    ("takes back", "reverts"),
    ("at fault", "root cause, suspect, faulty, or what is wrong"),
    ("to blame", "root cause, contributing factor, or suspect"),
    ("nearness", "confidence"),
    ("has cleared", "has resolved"),
    ("bad ones", "bad events, failed requests, or slow requests"),
    ("what was bad", "bad events, failed requests, or slow requests"),
    ("what is recorded", "time series"),
    ("says too little", "not enough data, or inconclusive"),
    ("say too little", "not enough data, or inconclusive"),
    ("somebody else", "another person, or another tool"),
    ("what is to be done", "what to do"),
];

/// How a sentence does not begin.
const FRONTED: &[&str] =
    &["Of a ", "Of an ", "Of the ", "Of each ", "Of all ", "Of what ", "Of these ", "Of its ", "That of "];

/// Documents that the authors had and readers have not. Put together here, so that this file does not cite them.
pub(crate) const FOREIGN: &[&str] = &[
    concat!("field/", "arithmetic"),
    concat!("field/", "signals"),
    concat!("field/", "gates"),
    concat!("field/", "compilers"),
    concat!("field/", "aesthetics"),
    concat!("field/", "engines"),
    concat!("field/", "libraries"),
    concat!("design", ".md"),
    concat!("design", " §"),
    concat!("shared/", "style"),
];

/// Where a text uses a left-out term, and what to write instead.
pub(crate) fn found(text: &str) -> Vec<(usize, String)> {
    // One space for any white space, at the same places: no character is added or removed but in its kind.
    let flat: String = text.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).collect();
    let lower: String = flat.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut found = Vec::new();
    for (term, instead) in LEFT_OUT {
        for (at, _) in lower.match_indices(term) {
            if is_apart(&lower, at, term.len()) {
                found.push((at, format!("`{term}`; write: {instead}")));
            }
        }
    }
    for opening in FRONTED {
        for (at, _) in flat.match_indices(opening) {
            let before = flat[..at].trim_end_matches(' ');
            if before.is_empty() || before.ends_with(['.', ':', '!', '?', '"', '>', '|', '*', '-', '/']) {
                found.push((at, format!("a sentence begins with `{}`; begin with its subject", opening.trim_end())));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether a match is no part of a longer word.
fn is_apart(text: &str, at: usize, len: usize) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + len..].chars().next())
}
