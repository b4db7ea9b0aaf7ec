//! What the shop sells.

/// A product.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    /// Its number: the position in the catalogue.
    pub(crate) number: usize,
    /// Its price in cents of a euro, without tax.
    pub(crate) cents: i64,
    /// The group by which discounts and taxes go.
    pub(crate) group: Group,
}

/// A group of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Books, under the reduced tax.
    Books,
    /// Food, under the reduced tax.
    Food,
    /// Everything else.
    Goods,
}

/// Every product, by number.
#[derive(Debug)]
pub(crate) struct Catalogue {
    products: Vec<Product>,
}

impl Catalogue {
    /// The products of this season.
    pub(crate) fn spring() -> Self {
        let groups = [Group::Books, Group::Food, Group::Goods];
        let product = |number: usize| {
            let cents = 199 + i64::try_from(number * 37 % 4_000).unwrap_or(0);
            Product { number, cents, group: groups[number % groups.len()] }
        };
        Self { products: (0..400).map(product).collect() }
    }

    /// The product of a number.
    pub(crate) fn get(&self, number: usize) -> Option<&Product> {
        self.products.get(number)
    }

    /// Every product.
    pub(crate) fn products(&self) -> &[Product] {
        &self.products
    }
}
