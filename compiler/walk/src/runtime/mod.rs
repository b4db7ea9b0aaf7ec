//! What else changed: metrics of the processor, memory, pools, queues, caches, retries and restarts, before the onset
//! and since.
//!
//! One query for each service asks for every such metric by its name. Counters become rates here, because PromQL
//! cannot rate by a pattern of names without losing the names. Instances are averaged, because a release replaces them.

mod names;
mod shift;

use std::collections::BTreeMap;

use emberline_core::plan::queries::quoted;
use emberline_prose::number::many;
use serde::Serialize;

use super::ask::{Ask, Log, ask};
use super::case::Case;
use crate::source::{Labels, Series};
pub use names::Resource;
pub use shift::Shift;

/// The most services that are asked for.
const SERVICES: usize = 4;
/// The most changes that are kept.
const MOST: usize = 12;
/// The most points of a time series.
const POINTS: f64 = 300.0;

/// What else changed with the onset.
#[derive(Debug, Clone, Serialize)]
pub struct Runtime {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// The number of time series that were compared.
    pub series: usize,
    /// Metrics that changed, the most telling first.
    pub shifts: Vec<Shift>,
}

/// Compares the runtime metrics of these services.
pub(super) fn look(case: &Case<'_>, services: &[String]) -> Runtime {
    let mut log = Log::default();
    let metrics = case.sources.metrics;
    let long = case.slo.burns.first().map_or(3_600.0, |burn| burn.long.real.seconds());
    let (start, end) = (case.before() - long, case.now);
    let step = case.slo.timing.scrape.seconds().max((end - start) / POINTS);
    let times = shift::Times { before: case.before(), since: case.onset.time };
    let (mut series, mut shifts) = (0, Vec::new());
    for service in services.iter().take(SERVICES) {
        let query = query(service);
        let answer = metrics.range(&query, start, end, step);
        let words = |found: &Vec<Series>| many(found.len(), "time series", "time series");
        let found = log.keep(ask(metrics.name(), query, answer, words)).unwrap_or_default();
        for (key, all) in by_metric(found) {
            series += all.len();
            shifts.extend(shift::of(service, &key.0, key.1, &all, times));
        }
    }
    shifts.sort_by(|a: &Shift, b: &Shift| b.telling().total_cmp(&a.telling()));
    shifts.truncate(MOST);
    let conclusion = conclusion(services, series, &shifts);
    Runtime { asked: log.asks(), conclusion, series, shifts }
}

/// The query for all runtime metrics of a service, by each label that may name it.
fn query(service: &str) -> String {
    let names = quoted(&names::pattern());
    let not = quoted(names::NOT);
    let escaped: String = service
        .chars()
        .flat_map(|c| (!c.is_alphanumeric() && c != '-' && c != '_').then_some('\\').into_iter().chain([c]))
        .collect();
    let by = [
        format!("service_name={}", quoted(service)),
        format!("service={}", quoted(service)),
        format!("job=~{}", quoted(&format!("(?:.+/)?{escaped}"))),
        format!("container={}", quoted(service)),
    ];
    let selectors = by.map(|matcher| format!("{{__name__=~{names},__name__!~{not},{matcher}}}"));
    selectors.join(" or ")
}

/// The time series of each metric, by its name and the labels that tell its parts apart.
fn by_metric(found: Vec<Series>) -> BTreeMap<(String, Labels), Vec<Series>> {
    let mut all: BTreeMap<(String, Labels), Vec<Series>> = BTreeMap::new();
    for series in found {
        let name = series.label("__name__").to_owned();
        if Resource::of(&name).is_none() {
            continue;
        }
        let is_part = |label: &str| names::PARTS.contains(&label);
        let parts = series.labels.iter().filter(|(label, _)| is_part(label));
        let parts = parts.map(|(label, value)| (label.clone(), value.clone())).collect();
        all.entry((name, parts)).or_default().push(series);
    }
    all
}

fn conclusion(services: &[String], series: usize, shifts: &[Shift]) -> String {
    let of = services.iter().take(SERVICES).cloned().collect::<Vec<_>>().join(", ");
    match shifts {
        _ if series == 0 => format!("No runtime metrics of {of} were found."),
        [] => format!("No runtime metric of {of} changed by half or more; {series} time series were compared."),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            format!("Since the onset: {}{more}.", first.words())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_query_names_a_service_by_each_label() {
        let query = query("a.b");
        assert_eq!(query.matches(" or ").count(), 3, "{query}");
        assert!(query.contains("service_name=\"a.b\"") && query.contains(r#"job=~"(?:.+/)?a\\.b""#), "{query}");
    }

    #[test]
    fn instances_are_one_metric_and_parts_are_several() {
        let series = |labels: &[(&str, &str)]| {
            let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            Series { labels, points: Vec::new() }
        };
        let found = by_metric(vec![
            series(&[("__name__", "jvm_memory_used_bytes"), ("area", "heap"), ("instance", "a")]),
            series(&[("__name__", "jvm_memory_used_bytes"), ("area", "heap"), ("instance", "b")]),
            series(&[("__name__", "jvm_memory_used_bytes"), ("area", "nonheap"), ("instance", "b")]),
            series(&[("__name__", "http_requests_total"), ("instance", "b")]),
        ]);
        assert_eq!(found.values().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    }
}
