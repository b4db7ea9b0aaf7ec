//! Books payments into the ledger.

fn main() {}
