//! What telemetry costs, and what an incident does, as written in `prices.yaml` of the specs folder.
//!
//! A GB is 10⁹ bytes and a month 30 days throughout.

use super::decode::{Needed, record};
use super::leaf::{Name, Number, Version};
use crate::quantity::{Date, Duration, Percent};
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
        /// What spans cost by their bytes (OTLP protobuf, not compressed).
        traces: Option<Spanned<VolumePriceSpec>>,
        /// What log records cost by their bytes (OTLP protobuf, not compressed).
        logs: Option<Spanned<VolumePriceSpec>>,
        /// What profiles cost by their bytes (OTLP protobuf, not compressed).
        profiles: Option<Spanned<VolumePriceSpec>>,
        /// What an incident does to the business: what `emberline roi` needs beside measurements.
        business: Option<Spanned<BusinessSpec>>,
    }
}

record! {
    /// What a signal costs by its bytes. A GB is 10⁹ bytes, a month 30 days.
    pub struct VolumePriceSpec {
        /// What a GB costs that is taken in.
        ingest: Needed<Spanned<PriceSpec>>,
        /// What a GB costs a month that is kept, beyond what `included` covers. Default: nothing.
        storage: Option<Spanned<PriceSpec>>,
        /// How long the price of ingesting keeps it. Default: not at all.
        included: Option<Spanned<Duration>>,
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

record! {
    /// What an incident does to the business, as ranges: nobody knows these to the digit.
    pub struct BusinessSpec {
        /// What is earned in a minute in which all is well, in the file's currency.
        revenue_per_minute: Needed<Spanned<RangeSpec>>,
        /// The share of it that is lost while an objective is missed.
        revenue_lost: Needed<Spanned<ShareRangeSpec>>,
        /// Incidents a year that somebody is paged for.
        incidents_per_year: Needed<Spanned<RangeSpec>>,
        /// People who work on one until it is over. Default: one.
        people: Option<Spanned<RangeSpec>>,
        /// What an hour of one of them costs. Default: nothing.
        hourly_cost: Option<Spanned<RangeSpec>>,
        /// Minutes by which an incident is shorter, where no drills were measured. Drills count instead where there are any.
        minutes_saved: Option<Spanned<RangeSpec>>,
    }
}

record! {
    /// A number that lies between two.
    pub struct RangeSpec {
        /// The least that it may be.
        low: Needed<Spanned<Number>>,
        /// The most that it may be.
        high: Needed<Spanned<Number>>,
        /// Who says so: a document, a person, or that it is assumed.
        source: Needed<Spanned<Name>>,
    }
}

record! {
    /// A share that lies between two.
    pub struct ShareRangeSpec {
        /// The least that it may be.
        low: Needed<Spanned<Percent>>,
        /// The most that it may be.
        high: Needed<Spanned<Percent>>,
        /// Who says so: a document, a person, or that it is assumed.
        source: Needed<Spanned<Name>>,
    }
}
