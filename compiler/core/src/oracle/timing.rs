//! When things happen: intervals, steps and windows.

/// The intervals of one SLO's rules, in milliseconds.
///
/// All are positive; a zero is read as one millisecond rather than divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Between two samples of a raw series (s in docs/design/arithmetic.md).
    pub scrape: u64,
    /// Between two evaluations of the rules (E): the group's interval, or promtool's `evaluation_interval`.
    pub evaluation: u64,
    /// When the first evaluation is: zero in promtool, and in Prometheus anything below `evaluation`, as a group's name
    /// is hashed into an offset. Subqueries stay aligned to absolute time.
    pub offset: u64,
    /// Range of the only `rate()` (b).
    pub base: u64,
    /// Step of the subqueries over the base (`:1m`); also the seconds that turn a sum of rates into a count.
    pub sub_step: u64,
    /// Range of the short count and step of the subqueries over it (`count5m`, `:5m`).
    pub count_step: u64,
    /// Between two evaluations of the budget's group: 2m in Prometheus, `evaluation` in promtool, which evaluates every
    /// group at its own interval.
    pub budget_interval: u64,
    /// How far an instant lookup reaches back for a sample (Prometheus's `--query.lookback-delta`, 5m).
    pub lookback: u64,
}

impl Timing {
    /// An uncompressed timing with the steps of docs/design/arithmetic.md. The budget is evaluated at `evaluation`, as in
    /// promtool.
    ///
    /// Base window: b = s + 60 s × ceil(3s / 60 s), the shortest one in which every event counts exactly once.
    #[must_use]
    pub fn uncompressed(scrape: u64, evaluation: u64) -> Self {
        const MINUTE: u64 = 60_000;
        Self {
            scrape,
            evaluation,
            offset: 0,
            base: scrape + MINUTE * (3 * scrape).div_ceil(MINUTE),
            sub_step: MINUTE,
            count_step: 5 * MINUTE,
            budget_interval: evaluation,
            lookback: 5 * MINUTE,
        }
    }

    /// The same timing without zeros.
    pub(super) fn positive(self) -> Self {
        Self {
            scrape: self.scrape.max(1),
            evaluation: self.evaluation.max(1),
            offset: self.offset,
            base: self.base.max(1),
            sub_step: self.sub_step.max(1),
            count_step: self.count_step.max(1),
            budget_interval: self.budget_interval.max(1),
            lookback: self.lookback.max(1),
        }
    }
}

/// A recorded window over the base; lengths in milliseconds, steps from [`Timing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// `avg_over_time(base[len])`.
    Mean(u64),
    /// `avg_over_time(base[len:sub_step])`.
    Stepped(u64),
    /// `sum_over_time(count[len:count_step])`, where `count` is `sum_over_time(base[count_step:sub_step]) × sub_step`.
    Counted(u64),
}

impl Window {
    /// The window's length in milliseconds.
    #[must_use]
    pub fn len(self) -> u64 {
        match self {
            Self::Mean(len) | Self::Stepped(len) | Self::Counted(len) => len,
        }
    }

    /// Whether the window has no length at all, so that nothing ever lies in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Seconds as Go's `Duration.Seconds()` computes them, which is how `rate()` learns its range.
pub(super) fn seconds(milliseconds: u64) -> f64 {
    (milliseconds / 1000) as f64 + ((milliseconds % 1000) * 1_000_000) as f64 / 1e9
}
