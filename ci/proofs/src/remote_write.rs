//! History into Prometheus, by its remote-write receiver.
//!
//! `promtool tsdb create-blocks-from` was the other way, and cannot do it: OpenMetrics text has no staleness markers, so
//! every gap in a recorded series would be bridged by the five minutes that an instant query looks back, and its rule
//! backfill does not show a group its own earlier results.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use prost::Message;

/// Labels of a series, its `__name__` among them.
pub type Labels = BTreeMap<String, String>;

/// A series and its samples, milliseconds since the epoch first, in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// What identifies it.
    pub labels: Labels,
    /// Its samples.
    pub samples: Vec<(i64, f64)>,
}

/// The value by which Prometheus says that a series ends here.
#[must_use]
pub fn stale_marker() -> f64 {
    f64::from_bits(0x7ff0_0000_0000_0002)
}

/// Labels from pairs.
#[must_use]
pub fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Labels {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A native histogram and how many observations it had by each moment, milliseconds since the epoch first.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What identifies it.
    pub labels: Labels,
    /// Its counts.
    pub samples: Vec<(i64, u64)>,
}

// The messages of prompb/types.proto and prompb/remote.proto that a writer of samples and native histograms needs.
#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    count: Option<u64>,
    #[prost(double, tag = "3")]
    sum: f64,
    #[prost(sint32, tag = "4")]
    schema: i32,
    #[prost(uint64, optional, tag = "6")]
    zero_count: Option<u64>,
    #[prost(message, repeated, tag = "11")]
    positive_spans: Vec<BucketSpan>,
    /// Each bucket's count, less that of the bucket before.
    #[prost(sint64, repeated, tag = "12")]
    positive_deltas: Vec<i64>,
    #[prost(int64, tag = "15")]
    timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct BucketSpan {
    #[prost(sint32, tag = "1")]
    offset: i32,
    #[prost(uint32, tag = "2")]
    length: u32,
}

impl Histogram {
    /// Observations spread over the two buckets up to 1 and up to 2.
    fn at(timestamp: i64, count: u64) -> Self {
        let lower = count / 2;
        let difference = count - lower - lower;
        Self {
            count: Some(count),
            sum: 0.0,
            schema: 0,
            zero_count: Some(0),
            positive_spans: vec![BucketSpan { offset: 0, length: 2 }],
            positive_deltas: [lower, difference]
                .iter()
                .map(|delta| i64::try_from(*delta).unwrap_or(i64::MAX))
                .collect(),
            timestamp,
        }
    }
}

/// Far below the receiver's limit on a request, and large enough that requests are few.
const SAMPLES_A_REQUEST: usize = 20_000;

/// Writes whole series to the server at `url`.
///
/// # Errors
/// When the server refuses a sample: history that is not all there would make every later figure wrong. So is a series out
/// of order, of which the server drops a part within a request and says nothing.
pub fn write(url: &str, series: &[Series]) -> Result<()> {
    for one in series {
        let is_ascending = one.samples.is_sorted_by(|before, after| before.0 < after.0);
        ensure!(is_ascending, "the history of {:?} is out of order", one.labels);
        for part in one.samples.chunks(SAMPLES_A_REQUEST) {
            let samples = part.iter().map(|&(timestamp, value)| Sample { value, timestamp }).collect();
            send(url, &one.labels, TimeSeries { samples, ..TimeSeries::default() })?;
        }
    }
    Ok(())
}

/// Writes whole native histograms to the server at `url`.
///
/// # Errors
/// When the server refuses a sample.
pub fn write_observed(url: &str, series: &[Observed]) -> Result<()> {
    for one in series {
        for part in one.samples.chunks(SAMPLES_A_REQUEST) {
            let histograms = part.iter().map(|&(timestamp, count)| Histogram::at(timestamp, count)).collect();
            send(url, &one.labels, TimeSeries { histograms, ..TimeSeries::default() })?;
        }
    }
    Ok(())
}

/// Writes series in one request to `endpoint`, the whole address of a receiver: as a scraper does once a scrape.
///
/// # Errors
/// When the server refuses a sample.
pub fn write_at_once(endpoint: &str, series: &[Series]) -> Result<()> {
    let named = |(name, value): (&String, &String)| Label { name: name.clone(), value: value.clone() };
    let timeseries = series.iter().map(|one| TimeSeries {
        labels: one.labels.iter().map(named).collect(),
        samples: one.samples.iter().map(|&(timestamp, value)| Sample { value, timestamp }).collect(),
        ..TimeSeries::default()
    });
    post(endpoint, &WriteRequest { timeseries: timeseries.collect() }).context("writing a scrape")
}

/// Sends a part of one series.
fn send(url: &str, labels: &Labels, part: TimeSeries) -> Result<()> {
    let named = labels.iter().map(|(name, value)| Label { name: name.clone(), value: value.clone() });
    let request = WriteRequest { timeseries: vec![TimeSeries { labels: named.collect(), ..part }] };
    post(&format!("{url}/api/v1/write"), &request).with_context(|| format!("writing history of {labels:?}"))
}

fn post(endpoint: &str, request: &WriteRequest) -> Result<()> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .http_status_as_error(false)
        .build()
        .into();
    let body = snap::raw::Encoder::new().compress_vec(&request.encode_to_vec()).context("compressing samples")?;
    let mut response = agent
        .post(endpoint)
        .header("Content-Type", "application/x-protobuf")
        .header("Content-Encoding", "snappy")
        .header("X-Prometheus-Remote-Write-Version", "0.1.0")
        .send(&body[..])
        .with_context(|| format!("sending samples to {endpoint}"))?;
    let status = response.status();
    let said = response.body_mut().read_to_string().unwrap_or_default();
    ensure!(status.is_success(), "{endpoint} refused samples ({status}): {said}");
    Ok(())
}
