//! The list of files that the compiler wrote, kept beside them. What is not in it is somebody else's.

use std::collections::BTreeSet;
use std::path::{Component, Path};

/// Where the manifest stands in the output folder.
pub(crate) const NAME: &str = ".emberline-manifest";

/// First line of a manifest.
const TITLE: &str = "# Files that `emberline compile` wrote here, and may replace or remove. Generated; do not edit.\n";

/// The paths that belong to the compiler.
pub(crate) type Paths = BTreeSet<String>;

/// The paths of a manifest. Lines that are no safe path (the title, the marks of a merge conflict, anything hostile) are
/// passed over, and so is a last line without its end, which an interrupted run may leave.
pub(crate) fn parse(text: &str) -> Paths {
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let is_path = |line: &&str| is_safe(line) && *line != NAME && !line.starts_with(['#', '<', '=', '>', '|']);
    whole.lines().filter(is_path).map(String::from).collect()
}

/// The manifest of those paths.
pub(crate) fn print<'a>(paths: impl IntoIterator<Item = &'a String>) -> String {
    let mut text = String::from(TITLE);
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    text
}

/// Whether the path stays below the folder that it is joined to, on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(|c: char| c.is_control() || c == '\\' || c == ':')
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_parsed() {
        let paths: Paths = ["a/b.yaml", "c.yaml"].map(String::from).into();
        assert_eq!(parse(&print(&paths)), paths);
    }

    #[test]
    fn a_merge_conflict_is_the_union() {
        let text = format!("{TITLE}<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\nc\n");
        assert_eq!(parse(&text), ["a", "b", "c"].map(String::from).into());
    }

    #[test]
    fn hostile_and_torn_lines_are_passed_over() {
        let text =
            "../up\n/etc/passwd\nC:\\x\nC:x\na//b\na/../b\n./a\na\u{1b}b\n.emberline-manifest\nfine\ncarriage\r\ntorn";
        assert_eq!(parse(text), ["carriage", "fine"].map(String::from).into());
        assert!(!is_safe(""));
        assert!(is_safe("a..b/c"));
    }
}
