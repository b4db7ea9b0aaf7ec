//! Why a capture cannot be read.

/// The longest record: a request of this size is refused by the collector itself long before.
pub(super) const LONGEST: u64 = 64 << 20;

/// Why a capture cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its record, from 1: a line, or a message.
    pub record: u64,
    /// What is wrong there.
    pub cause: String,
}

pub(super) fn too_long() -> String {
    "it is longer than 64 MiB".to_owned()
}
