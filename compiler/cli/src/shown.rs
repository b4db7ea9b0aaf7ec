//! Paths as people are shown them.

use std::path::{Component, Path};

/// A path as people are shown it: relative to the working directory where it lies below, `/` between parts.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let path = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let mut text = String::new();
    for component in path.components().filter(|component| *component != Component::CurDir) {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match component {
            Component::RootDir => text.push('/'),
            other => text.push_str(&other.as_os_str().to_string_lossy()),
        }
    }
    if text.is_empty() { String::from(".") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_here() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(shown(Path::new("./slos/a.yaml")), "slos/a.yaml");
        assert_eq!(shown(&here.join("slos/a.yaml")), "slos/a.yaml");
        assert_eq!(shown(Path::new("../slos")), "../slos");
        assert_eq!(shown(Path::new("/nowhere/a")), "/nowhere/a");
        assert_eq!(shown(Path::new(".")), ".");
    }
}
