//! The terms of the specs: prices, retention and traffic.

use std::collections::BTreeSet;

use emberline_core::Meaning;
use emberline_core::model::{Prices, Service};
use emberline_core::quantity::Duration;
use rust_decimal::Decimal;

use super::fault::Fault;
use super::units::MILLION;

/// Hours of a month of 30 days.
const MONTH_HOURS: Decimal = Decimal::from_parts(720, 0, 0, false, 0);

/// The terms of one state of the specs.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Prices, and the cost of an incident.
    pub prices: Prices,
    /// How long traces are kept.
    pub traces: Duration,
    /// How long profiles are kept.
    pub profiles: Duration,
    /// How long logs are kept, by tier, from the most severe down.
    pub tiers: Vec<(String, Duration)>,
    /// The share of ordinary traces kept.
    pub baseline: Decimal,
    /// Requests slower than this are kept: service, objective, threshold in nanoseconds.
    pub slow: Vec<(String, String, u64)>,
    /// Requests that come in from outside.
    pub traffic: Option<Traffic>,
    /// The upper bound on series; `None` if not computed.
    pub bound: Option<u64>,
}

/// Requests that come in from outside: those of services that no other declared service calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// Requests in a month of 30 days.
    pub per_month: Decimal,
    /// Each of these services with its declared rate.
    pub of: Vec<(String, String)>,
}

impl Terms {
    /// The terms of resolved specs; `bound` is the most series that their labels allow.
    ///
    /// # Errors
    /// When the specs hold no prices.
    pub fn of(meaning: &Meaning, bound: Option<u64>) -> Result<Self, Fault> {
        let policy = &meaning.model.policy;
        let Some(prices) = policy.prices.clone() else {
            return Err(Fault::new(
                "the specs hold no prices",
                "write them into `prices.yaml` of the specs folder; `emberline schema prices` lists its fields",
            ));
        };
        let slow = meaning.telemetry.slow.iter();
        Ok(Self {
            prices,
            traces: policy.retention.traces,
            profiles: policy.retention.profiles,
            tiers: policy.retention.logs.iter().map(|tier| (tier.name.clone(), tier.keep)).collect(),
            baseline: policy.sampling.baseline.share(),
            slow: slow.map(|slow| (slow.service.clone(), slow.slo.clone(), slow.threshold)).collect(),
            traffic: Traffic::of(&meaning.model.services),
            bound,
        })
    }

    /// The longest retention of any tier of logs.
    #[must_use]
    pub fn longest_logs(&self) -> Duration {
        self.tiers.iter().map(|(_, keep)| *keep).max().unwrap_or_default()
    }

    /// How long a tier is kept.
    ///
    /// # Errors
    /// When the policy declares no such tier.
    pub fn tier(&self, name: &str) -> Result<Duration, Fault> {
        let found = self.tiers.iter().find(|(tier, _)| tier == name);
        found.map(|(_, keep)| *keep).ok_or_else(|| {
            let known = self.tiers.iter().map(|(tier, _)| format!("`{tier}`")).collect::<Vec<_>>().join(", ");
            Fault::new(
                format!("logs were measured in the tier `{name}`, but the policy declares {known}"),
                "measure again with the current specs: `ci/cost/measure`",
            )
        })
    }
}

impl Traffic {
    /// Requests from outside; `None` if no such service declares how many it expects.
    #[must_use]
    pub fn of(services: &[Service]) -> Option<Self> {
        let called: BTreeSet<&str> =
            services.iter().flat_map(|service| service.calls.iter().map(|call| call.service.value.as_str())).collect();
        let outer = services.iter().filter(|service| !called.contains(service.name.value.as_str()));
        let rates = outer.filter_map(|service| Some((service.name.value.clone(), service.traffic?)));
        let (mut per_month, mut of) = (Decimal::ZERO, Vec::new());
        for (name, rate) in rates {
            per_month += rate.per_hour() * MONTH_HOURS;
            of.push((name, rate.to_string()));
        }
        (per_month > Decimal::ZERO).then_some(Self { per_month, of })
    }

    /// The load's own rate, where the specs declare none.
    #[must_use]
    pub fn of_load(rate: f64) -> Self {
        let second = Decimal::from_f64_retain(rate).unwrap_or(Decimal::ONE).round_dp(6);
        let per_month = second * Decimal::from(3_600) * MONTH_HOURS;
        Self { per_month, of: vec![("the measured load".to_owned(), format!("{}/s", second.normalize()))] }
    }

    /// Millions of requests in a month.
    #[must_use]
    pub fn millions(&self) -> Decimal {
        self.per_month / MILLION
    }
}
