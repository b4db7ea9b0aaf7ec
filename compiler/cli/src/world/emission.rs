//! The artefacts of a run as a stream. Each unit is generated on request and dropped after use, so that memory stays
//! small.

use emberline_core::emit::Artefact;
use emberline_core::target::Target;

use crate::failure::Result;

/// Generates the artefacts of one unit for some targets.
pub(crate) type Emit<'a> = dyn Fn(usize, &[Target]) -> Result<Vec<Artefact>> + Sync + 'a;

/// The units that can be generated, and the targets asked for.
pub(crate) struct Emission<'a> {
    /// The number of independent units.
    pub(crate) units: usize,
    /// The targets asked for; `None` means all targets.
    pub(crate) only: Option<&'a [Target]>,
    /// Generates the artefacts of one unit for some targets. The same input gives the same artefacts, so callers may
    /// call it more than once.
    pub(crate) emit: &'a Emit<'a>,
}

impl Emission<'_> {
    /// The targets asked for.
    pub(crate) fn targets(&self) -> &[Target] {
        self.only.unwrap_or(Target::ALL)
    }

    /// The artefacts of one unit.
    pub(crate) fn unit(&self, unit: usize) -> Result<Vec<Artefact>> {
        (self.emit)(unit, self.targets())
    }
}

/// Hand-made artefacts for tests of the writing side.
#[cfg(test)]
pub(crate) mod synthetic {
    use super::*;

    /// One artefact.
    pub(crate) fn artefact(path: &str, text: &str) -> Artefact {
        Artefact { path: path.into(), text: text.into() }
    }

    /// Calls `work` with an emission of these artefacts, one per unit, limited to the targets in `only`.
    pub(crate) fn emission<T>(
        artefacts: &[(&str, &str)],
        only: Option<&[Target]>,
        work: impl FnOnce(&Emission<'_>) -> T,
    ) -> T {
        let emit = |unit: usize, targets: &[Target]| {
            let (path, text) = artefacts[unit];
            let wanted = path.starts_with("../") || targets.iter().any(|target| path.starts_with(target.folder()));
            Ok(if wanted { vec![artefact(path, text)] } else { Vec::new() })
        };
        work(&Emission { units: artefacts.len(), only, emit: &emit })
    }
}
