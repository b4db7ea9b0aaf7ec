//! Libraries whose versions a commit changes, by lock files and manifests.

use std::collections::BTreeSet;

use super::repo::Repo;
use crate::source::Change;

/// Lock files, and manifests with versions of libraries.
const FILES: [&str; 14] = [
    "Cargo.lock",
    "Cargo.toml",
    "package-lock.json",
    "package.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "go.mod",
    "go.sum",
    "poetry.lock",
    "uv.lock",
    "pyproject.toml",
    "requirements.txt",
    "Gemfile.lock",
    "pom.xml",
];
/// The most lines between a version and the name that it belongs to.
const NEAR: usize = 12;

/// Whether a file says which libraries are built in.
pub(super) fn is_manifest(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    FILES.contains(&file)
}

/// The libraries that a commit adds, or gives another version, sorted.
pub(super) fn changed(repo: &Repo<'_>, commit: &str, changes: &[Change]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for change in changes {
        let Some(path) = change.after.as_ref().filter(|path| is_manifest(path)) else { continue };
        let text = repo.file(commit, path).map(|program| program.text.clone()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for hunk in &change.hunks {
            for (offset, line) in hunk.added.iter().enumerate() {
                let at = hunk.new_start.saturating_sub(1) + offset;
                names.extend(named(line).or_else(|| above(&lines, at, line)));
            }
        }
    }
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The name of the package that a line of a version belongs to: the last name above it.
fn above(lines: &[&str], at: usize, line: &str) -> Option<String> {
    let is_version = ["version", "checksum", "resolved", "integrity", "source", "rev"]
        .iter()
        .any(|key| line.trim_start_matches([' ', '"', '<']).starts_with(key));
    let before = lines.get(at.saturating_sub(NEAR)..at).filter(|_| is_version)?;
    before.iter().rev().find_map(|line| named(line))
}

/// The name that a line of a lock file or manifest begins with: `name = "regex"`, `regex = "1.2"`,
/// `"node_modules/left-pad": {`, `left-pad@^1.0.0:`, `example.com/log v1.2.0`, `requests==2.3`.
fn named(line: &str) -> Option<String> {
    let line = line.trim();
    let unquoted = |text: &str| text.trim_matches(['"', '\'', ' ', ',', '{', ':']).to_owned();
    if let Some(name) = line.strip_prefix("name = ") {
        return Some(unquoted(name));
    }
    if let Some((_, module)) = line.split_once("node_modules/") {
        return Some(unquoted(module.split("node_modules/").last().unwrap_or(module)));
    }
    let is_digit = |text: &str| {
        text.trim_start_matches(['"', '\'', '^', '~', '=', 'v', '{', ' ']).starts_with(|c: char| c.is_ascii_digit())
    };
    for separator in [" = ", "==", "@", " v", "\": "] {
        if let Some((name, version)) = line.split_once(separator) {
            let name = unquoted(name.strip_prefix("require ").unwrap_or(name));
            let is_name =
                !name.is_empty() && !name.contains([' ', '=']) && !name.starts_with(|c: char| c.is_ascii_digit());
            let is_table = version.starts_with('{') && version.contains("version");
            if is_name
                && (is_digit(version) || is_table)
                && !["version", "edition", "rust-version"].contains(&name.as_str())
            {
                return Some(name);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_packages() {
        for (line, name) in [
            ("name = \"regex\"", Some("regex")),
            ("regex = \"1.2\"", Some("regex")),
            ("serde = { version = \"1\", features = [\"derive\"] }", Some("serde")),
            ("    \"node_modules/left-pad\": {", Some("left-pad")),
            ("left-pad@^1.0.0:", Some("left-pad")),
            ("\texample.com/shop/log v1.2.0", Some("example.com/shop/log")),
            ("requests==2.31.0", Some("requests")),
            ("    \"express\": \"^4.1.0\",", Some("express")),
            ("version = \"1.2.0\"", None),
            ("edition = \"2024\"", None),
            ("[dependencies]", None),
            ("", None),
        ] {
            assert_eq!(named(line).as_deref(), name, "{line}");
        }
    }

    #[test]
    fn a_version_belongs_to_the_name_above_it() {
        let lines =
            ["[[package]]", "name = \"a\"", "version = \"1\"", "", "[[package]]", "name = \"b\"", "version = \"2\""];
        assert_eq!(above(&lines, 6, lines[6]).as_deref(), Some("b"));
        assert_eq!(above(&lines, 2, lines[2]).as_deref(), Some("a"));
        assert_eq!(above(&lines, 3, ""), None);
    }
}
