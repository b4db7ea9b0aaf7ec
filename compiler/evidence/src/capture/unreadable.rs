//! The error of a capture that cannot be read.

/// The longest record, in bytes. The collector refuses much smaller requests.
pub(super) const LONGEST: u64 = 64 << 20;

/// The error of a capture that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The number of the record, from 1: a line, or a message.
    pub record: u64,
    /// What is wrong with the record.
    pub cause: String,
}

/// The cause of a record that exceeds [`LONGEST`].
pub(super) fn too_long() -> String {
    "it is longer than 64 MiB".to_owned()
}
