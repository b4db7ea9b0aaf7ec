//! The artefacts of a run as a stream: units are generated when they are asked for and dropped once they are dealt with.

use emberline_core::emit::Artefact;
use emberline_core::target::Target;

use crate::failure::Result;

/// Generates one unit's artefacts of some targets.
pub(crate) type Emit<'a> = dyn Fn(usize, &[Target]) -> Result<Vec<Artefact>> + Sync + 'a;

/// What can be generated, and how much of it is asked for.
pub(crate) struct Emission<'a> {
    /// How many independent units there are.
    pub(crate) units: usize,
    /// The targets asked for; all of them if `None`.
    pub(crate) only: Option<&'a [Target]>,
    /// Generates one unit's artefacts of some targets. Same input, same artefacts: it may be called more than once.
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

/// A few hand-made artefacts for tests of the writing side.
#[cfg(test)]
pub(crate) mod synthetic {
    use super::*;

    /// One artefact.
    pub(crate) fn artefact(path: &str, text: &str) -> Artefact {
        Artefact { path: path.into(), text: text.into() }
    }

    /// Calls `work` with an emission of these artefacts, one a unit, cut down to the targets of `only`.
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
