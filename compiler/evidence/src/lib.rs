//! Judges telemetry and files by their content: whether traces are connected, whether the other signals join them, and
//! whether they hold personal data or secrets.
//!
//! ```text
//! bytes ──capture──▶ Capture ──judge──▶ Findings
//!                                    └──replay──▶ which traces sampling would keep
//! ```
//!
//! Nothing here opens a file, reads a clock or looks at the environment (clippy's `disallowed-methods` enforces that).
//! The same input therefore gives the same findings.

pub mod capture;
pub mod judge;
mod names;
pub mod replay;
pub mod sensitive;
mod span;
