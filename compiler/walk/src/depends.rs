//! Packages of the same repository that a manifest depends on: paths in `Cargo.toml`, `go.mod` and `package.json`.
//!
//! Manifests are read line by line, because only their paths matter here.

use std::collections::BTreeMap;

/// The paths in a manifest of Cargo.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Cargo {
    /// Paths relative to the package's folder.
    pub(super) own: Vec<String>,
    /// Paths relative to the top of the repository, from the workspace's table.
    pub(super) shared: Vec<String>,
}

/// The path dependencies of a `Cargo.toml`. `workspace` is the text of the workspace's manifest. Dependencies of tests
/// alone do not run.
pub(super) fn cargo(manifest: &str, workspace: &str) -> Cargo {
    let table: BTreeMap<String, String> = entries(workspace)
        .filter(|(section, ..)| section == "workspace.dependencies")
        .filter_map(|(_, name, value)| Some((name, path(&value)?)))
        .collect();
    let mut found = Cargo::default();
    for (section, name, value) in entries(manifest) {
        let is_run =
            section.ends_with("dependencies") && !section.contains("dev-") && !section.starts_with("workspace");
        if !is_run {
            continue;
        }
        if let Some(path) = path(&value) {
            found.own.push(path);
        } else if name.ends_with(".workspace") || value.contains("workspace") {
            found.shared.extend(table.get(name.trim_end_matches(".workspace")).cloned());
        }
    }
    found
}

/// The entries of a manifest: section, key and value. `[dependencies.name]` counts as a key of `dependencies`.
fn entries(text: &str) -> impl Iterator<Item = (String, String, String)> {
    let (mut section, mut within) = (String::new(), None::<String>);
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_matches(['[', ']']);
            (section, within) = match header.rsplit_once("dependencies.") {
                Some((before, name)) => (format!("{before}dependencies"), Some(name.to_owned())),
                None => (header.to_owned(), None),
            };
            return None;
        }
        let (key, value) = line.split_once('=')?;
        let key = key.trim().trim_matches('"');
        // The path of `[dependencies.name]` stands in a line of its own.
        let (name, value) = match &within {
            Some(name) => (name.clone(), line.to_owned()),
            None => (key.to_owned(), value.trim().to_owned()),
        };
        Some((section.clone(), name, value))
    })
}

/// The path in a value: `{ path = "../core" }`.
fn path(value: &str) -> Option<String> {
    let (before, rest) = value.split_once("path")?;
    let is_key = before.is_empty() || before.ends_with([' ', '{', ',']);
    let rest = rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?;
    is_key.then(|| rest.split('"').next().unwrap_or_default().to_owned())
}

/// Relative paths in a `go.mod` (`replace example.com/x => ../x`) or a `package.json` (`"file:../x"`).
pub(super) fn paths(manifest: &str) -> Vec<String> {
    let ends: &[char] = &['"', ' ', '\t', ',', ')'];
    let found = manifest.lines().flat_map(|line| {
        ["=> ", "file:", "link:", "workspace:"].iter().filter_map(move |mark| {
            let (_, rest) = line.split_once(mark)?;
            rest.split(ends).next().filter(|path| path.starts_with('.')).map(str::to_owned)
        })
    });
    found.collect()
}

/// A relative path as seen from the top of the repository; `None` if it leads out.
pub(super) fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_cargo() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"../b\" }\nshared.workspace = true\n\
                        other = { workspace = true }\nserde = \"1\"\n[dependencies.c]\npath = \"../c\"\n\
                        [dev-dependencies]\nd = { path = \"../d\" }\n";
        let workspace = "[workspace.dependencies]\nshared = { path = \"libs/shared\" }\nother = { path = \"libs/other\" }\n\
                         serde = \"1\"\n[dependencies]\nx = { path = \"x\" }\n";
        let found = cargo(manifest, workspace);
        assert_eq!(found.own, ["../b", "../c"]);
        assert_eq!(found.shared, ["libs/shared", "libs/other"]);
        assert_eq!(cargo("= =\n[", "]"), Cargo::default());
    }

    #[test]
    fn paths_of_others() {
        assert_eq!(paths("module a\nreplace example.com/x => ../x\nrequire example.com/y v1.0.0"), ["../x"]);
        assert_eq!(paths("\"log\": \"file:../log\",\n\"all\": \"workspace:*\""), ["../log"]);
        assert_eq!(joined("services/a", "../b").as_deref(), Some("services/b"));
        assert_eq!(joined("a", "../../b"), None);
        assert_eq!(joined("a", ".."), None);
    }
}
