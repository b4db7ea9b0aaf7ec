//! Escapes: a text that comes from telemetry, a spec or a commit is shown as it stands and never becomes markup.

use std::fmt::Write as _;

/// Whether XML 1.0 forbids a character, or a reader would not see what stands there: controls, marks that turn the
/// direction of text around, and the two non-characters.
fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

/// A text inside an element or a quoted attribute of XML, SVG included.
///
/// Line ends and tabs stay; every other forbidden character becomes a blank, since XML has no escape for it.
#[must_use]
pub fn xml(text: &str) -> String {
    tagged(text, "&apos;")
}

/// A text inside an element or a quoted attribute of HTML. Old readers of HTML do not know `&apos;`, and some readers of
/// XML know no numbers.
#[must_use]
pub fn html(text: &str) -> String {
    tagged(text, "&#39;")
}

fn tagged(text: &str, apostrophe: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str(apostrophe),
            '\n' | '\t' => out.push(c),
            c if is_forbidden(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A text inside a quoted attribute of XML whose line ends matter: a parser reads a bare one as a blank.
#[must_use]
pub fn xml_attribute(text: &str) -> String {
    xml(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A text that Markdown shows as it is, in one line, also within a cell of a table or at the start of a line.
#[must_use]
pub fn markdown(text: &str) -> String {
    opening(&inline(text))
}

/// A text within a line of Markdown. `$` begins a formula on some hosts.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '$' => out.extend(['\\', c]),
            c if is_forbidden(c) || is_line_end(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Line ends that are no control characters.
fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// A text that may open a line: not indented, and its first characters begin no list, rule or heading.
fn opening(text: &str) -> String {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marks: &[char] = if digits == 0 { &['-', '+', '=', ':'] } else { &['.', ')'] };
    let mut rest = text[digits..].chars();
    let mark = rest.next().filter(|c| marks.contains(c));
    match (mark, rest.next()) {
        (Some(mark), next) if next.is_none_or(|next| next.is_whitespace() || next == mark) => {
            format!("{}\\{}", &text[..digits], &text[digits..])
        }
        _ => text.to_owned(),
    }
}

/// A text for a page of a code host, where names are mentioned and addresses become links: every character that
/// Markdown, HTML or the host could obey is written as a number.
#[must_use]
pub fn markdown_inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '<' | '>' | '&' | '*' | '_' | '`' | '[' | ']' | '(' | ')' | '!' | '\\' | '#' | '~' | '@' | '"'
            | ':' | '$' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if is_forbidden(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A text as code within a line of Markdown, also within a cell of a table; nothing for a blank text.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    // A bar ends a cell even within code.
    code(text).replace('|', "\\|")
}

/// A sentence in Markdown: what stands between two backticks is code, the rest is text. Where backticks do not pair,
/// all of it is text. Not for a table: see [`markdown_cell`].
#[must_use]
pub fn markdown_sentence(text: &str) -> String {
    opening(&sentence(text, inline, code))
}

/// A sentence in Markdown as [`markdown_sentence`] writes it, within a cell of a table.
#[must_use]
pub fn markdown_cell(text: &str) -> String {
    opening(&sentence(text, inline, markdown_code))
}

/// A sentence in HTML: what stands between two backticks is code, the rest is text.
#[must_use]
pub fn html_sentence(text: &str) -> String {
    sentence(text, html, |text| format!("<code>{}</code>", html(text)))
}

/// A fence that no run of backticks in the text closes.
#[must_use]
pub fn fence(text: &str) -> String {
    "`".repeat((longest_run(text) + 1).max(3))
}

/// A text of several lines within a fence: line ends and tabs stay, other forbidden characters become blanks.
#[must_use]
pub fn block(text: &str) -> String {
    text.chars().map(|c| if is_forbidden(c) && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

/// A text as a scalar of YAML between double quotes. JSON's strings are YAML's, once line ends that only YAML knows
/// are escaped.
#[must_use]
pub fn yaml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if is_forbidden(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn sentence(text: &str, plain: impl Fn(&str) -> String, code: impl Fn(&str) -> String) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || parts.iter().skip(1).step_by(2).any(|part| part.trim().is_empty()) {
        return plain(text);
    }
    parts.iter().enumerate().map(|(at, part)| if at % 2 == 0 { plain(part) } else { code(part) }).collect()
}

fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let text: String = text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect();
    let marks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{marks}{pad}{text}{pad}{marks}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    /// Texts that people have used to break out of a page.
    const HOSTILE: [&str; 16] = [
        "<script>alert(1)</script>",
        "\"'><img src=x onerror=alert(1)>",
        "a|b",
        "[x](javascript:alert(1)) ![y](z)",
        "**b** _i_ ~~s~~ `c",
        "- item",
        "1. item",
        "---",
        "$x$ and $$y$$",
        "    indented",
        "=====",
        "# heading\n\n---\n> quote",
        "&lt;b&gt; &#60;b&#62;",
        "\u{0}\u{1b}[31m\u{7f}\u{85}\u{fffe}",
        "\u{202e}txt.exe",
        "]]> --> \\| ```",
    ];

    /// What code hosts read.
    fn extensions() -> Options {
        Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM
            | Options::ENABLE_MATH
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
    }

    /// What Markdown shows of a text, which must be nothing but text in one paragraph.
    fn shown(markdown: &str) -> Result<String, String> {
        let mut out = String::new();
        for event in Parser::new_ext(markdown, extensions()) {
            match event {
                Event::Text(text) => out.push_str(&text),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                other => return Err(format!("{markdown:?} makes {other:?}")),
            }
        }
        Ok(out)
    }

    /// A text as a reader sees it: forbidden characters are blanks.
    fn plain(text: &str) -> String {
        let seen: String = text.chars().map(|c| if is_forbidden(c) || is_line_end(c) { ' ' } else { c }).collect();
        seen.trim().to_owned()
    }

    #[test]
    fn hostile_text_is_text_in_markdown() {
        for text in HOSTILE {
            assert_eq!(shown(&markdown(text)), Ok(plain(text)));
        }
    }

    #[test]
    fn hostile_text_is_text_in_xml() {
        for text in HOSTILE {
            for made in [xml(text), xml_attribute(text), html(text)] {
                assert!(!made.contains(['<', '>', '"', '\'']), "{made}");
                assert!(!made.chars().any(|c| is_forbidden(c) && c != '\n' && c != '\t'), "{made:?}");
                let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#39;", "&#10;", "&#9;"];
                let known = made.match_indices('&').all(|(at, _)| entities.iter().any(|it| made[at..].starts_with(it)));
                assert!(known, "{made}");
            }
            assert!(!xml_attribute(text).contains('\n'));
        }
    }

    #[test]
    fn hostile_text_is_inert_on_a_code_host() {
        let text = HOSTILE.join(" ") + " @team https://x";
        let made = markdown_inert(&text);
        assert!(!made.contains(['|', '<', '>', '[', '(', '*', '`', '@', '\n', '\u{1b}', '\u{202e}']), "{made}");
        assert!(!made.contains("://"));
    }

    #[test]
    fn code_and_sentences() {
        assert_eq!(
            (markdown_code("a|b"), markdown_code("a`b"), markdown_code("`"), markdown_code(" ")),
            ("`a\\|b`".into(), "``a`b``".into(), "`` ` ``".into(), String::new())
        );
        assert_eq!(markdown_sentence("calls `x|y` often*"), "calls `x|y` often\\*");
        assert_eq!(markdown_cell("calls `x|y` often*"), "calls `x\\|y` often\\*");
        assert_eq!(markdown_sentence("one ` only"), "one \\` only");
        assert_eq!(html_sentence("a `b<` <"), "a <code>b&lt;</code> &lt;");
        assert_eq!(html_sentence("a ` b"), "a ` b");
        assert_eq!((fence("a"), fence("a```b"), fence("````")), ("```".into(), "````".into(), "`````".into()));
        assert_eq!(yaml("a \"b\": c\nd\u{85}"), "\"a \\\"b\\\": c\\nd\\u0085\"");
    }

    proptest! {
        #[test]
        fn any_text_is_text(text in any::<String>()) {
            prop_assert_eq!(shown(&markdown(&text)), Ok(plain(&text)));
            prop_assert!(!xml(&text).contains(['<', '>', '"']));
        }
    }
}
