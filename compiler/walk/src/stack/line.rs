//! A line of a file, as stack traces write it.

/// A file and its line, written as `file:line`.
pub(super) fn file_and_line(text: &str) -> Option<(&str, usize)> {
    let (file, line) = text.rsplit_once(':')?;
    Some((file, line.parse().ok()?)).filter(|(file, _)| !file.is_empty())
}
