//! The repository's own specs.

use std::path::Path;

use emberline_core::source::Sources;

/// Every spec of the repository.
pub(crate) fn all() -> Sources {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../slos");
    let mut sources = Sources::default();
    for entry in std::fs::read_dir(specs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            sources.add(path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        }
    }
    sources
}
