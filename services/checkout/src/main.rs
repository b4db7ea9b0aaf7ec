//! Prices a basket, takes the order, has it paid.

fn main() {}
