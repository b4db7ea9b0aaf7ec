//! What tests need of Markdown: fenced blocks with the comment above them, prose, links, headings.

/// A fenced block: the comment before it, its language, its text.
#[derive(Debug)]
pub(crate) struct Block<'t> {
    /// What the comment says: `exit: 1`, `from: PATH`, …
    pub(crate) mark: &'t str,
    pub(crate) language: &'t str,
    pub(crate) text: &'t str,
}

pub(crate) fn blocks(markdown: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let (mut mark, mut open, mut at) = ("", None, 0);
    for line in markdown.split_inclusive('\n') {
        let end = at + line.len();
        match (line.strip_prefix("```"), open) {
            (Some(language), None) => open = Some((language.trim(), end)),
            (Some(_), Some((language, start))) => {
                blocks.push(Block { mark, language, text: &markdown[start..at] });
                (mark, open) = ("", None);
            }
            (None, None) => {
                let comment = line.trim().strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
                mark = comment.unwrap_or(if line.trim().is_empty() { mark } else { "" });
            }
            (None, Some(_)) => {}
        }
        at = end;
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

/// What stands between the blocks.
pub(crate) fn prose(markdown: &str) -> String {
    let mut is_block = false;
    let lines = markdown.split_inclusive('\n').filter(|line| {
        let is_fence = line.starts_with("```");
        is_block ^= is_fence;
        !is_block && !is_fence
    });
    lines.collect()
}

/// The targets of links and pictures in prose; code that only looks like a link is none.
pub(crate) fn links(markdown: &str) -> Vec<String> {
    let text = prose(markdown);
    let plain: String = text.split('`').step_by(2).collect();
    plain.split("](").skip(1).filter_map(|rest| rest.split(')').next().map(str::to_owned)).collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
pub(crate) fn anchors(markdown: &str) -> Vec<String> {
    let text = prose(markdown);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn blocks_are_found_with_their_marks() {
    let markdown = "<!-- from: a -->\n\n```yaml\nx: 1\n```\ntext\n```sh\nls\n```\n<!-- gone -->\ntext\n```text\n<!-- in -->\n```\n";
    let found: Vec<_> = blocks(markdown).iter().map(|block| (block.mark, block.language, block.text)).collect();
    assert_eq!(found, [("from: a", "yaml", "x: 1\n"), ("", "sh", "ls\n"), ("", "text", "<!-- in -->\n")]);
}

#[test]
fn links_and_anchors_are_found() {
    assert_eq!(links("[a](b.md#c) `[no](x)` ![d](e.png)\n```text\n[f](g)\n```\n"), ["b.md#c", "e.png"]);
    assert_eq!(anchors("# Your `first` objective\n## 1. Rules only\n"), ["your-first-objective", "1-rules-only"]);
}
