//! The lines of a commit's diff in one item. Each begins with `-` or `+`.

use super::program::change::Changed;
use crate::source::Change;

/// The most lines of a diff that are shown for an item.
const SHOWN: usize = 40;

/// The lines of a commit's diff in one item.
pub(super) fn of(changes: &[Change], path: &str, changed: &Changed) -> Vec<String> {
    let overlaps = |lines: Option<(usize, usize)>, start: usize, count: usize| {
        lines.is_some_and(|(first, last)| start <= last && start + count.max(1) > first)
    };
    let of_file = changes.iter().filter(|change| change.after.as_deref().or(change.before.as_deref()) == Some(path));
    let hunks = of_file.flat_map(|change| &change.hunks).filter(|hunk| {
        overlaps(changed.before, hunk.old_start, hunk.removed.len())
            || overlaps(changed.after, hunk.new_start, hunk.added.len())
    });
    let lines = hunks.flat_map(|hunk| {
        let removed = hunk.removed.iter().map(|line| format!("-{line}"));
        removed.chain(hunk.added.iter().map(|line| format!("+{line}")))
    });
    lines.take(SHOWN).collect()
}
