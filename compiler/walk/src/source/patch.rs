//! Reads a git patch without context lines: which file became which, and where the two versions differ.

use super::{Change, Hunk};

/// The changes of a patch, file by file. The paths of the two sides begin with `a/` and `b/`.
pub(super) fn changes(patch: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    // Lines of the hunk's body that are still to come. A line of the body may itself look like a header.
    let (mut to_remove, mut to_add) = (0_usize, 0_usize);
    // Git ends lines with a line feed alone. A carriage return before the line feed belongs to the file.
    for line in patch.split('\n') {
        if to_remove + to_add > 0 {
            let Some(hunk) = changes.last_mut().and_then(|change| change.hunks.last_mut()) else { break };
            // Later comparisons use `str::lines`, which removes a carriage return.
            let content = |line: &str| line.strip_suffix('\r').unwrap_or(line).to_owned();
            if let Some(removed) = line.strip_prefix('-').filter(|_| to_remove > 0) {
                hunk.removed.push(content(removed));
                to_remove -= 1;
                continue;
            }
            if let Some(added) = line.strip_prefix('+').filter(|_| to_add > 0) {
                hunk.added.push(content(added));
                to_add -= 1;
                continue;
            }
            // `\ No newline at end of file`.
            if line.starts_with('\\') {
                continue;
            }
            (to_remove, to_add) = (0, 0);
        }
        if let Some(paths) = line.strip_prefix("diff --git ") {
            let path = same_path(paths);
            changes.push(Change { before: path.clone(), after: path, hunks: Vec::new() });
            continue;
        }
        let Some(change) = changes.last_mut() else { continue };
        if let Some(header) = line.strip_prefix("@@ -") {
            let Some(((old_start, removed), (new_start, added))) = ranges(header) else { continue };
            change.hunks.push(Hunk { old_start, removed: Vec::new(), new_start, added: Vec::new() });
            (to_remove, to_add) = (removed, added);
        } else if line.starts_with("new file mode ") {
            change.before = None;
        } else if line.starts_with("deleted file mode ") {
            change.after = None;
        } else if let Some(path) = line.strip_prefix("rename from ").or_else(|| line.strip_prefix("copy from ")) {
            change.before = Some(unquoted(path));
        } else if let Some(path) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("copy to ")) {
            change.after = Some(unquoted(path));
        } else if let Some(path) = line.strip_prefix("--- ") {
            change.before = side(path, "a/");
        } else if let Some(path) = line.strip_prefix("+++ ") {
            change.after = side(path, "b/");
        }
    }
    changes.retain(|change| change.before.is_some() || change.after.is_some());
    changes
}

/// `1,2 +3,4 @@ …`: the first line and the number of lines of each side.
fn ranges(header: &str) -> Option<((usize, usize), (usize, usize))> {
    let (old, rest) = header.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let range = |text: &str| {
        let (start, length) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, length.parse().ok()?))
    };
    Some((range(old)?, range(new)?))
}

/// The path in `a/PATH b/PATH`. If the two paths differ, other lines of the patch name them.
fn same_path(paths: &str) -> Option<String> {
    // Equal paths have equal lengths, and a blank separates them.
    let middle = paths.len() / 2;
    let (old, new) = (paths.get(..middle)?, paths.get(middle..)?.strip_prefix(' ')?);
    let (old, new) = (side(old, "a/")?, side(new, "b/")?);
    (old == new).then_some(old)
}

/// The path of one side; `None` if the side has no file. A tab ends paths that contain a blank.
fn side(path: &str, prefix: &str) -> Option<String> {
    let path = unquoted(path.strip_suffix('\t').unwrap_or(path));
    path.strip_prefix(prefix).map(str::to_owned)
}

/// A path without git's quotes. Git quotes paths that contain quotes, backslashes or control characters.
fn unquoted(path: &str) -> String {
    let Some(quoted) = path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) else { return path.to_owned() };
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        let escaped = if byte == b'\\' { rest.next() } else { None };
        bytes.push(match escaped {
            None => byte,
            Some(b'a') => 7,
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 11,
            Some(b'f') => 12,
            Some(b'r') => b'\r',
            Some(high @ b'0'..=b'3') => {
                let mut digit = || rest.next().unwrap_or(b'0').wrapping_sub(b'0') & 7;
                ((high - b'0') << 6) | (digit() << 3) | digit()
            }
            Some(other) => other,
        });
    }
    super::command::text(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(patch: &str) -> Vec<String> {
        let hunk = |hunk: &Hunk| {
            format!("-{}:{} +{}:{}", hunk.old_start, hunk.removed.join("|"), hunk.new_start, hunk.added.join("|"))
        };
        let change = |change: &Change| {
            let hunks: Vec<String> = change.hunks.iter().map(hunk).collect();
            format!("{:?} {:?} {}", change.before.as_deref(), change.after.as_deref(), hunks.join(", "))
        };
        changes(patch).iter().map(change).collect()
    }

    #[test]
    fn lines_that_look_like_headers_are_lines() {
        let patch = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@ fn f()\n--- a/y\n-@@ -1 +1 @@\n+++ b/z\n\
                     \\ No newline at end of file\n@@ -9,0 +8,2 @@\n+diff --git a/q b/q\n+\r\n";
        let told = r#"Some("x") Some("x") -1:-- a/y|@@ -1 +1 @@ +1:++ b/z, -9: +8:diff --git a/q b/q|"#;
        assert_eq!(shown(patch), [told]);
    }

    #[test]
    fn files_that_come_go_and_move() {
        let patch = "diff --git a/e b/e\nnew file mode 100644\nindex 0..1\n\
                     diff --git a/a b b/a b\ndeleted file mode 100644\n--- a/a b\t\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                     diff --git a/old b/new\nsimilarity index 90%\nrename from old\nrename to new\n--- a/old\n+++ b/new\n@@ -3 +3 @@\n-p\n+q\n\
                     diff --git \"a/q\\\"\\303\\274\\t\" \"b/q\\\"\\303\\274\\t\"\nold mode 100644\nnew mode 100755\n\
                     diff --git a/b.bin b/b.bin\nindex 1..2\nBinary files a/b.bin and b/b.bin differ\n";
        assert_eq!(
            shown(patch),
            [
                r#"None Some("e") "#,
                r#"Some("a b") None -1:x +0:"#,
                r#"Some("old") Some("new") -3:p +3:q"#,
                r#"Some("q\"ü\t") Some("q\"ü\t") "#,
                r#"Some("b.bin") Some("b.bin") "#,
            ]
        );
    }

    #[test]
    fn broken_patches_give_what_can_be_read() {
        let patch = "@@ -1 +1 @@\n-x\ndiff --git é b\n@@ -x +1 @@\n@@ -1,99999999999999999999 +1 @@\n@@ -1,5 +1,5 @@\n-x\ndiff --git a/y b/y\n\
                     --- a/y\n+++ b/y\n@@ -1 +1 @@\n-p";
        assert_eq!(shown(patch), [r#"Some("y") Some("y") -1:p +1:"#]);
        for end in 0..patch.len() {
            if let Some(part) = patch.get(..end) {
                changes(part);
            }
        }
    }
}
