//! Asks an API of Prometheus (Mimir, Thanos and VictoriaMetrics have the same) what it has.
//!
//! Nothing is asked that costs the server much: each metric's series over the time looked at, its rates, and the samples
//! of one series a target, for the interval between them.

mod families;

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::promql::{Expr, Matcher, Select};
use emberline_core::quantity::Duration;
use emberline_core::spec::SeenType;
use serde_json::Value;

use crate::gather::{Gather, Labels};
use crate::http::{Answer, Client};
use families::{Families, Family};

/// The most series of a metric that are read.
const SERIES: usize = 20_000;
/// The time in which samples are counted for the interval between them.
const SAMPLED: &str = "20m";

/// What is wanted of a server.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only the series with these names; all others are no more than named. `None` for all.
    pub names: Option<BTreeSet<String>>,
    /// What narrows every metric down: label and value.
    pub only: Vec<(String, String)>,
    /// Look for the label that holds this service's name, and narrow down by it.
    pub service: Option<String>,
    /// How far back series count.
    pub over: Duration,
    /// The time at which it is asked, in unix seconds.
    pub now: f64,
}

/// Labels that may hold a service's name, the surest first.
pub(crate) const SERVICE_LABELS: [&str; 8] =
    ["service_name", "service", "job", "app_kubernetes_io_name", "app", "application", "container", "namespace"];

/// Everything wanted that the server has, and the labels that it was narrowed down by.
///
/// # Errors
/// The server does not answer, or not as documented.
pub fn observe(client: &Client, wanted: &Wanted) -> Answer<(Gather, Vec<(String, String)>)> {
    let mut asking = Asking { client, wanted, only: wanted.only.clone(), intervals: BTreeMap::new() };
    if let Some(service) = &wanted.service {
        asking.narrow(service)?;
    }
    let names = asking.names()?;
    let families = Families::of(names, &asking.metadata()?);
    let mut gather = Gather::default();
    for family in &families.all {
        gather.kind(&family.name, family.kind);
        if let Some(unit) = &family.unit {
            gather.unit(&family.name, unit);
        }
        if family.is_native {
            gather.native(&family.name);
        }
        if wanted.names.as_ref().is_none_or(|names| family.is_among(names)) {
            asking.family(family, &mut gather)?;
        } else if family.is_classic {
            // Its boundaries are not known, only that there are some.
            gather.bound(&family.name, "+Inf");
        }
    }
    Ok((gather, asking.only))
}

/// A server and what it is asked for.
struct Asking<'a> {
    client: &'a Client,
    wanted: &'a Wanted,
    only: Vec<(String, String)>,
    /// The interval of each target that was measured.
    intervals: BTreeMap<(String, String), Option<Duration>>,
}

impl Asking<'_> {
    fn api(&self, path: &str, query: &[(&str, &str)]) -> Answer<Value> {
        let mut answer: Value = self.client.get(&format!("/api/v1/{path}"), query)?;
        match answer["status"].as_str() {
            Some("success") => Ok(answer.get_mut("data").map(Value::take).unwrap_or_default()),
            Some("error") => {
                let why = answer["error"].as_str().unwrap_or_default();
                Err(self.client.trouble(&format!("answers: {}", why.lines().next().unwrap_or_default())))
            }
            _ => Err(self.client.trouble("sent an answer that its documentation does not describe: no `status`")),
        }
    }

    /// The time looked at, as parameters.
    fn time(&self) -> (String, String) {
        let seconds = self.wanted.over.millis() as f64 / 1_000.0;
        (format!("{:.3}", self.wanted.now - seconds), format!("{:.3}", self.wanted.now))
    }

    /// A selector of a metric, narrowed down.
    fn selector(&self, name: Option<&str>, labels: &Labels) -> String {
        let own = labels.iter().map(|(label, value)| (label.as_str(), value.as_str()));
        let only = self.only.iter().map(|(label, value)| (label.as_str(), value.as_str()));
        let only = only.filter(|(label, _)| !labels.contains_key(*label));
        let matchers: Vec<Matcher<'_>> = own.chain(only).map(|(label, value)| Matcher::eq(label, value)).collect();
        Expr::Select(Select { metric: name, matchers: &[&matchers] }).to_string()
    }

    /// Finds the label that holds the service's name.
    fn narrow(&mut self, service: &str) -> Answer<()> {
        let (start, end) = self.time();
        for label in SERVICE_LABELS {
            let values = self.api(&format!("label/{label}/values"), &[("start", &start), ("end", &end)])?;
            if texts(&values).any(|value| value == service) {
                self.only.push((label.to_owned(), service.to_owned()));
                return Ok(());
            }
        }
        let tried = SERVICE_LABELS.map(|label| format!("`{label}`")).join(", ");
        Err(self.client.trouble(&format!("has no series of `{service}`: none of {tried} has that value")))
    }

    fn names(&self) -> Answer<BTreeSet<String>> {
        let (start, end) = self.time();
        let mut query = vec![("start", start.as_str()), ("end", end.as_str())];
        let only = self.selector(None, &Labels::new());
        if !self.only.is_empty() {
            query.push(("match[]", &only));
        }
        Ok(texts(&self.api("label/__name__/values", &query)?).map(str::to_owned).collect())
    }

    /// Types and units; a product without that API has none.
    fn metadata(&self) -> Answer<Value> {
        let answer: Option<Value> = self.client.find("/api/v1/metadata", &[])?;
        Ok(answer.map(|mut answer| answer["data"].take()).unwrap_or_default())
    }

    fn family(&mut self, family: &Family, gather: &mut Gather) -> Answer<()> {
        let name = &family.name;
        let counted = family.counted();
        let all = self.series(&counted)?;
        // Servers know the types of scraped metrics only; a native histogram shows itself.
        let mut family = family.clone();
        if let Some(labels) = all.first().filter(|_| family.kind == SeenType::Unknown)
            && self.is_native(name, labels)?
        {
            (family.kind, family.is_native) = (SeenType::Histogram, true);
            gather.kind(name, family.kind);
            gather.native(name);
        }
        let family = &family;
        if all.len() >= SERIES {
            gather.cut(name);
        }
        let rates = self.rates(family, &counted)?;
        for labels in &all {
            let rate = rates.as_ref().map(|rates| rates.get(labels).copied().unwrap_or_default());
            let mut labels = labels.clone();
            labels.remove("quantile");
            gather.series(name, labels, rate);
        }
        if family.is_classic {
            let (start, end) = self.time();
            let buckets = self.selector(Some(&format!("{name}_bucket")), &Labels::new());
            let query = [("match[]", buckets.as_str()), ("start", &start), ("end", &end)];
            texts(&self.api("label/le/values", &query)?).for_each(|le| gather.bound(name, le));
        }
        if let Some(labels) = all.first()
            && let Some(interval) = self.interval(&counted, labels)?
        {
            gather.interval(name, interval);
        }
        Ok(())
    }

    fn series(&self, name: &str) -> Answer<Vec<Labels>> {
        let (start, end) = self.time();
        let selector = self.selector(Some(name), &Labels::new());
        let limit = SERIES.to_string();
        let query = [("match[]", selector.as_str()), ("start", &start), ("end", &end), ("limit", &limit)];
        let answer = self.api("series", &query)?;
        Ok(answer.as_array().into_iter().flatten().take(SERIES).map(labels).collect())
    }

    /// Events a second over the time looked at, by series; `None` for what counts nothing.
    fn rates(&self, family: &Family, name: &str) -> Answer<Option<BTreeMap<Labels, f64>>> {
        if !matches!(family.kind, SeenType::Counter | SeenType::Histogram | SeenType::Summary) {
            return Ok(None);
        }
        let selector = self.selector(Some(name), &Labels::new());
        let rate = format!("rate({selector}[{}])", self.wanted.over);
        let is_native = family.is_native && name == family.name;
        let query = if is_native { format!("histogram_count({rate})") } else { rate };
        let answer = self.api("query", &[("query", &query), ("time", &self.time().1)])?;
        let found = answer["result"].as_array().into_iter().flatten().filter_map(|one| {
            let value = one["value"][1].as_str()?.parse::<f64>().ok().filter(|value| value.is_finite())?;
            Some((labels(&one["metric"]), value))
        });
        Ok(Some(found.collect()))
    }

    /// Whether the samples of a series are histograms.
    fn is_native(&self, name: &str, labels: &Labels) -> Answer<bool> {
        let query = self.selector(Some(name), labels);
        let answer = self.api("query", &[("query", &query), ("time", &self.time().1)])?;
        Ok(answer["result"][0]["histogram"].is_array())
    }

    /// The usual time between two samples of a series; each target is measured once.
    fn interval(&mut self, name: &str, labels: &Labels) -> Answer<Option<Duration>> {
        let of = |label: &str| labels.get(label).cloned().unwrap_or_default();
        let target = (of("job"), of("instance"));
        if let Some(known) = self.intervals.get(&target).filter(|_| !target.1.is_empty()) {
            return Ok(*known);
        }
        let query = format!("{}[{SAMPLED}]", self.selector(Some(name), labels));
        let answer = self.api("query", &[("query", &query), ("time", &self.time().1)])?;
        let first = &answer["result"][0];
        let samples = first["values"].as_array().or_else(|| first["histograms"].as_array());
        let times: Vec<f64> = samples.into_iter().flatten().filter_map(|sample| sample[0].as_f64()).collect();
        let interval = usual(&times);
        self.intervals.insert(target, interval);
        Ok(interval)
    }
}

/// The median of the times between samples, in whole seconds from one second on.
fn usual(times: &[f64]) -> Option<Duration> {
    let mut apart: Vec<f64> = times.windows(2).filter_map(|two| Some(two.get(1)? - two.first()?)).collect();
    if apart.len() < 2 {
        return None;
    }
    apart.sort_by(f64::total_cmp);
    let median = *apart.get(apart.len() / 2)?;
    let millis = if median >= 0.95 { median.round() * 1_000.0 } else { (median * 10.0).round() * 100.0 };
    (millis >= 100.0).then(|| Duration::from_millis(millis as u64))
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The labels of a series but its name.
fn labels(series: &Value) -> Labels {
    let pairs = series.as_object().into_iter().flatten().filter(|(label, _)| *label != "__name__");
    pairs.filter_map(|(label, value)| Some((label.clone(), value.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_interval_is_the_median() {
        assert_eq!(usual(&[0.0, 15.01, 29.99, 45.0]), Some(Duration::from_secs(15)));
        assert_eq!(usual(&[0.0, 60.0, 120.0, 360.0, 420.0]), Some(Duration::from_secs(60)));
        assert_eq!(usual(&[0.0, 0.5, 1.0]), Some(Duration::from_millis(500)));
        assert_eq!(usual(&[0.0, 15.0]), None);
        assert_eq!(usual(&[]), None);
    }
}
