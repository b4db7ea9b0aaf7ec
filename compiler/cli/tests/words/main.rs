//! How Emberline writes, as far as a program can judge: the rules of `compiler/docs/contributing/style.md`.
//!
//! | rule | where |
//! | --- | --- |
//! | none of the left-out terms | every text that a user reads: [`texts`] |
//! | no sentence of more than 30 words | templates, string literals of the product, pages of finding codes |
//! | no line of more than 100 columns | documentation |
//! | no document is cited that the repository lacks | every text file |
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod literals;
mod sentences;
mod terms;
mod texts;

use texts::Text;

/// The most words of a sentence in templates and findings.
const WORDS: usize = 30;
/// The most columns of a line of documentation.
const COLUMNS: usize = 100;

/// Something to write otherwise: where, and why.
struct Fault {
    path: String,
    line: usize,
    why: String,
}

fn terms_of(text: &Text) -> Vec<Fault> {
    let found = terms::found(&text.text).into_iter();
    let fault = |(at, why): (usize, String)| Fault { path: text.path.clone(), line: text.line_at(at), why };
    found.map(fault).collect()
}

fn long_sentences(text: &Text) -> Vec<Fault> {
    let long = sentences::of(&text.text).into_iter().filter(|sentence| sentence.words > WORDS);
    let why = |words, start: &str| format!("a sentence of {words} words: {start}…");
    let fault = |sentence: sentences::Sentence<'_>| Fault {
        path: text.path.clone(),
        line: text.line_at(sentence.at),
        why: why(sentence.words, &sentence.text.split_whitespace().take(6).collect::<Vec<_>>().join(" ")),
    };
    long.map(fault).collect()
}

fn wide_lines(text: &Text) -> Vec<Fault> {
    let wide = text.text.lines().enumerate().filter(|(_, line)| line.chars().count() > COLUMNS);
    // A single word, such as an address, cannot be broken.
    let wide = wide.filter(|(_, line)| line.split_whitespace().count() > 1);
    let fault = |(at, line): (usize, &str)| Fault {
        path: text.path.clone(),
        line: at + 1,
        why: format!("a line of {} columns", line.chars().count()),
    };
    wide.map(fault).collect()
}

fn foreign_citations(text: &Text) -> Vec<Fault> {
    let cited = terms::FOREIGN.iter().flat_map(|name| text.text.match_indices(name));
    let fault = |(at, name): (usize, &str)| Fault {
        path: text.path.clone(),
        line: text.line_at(at),
        why: format!("cites a document that the repository does not hold: {name}"),
    };
    cited.map(fault).collect()
}

fn faults() -> Vec<Fault> {
    let user = texts::user();
    let mut faults: Vec<Fault> = user.iter().flat_map(terms_of).collect();
    faults.extend(user.iter().filter(|text| text.is_prose).flat_map(long_sentences));
    faults.extend(texts::documentation().iter().flat_map(wide_lines));
    faults.extend(texts::repository().iter().flat_map(foreign_citations));
    faults.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    faults
}

#[test]
fn texts_are_written_by_the_style_guide() {
    let lines = faults().into_iter().map(|Fault { path, line, why }| format!("{path}:{line}: {why}"));
    let lines: Vec<String> = lines.collect();
    assert!(lines.is_empty(), "{} places to write otherwise:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn the_rules_find_what_they_forbid() {
    let text = |text: &str| Text::new("x.md", text, true);
    let whys = |faults: Vec<Fault>| faults.into_iter().map(|fault| (fault.line, fault.why)).collect::<Vec<_>>();
    let dialect =
        whys(terms_of(&text("Fine.\nOf a request that nobody measured, its spans tell.\nIt was kept\nagain.")));
    assert_eq!(dialect.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3], "{dialect:?}");
    assert!(terms_of(&text("The revert of a commit. `git blame` says so. It compromises nothing.")).is_empty());
    let long = format!("Short one. {} end.\n\n- {} end.", "word ".repeat(30), "item ".repeat(29));
    assert_eq!(whys(long_sentences(&text(&long))).len(), 1);
    let wide = format!("{}\n{}\n{}\n", "a ".repeat(50), "a ".repeat(51), "a".repeat(200));
    assert_eq!(whys(wide_lines(&text(&wide))), [(2, "a line of 102 columns".to_owned())]);
    let cited = format!("see {}", terms::FOREIGN[0]);
    assert_eq!(whys(foreign_citations(&text(&cited))).len(), 1);
}
