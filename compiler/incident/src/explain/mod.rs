//! The table of mechanisms: how incidents come about, what each shows, and what a diff that causes it does.
//!
//! Mechanisms are general. A row names no system, no product and no single incident.

mod load;
mod meaning;
mod mechanism;
mod operations;

pub(crate) use mechanism::Mechanism;
pub(crate) use operations::OPERATIONS;

/// Mechanisms of code and configuration.
pub(crate) fn mechanisms() -> impl Iterator<Item = &'static Mechanism> {
    load::ROWS.iter().chain(meaning::ROWS)
}
