//! Links between documents, and into the checkout.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::{checkout, documents, markdown, read};

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn links_and_anchors_lead_somewhere() {
    for document in documents() {
        let folder = Path::new(&document).parent().unwrap();
        for link in markdown::links(&read(&document)) {
            if link.starts_with("https://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { PathBuf::from(&document) } else { plain(&folder.join(path)) };
            assert!(checkout().join(&target).exists(), "{document} links to {link}");
            if !anchor.is_empty() {
                let text = fs::read_to_string(checkout().join(&target)).unwrap();
                let anchors = markdown::anchors(&text);
                assert!(anchors.iter().any(|known| known == anchor), "{document} links to {link}, of {anchors:?}");
            }
        }
    }
}

#[test]
fn the_summary_lists_every_page_of_the_guide() {
    let listed: BTreeSet<String> = markdown::links(&read("compiler/docs/SUMMARY.md"))
        .into_iter()
        .map(|link| format!("compiler/docs/{link}"))
        .collect();
    let pages: BTreeSet<String> = documents()
        .into_iter()
        .filter(|page| page.starts_with("compiler/docs/") && !page.ends_with("SUMMARY.md"))
        .collect();
    assert_eq!(listed, pages);
}

/// Comments of the code cite pages of the guide as `docs/PAGE.md#ANCHOR`; those pages have those anchors.
#[test]
fn pages_that_comments_cite_are_there() {
    let sources = ignore::WalkBuilder::new(checkout().join("compiler")).build().map(Result::unwrap);
    let mut cited = 0;
    for source in sources.filter(|entry| entry.path().extension().is_some_and(|it| it == "rs")) {
        let text = fs::read_to_string(source.path()).unwrap();
        for rest in text.split(concat!("docs", "/design/")).skip(1) {
            let link: String = rest.chars().take_while(|c| c.is_alphanumeric() || "-_.#".contains(*c)).collect();
            let (page, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let page = read(&format!("compiler/docs/{}/{}", "design", page.trim_end_matches('.')));
            let anchor = anchor.trim_end_matches('.');
            let anchors = markdown::anchors(&page);
            assert!(anchor.is_empty() || anchors.iter().any(|it| it == anchor), "{}: {link}", source.path().display());
            cited += 1;
        }
    }
    assert!(cited > 0, "no page is cited");
}
