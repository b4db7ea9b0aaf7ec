//! A file's text before a change, from the text after it.

use crate::source::Hunk;

/// Marks of a conflict that git's automatic merge leaves in a file.
const MARKS: [&str; 4] = ["<<<<<<< ", "=======", ">>>>>>> ", "||||||| "];

/// The text before the hunks; `None` if they do not fit the text after them. Marks of conflicts are left out.
pub(super) fn text(after: &str, hunks: &[Hunk]) -> Option<String> {
    let after: Vec<&str> = after.lines().collect();
    let (mut out, mut at): (Vec<&str>, usize) = (Vec::new(), 0);
    for hunk in hunks {
        // A hunk that only removes lines has the number of the line before the place.
        let from = if hunk.added.is_empty() { hunk.new_start } else { hunk.new_start.saturating_sub(1) };
        let until = from + hunk.added.len();
        if after.get(from..until)? != hunk.added {
            return None;
        }
        out.extend(after.get(at..from)?);
        out.extend(hunk.removed.iter().map(String::as_str));
        at = until;
    }
    out.extend(after.get(at..)?);
    out.retain(|line| !MARKS.iter().any(|mark| line.starts_with(mark)));
    Some(out.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(old_start: usize, removed: &[&str], new_start: usize, added: &[&str]) -> Hunk {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Hunk { old_start, removed: owned(removed), new_start, added: owned(added) }
    }

    #[test]
    fn changes_are_undone() {
        let hunks = [hunk(2, &["b"], 2, &["B", "C"]), hunk(4, &["d"], 4, &[])];
        assert_eq!(text("a\nB\nC\nc\ne\n", &hunks).as_deref(), Some("a\nb\nc\nd\ne\n"));
        assert_eq!(text("", &[hunk(1, &["a"], 0, &[])]).as_deref(), Some("a\n"));
        let conflict = hunk(1, &["<<<<<<< 1", "a", "=======", "b", ">>>>>>> 2"], 1, &["c"]);
        assert_eq!(text("c\n", &[conflict]).as_deref(), Some("a\nb\n"));
    }

    #[test]
    fn hunks_of_another_text_do_not_fit() {
        assert_eq!(text("a\n", &[hunk(1, &["b"], 1, &["c"])]), None);
        assert_eq!(text("a\n", &[hunk(1, &["b"], 9, &["a"])]), None);
        assert_eq!(text("a\n", &[hunk(1, &[], 1, &["a"]), hunk(1, &[], 1, &["a"])]), None);
    }
}
