//! Numbers that look drawn by chance, from a seed: the same on every machine.

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number in `from..to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.next() % (to - from).unsigned_abs()).unwrap_or_default()
    }

    /// A number in `from..to`, to three digits.
    pub fn real(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * f64::from(self.next() as u16 % 1_000) / 1_000.0
    }

    /// True once in `many`.
    pub fn once_in(&mut self, many: u64) -> bool {
        self.next().is_multiple_of(many)
    }

    /// One of some things.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.next() % from.len() as u64).unwrap_or_default()]
    }
}
