//! Faults from anybody: a patch, a mailbox of patches, or an archive of patches, from a file or an address.
//!
//! Nothing of an archive is written to disk, and nothing in it is run before the drill builds it. Its SHA-256 is told
//! before the drill, so that its author can check afterwards that these faults were drilled.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use emberline_drill::catalogue::Catalogue;
use emberline_drill::patch::{LONGEST, Patch};
use emberline_observe::http::{Access, Client};
use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};
use tar::{Archive, EntryType};

use crate::failure::{Failure, Result};
use crate::world::shown;

/// The most bytes of a sealed file, and of what it unpacks to.
const MOST: u64 = 32 << 20;
/// The most entries of an archive.
const ENTRIES: usize = 1_000;
/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The endings of files in an archive that are patches.
const ENDINGS: [&str; 3] = ["patch", "diff", "mbox"];

/// Sealed faults.
#[derive(Debug)]
pub(super) struct Sealed {
    /// The SHA-256 of the file, in hexadecimal.
    pub(super) hash: String,
    faults: Vec<Patch>,
    honest: Vec<Patch>,
}

impl Sealed {
    /// Reads a file, or the answer of an address that begins with `http://` or `https://`.
    pub(super) fn read(from: &str) -> Result<Self> {
        let is_url = ["http://", "https://"].iter().any(|scheme| from.starts_with(scheme));
        let bytes = if is_url { fetched(from)? } else { read(Path::new(from))? };
        let name = from.split(['?', '#']).next().unwrap_or(from).rsplit('/').next().unwrap_or(from);
        Self::of(name, &bytes).map_err(|what| {
            Failure::new(format!("the sealed file `{name}` {what}"))
                .help("give a patch of `git format-patch`, several of them in one file, or a `.tar.gz` of patches")
        })
    }

    /// Patches with `X-Fault-…` headers are faults, and the others hide them. Without any such header all are faults.
    fn of(name: &str, bytes: &[u8]) -> std::result::Result<Self, String> {
        let hash = hexadecimal(&Sha256::digest(bytes));
        let patches = if bytes.starts_with(&GZIP) { unpacked(bytes)? } else { patches(Path::new(name), bytes)? };
        let (marked, others): (Vec<Patch>, Vec<Patch>) = patches.into_iter().partition(Patch::is_marked);
        let (faults, honest) = if marked.is_empty() { (others, Vec::new()) } else { (marked, others) };
        if faults.is_empty() {
            return Err("holds no patch".to_owned());
        }
        Ok(Self { hash, faults, honest })
    }

    /// Puts these faults in the place of the policy's, and gives the hash. Harmless patches of the policy stay.
    pub(super) fn replace(self, catalogue: &mut Catalogue) -> String {
        catalogue.faults = self.faults;
        catalogue.honest.extend(self.honest);
        catalogue.outages.clear();
        self.hash
    }
}

/// The first 16 digits of the SHA-256 of this program: walks of two builds may differ.
pub(super) fn program() -> Result<String> {
    let failed = |cause: std::io::Error| Failure::new(format!("cannot read the running program: {cause}"));
    let mut file = std::fs::File::open(std::env::current_exe().map_err(failed)?).map_err(failed)?;
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut hash).map_err(failed)?;
    let mut digits = hexadecimal(&hash.finalize());
    digits.truncate(16);
    Ok(digits)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |cause: std::io::Error| Failure::io("cannot read the sealed file", path, &cause);
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    bounded(bytes, &shown(path))
}

fn fetched(url: &str) -> Result<Vec<u8>> {
    let answer = Client::new("the sealed file", url, &Access::default()).page("*/*");
    let bytes = answer.map_err(|trouble| Failure::new(format!("cannot fetch: {trouble}")))?;
    bounded(bytes, url)
}

fn bounded(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>> {
    match bytes.len() as u64 > MOST {
        true => Err(Failure::new(format!("the sealed file {name} has more than {} MiB", MOST >> 20))),
        false => Ok(bytes),
    }
}

/// The patches of one file.
fn patches(path: &Path, bytes: &[u8]) -> std::result::Result<Vec<Patch>, String> {
    if bytes.len() as u64 > LONGEST {
        return Err(format!("holds a patch of more than {} MiB", LONGEST >> 20));
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Patch::split(&stem, &String::from_utf8_lossy(bytes)))
}

/// The patches of an archive, by path. Files with other endings are passed over.
fn unpacked(bytes: &[u8]) -> std::result::Result<Vec<Patch>, String> {
    let broken = |cause: std::io::Error| format!("is no sound archive: {cause}");
    let mut archive = Archive::new(MultiGzDecoder::new(bytes).take(2 * MOST));
    let mut found: Vec<(PathBuf, Vec<Patch>)> = Vec::new();
    let mut total = 0_u64;
    for (count, entry) in archive.entries().map_err(broken)?.enumerate() {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.into_owned();
        total = total.saturating_add(entry.size());
        if count >= ENTRIES || total > MOST {
            return Err(format!("holds more than {ENTRIES} files, or more than {} MiB of them", MOST >> 20));
        }
        match entry.header().entry_type() {
            EntryType::Regular => {}
            // What `git archive` says of the whole archive.
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            other => return Err(format!("holds `{}`, which is no file but {other:?}", path.display())),
        }
        if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(format!("holds `{}`, a path that leads out of the archive", path.display()));
        }
        let is_patch = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if !is_patch {
            continue;
        }
        if entry.size() > LONGEST {
            return Err(format!("holds `{}` of more than {} MiB", path.display(), LONGEST >> 20));
        }
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(broken)?;
        found.push((path.clone(), patches(&path, &text)?));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found.into_iter().flat_map(|(_, patches)| patches).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    const MARKED: &str =
        "X-Fault-Kind: errors\nSubject: [PATCH] x\n\n---\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n";
    const BARE: &str = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n";

    /// An archive of entries that a careful program would not write.
    fn archive(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, kind, text) in entries {
            let mut header = Header::new_ustar();
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            if matches!(kind, EntryType::Symlink | EntryType::Link) {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_cksum();
            builder.append(&header, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn names(patches: &[Patch]) -> Vec<&str> {
        patches.iter().map(|patch| patch.name.as_str()).collect()
    }

    #[test]
    fn an_archive_of_patches() {
        let file = EntryType::Regular;
        let bytes = archive(&[
            ("s/", EntryType::Directory, ""),
            ("s/b.patch", file, MARKED),
            ("s/a.patch", file, MARKED),
            ("s/honest/h.patch", file, BARE),
            ("s/README.md", file, "no patch"),
        ]);
        let sealed = Sealed::of("s.tar.gz", &bytes).unwrap();
        assert_eq!((names(&sealed.faults), names(&sealed.honest)), (vec!["a", "b"], vec!["h"]));
        let mut catalogue = Catalogue { outages: vec!["cut".to_owned()], ..Catalogue::default() };
        assert_eq!(sealed.replace(&mut catalogue).len(), 64);
        assert_eq!((names(&catalogue.faults), catalogue.outages.len()), (vec!["a", "b"], 0));
    }

    #[test]
    fn a_patch_without_headers_is_a_fault() {
        let sealed = Sealed::of("mine.diff", BARE.as_bytes()).unwrap();
        assert_eq!((names(&sealed.faults), sealed.honest.len()), (vec!["mine"], 0));
        // printf '' | sha256sum
        assert!(hexadecimal(&Sha256::digest(b"")).starts_with("e3b0c44298fc1c14"));
        let empty = Sealed::of("empty", b"").unwrap_err();
        assert_eq!(empty, "holds no patch");
    }

    #[test]
    fn an_archive_cannot_lead_anywhere() {
        let file = EntryType::Regular;
        let long = "x".repeat(usize::try_from(LONGEST).unwrap() + 1);
        for (entry, said) in [
            (("../a.patch", file, MARKED), "a path that leads out"),
            (("s/../../a.patch", file, MARKED), "a path that leads out"),
            (("/a.patch", file, MARKED), "a path that leads out"),
            (("a.patch", EntryType::Symlink, ""), "no file but Symlink"),
            (("a.patch", EntryType::Link, ""), "no file but Link"),
            (("a.patch", EntryType::Fifo, ""), "no file but Fifo"),
            (("a.patch", file, long.as_str()), "of more than 4 MiB"),
        ] {
            let trouble = Sealed::of("s.tar.gz", &archive(&[entry])).unwrap_err();
            assert!(trouble.contains(said), "{}: {trouble}", entry.0);
        }
        let many: Vec<_> = (0..=ENTRIES).map(|_| ("a.txt", file, "")).collect();
        assert!(Sealed::of("s.tar.gz", &archive(&many)).unwrap_err().contains("more than 1000 files"));
        // A header may claim any size, and a stream may end anywhere.
        let mut cut = archive(&[("a.patch", file, MARKED)]);
        cut.truncate(cut.len() / 2);
        assert!(Sealed::of("s.tar.gz", &cut).unwrap_err().contains("no sound archive"));
        let huge = "0".repeat(usize::try_from(MOST).unwrap() + 1);
        assert!(Sealed::of("s.tar.gz", &archive(&[("a.txt", file, &huge)])).unwrap_err().contains("more than"));
    }
}
