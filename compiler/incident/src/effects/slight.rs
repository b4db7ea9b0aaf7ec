//! Diffs that look as if they did little. A weak look: a message may call a function.

use super::atoms::is_message;
use super::diff::{Hunk, code};
use super::files::{Kind, dependency, kind};
use crate::words;

/// What makes a diff slight, if it is.
pub(super) fn slight(hunks: &[Hunk]) -> Option<&'static str> {
    let changed = || hunks.iter().flat_map(|hunk| hunk.removed.iter().chain(&hunk.added).map(move |line| (hunk, line)));
    let said: Vec<(&Hunk, &str)> =
        changed().map(|(hunk, line)| (hunk, code(&hunk.file, line))).filter(|(_, text)| !text.is_empty()).collect();
    let meters = ["metrics", "counter", "histogram", "gauge", "inc", "observe"];
    let meter = |text: &str| words::parts(text).iter().any(|part| meters.contains(&&**part));
    match () {
        () if changed().next().is_none() => None,
        () if said.is_empty() => Some("it changes only comments"),
        () if said.iter().all(|(hunk, _)| patched(hunk)) => Some("it changes only the last part of a version"),
        () if said.iter().all(|(_, text)| is_message(text)) => Some("it changes only what is logged or said"),
        () if said.iter().all(|(_, text)| meter(text) && text.contains('(')) => Some("it changes only what is counted"),
        () if hunks.iter().all(typed) => Some("it changes only declared types"),
        () => None,
    }
}

/// Whether a hunk only changes the last part of versions.
fn patched(hunk: &Hunk) -> bool {
    let versions = |lines: &[String]| lines.iter().map(|line| dependency(line)).collect::<Option<Vec<_>>>();
    let (Some(old), Some(new)) = (versions(&hunk.removed), versions(&hunk.added)) else { return false };
    let close = |a: &[u64], b: &[u64]| a.iter().take(2).eq(b.iter().take(2));
    kind(&hunk.file) != Kind::Code
        && old.len() == new.len()
        && !old.is_empty()
        && old.iter().zip(&new).all(|(old, new)| old.0 == new.0 && close(&old.1, &new.1))
}

/// Whether both sides are alike but for annotations, as `key: str` for `key`.
fn typed(hunk: &Hunk) -> bool {
    let bare = |line: &String| {
        let text = code(&hunk.file, line);
        let text = text.split(" -> ").next().unwrap_or(text).trim_end_matches(':');
        let words = text.split([',', '(', ')']).map(|word| word.split(": ").next().unwrap_or(word).trim().to_owned());
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
    };
    let declares = |line: &String| ["def ", "async def ", "function "].iter().any(|word| line.trim().starts_with(word));
    let side = |lines: &[String]| lines.iter().map(bare).collect::<Vec<_>>();
    !hunk.removed.is_empty()
        && hunk.removed.iter().chain(&hunk.added).all(declares)
        && side(&hunk.removed) == side(&hunk.added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slight_diffs_are_told_from_others() {
        let of = |file: &str, removed: &str, added: &str| {
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            slight(&[Hunk { file: file.to_owned(), removed: lines(removed), added: lines(added), ..Hunk::default() }])
        };
        assert!(of("a.yaml", "", "# owned by us").is_some());
        assert!(of("go.mod", "\tgithub.com/a/b v1.2.3", "\tgithub.com/a/b v1.2.4").is_some());
        assert!(of("a.py", "def f(self, key):", "def f(self, key: str) -> Row:").is_some());
        assert_eq!(of("go.mod", "\tgithub.com/a/b v1.2.3", "\tgithub.com/a/b v1.3.0"), None);
        assert_eq!(of("a.py", "def f(self, key):", "def f(self, name: str):"), None);
        assert_eq!(of("a.py", "", "total += 1"), None);
    }
}
