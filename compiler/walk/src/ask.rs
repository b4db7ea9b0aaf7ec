//! Queries to sources. Every answer carries the queries that it rests on, so a layer passes both on as one value.
//!
//! A source that fails gives no value, and the answer says why.

use emberline_core::promql::{Expr, Matcher, Select};
use emberline_prose::number::{figure, many};
use serde::Serialize;

use crate::source::{Answer, Labels, Metrics, Point, Series};

/// A question to a source, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// The source's name and address.
    pub source: String,
    /// The exact question.
    pub query: String,
    /// The answer in a few words, or why there is none.
    pub answer: String,
    /// Whether there is none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_failed: bool,
}

/// Questions with their answers, in the order asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Log {
    asks: Vec<Ask>,
    troubles: Vec<String>,
}

/// A value with the questions that it rests on.
#[must_use]
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked<T> {
    value: T,
    log: Log,
}

impl<T> Asked<T> {
    /// The value and the log of its questions.
    pub(crate) fn apart(self) -> (T, Log) {
        (self.value, self.log)
    }
}

impl Log {
    /// Takes the value out of an answer and adds the answer's questions to this log.
    pub(crate) fn keep<T>(&mut self, asked: Asked<T>) -> T {
        self.asks.extend(asked.log.asks);
        for trouble in asked.log.troubles {
            // An unreachable source fails every query with the same message, so one message is enough.
            if !self.troubles.contains(&trouble) {
                self.troubles.push(trouble);
            }
        }
        asked.value
    }

    /// A value that rests on these questions.
    pub(crate) fn with<T>(self, value: T) -> Asked<T> {
        Asked { value, log: self }
    }

    /// The questions.
    pub(crate) fn asks(self) -> Vec<Ask> {
        self.asks
    }

    /// Why queries have no answer; `None` if all queries have one.
    pub(crate) fn trouble(&self) -> Option<String> {
        (!self.troubles.is_empty()).then(|| self.troubles.join("; "))
    }
}

/// An answer with its query; `words` describes the answer. The value is `None` if the source failed.
pub(crate) fn ask<T>(
    source: String,
    query: impl Into<String>,
    answer: Answer<T>,
    words: impl FnOnce(&T) -> String,
) -> Asked<Option<T>> {
    let has_failed = answer.is_err();
    let (value, told, troubles) = match answer {
        Ok(value) => {
            let told = words(&value);
            (Some(value), told, Vec::new())
        }
        Err(trouble) => (None, trouble.to_string(), vec![trouble.to_string()]),
    };
    let asks = vec![Ask { source, query: query.into(), answer: told, has_failed }];
    Asked { value, log: Log { asks, troubles } }
}

/// The time series of a query at a time, unix seconds.
pub(crate) fn instant(metrics: &dyn Metrics, query: &str, at: f64) -> Asked<Vec<Series>> {
    let asked = ask(metrics.name(), query, metrics.instant(query, at), |series| match series.as_slice() {
        [] => "no series".to_owned(),
        [one] => one.last().map_or_else(|| "no value".to_owned(), figure),
        more => format!("{} series", more.len()),
    });
    Asked { value: asked.value.unwrap_or_default(), log: asked.log }
}

/// The points of a query with a single time series. Times and the step are in seconds.
pub(crate) fn line(metrics: &dyn Metrics, query: &str, start: f64, end: f64, step: f64) -> Asked<Vec<Point>> {
    let answer = metrics.range(query, start, end, step);
    let asked = ask(metrics.name(), query, answer, |series| {
        many(series.iter().map(|series| series.points.len()).sum(), "sample", "samples")
    });
    let first = asked.value.and_then(|series| series.into_iter().next());
    Asked { value: first.map(|series| series.points).unwrap_or_default(), log: asked.log }
}

/// A PromQL selector whose matchers all test for equality.
pub(crate) fn selector(name: &str, labels: &Labels) -> String {
    let matchers: Vec<Matcher<'_>> = labels.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
    let metric = Some(name).filter(|name| !name.is_empty());
    Expr::Select(Select { metric, matchers: &[&matchers] }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Trouble;

    #[test]
    fn labels_with_dots_stand_in_quotes() {
        let labels: Labels = [("http.route", "/a\"b"), ("slo", "l")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(selector("slo:x", &labels), r#"slo:x{"http.route"="/a\"b",slo="l"}"#);
        assert_eq!(selector("", &labels), r#"{"http.route"="/a\"b",slo="l"}"#);
    }

    #[test]
    fn questions_stay_in_order_and_a_trouble_is_told_once() {
        let away = || Err::<(), _>(Trouble("the store is away".to_owned()));
        let mut log = Log::default();
        assert_eq!(log.keep(ask("a".into(), "one", Ok(7), |it| it.to_string())), Some(7));
        assert_eq!(log.keep(ask("b".into(), "two", away(), |()| String::new())), None);
        assert_eq!(log.keep(ask("b".into(), "three", away(), |()| String::new())), None);
        assert_eq!(log.trouble().as_deref(), Some("the store is away"));
        let asks = log.with(()).apart().1.asks();
        let told: Vec<(&str, &str)> = asks.iter().map(|it| (it.query.as_str(), it.answer.as_str())).collect();
        assert_eq!(told, [("one", "7"), ("two", "the store is away"), ("three", "the store is away")]);
    }
}
