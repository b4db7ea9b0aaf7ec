//! Sends requests at a fixed rate, however slow the answers.

fn main() {}
