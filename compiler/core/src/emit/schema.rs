//! The JSON Schemas, for editors.

use super::{Artefact, Target};
use crate::spec::schema::{self, Kind};

/// A schema a kind of file.
pub(super) fn emit() -> Vec<Artefact> {
    Kind::ALL
        .iter()
        .map(|kind| Artefact {
            path: format!("{}/{}.schema.json", Target::Schema.folder(), kind.word()),
            text: schema::text(*kind),
        })
        .collect()
}
