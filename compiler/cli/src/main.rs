//! The `emberline` command.
fn main() {}
