//! Files of the repository by which a change can weaken the gate that judges it, besides the specs: what a change of these
//! takes is core's judgement. The summary of a pull request shows both, and the guide's page is made of their tables.

pub(crate) mod files;

pub(crate) use files::{Changed, Nature, of_file};
