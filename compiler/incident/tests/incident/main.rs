//! Walks of frozen incidents: public ones, synthetic ones, permuted ones and broken ones.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod blind;
mod build;
mod changed;
mod hostile;
mod late;
mod operational;
mod permuted;
mod public;
mod removed;
mod shown;
mod synthetic;
mod varied;
mod weighed;
