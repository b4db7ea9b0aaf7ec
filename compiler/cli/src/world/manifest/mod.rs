//! The list of files that the compiler wrote, stored beside these files. The compiler does not own any other file.
//!
//! A line is a SHA-256 and a path, as `sha256sum` prints them. Git merges lists and people edit them, so a line is a
//! claim and not a permission. Only paths in the folders of targets count. The compiler may remove a file only if the
//! file still has a listed hash.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Component, Path};

use emberline_core::target::{RETIRED_FOLDERS, Target};
use sha2::{Digest, Sha256};

/// The path of the manifest in the output folder.
pub(crate) const NAME: &str = ".emberline-manifest";

/// First line of a manifest.
const TITLE: &str = "# Files that `emberline compile` wrote here, for `sha256sum --check`. Generated; do not edit.\n";

/// Digits of a SHA-256.
const DIGITS: usize = 64;

/// The separator between hash and path.
const BETWEEN: &str = "  ";

/// SHA-256 of a text. Its `Display` is lower-case hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hash([u8; DIGITS / 2]);

/// The paths that belong to the compiler, each with the hashes of its text, sorted. A path from an old release's list
/// has no hash; after a merge, a path may have several.
pub(crate) type Entries = BTreeMap<String, Vec<Hash>>;

/// A manifest as it was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The compiler's files.
    pub(crate) entries: Entries,
    /// Lines whose path the compiler never writes, in file order. Such a line grants no permission.
    pub(crate) unknown: Vec<String>,
}

/// Reads a manifest. Comments and merge conflict markers are skipped. A last line without a line end is skipped too: an
/// interrupted run may leave one.
pub(crate) fn parse(text: &str) -> Listed {
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut listed = Listed::default();
    for line in whole.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '<', '=', '>', '|'])) {
        let (hash, path) = split(line);
        if is_safe(path) && is_confined(path) {
            let hashes = listed.entries.entry(path.to_owned()).or_default();
            if let Some((hash, at)) = hash.and_then(|hash| Some((hash, hashes.binary_search(&hash).err()?))) {
                hashes.insert(at, hash);
            }
        } else {
            listed.unknown.push(path.to_owned());
        }
    }
    listed
}

/// The hash of a line, if it has one, and its path.
fn split(line: &str) -> (Option<Hash>, &str) {
    let split = line.split_once(BETWEEN).and_then(|(hash, path)| Some((Hash::parse(hash)?, path)));
    split.map_or((None, line), |(hash, path)| (Some(hash), path))
}

impl Hash {
    /// The hash of a text.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Reads lower-case hexadecimal.
    fn parse(text: &str) -> Option<Self> {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        let mut hash = [0; DIGITS / 2];
        if pairs.len() != hash.len() {
            return None;
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = value(*high)? << 4 | value(*low)?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By a table: formatting each byte takes as long as the hash of a small page.
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; DIGITS];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

/// The text of a manifest with these entries, each a path and its hashes.
pub(crate) fn print<'e>(entries: impl IntoIterator<Item = (&'e str, &'e [Hash])>) -> String {
    let mut text = String::from(TITLE);
    for (path, hashes) in entries {
        for hash in hashes {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{hash}{BETWEEN}{path}");
        }
        if hashes.is_empty() {
            text.push_str(path);
            text.push('\n');
        }
    }
    text
}

/// The manifest line of a file.
pub(crate) fn line(hash: Hash, path: &str) -> String {
    format!("{hash}{BETWEEN}{path}\n")
}

/// Whether the bytes of a file are a text that has one of the hashes. Git may convert line ends to those of Windows,
/// and such a conversion is not an edit.
pub(crate) fn is_text_of(bytes: &[u8], hashes: &[Hash]) -> bool {
    if hashes.contains(&Hash::of(bytes)) {
        return true;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    text.contains("\r\n") && hashes.contains(&Hash::of(text.replace("\r\n", "\n").as_bytes()))
}

/// Whether the path stays below the folder that it is joined to, on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(|c: char| c.is_control() || c == '\\' || c == ':')
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
}

/// Whether the path lies in the folder of a target, of this release or an earlier one.
fn is_confined(path: &str) -> bool {
    let mut folders = Target::ALL.iter().map(|target| target.folder()).chain(RETIRED_FOLDERS.iter().copied());
    folders.any(|folder| is_below(path, folder))
}

/// Whether the path lies below the folder, both with `/` between parts.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
