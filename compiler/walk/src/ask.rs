//! Asking, with a record of what was asked and answered. A source that has trouble answers nothing, and the record says why.

use super::report::Ask;
use super::words::many;
use crate::source::{Answer, Labels, Metrics, Point, Series};

/// The questions of one layer.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) asks: Vec<Ask>,
    /// What could not be answered.
    pub(super) troubles: Vec<String>,
}

impl Record {
    /// Notes a question and its answer; nothing where there was trouble.
    pub(super) fn take<T>(
        &mut self,
        source: String,
        query: impl Into<String>,
        answer: Answer<T>,
        words: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let (answer, value) = match answer {
            Ok(value) => (words(&value), Some(value)),
            Err(trouble) => {
                let told = trouble.to_string();
                // A source that is away is away for each question: once is enough.
                if !self.troubles.contains(&told) {
                    self.troubles.push(told.clone());
                }
                (told, None)
            }
        };
        self.asks.push(Ask { source, query: query.into(), answer });
        value
    }

    /// The value of a query at a time.
    pub(super) fn instant(&mut self, metrics: &dyn Metrics, query: &str, at: f64) -> Vec<Series> {
        let answer = metrics.instant(query, at);
        self.take(metrics.name(), query, answer, |series| match series.as_slice() {
            [] => "no series".to_owned(),
            [one] => one.last().map_or_else(|| "no value".to_owned(), super::words::figure),
            more => format!("{} series", more.len()),
        })
        .unwrap_or_default()
    }

    /// The points of a query that has one series.
    pub(super) fn line(&mut self, metrics: &dyn Metrics, query: &str, start: f64, end: f64, step: f64) -> Vec<Point> {
        let answer = metrics.range(query, start, end, step);
        let mut series = self
            .take(metrics.name(), query, answer, |series| {
                many(series.iter().map(|series| series.points.len()).sum(), "sample", "samples")
            })
            .unwrap_or_default();
        if series.is_empty() { Vec::new() } else { std::mem::take(&mut series[0].points) }
    }
}

/// A selector of PromQL with equal matchers.
pub(super) fn selector(name: &str, labels: &Labels) -> String {
    let matchers: Vec<String> = labels
        .iter()
        .map(|(label, value)| format!("{label}={}", emberline_core::plan::queries::quoted(value)))
        .collect();
    format!("{name}{{{}}}", matchers.join(","))
}
