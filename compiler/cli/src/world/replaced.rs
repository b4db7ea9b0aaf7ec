//! A file of the user that is edited in place: read whole, and replaced whole if nobody changed it meanwhile.

use std::fs::{self, Metadata};
use std::io::Write;
use std::path::Path;

use super::shown;
use crate::failure::{Failure, Result};

/// No file that people edit is larger.
const READ_AT_MOST: u64 = 16 << 20;

/// The text of a file.
///
/// # Errors
///
/// The path is a link, which writing would replace by a file; or it is no file, too large, or not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String> {
    let about = about(path)?;
    if about.len() > READ_AT_MOST {
        return Err(Failure::new(format!("{} has {} bytes, more than {READ_AT_MOST}", shown(path), about.len())));
    }
    let bytes = fs::read(path).map_err(|cause| Failure::io("cannot read", path, &cause))?;
    String::from_utf8(bytes).map_err(|cause| {
        let at = cause.utf8_error().valid_up_to();
        Failure::new(format!("{} is not UTF-8: byte {at} begins no character", shown(path)))
            .help("save the file as UTF-8; nothing was written")
    })
}

fn about(path: &Path) -> Result<Metadata> {
    let about = fs::symlink_metadata(path).map_err(|cause| Failure::io("cannot read", path, &cause))?;
    if about.is_symlink() {
        let target = path.read_link().unwrap_or_default();
        return Err(Failure::new(format!("{} is a link to {}", shown(path), target.display()))
            .help("name the file itself: writing would put a file in the link's place"));
    }
    if !about.is_file() {
        return Err(Failure::new(format!("{} is not a file", shown(path))).help("name a file"));
    }
    Ok(about)
}

/// Replaces a file that was read as `before`, so that no reader sees half a file. Mode and owner stay: such a file may
/// hold secrets.
pub(crate) fn replace(path: &Path, before: &str, after: &str) -> Result<()> {
    let failed = |cause: std::io::Error| Failure::io("cannot write", path, &cause);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(after.as_bytes()).map_err(failed)?;
    keep_rights(&file, &about(path)?).map_err(failed)?;
    if read(path)? != before {
        return Err(Failure::new(format!("{} was changed while it was read", shown(path)))
            .help("run the command again; nothing was written"));
    }
    file.persist(path).map_err(|fault| failed(fault.error))?;
    Ok(())
}

#[cfg(unix)]
fn keep_rights(file: &tempfile::NamedTempFile, about: &Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.as_file().metadata()?;
    if (new.uid(), new.gid()) != (about.uid(), about.gid()) {
        fchown(file.as_file(), Some(about.uid()), Some(about.gid()))?;
    }
    file.as_file().set_permissions(about.permissions())
}

#[cfg(not(unix))]
fn keep_rights(file: &tempfile::NamedTempFile, about: &Metadata) -> std::io::Result<()> {
    file.as_file().set_permissions(about.permissions())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_mode_stays_and_nothing_is_left_beside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.yml");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        replace(&path, "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_change_of_somebody_else_is_not_lost() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.yml");
        fs::write(&path, "theirs").unwrap();
        assert!(replace(&path, "old", "new").unwrap_err().what.ends_with("was changed while it was read"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "the temporary file is gone");
    }

    #[test]
    fn links_folders_and_other_bytes_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::write(at("real.yml"), "a").unwrap();
        std::os::unix::fs::symlink("real.yml", at("link.yml")).unwrap();
        fs::write(at("latin.yml"), b"a: \xe9\n").unwrap();
        assert!(read(&at("link.yml")).unwrap_err().what.ends_with("link.yml is a link to real.yml"));
        assert!(read(home.path()).unwrap_err().what.ends_with("is not a file"));
        assert!(read(&at("latin.yml")).unwrap_err().what.ends_with("is not UTF-8: byte 3 begins no character"));
        assert!(read(&at("none.yml")).unwrap_err().what.starts_with("cannot read "));
    }
}
