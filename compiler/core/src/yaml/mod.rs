//! YAML in and out: a tree of nodes that know their place, and a writer for our typed artefacts.
//!
//! Reading and writing share nothing but the format. [`parse`](parse::parse) keeps what a person wrote (texts, styles,
//! places) and leaves its meaning to the decoder above; [`write`](mod@write) takes typed values and never sees a person's text.

pub mod locate;
pub mod node;
pub mod parse;
pub mod write;

mod fault;
mod mapping;

pub use locate::locate;
pub use node::{Key, Node, Scalar, Style, Value};
pub use parse::{Parsed, parse};
pub use write::{WriteError, append, scalar, to_string};
