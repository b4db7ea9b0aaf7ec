//! What telemetry costs, as written in `prices.yaml` of the specs folder.

use super::decode::{Needed, record};
use super::leaf::{Name, Number, Version};
use crate::quantity::Date;
use crate::source::Spanned;

record! {
    /// Prices of telemetry. Each has its source, since an estimate is worth what its prices are.
    pub struct PricesSpec {
        /// The version of this language: `emberline/v1`.
        version: Needed<Spanned<Version>>,
        /// The currency of every price. Default: `USD`.
        currency: Option<Spanned<Name>>,
        /// What a thousand active series cost a month.
        series: Option<Spanned<PriceSpec>>,
    }
}

record! {
    /// A price and where it is from.
    pub struct PriceSpec {
        /// The amount, in the file's currency.
        price: Needed<Spanned<Number>>,
        /// Who says so: an address or a document.
        source: Needed<Spanned<Name>>,
        /// The day on which it was read there.
        retrieved: Needed<Spanned<Date>>,
        /// Whether somebody has held it against an invoice or the vendor's own page. Default: `false`.
        verified: Option<Spanned<bool>>,
    }
}
