//! Keeps traces, logs and profiles in one SQLite file.

fn main() {}
