//! A walk as people and programs read it: a summary for a terminal, pages in Markdown, pictures, and JSON.
//!
//! Texts come from templates, which escape what they are given; JSON comes from the typed values. The same walk
//! gives the same bytes.

mod human;
mod pages;
mod pictures;
mod svg;
mod template;

pub use human::human;
pub use pages::{artefacts, markdown, superseded};
