//! A baseline: findings that were there before the gate was, by fingerprint. It only ever shrinks.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::git;
use crate::failure::{Failure, Result};
use crate::render::entry::Entry;

/// Findings that do not count.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    /// What each fingerprint stood for when it was taken down: the fingerprint alone counts, the rest is for people.
    findings: BTreeMap<String, Known>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    code: String,
    path: String,
    message: String,
}

impl Baseline {
    /// The baseline in a file; `None` where there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(path, &bytes).map(Some),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Failure::io("cannot read", path, &cause)),
        }
    }

    /// The baseline as the index has it; `None` where it has none.
    pub(crate) fn read_staged(path: &Path) -> Result<Option<Self>> {
        git::staged_file(path)?.map(|bytes| Self::parse(path, &bytes)).transpose()
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|fault| {
            Failure::new(format!("{} is not a baseline: {fault}", super::shown(path)))
                .help("remove it, and write a new one with `--update-baseline`")
        })
    }

    /// A first baseline: everything that is found now.
    pub(crate) fn of(entries: &[Entry<'_>]) -> Self {
        let known = |entry: &Entry<'_>| {
            let known = Known {
                code: entry.code.to_owned(),
                path: entry.place.path.to_owned(),
                message: entry.message.to_owned(),
            };
            (entry.fingerprint.clone(), known)
        };
        Self { findings: entries.iter().map(known).collect() }
    }

    /// Whether a finding was there before.
    pub(crate) fn holds(&self, fingerprint: &str) -> bool {
        self.findings.contains_key(fingerprint)
    }

    /// Forgets what is no longer found; returns how many that were.
    pub(crate) fn shrink(&mut self, entries: &[Entry<'_>]) -> usize {
        let before = self.findings.len();
        self.findings.retain(|fingerprint, _| entries.iter().any(|entry| entry.fingerprint == *fingerprint));
        before - self.findings.len()
    }

    /// How many findings it holds.
    pub(crate) fn len(&self) -> usize {
        self.findings.len()
    }

    /// Writes it, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self).map_err(Failure::bug)?;
        text.push('\n');
        super::write_file(path, text.as_bytes())
    }
}
