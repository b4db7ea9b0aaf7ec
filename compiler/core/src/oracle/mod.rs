//! An oracle for recorded series and alerts: numbers in, numbers out, and never a word of PromQL.
//!
//! The compiler claims to know when each alert fires and clears. This module works that out apart from the rule
//! printer, by walking the samples on the ticks that Prometheus walks, so that a fault in either shows up as a
//! disagreement: the generated proofs carry the oracle's answers, and promtool gives those of the printed rules.
//!
//! ```text
//! Scenario ──▶ RawSeries ──▶ Sampled ──▶ Walk (base, windows, counts, budget) ──▶ Alert (verdict at each tick)
//! ```
//!
//! Semantics are those of Prometheus v0.315 and were read in its source: `promql/functions.go` (`extrapolatedRate`,
//! `funcAvgOverTime`, `funcSumOverTime`), `promql/engine.go` (`subqueryTimeRange`, `vectorSelectorSingle`),
//! `rules/alerting.go` (`AlertingRule.Eval`), `rules/group.go` (stale markers) and `cmd/promtool/unittest.go`.
//! [`closed_form`] holds the formulas that the product prints; the tests hold them against the walk.
//!
//! Times are milliseconds and, unless a name says otherwise, already compressed by the policy's `time_scale`: nothing in
//! here knows that a scrape takes 15 s or that a subquery steps by a minute.

mod alert;
mod base;
mod close;
pub mod closed_form;
mod scenario;
mod series;
mod sums;
mod timing;
mod walk;

pub use alert::{Alert, Condition, Hold, Pair, Verdict};
pub use base::{Base, Reader, Recorded, Sampled, filled, subtracted};
pub(crate) use close::too_close;
pub use scenario::{BadSeries, Gauge, Phase, Role, Scenario, Seen, Segment, Share, Trace, number};
pub use series::RawSeries;
pub use timing::{Timing, Window};
pub use walk::{BudgetPoint, Side, Walk};
