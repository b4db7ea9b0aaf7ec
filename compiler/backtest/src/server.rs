//! A server with Prometheus's API as the source of raw series.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use emberline_observe::http::{Answer, Client};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};

use crate::budget::Instants;
use crate::eval::Source;
use crate::grid::{ABSENT, Grid, Labels, Series};

/// The most instants of one query. Prometheus refuses more than 11,000.
const INSTANTS: usize = 10_000;
/// How often a query is tried again, each time with half as many instants.
const TRIES: u32 = 4;
/// The most values of one expression that are held: half a GiB.
const MOST: usize = 1 << 26;

/// A server.
#[derive(Debug)]
pub struct Server<'c> {
    client: &'c Client,
    warnings: Mutex<Vec<String>>,
}

impl<'c> Server<'c> {
    /// Asks through this client.
    #[must_use]
    pub fn new(client: &'c Client) -> Self {
        Self { client, warnings: Mutex::default() }
    }

    /// What the server said beside its answers, such as that a part of its data was missing. Each once.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().map(|warnings| warnings.clone()).unwrap_or_default()
    }

    /// The server's time in milliseconds since 1970.
    ///
    /// # Errors
    /// When the server does not say it.
    pub fn time(&self) -> Answer<i64> {
        let found: Vec<Found<One>> = self.api("/api/v1/query", &[("query", "vector(time())")])?;
        let seconds = found.first().and_then(|found| found.values.as_ref()).map(|One((_, seconds))| seconds.0);
        seconds
            .filter(|seconds| seconds.is_finite())
            .map(|seconds| (seconds * 1_000.0).round() as i64)
            .ok_or_else(|| self.client.trouble("does not say its time"))
    }

    fn api<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<Vec<Found<T>>> {
        let answer: Page<T> = self.client.get(path, query)?;
        if let Ok(mut warnings) = self.warnings.lock() {
            let new: Vec<String> = answer.warnings.into_iter().filter(|it| !warnings.contains(it)).take(5).collect();
            warnings.extend(new);
        }
        match answer.data {
            Some(data) if answer.status == "success" => Ok(data.result),
            _ => Err(self.client.trouble(&format!("answers: {}", answer.error.unwrap_or_default()))),
        }
    }

    /// A part of the instants; the pause and the halves are for servers that are busy.
    fn part(&self, expr: &str, part: Grid) -> Answer<Vec<Found<Numbers>>> {
        let seconds = |millis: i64| format!("{}.{:03}", millis.div_euclid(1_000), millis.rem_euclid(1_000));
        let (start, end) = (seconds(part.first), seconds(part.at(part.count.saturating_sub(1))));
        let step = seconds(part.step);
        self.api("/api/v1/query_range", &[("query", expr), ("start", &start), ("end", &end), ("step", &step)])
    }
}

impl Source for Server<'_> {
    fn range(&self, expr: &str, grid: Grid) -> Result<Vec<Series>, String> {
        let mut columns: BTreeMap<Labels, Vec<f64>> = BTreeMap::new();
        let (mut done, mut most, mut tries) = (0, INSTANTS, 0);
        while done < grid.count {
            let part = Grid { first: grid.at(done), step: grid.step, count: most.min(grid.count - done) };
            let found = match self.part(expr, part) {
                Ok(found) => found,
                Err(trouble) if tries < TRIES => {
                    tries += 1;
                    most = (most / 2).max(100);
                    if !trouble.is_of_one_answer() {
                        std::thread::sleep(Duration::from_millis(200 << tries));
                    }
                    continue;
                }
                Err(trouble) => return Err(format!("`{expr}`: {}", trouble.0)),
            };
            for Found { metric, values, histograms } in found {
                if histograms.is_some() {
                    return Err(format!("`{expr}` gives histograms, not numbers"));
                }
                let mut labels = metric;
                labels.remove("__name__");
                if !columns.contains_key(&labels) && (columns.len() + 1).saturating_mul(grid.count) > MOST {
                    return Err(format!(
                        "`{expr}` gives more than {} series over {} instants: replay fewer days",
                        columns.len(),
                        grid.count
                    ));
                }
                let column = columns.entry(labels).or_insert_with(|| vec![ABSENT; grid.count]);
                for (at, value) in values.unwrap_or_default().0 {
                    let place = usize::try_from((at - grid.first + grid.step / 2).div_euclid(grid.step)).ok();
                    if let Some(slot) = place.and_then(|place| column.get_mut(place)) {
                        *slot = value;
                    }
                }
            }
            done += part.count;
            tries = 0;
        }
        Ok(columns.into_iter().map(|(labels, values)| Series { labels, values: Arc::new(values) }).collect())
    }

    fn recorded(&self, selector: &str, time: i64) -> Result<Vec<i64>, String> {
        let query = format!("{selector}[5m]");
        let time = format!("{}.{:03}", time.div_euclid(1_000), time.rem_euclid(1_000));
        let found: Vec<Found<Numbers>> =
            self.api("/api/v1/query", &[("query", &query), ("time", &time)]).map_err(|trouble| trouble.0)?;
        Ok(found.into_iter().flat_map(|found| found.values.unwrap_or_default().0).map(|(at, _)| at).collect())
    }
}

impl Instants for Server<'_> {
    fn instant(&self, expr: &str, time: i64) -> Result<Vec<(Labels, f64)>, String> {
        let time = format!("{}.{:03}", time.div_euclid(1_000), time.rem_euclid(1_000));
        let found: Vec<Found<One>> =
            self.api("/api/v1/query", &[("query", expr), ("time", &time)]).map_err(|trouble| trouble.0)?;
        let value = |found: Found<One>| match found.values {
            Some(One((_, number))) => Ok((found.metric, number.0)),
            None => Err(format!("`{expr}` gives histograms, not numbers")),
        };
        found.into_iter().map(value).collect()
    }
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Page<T> {
    status: String,
    data: Option<Data<T>>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Data<T> {
    result: Vec<Found<T>>,
}

/// A series of a range, or one with its value at an instant.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Found<T> {
    metric: Labels,
    #[serde(alias = "value")]
    values: Option<T>,
    #[serde(alias = "histogram")]
    histograms: Option<serde::de::IgnoredAny>,
}

/// An instant in seconds, and a number.
#[derive(Deserialize)]
struct One((f64, Number));

/// Instants in milliseconds, and numbers.
#[derive(Default)]
struct Numbers(Vec<(i64, f64)>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(f64, Number)>::deserialize(deserializer)?;
        // Seconds with three digits behind the point.
        Ok(Self(pairs.into_iter().map(|(at, number)| ((at * 1_000.0).round() as i64, number.0)).collect()))
    }
}

/// A number as Prometheus writes it: a string, `NaN` and `+Inf` among them.
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Number;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a number in a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(|_| E::custom(format!("`{text}` is no number")))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
