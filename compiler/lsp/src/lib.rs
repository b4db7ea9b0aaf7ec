//! The language server: findings, hover texts, completion and definitions of specs in an editor.
//!
//! [`serve`] speaks the Language Server Protocol over two streams. One thread reads messages, one makes whole runs
//! ([`worker`]), and the caller's answers. After a key, the findings of that file come first, from what is kept of all
//! others; those of other files follow once nobody types. The machine is behind [`world::World`].
//!
//! `lsp-types` has the protocol's records, `lsp-server` its messages. What they lack for input that is not trusted is in
//! [`frame`].

pub mod at;
pub mod client;
pub mod complete;
pub mod define;
pub mod diagnostics;
pub mod frame;
pub mod hover;
pub mod names;
pub mod outline;
pub mod promql;
pub mod schema;
pub mod server;
mod specs;
pub mod text;
pub mod uri;
pub mod worker;
pub mod world;

pub use server::serve;
