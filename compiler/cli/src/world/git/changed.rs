//! The files of the whole repository that a change touches, with their contents before and after.

use super::index::{differing, prefix, relative};
use super::{LINK, blobs, demand, text};
use crate::failure::Result;
use crate::weaker::{Changed, Nature};

/// The most bytes of one file that are read. A longer one counts as changed, without its content.
const READ_AT_MOST: usize = 16 << 20;
/// The most bytes of contents that are held at once.
const HELD: usize = 64 << 20;

/// A side of a changed file: the id of its content, none where the file is not there.
type Side = Option<String>;

/// The mode of a side where nothing is.
const NOTHING: &str = "000000";
/// The mode of a submodule. Its id names a commit.
const MODULE: &str = "160000";

/// A changed path.
struct Found {
    path: String,
    sides: [Side; 2],
    nature: Nature,
}

/// Passes on each file that differs between a commit and the index, with paths relative to the working directory. What
/// is not staged is not seen: git would run filters to find it.
pub(crate) fn changed(commit: &str, each: &mut dyn FnMut(Changed)) -> Result<()> {
    let raw = text(demand(&differing("--diff-filter=ADMT", commit, &[]), None)?);
    let prefix = prefix()?;
    let mut files: Vec<Found> = Vec::new();
    let mut fields = raw.split('\0');
    while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
        let about: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old, new, _] = about.as_slice() else { continue };
        let side = |mode: &str, id: &str| (!matches!(mode, NOTHING | MODULE)).then(|| id.to_owned());
        let has = |mode: &str| *old_mode == mode || *new_mode == mode;
        let nature = match () {
            () if has(MODULE) => Nature::Module,
            () if has(LINK) => Nature::Link,
            () => Nature::File,
        };
        let path = relative(&prefix, path);
        files.push(Found { path, sides: [side(old_mode, old), side(new_mode, new)], nature });
    }
    let mut sizes = sizes(files.iter().flat_map(|found| found.sides.iter().flatten()))?.into_iter();
    let (mut batch, mut held) = (Vec::new(), 0);
    for mut found in files {
        let size: Vec<usize> = sizes.by_ref().take(found.sides.iter().flatten().count()).collect();
        if size.iter().any(|size| *size > READ_AT_MOST) {
            found.nature = Nature::Long;
        }
        let size: usize = if found.nature == Nature::Long { 0 } else { size.iter().sum() };
        if held + size > HELD {
            read(std::mem::take(&mut batch), each)?;
            held = 0;
        }
        held += size;
        batch.push(found);
    }
    read(batch, each)
}

/// Reads the contents of a few files and passes them on.
fn read(batch: Vec<Found>, each: &mut dyn FnMut(Changed)) -> Result<()> {
    let is_read = |found: &&Found| found.nature != Nature::Long;
    let sides = |found: &Found| -> Vec<(String, String)> {
        found.sides.iter().flatten().map(|id| (found.path.clone(), id.clone())).collect()
    };
    let mut contents = blobs(batch.iter().filter(is_read).flat_map(sides).collect())?.into_iter();
    for Found { path, sides, nature } in batch {
        let mut content = |side: Side| -> Option<Vec<u8>> {
            side?;
            if nature == Nature::Long { Some(Vec::new()) } else { contents.next().map(|(_, bytes)| bytes) }
        };
        let [before, after] = sides;
        let (before, after) = (content(before), content(after));
        each(Changed { path, before, after, nature });
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
