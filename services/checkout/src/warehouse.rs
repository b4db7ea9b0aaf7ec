//! What the warehouse has: asked for once an order.
//!
//! The warehouse is somebody else's and no part of the demo: its answers are made up here, after the time that a round trip
//! to its database takes.

use std::collections::BTreeMap;
use std::time::Duration;

use tracing::Instrument as _;

use crate::pricing::Line;

/// From a question to its answer.
const ROUND_TRIP: Duration = Duration::from_millis(8);
/// How many products on either side of one are worth offering along with it.
const BESIDE: usize = 12;

/// The warehouse's database.
pub(crate) struct Warehouse;

/// What there is for a basket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stock {
    /// Whether every line can be delivered at once.
    pub(crate) is_complete: bool,
    /// How many products near those of the basket are there.
    pub(crate) beside: usize,
}

impl Warehouse {
    /// What there is for a basket, and beside it on the shelves.
    pub(crate) async fn look(&self, basket: &[Line]) -> Stock {
        let shelves: Vec<usize> = basket.iter().flat_map(|line| shelf(line.product)).collect();
        let pieces = self.pieces(&shelves).await;
        let there = |number: usize| pieces.get(&number).copied().unwrap_or(0);
        Stock {
            is_complete: basket.iter().all(|line| there(line.product) >= line.quantity),
            beside: pieces.values().filter(|pieces| **pieces > 0).count(),
        }
    }

    /// How many pieces there are of each product, in one query.
    async fn pieces(&self, numbers: &[usize]) -> BTreeMap<usize, u32> {
        let span = tracing::info_span!(
            "statement",
            otel.name = "warehouse stock",
            otel.kind = "client",
            db.system.name = "postgresql",
            db.query.text = "SELECT number, pieces FROM stock WHERE number = ANY ($1)",
            code.function.name = telemetry::function!(),
        );
        tokio::time::sleep(ROUND_TRIP).instrument(span).await;
        numbers.iter().map(|number| (*number, made_up(*number))).collect()
    }
}

/// A product and those beside it.
fn shelf(number: usize) -> impl Iterator<Item = usize> {
    number.saturating_sub(BESIDE)..=number.saturating_add(BESIDE)
}

/// Of every eleventh product there is none.
fn made_up(number: usize) -> u32 {
    u32::try_from(number * 7 % 11).unwrap_or(0) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_basket_is_complete_where_there_are_pieces_enough() {
        let line = |product, quantity| Line { product, quantity };
        let there = Warehouse.look(&[line(100, 2)]).await;
        let missing = Warehouse.look(&[line(100, 2), line(110, 1)]).await;
        assert!(there.is_complete && !missing.is_complete, "{there:?} {missing:?}");
        assert!((22..26).contains(&there.beside), "{there:?}");
    }
}
