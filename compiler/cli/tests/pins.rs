//! What templates and the guide tell people to run in their jobs is pinned: actions by commit, images by digest. A tag
//! can be moved after somebody read what it names.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

/// What is wrong with a line, if it names an action or an image.
fn fault(line: &str) -> Option<&'static str> {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    let value = |key: &str| line.strip_prefix(key).map(|rest| rest.trim().trim_matches(['"', '\'']));
    if let Some(action) = value("uses:") {
        let (pin, comment) = action.split_once(" # ").unwrap_or((action, ""));
        let hash = pin.trim().rsplit_once('@').map_or("", |(_, hash)| hash);
        let is_hash = hash.len() == 40 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        return match (is_hash, comment.trim().is_empty()) {
            (false, _) => Some("an action that is not pinned by the full hash of its commit"),
            (true, true) => Some("an action without its version in a comment"),
            (true, false) => None,
        };
    }
    let image = value("image:").or_else(|| value("container:")).or_else(|| value("FROM "))?;
    let digest = image.split_whitespace().next()?.split_once("@sha256:").map_or("", |(_, digest)| digest);
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!is_digest).then_some("an image that is not pinned by its digest")
}

#[test]
fn actions_and_images_are_pinned() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pinned = 0;
    let mut faults = Vec::new();
    // Everything that people read or copy, and what the program writes.
    for place in ["ci", "compiler/docs", "compiler/cli/src", "compiler/cli/templates", "compiler/core/src", "slos"] {
        let files = WalkBuilder::new(root.join(place)).hidden(false).build();
        for file in files.map(Result::unwrap).filter(|file| file.file_type().unwrap().is_file()) {
            let Ok(text) = fs::read_to_string(file.path()) else { continue };
            for (number, line) in text.lines().enumerate() {
                let trimmed = line.trim_start().trim_start_matches("- ");
                pinned += usize::from(trimmed.starts_with("uses:"));
                if let Some(fault) = fault(line) {
                    faults.push(format!("{}:{}: {fault}: {}", file.path().display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(pinned >= 4, "only {pinned} actions were found: the test looks in the wrong places");
}

#[test]
fn what_can_be_moved_is_refused() {
    let hash = "3d3c42e5aac5ba805825da76410c181273ba90b1";
    for line in [
        "- uses: actions/checkout@v7",
        "  uses: actions/checkout@main # v7.0.1",
        "- uses: actions/checkout # v7.0.1",
        &format!("- uses: actions/checkout@{} # v7.0.1", &hash[..7]),
        &format!("- uses: actions/checkout@{} # v7.0.1", hash.to_uppercase()),
        &format!("- uses: actions/checkout@{hash}"),
        "image: debian:12",
        "FROM debian:12 AS build",
        "container: debian@sha256:abc",
    ] {
        assert!(fault(line).is_some(), "{line}");
    }
    let digest = "a".repeat(64);
    for line in [
        &format!("- uses: actions/checkout@{hash} # v7.0.1"),
        &format!("image: debian:12@sha256:{digest}"),
        &format!("FROM debian@sha256:{digest} AS build"),
        "a page that uses: nothing",
    ] {
        assert_eq!(fault(line), None, "{line}");
    }
}
