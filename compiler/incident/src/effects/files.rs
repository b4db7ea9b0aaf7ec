//! What the files of a commit are for.

use super::diff::Hunk;
use super::doing::{Doing, Effect};
use crate::words;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It does not run in production, or changes only how something looks.
    Idle,
    /// It names versions of dependencies.
    Lock,
    /// It holds settings: YAML, TOML, properties, charts, Terraform.
    Config,
    /// It describes data: migrations, schemas, mappings, messages.
    Schema,
    Code,
}

/// What a file is for, by its path.
pub(crate) fn kind(path: &str) -> Kind {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let folder = |names: &[&str]| path.split('/').any(|part| names.contains(&part));
    let locks = [
        "go.mod",
        "go.sum",
        "package.json",
        "package-lock.json",
        "yarn.lock",
        "cargo.lock",
        "cargo.toml",
        "pom.xml",
        "requirements.txt",
        "poetry.lock",
        "pnpm-lock.yaml",
        "gemfile.lock",
        "build.gradle",
        "pipfile.lock",
        "pyproject.toml",
    ];
    if locks.contains(&name) {
        return Kind::Lock;
    }
    let looks = ["md", "mdx", "rst", "css", "scss", "less", "svg", "png", "adoc", "html", "txt"];
    let tests =
        name.contains("_test.") || name.contains(".test.") || name.contains(".spec.") || name.starts_with("test_");
    let parts = words::parts(name);
    let theme = parts.iter().any(|part| part == "theme" || part == "palette") && extension != "yaml";
    if looks.contains(&extension)
        || tests
        || theme
        || folder(&["docs", "documentation", "test", "tests", "testdata", "__tests__", "fixtures"])
        || folder(&[".github", ".circleci", ".gitlab", ".buildkite"])
        || name == "codeowners"
        || name.starts_with(".golangci")
        || name.starts_with(".eslint")
        || name.starts_with(".gitlab-ci")
        || path.contains("/staging/")
    {
        return Kind::Idle;
    }
    let schema = ["sql", "proto", "avsc", "thrift", "graphql", "gql", "prisma"];
    if schema.contains(&extension) || path.contains("migrat") || folder(&["alembic", "flyway", "liquibase"]) {
        return Kind::Schema;
    }
    let config =
        ["yaml", "yml", "toml", "json", "ini", "conf", "properties", "env", "tf", "hcl", "cfg", "tfvars", "cnf"];
    if config.contains(&extension) || name.starts_with(".env") || name == "dockerfile" {
        Kind::Config
    } else {
        Kind::Code
    }
}

/// Dependencies whose version changes by more than a patch.
pub(super) fn bumps(hunk: &Hunk, doing: &mut Doing) {
    for old in &hunk.removed {
        let Some((name, from)) = dependency(old) else { continue };
        for new in &hunk.added {
            let Some((other, to)) = dependency(new) else { continue };
            if name != other || from == to {
                continue;
            }
            let major = from.first() != to.first();
            let minor = from.get(1) != to.get(1);
            if major {
                doing.note(Effect::MajorBump, 0.8, new);
            } else if minor {
                doing.note(Effect::MinorBump, if from.first() == Some(&0) { 0.5 } else { 0.3 }, new);
            } else {
                doing.note(Effect::MinorBump, 0.08, new);
            }
        }
    }
}

/// A dependency's name and version.
pub(super) fn dependency(line: &str) -> Option<(String, Vec<u64>)> {
    let words: Vec<&str> = line
        .split(|letter: char| letter.is_whitespace() || "\"',=:^~<>".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let version = words.iter().rev().find_map(|word| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        let parts: Vec<u64> = digits.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect();
        (parts.len() >= 2).then_some(parts)
    })?;
    let name = words.iter().find(|word| word.chars().any(char::is_alphabetic))?;
    // A major version may stand in the name.
    Some((name.split("/v").next().unwrap_or(name).to_owned(), version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_files_are_for() {
        for (path, expected) in [
            ("docs/a.go", Kind::Idle),
            ("pkg/a_test.go", Kind::Idle),
            ("web/x.css", Kind::Idle),
            ("go.mod", Kind::Lock),
            ("charts/a/values.yaml", Kind::Config),
            ("db/migrations/3.py", Kind::Schema),
            ("svc/a.go", Kind::Code),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn versions_are_compared() {
        let bumped = |old: &str, new: &str| {
            let hunk = Hunk { removed: vec![old.to_owned()], added: vec![new.to_owned()], ..Hunk::default() };
            let mut doing = Doing::default();
            bumps(&hunk, &mut doing);
            (doing.strength(Effect::MajorBump), doing.strength(Effect::MinorBump))
        };
        assert_eq!(bumped("\tgithub.com/a/b v1.2.3", "\tgithub.com/a/b v1.2.4"), (0.0, 0.08));
        assert_eq!(bumped("\"axios\": \"^0.27.2\",", "\"axios\": \"^1.0.0\","), (0.8, 0.0));
    }
}
