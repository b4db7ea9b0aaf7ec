//! What somebody wrote into a record of the table.

use serde_json::{Map, Value};

use crate::source::Spanned;

/// A record of the table as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Its fields as Alertmanager reads them, in the order written.
    pub fields: Map<String, Value>,
    /// The templates by name that its texts call and do not define, with the text's place.
    pub calls: Vec<Spanned<String>>,
    /// Whether a part of it was reported, so that more may stand there than is known.
    pub is_flawed: bool,
}
