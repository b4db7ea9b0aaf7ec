//! The files of the whole repository that a change touches, with their contents before and after.

use super::index::{differing, prefix, relative};
use super::{Changed, blobs, demand, text};
use crate::failure::Result;

/// The most bytes of one file that are read. A longer one counts as changed, without its content.
const READ_AT_MOST: usize = 16 << 20;
/// The most bytes of contents that are held at once.
const HELD: usize = 64 << 20;

/// A side of a changed file: the id of its content, none where the file is not there.
type Side = Option<String>;

/// Passes on each file that differs between a commit and the index, with paths relative to the working directory. What
/// is not staged is not seen: git would run filters to find it. Submodules have no content here.
pub(crate) fn changed(commit: &str, each: &mut dyn FnMut(Changed)) -> Result<()> {
    let raw = text(demand(&differing("--diff-filter=ADMT", commit, &[]), None)?);
    let prefix = prefix()?;
    let mut files: Vec<(String, [Side; 2])> = Vec::new();
    let mut fields = raw.split('\0');
    while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
        let about: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old, new, _] = about.as_slice() else { continue };
        let side = |mode: &str, id: &str| matches!(mode, "100644" | "100755" | "120000").then(|| id.to_owned());
        files.push((relative(&prefix, path), [side(old_mode, old), side(new_mode, new)]));
    }
    let sizes = sizes(files.iter().flat_map(|(_, sides)| sides.iter().flatten()))?;
    let mut sizes = sizes.into_iter();
    let mut batch = Vec::new();
    let mut held = 0;
    for (path, sides) in files {
        let size = |side: &Side, sizes: &mut std::vec::IntoIter<usize>| side.as_ref().and_then(|_| sizes.next());
        let of = [size(&sides[0], &mut sizes), size(&sides[1], &mut sizes)];
        let size: usize = of.iter().flatten().filter(|size| **size <= READ_AT_MOST).sum();
        if held + size > HELD {
            read(std::mem::take(&mut batch), each)?;
            held = 0;
        }
        held += size;
        let is_long = |size: Option<usize>| size.is_some_and(|size| size > READ_AT_MOST);
        batch.push((path, sides, of.map(is_long)));
    }
    read(batch, each)
}

/// Reads the contents of a few files and passes them on.
fn read(batch: Vec<(String, [Side; 2], [bool; 2])>, each: &mut dyn FnMut(Changed)) -> Result<()> {
    let mut named = Vec::new();
    for (path, sides, long) in &batch {
        let read = sides.iter().zip(long).filter(|(_, long)| !**long).filter_map(|(side, _)| side.clone());
        named.extend(read.map(|id| (path.clone(), id)));
    }
    let mut contents = blobs(named)?.into_iter();
    for (path, sides, long) in batch {
        let is_long = long.contains(&true);
        let mut side = |index: usize| -> Option<Vec<u8>> {
            sides[index].as_ref()?;
            if long[index] { Some(Vec::new()) } else { contents.next().map(|(_, bytes)| bytes) }
        };
        let (before, after) = (side(0), side(1));
        each(Changed { path, before, after, is_long });
    }
    Ok(())
}

/// The sizes of objects, in bytes.
fn sizes<'a>(ids: impl Iterator<Item = &'a String>) -> Result<Vec<usize>> {
    let ids: String = ids.map(|id| format!("{id}\n")).collect();
    let answers = text(demand(&["cat-file", "--batch-check"], Some(ids.into_bytes()))?);
    // An object that is missing has no size; reading it will say so.
    Ok(answers.lines().map(|line| line.rsplit(' ').next().and_then(|size| size.parse().ok()).unwrap_or(0)).collect())
}
