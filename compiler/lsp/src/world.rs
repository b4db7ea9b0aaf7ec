//! What the server asks of the machine: files, the day, and what may be shown.

use std::path::{Path, PathBuf};

use emberline_core::finding::Finding;
use emberline_core::model::Observed;
use emberline_core::quantity::Date;
use emberline_core::source::{SourceId, Sources};

/// The specs as they are on disk, with the texts of open editors instead of files.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Every spec's text.
    pub sources: Sources,
    /// Where each lies, in the order of `sources`, links resolved.
    pub places: Vec<PathBuf>,
    /// Findings of files that are not UTF-8, instead of all others in these files.
    pub cut: Vec<Finding>,
    /// What specs are held against instead of snapshots.
    pub against: Option<Observed>,
}

/// The machine. Calls come from two threads.
pub trait World: Send + Sync {
    /// The editor's folder: paths are relative to it from now on.
    fn enter(&self, root: &Path);

    /// Reads every spec; `open` are texts that editors have not saved, by resolved paths.
    ///
    /// # Errors
    /// A sentence for people.
    fn load(&self, open: &[(PathBuf, String)]) -> Result<Loaded, String>;

    /// Whether a path would be read as a spec.
    fn is_spec(&self, path: &Path) -> bool;

    /// A path with links resolved; the path itself if there is no such file.
    fn resolve(&self, path: &Path) -> PathBuf;

    /// The path and the text of a file below the output folder, if it is there.
    fn generated(&self, path: &str) -> Option<(PathBuf, String)>;

    /// The path of a file below the output folder, if it is there.
    fn page(&self, path: &str) -> Option<PathBuf>;

    /// Hides secrets in findings. `ids` are the sources that they may quote.
    fn conceal(&self, sources: &Sources, ids: &[SourceId], findings: &mut [Finding]);

    /// The day that it is.
    fn today(&self) -> Date;
}
