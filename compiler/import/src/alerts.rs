//! Pairs of windows: those of the peers, and which of them can fire.

use emberline_core::quantity::Duration;
use emberline_core::source::Spanned;
use emberline_core::spec::{Name, Number, PairSpec};
use rust_decimal::Decimal;

/// The pairs that our alerts have by default, as Sloth's: long and short window in seconds, the burn rate over 30 days
/// in tenths.
pub(crate) const DEFAULT: [(&str, u64, i64); 4] =
    [("1h/5m", 3_600, 144), ("6h/30m", 21_600, 60), ("1d/2h", 86_400, 30), ("3d/6h", 259_200, 10)];

/// A pair by its burn rate.
pub(crate) fn pair(long: Duration, short: Duration, burn: Decimal, severity: &str) -> PairSpec {
    PairSpec {
        long: long.into(),
        short: short.into(),
        budget: None,
        burn: Some(Spanned::made(Number(burn))),
        severity: Name(severity.to_owned()).into(),
        flawed: Default::default(),
    }
}

/// Whether an error ratio of 100% exceeds a burn rate at this target. What burns no faster can never be reached.
pub(crate) fn can_fire(burn: Decimal, target: Decimal) -> bool {
    burn * (Decimal::ONE - target) < Decimal::ONE
}
