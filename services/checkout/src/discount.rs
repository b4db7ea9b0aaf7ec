//! Discounts by quantity.

/// Five percent off from five pieces on, and ten from ten.
pub(crate) fn of_quantity(cents: i64, quantity: u32) -> i64 {
    let percent = match quantity {
        0..5 => 0,
        5..10 => 5,
        _ => 10,
    };
    cents - cents * percent / 100
}

#[cfg(test)]
mod tests {
    use super::of_quantity;

    #[test]
    fn more_pieces_cost_less_each() {
        assert_eq!((of_quantity(400, 4), of_quantity(500, 5), of_quantity(1_000, 10)), (400, 475, 900));
    }
}
