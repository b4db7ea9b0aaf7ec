//! What telemetry costs.

use rust_decimal::Decimal;

use super::resolve::Scope;
use crate::code;
use crate::finding::Finding;
use crate::quantity::Date;
use crate::source::Spanned;
use crate::spec::{PriceSpec, PricesSpec};

/// Prices that somebody has looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// The currency of every price.
    pub currency: String,
    /// What a thousand active series cost a month.
    pub series: Option<Price>,
}

/// A price and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The amount.
    pub amount: Decimal,
    /// Who says so.
    pub source: String,
    /// When it was read there.
    pub retrieved: Date,
    /// Whether somebody has verified it.
    pub verified: bool,
}

impl Prices {
    /// The prices of a file.
    pub(super) fn resolve(spec: &PricesSpec, scope: &mut Scope<'_>) -> Self {
        Self {
            currency: spec.currency.as_ref().map_or_else(|| "USD".to_owned(), |currency| currency.value.0.clone()),
            series: spec.series.as_ref().and_then(|price| Price::resolve(price, scope)),
        }
    }

    /// What so many active series cost a month, rounded to cents.
    #[must_use]
    pub fn of_series(&self, series: u64) -> Option<Decimal> {
        let each = self.series.as_ref()?.amount / Decimal::ONE_THOUSAND;
        Some(each.checked_mul(Decimal::from(series))?.round_dp(2))
    }
}

impl Price {
    fn resolve(spec: &Spanned<PriceSpec>, scope: &mut Scope<'_>) -> Option<Self> {
        let spec = &spec.value;
        let price = spec.price.0.as_ref()?;
        if price.value.0 < Decimal::ZERO {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    price.span,
                    format!("a price is not negative, found `{}`", price.value.0),
                )
                .hint("write what is paid; `0` for what is free"),
            );
            return None;
        }
        Some(Self {
            amount: price.value.0,
            source: spec.source.0.as_ref()?.value.0.clone(),
            retrieved: spec.retrieved.0.as_ref()?.value,
            verified: spec.verified.is_some_and(|verified| verified.value),
        })
    }
}
