//! Both sides of a hop over HTTP: W3C trace context and baggage in the headers, a span on either side.

mod client;
mod server;

pub use client::{Answer, Client};
pub use server::{Asked, observed};
