//! Markdown that wraps at the width of documentation.

/// The most columns of a line, as for all documentation.
const COLUMNS: usize = 100;

/// The longest span of code that is kept on one line.
const LONGEST: usize = 60;

/// The first lines of a generated page.
pub(super) fn begin(title: &str) -> String {
    format!(
        "<!-- Made of the code by `EMBERLINE_BLESS=1 cargo test -p emberline --bin emberline reference`. -->\n\n# {title}\n"
    )
}

/// Adds a paragraph; an empty text adds nothing.
pub(super) fn paragraph(page: &mut String, text: &str) {
    if !text.trim().is_empty() {
        page.push('\n');
        wrap(page, "", "", text);
    }
}

/// Adds an item of a list.
pub(super) fn item(page: &mut String, text: &str) {
    wrap(page, "- ", "  ", text);
}

/// Adds a text whose first line begins with `first` and every other one with `next`. A span of code is not broken.
fn wrap(page: &mut String, first: &str, next: &str, text: &str) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in words(text) {
        let would_be = line.chars().count() + 1 + word.chars().count();
        if !is_empty && would_be > COLUMNS {
            page.push_str(line.trim_end());
            page.push('\n');
            line = next.to_owned();
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(&word);
        is_empty = false;
    }
    page.push_str(line.trim_end());
    page.push('\n');
}

/// The words of a text, of which spans of code and links are one each.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split_whitespace() {
        // A longer span may be broken: Markdown reads the break as a blank.
        match words.last_mut().filter(|last| is_open && last.chars().count() < LONGEST) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
        is_open ^= word.matches('`').count() % 2 == 1;
    }
    words
}

#[test]
fn lines_wrap_between_words_and_not_within_code() {
    let mut page = String::new();
    item(&mut page, &format!("{}`some code` end", "word ".repeat(19)));
    assert_eq!(page, format!("- {}\n  `some code` end\n", "word ".repeat(19).trim_end()));
}
