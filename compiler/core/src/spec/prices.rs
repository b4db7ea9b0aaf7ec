//! What telemetry costs, and what an incident does, as written in `prices.yaml` of the specs folder.
//!
//! A GB is 10⁹ bytes and a month 30 days throughout.

use super::decode::Needed;
use super::leaf::{Name, Number, Version};
use super::record::record;
use crate::quantity::{Date, Duration, Percent};
use crate::source::Spanned;

record! {
    /// Prices of telemetry. Each names its source, because an estimate is as good as its prices.
    pub struct PricesSpec {
        /// The version of this language: `emberline/v1`.
        version: Needed<Spanned<Version>>,
        /// The currency of every price. Default: `USD`.
        currency: Option<Spanned<Name>>,
        /// The price of a thousand active series a month.
        series: Option<Spanned<PriceSpec>>,
        /// The price of spans by their bytes (OTLP protobuf, not compressed).
        traces: Option<Spanned<VolumePriceSpec>>,
        /// The price of log records by their bytes (OTLP protobuf, not compressed).
        logs: Option<Spanned<VolumePriceSpec>>,
        /// The price of profiles by their bytes (OTLP protobuf, not compressed).
        profiles: Option<Spanned<VolumePriceSpec>>,
        /// What an incident costs the business; `emberline roi` needs it beside measurements.
        business: Option<Spanned<BusinessSpec>>,
    }
}

record! {
    /// The price of a signal by its bytes. A GB is 10⁹ bytes, a month 30 days.
    pub struct VolumePriceSpec {
        /// The price of a GB taken in.
        ingest: Needed<Spanned<PriceSpec>>,
        /// The price of a GB kept for a month, beyond the time that `included` covers. Default: nothing.
        storage: Option<Spanned<PriceSpec>>,
        /// How long the price of taking it in covers keeping it. Default: not at all.
        included: Option<Spanned<Duration>>,
    }
}

record! {
    /// A price and its source.
    pub struct PriceSpec {
        /// The amount, in the file's currency.
        price: Needed<Spanned<Number>>,
        /// The source: an address or a document.
        source: Needed<Spanned<Name>>,
        /// The day on which the source was read.
        retrieved: Needed<Spanned<Date>>,
        /// Whether the price was compared with an invoice or the vendor's own page. Default: `false`.
        verified: Option<Spanned<bool>>,
    }
}

record! {
    /// What an incident costs the business, as ranges, because nobody knows these numbers exactly.
    pub struct BusinessSpec {
        /// Revenue of a minute without an incident, in the file's currency.
        revenue_per_minute: Needed<Spanned<RangeSpec>>,
        /// The share of the revenue that is lost during an incident.
        revenue_lost: Needed<Spanned<ShareRangeSpec>>,
        /// Incidents a year that page.
        incidents_per_year: Needed<Spanned<RangeSpec>>,
        /// People who work on an incident until it is over. Default: one.
        people: Option<Spanned<RangeSpec>>,
        /// The cost of an hour of one of these people. Default: nothing.
        hourly_cost: Option<Spanned<RangeSpec>>,
        /// Minutes by which an incident is shorter. Measured drills count instead, if there are any.
        minutes_saved: Option<Spanned<RangeSpec>>,
    }
}

record! {
    /// A number between two bounds.
    pub struct RangeSpec {
        /// The lower bound.
        low: Needed<Spanned<Number>>,
        /// The upper bound.
        high: Needed<Spanned<Number>>,
        /// The source: a document, a person, or that the number is assumed.
        source: Needed<Spanned<Name>>,
    }
}

record! {
    /// A share between two bounds.
    pub struct ShareRangeSpec {
        /// The lower bound.
        low: Needed<Spanned<Percent>>,
        /// The upper bound.
        high: Needed<Spanned<Percent>>,
        /// The source: a document, a person, or that the number is assumed.
        source: Needed<Spanned<Name>>,
    }
}
