//! What is really exported: the client of every command that asks a server.

pub mod http;
