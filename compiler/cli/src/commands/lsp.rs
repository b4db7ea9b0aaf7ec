//! `emberline lsp`: the language server over standard input and output.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use emberline_core::finding::Finding;
use emberline_core::model::Observed;
use emberline_core::quantity::Date;
use emberline_core::source::{SourceId, Sources};
use emberline_evidence::sensitive::Origin;
use emberline_lsp::world::{Loaded, World};
use emberline_observe::gather::Limits;
use emberline_observe::prometheus::Wanted;

use super::{conceal, source};
use crate::args::Lsp;
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::{read, shown};

/// Serves until the editor ends the session.
pub(crate) fn run(lsp: Lsp) -> Result<Status> {
    if lsp.against.against.as_deref() == Some("-") {
        return Err(Failure::new("standard input is the editor's, and cannot be `--against` as well")
            .help("name a server or a file"));
    }
    let machine = Arc::new(Machine { lsp, against: OnceLock::new() });
    let served = emberline_lsp::serve(machine, BufReader::new(io::stdin()), &mut io::stdout().lock());
    match served {
        Ok(true) => Ok(Status::Clean),
        // The protocol asks for 1 where `exit` comes without `shutdown`.
        Ok(false) => Ok(Status::Findings),
        Err(cause) => Err(Failure::new(format!("the editor cannot be followed any more: {cause}"))),
    }
}

struct Machine {
    lsp: Lsp,
    /// What the source exports, asked once; `None` where there is no source, or no answer.
    against: OnceLock<Option<Observed>>,
}

impl Machine {
    fn against(&self) -> Option<Observed> {
        let asked = self.against.get_or_init(|| {
            let against = &self.lsp.against;
            let source = against.against.as_deref()?;
            let wanted = Wanted { over: against.over, now: super::now(), ..Wanted::default() };
            match source::take(source, &against.access, &wanted) {
                Ok(taken) => {
                    let name = source::name(source);
                    Some(source::observed(&taken, Limits::LIVE, name, self.today(), against.over))
                }
                Err(failure) => {
                    // Editors show this in the server's log; without the source there is still much to say.
                    terminal::say_failure(&conceal::failure(failure));
                    None
                }
            }
        });
        asked.clone()
    }

    fn below_out(&self, path: &str) -> PathBuf {
        self.lsp.out.join(path)
    }
}

impl World for Machine {
    fn enter(&self, root: &Path) {
        if let Err(cause) = std::env::set_current_dir(root) {
            terminal::say_failure(&Failure::io("cannot enter", root, &cause));
        }
    }

    fn load(&self, open: &[(PathBuf, String)]) -> std::result::Result<Loaded, String> {
        let specs = open.iter().filter(|(path, _)| self.is_spec(path));
        let specs: Vec<(PathBuf, &str)> = specs.map(|(path, text)| (self.spelt(path), text.as_str())).collect();
        let read = read::read_open(&self.lsp.specs, &specs).map_err(|failure| {
            let failure = conceal::failure(failure);
            failure.help.map_or(failure.what.clone(), |help| format!("{}: {help}", failure.what))
        })?;
        let places = read.sources.iter().map(|(_, source)| self.resolve(Path::new(&source.path))).collect();
        Ok(Loaded { sources: read.sources, places, cut: read.cut, against: self.against() })
    }

    fn is_spec(&self, path: &Path) -> bool {
        let path = self.resolve(path);
        let is_policy = self.lsp.specs.policy.as_ref().is_some_and(|policy| self.resolve(policy) == path);
        let is_in = |folder: &PathBuf| {
            let folder = self.resolve(folder);
            let Ok(below) = path.strip_prefix(&folder) else { return false };
            let is_hidden = below.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
            let is_yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
            path == folder || (is_yaml && !is_hidden)
        };
        is_policy || self.lsp.specs.specs.iter().any(is_in)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        crate::world::resolved(path).unwrap_or_else(|_| path.to_owned())
    }

    fn generated(&self, path: &str) -> Option<(PathBuf, String)> {
        let path = self.below_out(path);
        let text = std::fs::read_to_string(&path).ok()?;
        Some((self.resolve(&path), text))
    }

    fn page(&self, path: &str) -> Option<PathBuf> {
        let path = self.below_out(path);
        path.is_file().then(|| self.resolve(&path))
    }

    fn conceal(&self, sources: &Sources, ids: &[SourceId], findings: &mut [Finding]) {
        // The editor's own texts stay as they are; only what findings quote is masked.
        let mut quoted = Sources::default();
        for (id, source) in sources.iter() {
            let is_quoted = ids.contains(&id);
            let (path, text) = if is_quoted { (source.path.as_str(), source.text.as_str()) } else { ("", "") };
            quoted.add(path, text);
        }
        let origin = if self.lsp.against.against.is_some() { Origin::Telemetry } else { Origin::File };
        conceal::report(&mut quoted, findings, origin);
    }

    fn today(&self) -> Date {
        super::today()
    }
}

impl Machine {
    /// A resolved path as it is spelt where folders of specs are read: below the folder as it was named.
    fn spelt(&self, path: &Path) -> PathBuf {
        let folders = self.lsp.specs.specs.iter();
        let below = folders.filter_map(|folder| Some((folder, path.strip_prefix(self.resolve(folder)).ok()?)));
        match below.min_by_key(|(_, rest)| rest.components().count()) {
            Some((folder, rest)) if !rest.as_os_str().is_empty() => folder.join(rest),
            Some((folder, _)) => folder.clone(),
            None => self.lsp.specs.policy.clone().unwrap_or_else(|| PathBuf::from(shown(path))),
        }
    }
}
