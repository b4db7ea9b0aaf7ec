//! Refuses links that lead out of the folder that is read.
//!
//! Findings quote specs and runbook pages publish notes. So a link to a system file would show that file to everybody.
//! The folder named on the command line may itself be a link.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::shown;
use crate::failure::{Failure, Result};

/// The files below `folder` whose name has one of these endings, sorted. Hidden files and folders are skipped, and
/// `.gitignore` is not consulted. Links to files count. Links to folders are not followed, so there are no loops.
///
/// # Errors
///
/// A link leads nowhere or out of the folder. Or a name leads to neither a file nor a folder, such as a pipe, on which
/// reading would block.
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut links = Vec::new();
    for entry in WalkBuilder::new(folder).standard_filters(false).hidden(true).build() {
        let entry = entry.map_err(|cause| Failure::new(format!("cannot read {}: {cause}", shown(folder))))?;
        if entry.depth() > 0 && entry.path_is_symlink() {
            links.push(entry.path().to_owned());
        }
        if entry.path().extension().is_some_and(|it| endings.iter().any(|ending| it == *ending)) {
            files.push(entry.into_path());
        }
    }
    links.sort();
    confine(folder, &links)?;
    files.sort();
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        let about = file.metadata().map_err(|cause| Failure::io("cannot read", &file, &cause))?;
        if about.is_file() {
            kept.push(file);
        } else if !about.is_dir() {
            return Err(Failure::new(format!("{} is a pipe, a socket or a device", shown(&file)))
                .help("put a file in its place, or name it differently"));
        }
    }
    Ok(kept)
}

/// Fails if a link between `folder` and `path` leads out of the folder: whoever writes to `path` would write there.
pub(crate) fn lead_inside(folder: &Path, path: &Path) -> Result<()> {
    let below = path.ancestors().take_while(|it| *it != folder);
    let links: Vec<PathBuf> = below.filter(|it| it.is_symlink()).map(Path::to_owned).collect();
    confine(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }, &links)
}

/// Fails at the first link that does not lead into the folder.
fn confine(folder: &Path, links: &[PathBuf]) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let real = folder.canonicalize().map_err(|cause| Failure::io("cannot resolve", folder, &cause))?;
    for link in links {
        let target = link.read_link().unwrap_or_default();
        let target = target.display();
        let led = link.canonicalize().map_err(|cause| {
            let why = match cause.kind() {
                ErrorKind::NotFound => "where nothing stands".to_owned(),
                _ => cause.to_string(),
            };
            Failure::new(format!("cannot read {}: it is a link to {target}, {why}", shown(link)))
                .help("remove the link, or put a file in its place")
        })?;
        let inside = led.strip_prefix(&real).ok();
        // Git's own files may hold credentials.
        if inside.is_none_or(|path| path.components().any(|part| part == Component::Normal(".git".as_ref()))) {
            return Err(Failure::new(format!("{} is a link to {target}, outside of {}", shown(link), shown(folder)))
                .help("put a copy in its place: what is read here is quoted in findings and shown on runbook pages"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// The files found in the folder `specs`, which lies beside a file and folders of another owner. `links` are pairs
    /// of `(place, target)`. If one of them is `named`, the search starts from that link. Paths are relative to the
    /// common folder.
    fn found(links: &[(&str, &str)]) -> std::result::Result<Vec<String>, String> {
        let scratch = tempfile::tempdir().unwrap();
        let home = scratch.path().canonicalize().unwrap();
        for (path, text) in [
            ("specs/real.yaml", "inside"),
            ("specs/deep/er.yaml", "inside"),
            ("specs/.hidden/h.yaml", "inside"),
            ("specs/.git/config", "token"),
            ("secret", "secret"),
            ("shared/other.yaml", "secret"),
            ("specs-too/other.yaml", "secret"),
        ] {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for (place, target) in links {
            symlink(target.replace("HOME", &home.display().to_string()), home.join(place)).unwrap();
        }
        let is_named = links.iter().any(|(place, _)| *place == "named");
        let told = |text: &str| text.replace(&format!("{}/", home.display()), "");
        match files(&home.join(if is_named { "named" } else { "specs" }), &["yaml"]) {
            Ok(files) => Ok(files.iter().map(|file| told(&file.display().to_string())).collect()),
            Err(failure) => Err(told(&failure.what)),
        }
    }

    const PLAIN: [&str; 2] = ["specs/deep/er.yaml", "specs/real.yaml"];

    #[test]
    fn links_that_stay_inside_are_files_like_others() {
        assert_eq!(found(&[]).unwrap(), PLAIN);
        for (place, target) in [
            ("specs/a.yaml", "real.yaml"),
            ("specs/a.yaml", "HOME/specs/deep/er.yaml"),
            ("specs/a.yaml", "../specs/real.yaml"),
            ("specs/deep/a.yaml", "../real.yaml"),
            // Kubernetes mounts a ConfigMap like this.
            ("specs/a.yaml", ".hidden/h.yaml"),
        ] {
            let files = found(&[(place, target)]).unwrap();
            assert!(files.len() == 3 && files.contains(&place.to_owned()), "{place} -> {target}: {files:?}");
        }
        // A link may lead through another link.
        assert_eq!(found(&[("specs/a.yaml", "b"), ("specs/b", "real.yaml")]).unwrap().len(), 3);
        // Each folder is read once, at its real path.
        for (place, target) in [("specs/f", "deep"), ("specs/loop", "."), ("specs/deep/up.yaml", "..")] {
            assert_eq!(found(&[(place, target)]).unwrap(), PLAIN, "{place} -> {target}");
        }
    }

    #[test]
    fn a_folder_that_was_named_may_be_a_link() {
        assert_eq!(found(&[("named", "specs")]).unwrap(), ["named/deep/er.yaml", "named/real.yaml"]);
        assert_eq!(found(&[("named", "specs"), ("specs/a.yaml", "HOME/specs/real.yaml")]).unwrap().len(), 3);
        let refused = found(&[("named", "specs"), ("specs/a.yaml", "HOME/secret")]).unwrap_err();
        assert!(refused.starts_with("named/a.yaml is a link to "), "{refused}");
    }

    #[test]
    fn links_that_lead_out_are_refused_and_named() {
        for (place, target) in [
            ("specs/a.yaml", "../secret"),
            ("specs/a.yaml", "HOME/secret"),
            ("specs/a.yaml", "/etc/passwd"),
            ("specs/deep/a.yaml", "../../secret"),
            // The other folder's name begins with the same letters.
            ("specs/a.yaml", "../specs-too/other.yaml"),
            // No reader uses these names today. Refusing them tells the user that a folder is missing from the specs.
            ("specs/shared", "../shared"),
            ("specs/shared.yaml", "../shared"),
            ("specs/README.md", "../secret"),
            ("specs/up", ".."),
            ("specs/a.yaml", ".git/config"),
            ("specs/a.yaml", "/dev/zero"),
        ] {
            let refused = found(&[(place, target)]).unwrap_err();
            assert!(refused.starts_with(&format!("{place} is a link to ")), "{place} -> {target}: {refused}");
            assert!(refused.contains("outside of ") && !refused.contains("inside"), "{refused}");
        }
        // The link leads out through another link inside.
        let refused = found(&[("specs/a.yaml", "b"), ("specs/b", "../secret")]).unwrap_err();
        assert!(refused.starts_with("specs/a.yaml is a link to b, outside of "), "{refused}");
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let refused = found(&[("specs/a.yaml", "gone.yaml")]).unwrap_err();
        assert_eq!(refused, "cannot read specs/a.yaml: it is a link to gone.yaml, where nothing stands");
        assert!(found(&[("specs/shared", "../gone")]).unwrap_err().contains("where nothing stands"));
        let circle = found(&[("specs/a.yaml", "b.yaml"), ("specs/b.yaml", "a.yaml")]).unwrap_err();
        assert!(circle.starts_with("cannot read specs/a.yaml: it is a link to b.yaml, "), "{circle}");
    }

    #[test]
    fn a_pipe_is_refused_rather_than_waited_for() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("a.yaml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(files(home.path(), &["yaml"]).unwrap_err().what.ends_with("a.yaml is a pipe, a socket or a device"));
        assert!(files(home.path(), &["md"]).unwrap().is_empty(), "nobody reads it");
    }
}
