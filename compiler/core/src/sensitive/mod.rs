//! One catalogue of what is sensitive, for the agent's redaction, for `verify` and for `scan`.
//!
//! The catalogue is data: who issues which keys in which form, which names carry secrets, which words are no secret, how
//! long account numbers are. [`pattern`] makes the agent's expressions of it; `emberline-evidence` searches by it. Both
//! read the same tables, so whatever the gate accuses, the agent masks.

pub mod account;
mod form;
mod issuer;
mod issuers;
pub mod names;
pub mod pattern;
mod words;

pub use form::{Class, Form, Part};
pub use issuer::{Basis, Issuer};
pub use issuers::{Entry, all, open, starting};
pub use words::is_domain;
