//! Money: the cost of telemetry before and after, and the savings of shorter incidents.
//!
//! - [`measured`] holds counts of a system's telemetry, as `ci/cost/measure` writes them; [`intact`] checks that no
//!   required telemetry is missing.
//! - [`terms`] are prices, retention and traffic from the specs.
//! - [`bill`] is the arithmetic, a line for each product; [`change`] estimates a change of the specs.
//! - [`drills`] are times of drills, measured and on production windows; [`returns`] compares them with the bill.
//!
//! Amounts are exact decimals until they are shown. A GB is 10⁹ bytes and a month 30 days.

mod assumptions;
pub mod bill;
pub mod change;
pub mod drills;
mod fault;
pub mod intact;
pub mod measured;
pub mod returns;
mod show;
mod templates;
pub mod terms;
mod timing;
mod units;

pub use fault::Fault;
pub use show::Form;
