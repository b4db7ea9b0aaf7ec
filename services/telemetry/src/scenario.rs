//! What the load asks of one request, so that a demonstration can be counted: `demo.scenario` in the W3C baggage, honoured
//! only by services that were started with `--scenarios`.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;

/// The key in the baggage.
pub const KEY: &str = "demo.scenario";

/// What should happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Frontend answers later than its objective allows.
    SlowFrontend,
    /// Checkout spends its time in one function.
    SlowCheckout,
    /// Payments alone is later than its objective allows.
    SlowPayments,
    /// Checkout fails.
    ErrorCheckout,
    /// Payments fails.
    ErrorPayments,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 5] =
        [Self::SlowFrontend, Self::SlowCheckout, Self::SlowPayments, Self::ErrorCheckout, Self::ErrorPayments];

    /// Its word in the baggage.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SlowFrontend => "slow-frontend",
            Self::SlowCheckout => "slow-checkout",
            Self::SlowPayments => "slow-payments",
            Self::ErrorCheckout => "error-checkout",
            Self::ErrorPayments => "error-payments",
        }
    }

    /// The scenario that a context's baggage names.
    #[must_use]
    pub fn of(context: &Context) -> Option<Self> {
        let word = context.baggage().get(KEY)?;
        Self::ALL.into_iter().find(|scenario| scenario.word() == word.as_str())
    }
}
