//! A baseline: findings that existed before the gate, by fingerprint. A baseline only shrinks.

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
    /// The finding behind each fingerprint when the baseline was written. Only the fingerprint counts; the other fields
    /// are for readers.
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
    /// The baseline in a file; `None` if the file does not exist.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(path, &bytes).map(Some),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Failure::io("cannot read", path, &cause)),
        }
    }

    /// The baseline as the index has it; `None` if the index has no such file.
    pub(crate) fn read_staged(path: &Path) -> Result<Option<Self>> {
        git::staged_file(path)?.map(|bytes| Self::parse(path, &bytes)).transpose()
    }

    /// The baseline as a commit has it; `None` if the commit has no such file.
    pub(crate) fn read_at(commit: &str, path: &Path) -> Result<Option<Self>> {
        git::file(commit, path)?.map(|bytes| Self::parse(path, &bytes)).transpose()
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|fault| {
            Failure::new(format!("{} is not a baseline: {fault}", super::shown(path)))
                .help("remove it, and write a new one with `--update-baseline`")
        })
    }

    /// A first baseline: all current findings.
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

    /// Whether the baseline holds a finding.
    pub(crate) fn holds(&self, fingerprint: &str) -> bool {
        self.findings.contains_key(fingerprint)
    }

    /// Removes findings that no longer occur; returns how many were removed.
    pub(crate) fn shrink(&mut self, entries: &[Entry<'_>]) -> usize {
        let before = self.findings.len();
        self.findings.retain(|fingerprint, _| entries.iter().any(|entry| entry.fingerprint == *fingerprint));
        before - self.findings.len()
    }

    /// Forgets the findings that another baseline does not hold.
    pub(crate) fn keep(&mut self, other: &Self) {
        self.findings.retain(|fingerprint, _| other.findings.contains_key(fingerprint));
    }

    /// The number of findings in the baseline.
    pub(crate) fn len(&self) -> usize {
        self.findings.len()
    }

    /// Writes the baseline atomically, so that no reader sees half a file.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self).map_err(Failure::bug)?;
        text.push('\n');
        super::write_file(path, text.as_bytes())
    }
}
