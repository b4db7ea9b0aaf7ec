//! What is really exported: asks a server, reads a page of metrics or a capture, and says what specs can be made of it.
//!
//! ```text
//! Prometheus API ──prometheus──┐
//! page of metrics ─exposition──┼─▶ Gather ─finish─▶ Observed ──┬─▶ core's checks (`check --against`)
//! OTLP capture ────otlp────────┘                               ├─▶ a snapshot (`observe --snapshot`)
//!                                                              └─draft─▶ `metrics:` · first ─▶ a first spec
//! ```
//!
//! [`http`] is the one client of every command that asks a server.

pub mod draft;
pub mod exposition;
pub mod first;
pub mod gather;
pub mod http;
mod otlp;
mod personal;
pub mod prometheus;

use std::collections::BTreeSet;
use std::io::Read;

use emberline_core::metric::histogram_of;
use emberline_core::model::{Declared, Model};

use gather::Gather;
use http::{Access, Answer, Client};
use prometheus::Wanted;

/// The most bytes of a page of metrics.
const LONGEST: u64 = 256 << 20;

/// What was read from a source, and which kind of source that is.
#[derive(Debug)]
pub struct Taken {
    /// What it says.
    pub gather: Gather,
    /// `prometheus`, `exposition` or `otlp`.
    pub source: &'static str,
    /// Label and value that narrow everything down to what was wanted.
    pub only: Vec<(String, String)>,
}

/// Whether a source is a server rather than a file.
#[must_use]
pub fn is_server(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// Reads a page of metrics or an OTLP capture.
///
/// # Errors
/// Why it is neither.
pub fn read(mut from: impl Read, wanted: &Wanted) -> Result<Taken, String> {
    let mut bytes = Vec::new();
    from.by_ref().take(LONGEST + 1).read_to_end(&mut bytes).map_err(|why| format!("cannot be read: {why}"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("is longer than {} MiB", LONGEST >> 20));
    }
    if bytes.trim_ascii().is_empty() {
        return Err("is empty".to_owned());
    }
    if exposition::is_page(&bytes) {
        return page(&bytes, wanted);
    }
    Ok(narrowed(otlp::read(&bytes)?, "otlp", wanted))
}

/// A file holds one program's metrics, or those of several that a label tells apart.
fn narrowed(mut gather: Gather, source: &'static str, wanted: &Wanted) -> Taken {
    let mut only = wanted.only.clone();
    only.extend(wanted.service.as_ref().and_then(|service| {
        let label = prometheus::SERVICE_LABELS.iter().find(|label| gather.has(label, service))?;
        Some(((*label).to_owned(), service.clone()))
    }));
    gather.narrow(&only);
    Taken { gather, source, only }
}

fn page(bytes: &[u8], wanted: &Wanted) -> Result<Taken, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let mut gather = Gather::default();
    exposition::read(text, &mut gather).map_err(|why| format!("is no page of metrics, {why}"))?;
    Ok(narrowed(gather, "exposition", wanted))
}

/// The ends of addresses at which programs serve pages of metrics: the usual one, and Spring Boot's.
const PAGES: [&str; 2] = ["/metrics", "/actuator/prometheus"];

/// Asks a server: its API, or the page that it serves where the address ends as such addresses do.
///
/// # Errors
/// The server does not answer, or not as documented.
pub fn ask(address: &str, access: &Access, wanted: &Wanted) -> Answer<Taken> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    if PAGES.iter().any(|end| path.trim_end_matches('/').ends_with(end)) {
        let client = Client::new("the exporter", address, access);
        let bytes = client.page("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")?;
        return page(&bytes, wanted).map_err(|why| client.trouble(&why));
    }
    let client = Client::new("Prometheus", address, access);
    let (gather, only) = prometheus::observe(&client, wanted)?;
    Ok(Taken { gather, source: "prometheus", only })
}

/// The names of all series that specs read or declare.
#[must_use]
pub fn named(model: &Model) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for service in &model.services {
        names.extend(service.metrics.values().flat_map(|metric| metric.series()));
        for slo in &service.slos {
            names.extend(slo.sli.presence().metric_name().map(str::to_owned));
            for reading in slo.sli.readings() {
                names.extend(reading.query().and_then(|query| query.selector.metric_name()).map(str::to_owned));
                if let Declared::Metric(metric) = reading.declared(&service.name.value, &model.index) {
                    names.extend(metric.series());
                }
            }
        }
    }
    // A histogram may exist in the other form, of which specs name no series.
    let stems: Vec<String> = names.iter().filter_map(|name| histogram_of(name)).map(str::to_owned).collect();
    names.extend(stems);
    names
}
