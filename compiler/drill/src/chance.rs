//! Repeatable random numbers: the same seed draws the same drills. Not for secrets.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A stream of numbers from a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A random seed.
    #[must_use]
    pub fn seed() -> u64 {
        // The standard library seeds its hashers from the system's entropy.
        let seed = RandomState::new().build_hasher().finish();
        // Short enough to be typed again.
        seed % 1_000_000_007
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if `bound` is 0.
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below a usize")]
    pub fn below(&mut self, bound: usize) -> usize {
        // The bias of a remainder is 2^-50 for bounds of some dozens.
        if bound == 0 { 0 } else { (self.draw() % bound as u64) as usize }
    }

    /// Shuffles with equal probability of every order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.below(last + 1);
            things.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_orders_are_equally_likely() {
        let order = |seed: u64| {
            let mut things = [0, 1, 2];
            Chance::new(seed).shuffle(&mut things);
            things
        };
        assert_eq!(order(7), order(7));
        let mut seen = std::collections::BTreeMap::new();
        for seed in 0..6_000 {
            *seen.entry(order(seed)).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(seen.values().all(|count| (900..1_100).contains(count)), "{seen:?}");
    }

    #[test]
    fn nothing_is_drawn_from_nothing() {
        assert_eq!(Chance::new(1).below(0), 0);
        Chance::new(1).shuffle::<u8>(&mut []);
    }
}
