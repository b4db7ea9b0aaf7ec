//! What rulers beside Prometheus want otherwise: fields of groups, and the range of `rate`.

use super::layers;
use super::list::{Group, Params, Reads, Rule};
use crate::indicator::NativeForm;
use crate::model::{Mimir, Thanos, Vmalert};
use crate::plan::{Scale, SloPlan};
use crate::quantity::Duration;

/// How late VictoriaMetrics shows raw samples, as its `-search.latencyOffset` has it unless set.
const LATENCY: Duration = Duration::from_secs(30);

/// Who evaluates the rules.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect<'p> {
    /// Prometheus, also behind its operator.
    Prometheus,
    /// Mimir and Cortex.
    Mimir(&'p Mimir),
    /// Thanos Ruler.
    Thanos(&'p Thanos),
    /// VictoriaMetrics' vmalert.
    Vmalert(&'p Vmalert),
}

impl<'p> Dialect<'p> {
    /// How its base rules read raw series.
    pub(super) fn reads(self, slo: &SloPlan) -> Reads {
        Reads { rated: self.rated(slo), native: self.native(), late: self.late(slo) }
    }

    /// How much later than its moment a value of a raw series is read, real.
    ///
    /// vmalert's own delay is for groups without an offset only, so the expressions have it.
    fn late(self, slo: &SloPlan) -> Duration {
        match self {
            Self::Vmalert(vmalert) => slo.timing.delay.max(slo.scale.real(vmalert.eval_delay.unwrap_or(LATENCY))),
            Self::Prometheus | Self::Mimir(_) | Self::Thanos(_) => slo.timing.delay,
        }
    }

    /// The range of the only `rate()`, real.
    ///
    /// Prometheus sees the samples within the range, which span a scrape interval less than it. MetricsQL also reads the last
    /// sample before the range, so the shorter range spans the same samples: each event counts once in either.
    fn rated(self, slo: &SloPlan) -> Duration {
        match self {
            Self::Vmalert(_) => slo.timing.spanned,
            Self::Prometheus | Self::Mimir(_) | Self::Thanos(_) => slo.timing.base,
        }
    }

    /// How its store keeps native histograms.
    fn native(self) -> NativeForm {
        match self {
            Self::Vmalert(_) => NativeForm::Buckets,
            Self::Prometheus | Self::Mimir(_) | Self::Thanos(_) => NativeForm::Samples,
        }
    }

    /// A group of an objective with the fields that the ruler knows, evaluated every `interval`.
    pub(super) fn group(self, slo: &'p SloPlan, name: String, interval: Duration, rules: Vec<Rule<'p>>) -> Group<'p> {
        let mut group = self.group_of(slo.scale, name, interval, rules);
        if slo.timing.delay > Duration::ZERO && !matches!(self, Self::Vmalert(_)) {
            group.query_offset = Some("0s");
        }
        group
    }

    /// The groups of an objective: name, interval, and rules in order.
    pub(super) fn groups(self, slo: &'p SloPlan, groups: Vec<(String, Duration, Vec<Rule<'p>>)>) -> Vec<Group<'p>> {
        if !matches!(self, Self::Vmalert(_)) {
            let group = |(name, interval, rules)| self.group(slo, name, interval, rules);
            return groups.into_iter().map(group).collect();
        }
        let layer = |layer: layers::Layer<'p>| {
            let mut group = self.group(slo, layer.name, layer.interval, layer.rules);
            group.eval_delay = None;
            group.eval_offset = Some(layer.offset.to_string());
            group.params = Some(Params { latency_offset: ["1ms"] });
            group
        };
        layers::cut(slo, groups).into_iter().map(layer).collect()
    }

    /// A group of any rules.
    pub(super) fn group_of(self, scale: Scale, name: String, interval: Duration, rules: Vec<Rule<'p>>) -> Group<'p> {
        let mut group = Group {
            name,
            interval: interval.to_string(),
            query_offset: None,
            partial_response_strategy: None,
            source_tenants: &[],
            eval_delay: None,
            eval_offset: None,
            params: None,
            tenant: None,
            rules,
        };
        match self {
            Self::Prometheus => {}
            Self::Mimir(mimir) => group.source_tenants = &mimir.source_tenants,
            Self::Thanos(thanos) => group.partial_response_strategy = Some(thanos.partial_response),
            Self::Vmalert(vmalert) => {
                group.eval_delay = vmalert.eval_delay.map(|delay| scale.real(delay).to_string());
                group.tenant = vmalert.tenant.as_deref();
            }
        }
        group
    }
}
