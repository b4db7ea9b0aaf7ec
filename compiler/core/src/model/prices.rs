//! What telemetry costs, and what an incident does.

use rust_decimal::Decimal;

use crate::code;
use crate::finding::Finding;
use crate::quantity::{Date, Duration};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::{BusinessSpec, PriceSpec, PricesSpec, RangeSpec, ShareRangeSpec, VolumePriceSpec};

/// Prices that somebody has looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// The currency of every price.
    pub currency: String,
    /// What a thousand active series cost a month.
    pub series: Option<Price>,
    /// What spans cost.
    pub traces: Option<VolumePrice>,
    /// What log records cost.
    pub logs: Option<VolumePrice>,
    /// What profiles cost.
    pub profiles: Option<VolumePrice>,
    /// What an incident does.
    pub business: Option<Business>,
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

/// What a signal costs by its bytes; a GB is 10⁹ bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumePrice {
    /// A GB taken in.
    pub ingest: Price,
    /// A GB kept for a month of 30 days; `None`: it costs nothing.
    pub storage: Option<Price>,
    /// How long the price of ingesting keeps it.
    pub included: Duration,
}

/// What an incident does to the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Business {
    /// Earned in a minute.
    pub revenue_per_minute: Range,
    /// The share of it that is lost while an objective is missed, as a fraction of one.
    pub revenue_lost: Range,
    /// Incidents a year.
    pub incidents_per_year: Range,
    /// People who work on one; `None`: one.
    pub people: Option<Range>,
    /// What an hour of one of them costs; `None`: nothing.
    pub hourly_cost: Option<Range>,
    /// Minutes by which an incident is shorter, where nobody measured.
    pub minutes_saved: Option<Range>,
}

/// A number that lies between two, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: Decimal,
    /// The most.
    pub high: Decimal,
    /// Who says so.
    pub source: String,
    /// Where it is declared.
    pub span: Span,
}

impl Prices {
    /// The prices of a file.
    pub(super) fn resolve(spec: &PricesSpec, scope: &mut Scope<'_>) -> Self {
        let mut volume = |spec: &Option<Spanned<VolumePriceSpec>>| {
            spec.as_ref().and_then(|volume| VolumePrice::resolve(&volume.value, scope))
        };
        let (traces, logs, profiles) = (volume(&spec.traces), volume(&spec.logs), volume(&spec.profiles));
        Self {
            currency: spec.currency.as_ref().map_or_else(|| "USD".to_owned(), |currency| currency.value.0.clone()),
            series: spec.series.as_ref().and_then(|price| Price::resolve(price, scope)),
            traces,
            logs,
            profiles,
            business: spec.business.as_ref().and_then(|business| Business::resolve(&business.value, scope)),
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

impl VolumePrice {
    fn resolve(spec: &VolumePriceSpec, scope: &mut Scope<'_>) -> Option<Self> {
        let ingest = spec.ingest.0.as_ref().and_then(|price| Price::resolve(price, scope));
        let storage = spec.storage.as_ref().map(|price| Price::resolve(price, scope));
        let included = spec.included.map_or(Duration::ZERO, |included| included.value);
        // A storage price at fault was reported, and is not "nothing".
        Some(Self { ingest: ingest?, storage: storage.map_or(Some(None), |price| price.map(Some))?, included })
    }
}

impl Business {
    fn resolve(spec: &BusinessSpec, scope: &mut Scope<'_>) -> Option<Self> {
        let needed = |range: &Option<Spanned<RangeSpec>>, scope: &mut Scope<'_>| {
            range.as_ref().and_then(|range| Range::of_numbers(range, scope))
        };
        let revenue_per_minute = needed(&spec.revenue_per_minute.0, scope);
        let revenue_lost = spec.revenue_lost.0.as_ref().and_then(|range| Range::of_shares(range, scope));
        let incidents_per_year = needed(&spec.incidents_per_year.0, scope);
        Some(Self {
            people: needed(&spec.people, scope),
            hourly_cost: needed(&spec.hourly_cost, scope),
            minutes_saved: needed(&spec.minutes_saved, scope),
            revenue_per_minute: revenue_per_minute?,
            revenue_lost: revenue_lost?,
            incidents_per_year: incidents_per_year?,
        })
    }
}

impl Range {
    fn of_numbers(spec: &Spanned<RangeSpec>, scope: &mut Scope<'_>) -> Option<Self> {
        let (low, high) = (spec.value.low.0.as_ref()?, spec.value.high.0.as_ref()?);
        refuse(low.value.0 < Decimal::ZERO, low.span, &low.value.0, "a number from 0 on", scope)?;
        refuse(high.value.0 < low.value.0, high.span, &high.value.0, &format!("at least `{}`", low.value.0), scope)?;
        let source = spec.value.source.0.as_ref()?.value.0.clone();
        Some(Self { low: low.value.0, high: high.value.0, source, span: spec.span })
    }

    fn of_shares(spec: &Spanned<ShareRangeSpec>, scope: &mut Scope<'_>) -> Option<Self> {
        let (low, high) = (spec.value.low.0.as_ref()?, spec.value.high.0.as_ref()?);
        for share in [low, high] {
            let fits = (Decimal::ZERO..=Decimal::ONE).contains(&share.value.share());
            refuse(!fits, share.span, &share.value, "a share from 0% to 100%", scope)?;
        }
        refuse(high.value < low.value, high.span, &high.value, &format!("at least `{}`", low.value), scope)?;
        let source = spec.value.source.0.as_ref()?.value.0.clone();
        Some(Self { low: low.value.share(), high: high.value.share(), source, span: spec.span })
    }
}

/// Reports a value that is at fault; `None` then.
fn refuse(
    is_at_fault: bool,
    span: Span,
    written: &dyn std::fmt::Display,
    expected: &str,
    scope: &mut Scope<'_>,
) -> Option<()> {
    if !is_at_fault {
        return Some(());
    }
    scope.report(
        Finding::new(&code::INVALID_VALUE, span, format!("expected {expected}, found `{written}`"))
            .label(format!("expected {expected}"))
            .hint("`low` is the least that it may be, `high` the most"),
    );
    None
}
