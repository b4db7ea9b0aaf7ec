//! What can be learnt from telemetry and files themselves: whether traces are connected, whether the other signals join
//! them, and whether personal data or a secret stands in them.
//!
//! ```text
//! bytes ──capture──▶ Capture ──judge──▶ Findings
//!                                    └──replay──▶ which traces sampling would keep
//! ```
//!
//! Nothing here opens a file, reads a clock or looks at the environment (clippy's `disallowed-methods` sees to it): the
//! same input gives the same findings.

pub mod capture;
pub mod judge;
mod names;
pub mod replay;
pub mod sensitive;
mod span;
