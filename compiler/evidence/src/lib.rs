//! What can be learnt from telemetry and files themselves: for now, whether personal data or a secret stands in them.
//!
//! Nothing here does I/O, reads a clock or looks at the environment (clippy's `disallowed-methods` sees to it): the same
//! input gives the same findings.

pub mod sensitive;
