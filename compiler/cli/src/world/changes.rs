//! Which lines of the specs a change touches. Git could tell, but it would run the filters and converters that the
//! repository's configuration names, and attributes could hide lines from it. So the texts are compared here.

use std::collections::BTreeMap;

use emberline_core::source::Sources;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most lines that are compared one by one. A longer stretch that differs counts as changed in each line: the
/// search for the fewest changes would take the square of its length.
const COMPARED: usize = 5_000;

/// The lines that a change touches, by path as shown.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The first and the last line of each hunk, from 1. A new file counts as one hunk with every line.
    lines: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Changes {
    /// What differs between two states of the same folder.
    pub(crate) fn between(before: &Sources, after: &Sources) -> Self {
        let old: BTreeMap<&str, &str> = before.iter().map(|(_, it)| (it.path.as_str(), it.text.as_str())).collect();
        let mut lines = BTreeMap::new();
        for (_, source) in after.iter() {
            let hunks = match old.get(source.path.as_str()) {
                Some(old) if *old == source.text => continue,
                Some(old) => hunks(old, &source.text),
                None => vec![(1, usize::MAX)],
            };
            lines.insert(source.path.clone(), hunks);
        }
        Self { lines }
    }

    /// Whether a line from `first` to `last` is touched.
    pub(crate) fn touch(&self, path: &str, first: usize, last: usize) -> bool {
        self.lines.get(path).is_some_and(|hunks| hunks.iter().any(|(start, end)| *start <= last && first <= *end))
    }
}

/// The lines of `after` that `before` does not have: the first and the last line of each hunk, from 1.
fn hunks(before: &str, after: &str) -> Vec<(usize, usize)> {
    // `lines` drops the carriage returns that git may add when it checks a file out.
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let start = old.iter().zip(&new).take_while(same).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(same).count();
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    if old.len().max(new.len()) > COMPARED {
        return vec![(start + 1, start + new.len())];
    }
    let changed = |op: DiffOp| match op {
        DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
            Some((start + new_index + 1, start + new_index + new_len))
        }
        DiffOp::Equal { .. } | DiffOp::Delete { .. } => None,
    };
    capture_diff_slices(Algorithm::Myers, old, new).into_iter().filter_map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_are_touched_and_moved_ones_are_not() {
        for (before, after, expected) in [
            ("a\nb\nc\n", "a\nb\nc\n", vec![]),
            ("a\nb\nc\n", "a\r\nb\r\nc", vec![]),
            ("a\nb\nc\n", "new\na\nb\nc\n", vec![(1, 1)]),
            ("a\nb\nc\n", "a\nB\nc\n", vec![(2, 2)]),
            ("a\nb\nc\nd\n", "a\nd\n", vec![]),
            ("a\nb\nc\nd\ne\n", "x\na\nc\nd\ny\nz\ne\n", vec![(1, 1), (5, 6)]),
            ("", "a\nb\n", vec![(1, 2)]),
        ] {
            assert_eq!(hunks(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn long_changes_are_linear_and_touch_every_line() {
        let text = |word: &str| (0..20_000).map(|line| format!("{word}{line}\n")).collect::<String>();
        assert_eq!(hunks(&format!("same\n{}", text("a")), &format!("same\n{}", text("b"))), [(2, 20_001)]);
    }

    #[test]
    fn a_new_file_is_new_in_every_line() {
        let mut after = Sources::default();
        after.add("slos/a.yaml".to_owned(), "x");
        let changes = Changes::between(&Sources::default(), &after);
        assert!(changes.touch("slos/a.yaml", 1, 1) && changes.touch("slos/a.yaml", 9, 9));
        assert!(!changes.touch("slos/b.yaml", 1, 1));
    }

    #[test]
    fn an_edit_that_keeps_the_length_touches_its_line() {
        let (mut before, mut after) = (Sources::default(), Sources::default());
        before.add("slos/a.yaml".to_owned(), "x: 1\ny: 2\n");
        after.add("slos/a.yaml".to_owned(), "x: 1\ny: 3\n");
        let changes = Changes::between(&before, &after);
        assert!(changes.touch("slos/a.yaml", 2, 2) && !changes.touch("slos/a.yaml", 1, 1));
        assert!(!Changes::between(&after, &after).touch("slos/a.yaml", 1, 9));
    }
}
