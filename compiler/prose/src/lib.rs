//! What every writer of texts shares: escapes, number words, the template environment and the frame of drawings.
//!
//! - [`escape`] keeps names and messages from becoming markup, in Markdown, HTML, XML and SVG.
//! - [`number`] writes times, shares and counts for people; [`amount`] does so for exact decimals.
//! - [`template`] is the one environment of templates, in which an undefined name is an error.
//! - [`svg`] draws, and escapes every attribute and text on the way.
//!
//! The crate knows nothing of objectives, alerts or findings, so any other may depend on it. The compiler's core does
//! not: it writes structured output from typed values and never from templates.

pub mod amount;
pub mod escape;
pub mod number;
pub mod svg;
pub mod template;
