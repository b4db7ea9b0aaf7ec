//! Starts the whole system and shows where to look.

fn main() {}
