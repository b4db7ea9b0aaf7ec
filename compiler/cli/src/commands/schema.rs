//! `emberline schema`: the JSON Schema of a spec, for editors and other tools.

use crate::args::{Schema, SchemaKind};
use crate::failure::Result;
use crate::status::Status;
use crate::terminal;

/// Prints the schema.
pub(crate) fn run(schema: &Schema) -> Result<Status> {
    let kind = match schema.kind {
        SchemaKind::Service => emberline_core::SchemaKind::Service,
        SchemaKind::Policy => emberline_core::SchemaKind::Policy,
        SchemaKind::Prices => emberline_core::SchemaKind::Prices,
        SchemaKind::Observed => emberline_core::SchemaKind::Observed,
    };
    terminal::print(|out| out.write_all(emberline_core::schema(kind).as_bytes()))?;
    Ok(Status::Clean)
}
