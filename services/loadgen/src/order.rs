//! Orders as customers send them, with the personal data that redaction has to find. All of it is invented.

use rand::{Rng, RngExt};
use serde::Serialize;

/// An order.
#[derive(Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) email: String,
    card: &'static str,
    /// What a careless client sends along, and a careless service logs.
    authorization: String,
    currency: &'static str,
    basket: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    product: usize,
    quantity: u32,
}

const NAMES: [&str; 6] = ["ada.byron", "grace.h", "alan.t", "edsger.d", "barbara.l", "ken+shop"];
/// Numbers that payment providers publish for tests.
const CARDS: [&str; 4] = ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117"];
const CURRENCIES: [&str; 4] = ["EUR", "USD", "GBP", "JPY"];

/// A random order, under an id that no other run has.
pub(crate) fn random(number: u64, random: &mut impl Rng) -> Order {
    let name = NAMES[random.random_range(0..NAMES.len())];
    let line = |random: &mut dyn FnMut(usize) -> usize| Line {
        product: random(400),
        quantity: u32::try_from(1 + random(6)).unwrap_or(1),
    };
    let authorization = format!("Bearer {:016x}{:016x}", random.random::<u64>(), random.random::<u64>());
    let lines = random.random_range(1..4);
    // They take turns, so that each has the same share at any moment.
    let currency = CURRENCIES[usize::try_from(number).unwrap_or(0) % CURRENCIES.len()];
    let mut below = |end: usize| random.random_range(0..end);
    let basket = (0..lines).map(|_| line(&mut below)).collect();
    Order {
        id: format!("o-{}-{number}", std::process::id()),
        email: format!("{name}@customers.example.org"),
        authorization,
        card: CARDS[below(CARDS.len())],
        currency,
        basket,
    }
}
