#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::{decode, locate};
use crate::source::Sources;
use crate::yaml::{self, Node, Scalar, Style, Value};

/// A text in some notation, and how its pieces were written.
#[derive(Debug, Clone)]
struct Rendered {
    source: String,
    text: String,
    style: Style,
}

/// A random stream of decisions, so that one text is written in many ways.
struct Dice<'d>(std::iter::Cycle<std::slice::Iter<'d, u8>>);

impl Dice<'_> {
    fn roll(&mut self, sides: u8) -> u8 {
        self.0.next().unwrap() % sides
    }
}

/// A line break as editors write it.
fn newline(dice: &mut Dice<'_>) -> &'static str {
    if dice.roll(4) == 0 { "\r\n" } else { "\n" }
}

/// `count` spaces at most, sometimes with a tab behind them.
fn indent(dice: &mut Dice<'_>) -> String {
    " ".repeat(2 + usize::from(dice.roll(3))) + if dice.roll(5) == 0 { "\t" } else { "" }
}

/// Plain and quoted: words and the blanks or line breaks between them.
fn render_flow(words: &[String], style: Style, dice: &mut Dice<'_>) -> Rendered {
    let mut written = String::new();
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            match dice.roll(5) {
                0 => {
                    // Folded: a break is a space.
                    written +=
                        &format!("{}{}{}", [" ", "", "\t"][usize::from(dice.roll(3))], newline(dice), indent(dice));
                    text.push(' ');
                }
                1 => {
                    let blank = 1 + usize::from(dice.roll(2));
                    written += newline(dice);
                    (0..blank)
                        .for_each(|_| written += &format!("{}{}", [" ", ""][usize::from(dice.roll(2))], newline(dice)));
                    written += &indent(dice);
                    text += &"\n".repeat(blank);
                }
                2 if style == Style::DoubleQuoted => {
                    // An escaped line break leaves the blanks before it and takes those behind it.
                    written += &format!(" \\{}{}", newline(dice), indent(dice));
                    text.push(' ');
                }
                _ => {
                    let blanks = ["  ", " "][usize::from(dice.roll(2))];
                    written += blanks;
                    text += blanks;
                }
            }
        }
        text += word;
        for character in word.chars() {
            written += &render_character(character, style, dice);
        }
    }
    let source = match style {
        Style::SingleQuoted => format!("key: '{written}' # c\n"),
        Style::DoubleQuoted => format!("key: \"{written}\" # c\n"),
        _ => format!("key: {written} # c\n"),
    };
    Rendered { source, text, style }
}

fn render_character(character: char, style: Style, dice: &mut Dice<'_>) -> String {
    match (style, character) {
        (Style::SingleQuoted, '\'') => "''".to_owned(),
        (Style::DoubleQuoted, '"') => "\\\"".to_owned(),
        (Style::DoubleQuoted, '\\') => "\\\\".to_owned(),
        (Style::DoubleQuoted, _) => match (dice.roll(6), u32::from(character)) {
            (0, code @ ..0x100) => format!("\\x{code:02X}"),
            (1, code @ ..0x1_0000) => format!("\\u{code:04x}"),
            (2, code) => format!("\\U{code:08X}"),
            (3, 0x1_0000..) => {
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
            _ => character.to_string(),
        },
        _ => character.to_string(),
    }
}

/// Literal and folded blocks: lines, some empty, some indented further.
fn render_block(words: &[String], style: Style, dice: &mut Dice<'_>) -> Rendered {
    let column = 1 + usize::from(dice.roll(4));
    let chomping = ["", "-", "+"][usize::from(dice.roll(3))];
    // Empty lines, content, whether it begins with a blank; the text is put together by the rules of YAML 1.2, 8.1.3.
    let mut lines: Vec<(usize, String)> = Vec::new();
    for word in words {
        let blanks = ["", "", "", "  ", " "][usize::from(dice.roll(5))];
        let empty = [0, 0, 0, 1, 2][usize::from(dice.roll(5))];
        lines.push((empty, format!("{blanks}{word}")));
    }
    let explicit = lines[0].1.starts_with(' ') || dice.roll(3) == 0;
    let indicator = if explicit { column.to_string() } else { String::new() };
    let mut written =
        format!("key: {}{indicator}{chomping}{}", if style == Style::Literal { '|' } else { '>' }, newline(dice));
    let mut text = String::new();
    for (index, (empty, line)) in lines.iter().enumerate() {
        let folded =
            style == Style::Folded && index > 0 && !line.starts_with(' ') && !lines[index - 1].1.starts_with(' ');
        match (index, folded, empty) {
            (0, _, empty) => text += &"\n".repeat(*empty),
            (_, true, 0) => text.push(' '),
            (_, true, empty) => text += &"\n".repeat(*empty),
            (_, false, empty) => text += &"\n".repeat(empty + 1),
        }
        text += line;
        (0..*empty).for_each(|_| written += &format!("{}{}", [" ", ""][usize::from(dice.roll(2))], newline(dice)));
        written += &format!("{}{line}{}", " ".repeat(column), newline(dice));
    }
    let after = usize::from(dice.roll(3));
    (0..after).for_each(|_| written += newline(dice));
    match chomping {
        "" => text.push('\n'),
        "+" => text += &"\n".repeat(after + 1),
        _ => {}
    }
    if dice.roll(2) == 0 {
        written += "# c\nnext: 1\n";
    }
    Rendered { source: written, text, style }
}

fn rendered() -> impl Strategy<Value = Rendered> {
    let words = |pattern| prop::collection::vec(pattern, 1..6);
    let dice = prop::collection::vec(any::<u8>(), 1..40);
    let styles = prop::sample::select(vec![
        (Style::Plain, "[a-zé😀(){}=\"'\\\\]{1,5}"),
        (Style::SingleQuoted, "[a-zé😀:#'\"\\\\-]{1,5}"),
        (Style::DoubleQuoted, "[a-zé😀:#'\"\\\\-]{1,5}"),
        (Style::Literal, "[a-zé😀:#'\"\\\\-]{1,3}( {0,2}[a-z#]){0,3} ?"),
        (Style::Folded, "[a-zé😀:#'\"\\\\-]{1,3}( {0,2}[a-z#]){0,3} ?"),
    ]);
    styles.prop_flat_map(move |(style, pattern)| (words(pattern), dice.clone(), Just(style))).prop_map(
        |(mut words, dice, style)| {
            let mut dice = Dice(dice.iter().cycle());
            if let (Style::Plain, Some(first)) = (style, words.first_mut()) {
                first.insert(0, 'p');
            }
            match style {
                Style::Literal | Style::Folded => render_block(&words, style, &mut dice),
                _ => render_flow(&words, style, &mut dice),
            }
        },
    )
}

/// Whether `slice` of the source says `character`.
fn says(slice: &str, character: char, style: Style) -> bool {
    let itself = slice.chars().eq([character]);
    let break_ = matches!(character, ' ' | '\n') && slice.chars().all(|c| " \t\r\n".contains(c));
    let escape = match style {
        Style::SingleQuoted => slice == "''" && character == '\'',
        Style::DoubleQuoted => {
            slice.starts_with('\\') && first_value(&format!("k: \"{slice}\"")).0.text.chars().eq([character])
        }
        _ => false,
    };
    itself || break_ || escape
}

fn first_value(source: &str) -> (Scalar, crate::source::Span) {
    let mut sources = Sources::default();
    let parsed = yaml::parse(sources.add("a.yaml", source), source);
    assert!(parsed.findings.is_empty(), "{:?}\n{source}", parsed.findings);
    let Some(Node { value: Value::Mapping(entries), .. }) = parsed.documents.into_iter().next() else {
        panic!("no mapping in {source:?}")
    };
    let (_, node) = entries.into_iter().next().unwrap();
    (node.scalar().unwrap().clone(), node.span)
}

/// Every scalar of a tree.
fn scalars<'n>(node: &'n Node, found: &mut Vec<(&'n Scalar, crate::source::Span)>) {
    match &node.value {
        Value::Scalar(scalar) => found.push((scalar, node.span)),
        Value::Sequence(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
            found.push((&key.value, key.span));
            scalars(value, found);
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_character_is_found_where_it_was_written(rendered in rendered()) {
        let Rendered { source, text, style } = rendered;
        let (scalar, span) = first_value(&source);
        prop_assert_eq!(&*scalar.text, &text, "{:?}", source);
        prop_assert_eq!(scalar.style, style);
        let mut last = span.range().start.min(locate(&source, span, &scalar, 0..1).range().start);
        for (at, character) in text.char_indices() {
            let found = locate(&source, span, &scalar, at..at + character.len_utf8()).range();
            prop_assert!(says(&source[found.clone()], character, style), "{:?} at {:?} of {:?}", character, found, source);
            prop_assert!(last <= found.start, "{:?} at {:?} of {:?} goes back", character, found, source);
            last = found.end;
        }
    }

    /// Whatever YAML accepts, the second decoding must agree with the first.
    #[test]
    fn any_scalar_is_decoded_as_the_parser_did(source in "(k: |- |)([|>][-+]?[1-3]?\n|['\"]|)([ab:#\\\\'\"\n \t-]|\r\n|\n  |\n {1,3}a|\\\\n|''|é){0,16}['\"]?\n?") {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", source.clone());
        let parsed = yaml::parse(id, &source);
        let mut found = Vec::new();
        parsed.documents.iter().for_each(|document| scalars(document, &mut found));
        for (scalar, span) in found {
            let empty = scalar.text.trim_matches('\n').is_empty();
            prop_assert!(empty || decode(&source, span.range(), scalar).is_some(), "{:?} of {:?}", scalar, source);
            let slice = &source[span.range()];
            prop_assert!(empty || !slice.ends_with('\n'), "{:?} ends in a line break", slice);
        }
    }

    #[test]
    fn no_range_and_no_scalar_is_too_wrong(source in any::<String>(), start in 0..9_usize, length in 0..9_usize, from in 0..9_usize, to in 0..9_usize, style in 0..5_usize) {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", source.clone());
        let style = [Style::Plain, Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded][style];
        for text in [source.as_str(), "a\n", "\n\n"] {
            let scalar = Scalar { text: text.into(), style };
            let _ = locate(&source, crate::source::Span::new(id, start..start + length), &scalar, from..to);
        }
    }
}

#[test]
fn a_part_of_an_expression_is_found_in_each_notation() {
    for source in [
        "k: sum(rate(x[5m])) / bad{}\n",
        "k: 'sum(rate(x[5m]))\n  / bad{}'\n",
        "k: \"sum(rate(\\x78[5m])) / \\\n    bad{}\"\n",
        "k: |\n  sum(rate(x[5m])) / bad{}\n",
        "k: |\n\n  # é\n  sum(\n    rate(x[5m])\n  ) / bad{}\n",
        "k: >-\n  sum(rate(x[5m]))\n\n  / bad{} # c\nnext: 1\n",
    ] {
        let (scalar, span) = first_value(source);
        let at = scalar.text.find("bad").unwrap();
        assert_eq!(&source[locate(source, span, &scalar, at..at + 5).range()], "bad{}", "{source}");
    }
}

#[test]
fn an_empty_range_is_the_place_before_the_byte() {
    let source = "k: \"a\\nb\"\n";
    let (scalar, span) = first_value(source);
    let places = [0, 1, 2, 3, 99].map(|at| locate(source, span, &scalar, at..at).range());
    assert_eq!(places, [4..4, 5..5, 7..7, 8..8, 8..8]);
}

#[test]
fn a_scalar_that_does_not_match_its_source_is_found_as_a_whole() {
    let source = "k: abc\n";
    let (_, span) = first_value(source);
    let other = Scalar { text: "xyz".into(), style: Style::Plain };
    assert_eq!(locate(source, span, &other, 1..2), span);
}
