//! What specs may refer to in one another: services by name, metrics by the series they become.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Metric, MetricType};
use crate::source::Span;

/// The metrics that one service declares.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) declared: BTreeMap<String, Arc<Metric>>,
    pub(crate) broken: Vec<String>,
}

/// Services and metrics of all specs.
#[derive(Debug, Default)]
pub struct Index {
    services: BTreeMap<String, Span>,
    /// Series name → its owners.
    series: HashMap<String, Owners>,
    /// OpenTelemetry and Prometheus name → its owners.
    names: HashMap<String, Owners>,
    /// Prometheus stems of metrics whose declaration is at fault, each with its service.
    broken: Vec<(Arc<str>, String)>,
    partial: bool,
}

/// Service names and metrics, sorted by service: every service of a large organisation may have the same metric.
type Owners = Vec<(Arc<str>, Arc<Metric>)>;

/// What is known of a series name.
#[derive(Debug, Clone, Copy)]
pub enum Declared<'a> {
    /// This metric has it.
    Metric(&'a Metric),
    /// A declaration that is itself at fault may have it; say nothing more.
    Unclear,
    /// No spec declares it.
    No,
}

impl Index {
    /// Nothing yet; `partial` where some of the specs could not be read.
    pub(crate) fn new(partial: bool) -> Self {
        Self { partial, ..Self::default() }
    }

    /// Whether some of the specs could not be read: what is not here may be declared there.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Says whether some of the specs could not be read.
    pub(crate) fn set_partial(&mut self, partial: bool) {
        self.partial = partial;
    }

    /// Takes out a service and its metrics, so that they can be added as they are now.
    pub(crate) fn remove_service(&mut self, name: &str) {
        self.services.remove(name);
        for all in [&mut self.series, &mut self.names] {
            all.retain(|_, owners| {
                let start = owners.partition_point(|(owner, _)| is_before(owner, name));
                let count = owners.iter().skip(start).take_while(|(owner, _)| **owner == *name).count();
                owners.drain(start..start + count);
                !owners.is_empty()
            });
        }
        self.broken.retain(|(owner, _)| **owner != *name);
    }

    /// Adds a service. Owners stay sorted by name, those without a name last.
    pub(crate) fn add_service(&mut self, name: &str, span: Span, metrics: &Metrics) {
        if !name.is_empty() {
            self.services.entry(name.to_owned()).or_insert(span);
        }
        let service: Arc<str> = name.into();
        for metric in metrics.declared.values() {
            for alias in [&metric.name.value, &metric.prometheus] {
                let owners = self.names.entry(alias.clone()).or_default();
                let end = end_of(owners, name);
                let last = end.checked_sub(1).and_then(|last| owners.get(last));
                if last.is_none_or(|(owner, last)| **owner != *name || last.name != metric.name) {
                    owners.insert(end, (Arc::clone(&service), Arc::clone(metric)));
                }
            }
            for series in metric.series() {
                let owners = self.series.entry(series).or_default();
                owners.insert(end_of(owners, name), (Arc::clone(&service), Arc::clone(metric)));
            }
        }
        let stems = metrics.broken.iter().map(|metric| (Arc::clone(&service), super::label_name(metric)));
        self.broken.extend(stems);
    }

    /// Where a service is declared.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<Span> {
        self.services.get(name).copied()
    }

    /// Every service, sorted by name.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// The metric that has a series in `service`'s own declarations, else in any other's.
    #[must_use]
    pub fn series(&self, service: &str, series: &str) -> Declared<'_> {
        match nearest(self.series.get(series), service) {
            Some((_, metric)) => Declared::Metric(metric),
            None if self.partial || self.broken.iter().any(|(_, stem)| series.starts_with(stem.as_str())) => {
                Declared::Unclear
            }
            None => Declared::No,
        }
    }

    /// The metric that people name in a latency objective, by its OpenTelemetry or its Prometheus name, and the service
    /// that exports it.
    ///
    /// # Errors
    /// [`Declared::No`] where no spec declares it, [`Declared::Unclear`] where a faulty declaration may.
    pub fn histogram(&self, service: &str, name: &str) -> Result<(&str, &Metric), Declared<'_>> {
        match nearest(self.names.get(name), service) {
            Some(owner_and_metric) => Ok(owner_and_metric),
            None if self.partial
                || self.broken.iter().any(|(_, stem)| super::label_name(name).starts_with(stem.as_str())) =>
            {
                Err(Declared::Unclear)
            }
            None => Err(Declared::No),
        }
    }

    /// Names of histograms that a typo may have meant.
    #[must_use]
    pub(crate) fn histogram_names(&self, service: &str) -> Vec<&str> {
        let histogram = |kind| matches!(kind, MetricType::Histogram | MetricType::ExponentialHistogram);
        let mut names: Vec<(bool, &str)> = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "sorted right below")]
        for (name, owners) in &self.names {
            if owners.iter().any(|(_, metric)| histogram(metric.kind)) {
                names.push((!owners.iter().any(|(owner, _)| **owner == *service), name));
            }
        }
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// Every series that a spec declares, with the first metric that has it; in no order.
    pub fn every_series(&self) -> impl Iterator<Item = (&str, &Metric)> {
        self.series.iter().filter_map(|(series, owners)| Some((series.as_str(), &*owners.first()?.1)))
    }

    /// Series names that a typo may have meant: those of `service`, then all others'.
    #[must_use]
    pub(crate) fn series_names(&self, service: &str) -> Vec<&str> {
        let mut names: Vec<(bool, &str)> = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "sorted right below")]
        for (name, owners) in &self.series {
            names.push((!owners.iter().any(|(owner, _)| **owner == *service), name));
        }
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name).collect()
    }
}

/// A service's own metric, else the first service's, with the service that has it.
fn nearest<'i>(owners: Option<&'i Owners>, service: &str) -> Option<(&'i str, &'i Metric)> {
    let owners = owners?;
    let own = owners.get(owners.partition_point(|(owner, _)| is_before(owner, service)));
    own.filter(|(owner, _)| **owner == *service).or(owners.first()).map(|(owner, metric)| (&**owner, &**metric))
}

/// Whether the metrics of one service stand before those of another.
fn is_before(owner: &str, service: &str) -> bool {
    (owner.is_empty(), owner) < (service.is_empty(), service)
}

/// Where the metrics of a service end.
fn end_of(owners: &Owners, service: &str) -> usize {
    owners.partition_point(|(owner, _)| is_before(owner, service) || **owner == *service)
}
