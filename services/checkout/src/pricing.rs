//! What a basket costs: prices, then discounts, then tax.

use std::time::{Duration, Instant};

use crate::catalogue::{Catalogue, Product};
use crate::{discount, tax};

/// A line of a basket.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(crate) struct Line {
    /// The product's number.
    pub(crate) product: usize,
    /// How many of it.
    pub(crate) quantity: u32,
}

/// What a basket costs, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Total {
    /// Without tax, after discounts.
    pub(crate) net: i64,
    /// The tax on it.
    pub(crate) tax: i64,
}

impl Total {
    /// What is to be paid.
    pub(crate) fn gross(self) -> i64 {
        self.net + self.tax
    }
}

/// Prices a basket. `search` bounds how long the cheapest bundle is looked for.
///
/// # Errors
/// The number of a product that the catalogue has not.
pub(crate) fn price(catalogue: &Catalogue, basket: &[Line], search: Duration) -> Result<Total, usize> {
    let span = tracing::info_span!("price", order.items = basket.len(), code.function.name = telemetry::function!());
    let _inside = span.enter();
    let mut lines: Vec<(&Product, u32)> = Vec::with_capacity(basket.len());
    for line in basket {
        lines.push((catalogue.get(line.product).ok_or(line.product)?, line.quantity));
    }
    let bundle = cheapest_bundle(catalogue, &lines, search);
    let (mut net, mut taxed) = (0, 0);
    for (product, quantity) in &lines {
        let cost = discount::of_quantity(product.cents * i64::from(*quantity), *quantity);
        net += cost;
        taxed += tax::on(product.group, cost);
    }
    Ok(Total { net: (net - bundle).max(0), tax: taxed })
}

/// Looks for the bundle of two products beside the basket that saves most, until the time is up: at least one round, and
/// as many as fit. Its name is what a profile of a slow order has to show.
#[inline(never)]
fn cheapest_bundle(catalogue: &Catalogue, lines: &[(&Product, u32)], search: Duration) -> i64 {
    let began = Instant::now();
    let products = catalogue.products();
    let mut best = 0;
    loop {
        for (at, first) in products.iter().enumerate() {
            for second in &products[at + 1..products.len().min(at + 40)] {
                let pair = i64::try_from(first.number ^ second.number).unwrap_or(0);
                let saved = (first.cents + second.cents) % 97 - pair % 89;
                let wanted = lines.iter().any(|(product, _)| product.number == first.number);
                best = best.max(std::hint::black_box(if wanted { saved } else { 0 }));
            }
        }
        if began.elapsed() >= search {
            return best;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priced(basket: &[Line]) -> Result<Total, usize> {
        price(&Catalogue::spring(), basket, Duration::ZERO)
    }

    #[test]
    fn a_basket_costs_its_lines_and_their_tax() {
        // Product 2 is listed at 2.73; from ten pieces on a tenth is off, and a bundle may save up to 96 cents.
        let one = priced(&[Line { product: 2, quantity: 1 }]);
        let ten = priced(&[Line { product: 2, quantity: 10 }]);
        assert!(one.is_ok_and(|one| (177..=273).contains(&one.net) && one.gross() > one.net), "{one:?}");
        assert!(ten.is_ok_and(|ten| (2_361..=2_457).contains(&ten.net)), "{ten:?}");
    }

    #[test]
    fn an_unknown_product_is_named() {
        assert_eq!(priced(&[Line { product: 4_000, quantity: 1 }]), Err(4_000));
        assert_eq!(priced(&[]), Ok(Total { net: 0, tax: 0 }));
    }

    #[test]
    fn a_longer_search_finds_the_same_bundle() {
        let basket = [Line { product: 7, quantity: 2 }];
        let catalogue = Catalogue::spring();
        assert_eq!(price(&catalogue, &basket, Duration::ZERO), price(&catalogue, &basket, Duration::from_millis(20)),);
    }
}
