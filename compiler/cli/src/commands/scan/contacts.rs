//! Files that are there to say whom to write to: an address in them is told, not leaked.

/// What the names of such files begin with, in any case; behind it stands nothing, a dot, or another part of the name.
const NAMES: [&str; 20] = [
    ".mailmap",
    "authors",
    "code-of-conduct",
    "code_of_conduct",
    "codeowners",
    "contributing",
    "contributors",
    "copying",
    "copyright",
    "credits",
    "governance",
    "humans",
    "licence",
    "license",
    "maintainers",
    "notice",
    "owners",
    "security",
    "support",
    "thanks",
];

/// How prose and licences end; `support.rs` and `license.json` may hold anything.
const ENDS: [&str; 8] = ["", "md", "txt", "rst", "adoc", "mit", "apache", "bsd"];

/// Whether a file says whom to write to, by its name.
pub(super) fn tells_contacts(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let (stem, end) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or((&name, ""));
    ENDS.contains(&end)
        && NAMES
            .iter()
            .any(|known| stem.strip_prefix(known).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric())))
}

#[cfg(test)]
mod tests {
    use super::tells_contacts;

    #[test]
    fn names_of_files() {
        for path in [
            "MAINTAINERS",
            "a/AUTHORS.md",
            ".mailmap",
            "CODE_OF_CONDUCT.md",
            "docs/SECURITY.txt",
            "LICENSE-MIT",
            "LICENSE.APACHE",
            "OWNERS",
            "humans.txt",
        ] {
            assert!(tells_contacts(path), "{path}");
        }
        for path in
            ["owners.json", "src/support.rs", "license.go", "authorship.md", "customers.txt", "notices.csv", "", "/"]
        {
            assert!(!tells_contacts(path), "{path}");
        }
    }
}
