//! Diffs as commits carry them: hunks of removed, added and unchanged lines.

use crate::read::Commit;

/// A hunk of a diff.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hunk {
    pub(crate) file: String,
    /// What stands behind the place: often the function.
    pub(crate) header: String,
    pub(crate) removed: Vec<String>,
    pub(crate) added: Vec<String>,
    pub(crate) context: Vec<String>,
    /// The lines without those that were removed, in order; each with whether it was added.
    pub(crate) after: Vec<(bool, String)>,
    /// The lines without those that were added, in order; each with whether it was removed.
    pub(crate) before: Vec<(bool, String)>,
}

/// How many lines of each side of a hunk are compared with each other: the time of a walk is bounded.
const PAIRED: usize = 24;

/// The lines of a side that are compared with those of the other side.
pub(crate) fn paired(lines: &[String]) -> impl Iterator<Item = &String> {
    lines.iter().take(PAIRED)
}

/// The hunks of a commit's diff. Headers may name the file, a function, both or nothing.
pub(crate) fn hunks(commit: &Commit) -> Vec<Hunk> {
    let mut found: Vec<Hunk> = Vec::new();
    let mut file = commit.files.first().cloned().unwrap_or_default();
    let mut hunk = Hunk { file: file.clone(), ..Hunk::default() };
    for line in commit.diff.as_deref().unwrap_or_default().lines() {
        if let Some(path) = line.strip_prefix("+++ ").or_else(|| line.strip_prefix("--- ")) {
            let path = path.split('\t').next().unwrap_or(path).trim();
            let path = path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(path);
            // A removed line may begin with two dashes, as comments of SQL do; a path has no spaces.
            if path == "/dev/null" || looks_like_path(path) {
                if path != "/dev/null" {
                    file = path.to_owned();
                }
                continue;
            }
        }
        if line.starts_with("diff --git ") || line.starts_with("index ") || line.starts_with("\\ No newline") {
            continue;
        }
        if let Some(header) = line.strip_prefix("@@") {
            found.push(std::mem::take(&mut hunk));
            let header = header.trim().to_owned();
            if let Some(named) = commit.files.iter().find(|name| header.contains(name.as_str())) {
                file = named.clone();
            } else if let Some(path) = header.split([' ', ':']).find(|word| word.contains('/') && looks_like_path(word))
            {
                file = path.to_owned();
            }
            hunk = Hunk { file: file.clone(), header, ..Hunk::default() };
            continue;
        }
        if hunk.file != file {
            found.push(std::mem::take(&mut hunk));
            hunk.file.clone_from(&file);
        }
        if let Some(text) = line.strip_prefix('-') {
            hunk.removed.push(text.to_owned());
            hunk.before.push((true, text.to_owned()));
        } else if let Some(text) = line.strip_prefix('+') {
            hunk.added.push(text.to_owned());
            hunk.after.push((true, text.to_owned()));
        } else {
            let text = line.strip_prefix(' ').unwrap_or(line).to_owned();
            hunk.before.push((false, text.clone()));
            hunk.after.push((false, text.clone()));
            hunk.context.push(text);
        }
    }
    found.push(hunk);
    found.retain(|hunk| !hunk.before.is_empty() || !hunk.after.is_empty());
    found
}

fn looks_like_path(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(char::is_whitespace)
        && text.contains(['/', '.'])
        && text.chars().all(|letter| letter.is_alphanumeric() || "/._-@+".contains(letter))
}

/// Code without its comment: a comment changes nothing.
pub(crate) fn code<'a>(file: &str, line: &'a str) -> &'a str {
    let trimmed = line.trim();
    let hash = [".py", ".rb", ".yaml", ".yml", ".sh", ".toml", ".conf", ".tf", ".ini", ".env", ".properties"]
        .iter()
        .any(|extension| file.ends_with(extension));
    if trimmed.starts_with("//") || trimmed.starts_with("/*") || trimmed.starts_with("* ") || trimmed == "*" {
        return "";
    }
    if trimmed.starts_with("--") && !trimmed.contains('=') && !trimmed.ends_with(';') && !file.ends_with("ml") {
        return "";
    }
    if hash && trimmed.starts_with('#') {
        return "";
    }
    let mark = if hash { " #" } else { " // " };
    trimmed.split_once(mark).map_or(trimmed, |(code, _)| code.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_of_every_form_are_read() {
        let commit = |diff: &str| Commit {
            sha: "a".to_owned(),
            at: None,
            files: vec!["a/x.go".to_owned(), "b/y.go".to_owned()],
            diff: Some(diff.to_owned()),
        };
        let two = hunks(&commit("@@ a/x.go @@ func F() {\n-\told\n+\tnew\n \tsame\n@@ b/y.go: new @@\n+\tmore"));
        assert_eq!(two.iter().map(|hunk| &*hunk.file).collect::<Vec<_>>(), ["a/x.go", "b/y.go"]);
        let first = two.first().unwrap();
        assert_eq!((first.removed.len(), first.added.len(), first.context.len()), (1, 1, 1));
        let git = hunks(&commit("--- a/q/z.go\n+++ b/q/z.go\n@@ -1,2 +1,2 @@ func G() {\n-a\n+b"));
        assert_eq!(git.first().map(|hunk| &*hunk.file), Some("q/z.go"));
        assert!(hunks(&commit("")).is_empty());
    }
}
