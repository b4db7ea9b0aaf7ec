//! Writes a walk for people and programs: a summary for a terminal, pages in Markdown, pictures, and JSON.
//!
//! Texts come from templates, which escape their values. JSON comes from the typed values. The same walk always
//! gives the same bytes.

mod human;
mod pages;
mod pictures;
mod svg;
mod template;

pub use human::human;
pub use pages::{artefacts, markdown, superseded};
