//! What holds telemetry to its declaration at run time: views of OpenTelemetry's SDKs, and limits of Prometheus's scrapes.
//! The third guard is the collector's: [`super::collector`] adds up what differs in undeclared labels.
//!
//! Views are in the declarative configuration (schema 1.1) that SDKs read from `OTEL_CONFIG_FILE`. An SDK that cannot is
//! told the same in code: the attributes of each instrument, and its limit.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Artefact, HEADER, Target};
use crate::metric::MetricType;
use crate::plan::{ServicePlan, Stream, TelemetryPlan};

/// The longest label that Prometheus takes from a collector, in bytes: no declared value comes near, and an id, a URL or a
/// statement that got into a label soon does.
const LONGEST_VALUE: u32 = 512;
/// The longest name of a label.
const LONGEST_NAME: u32 = 128;

const ABOUT_VIEWS: &str = "#
# Views of an OpenTelemetry SDK: each declared metric has its declared attributes and no other, and no more combinations
# than its declaration allows. What is beyond is counted under `otel.metric.overflow`. Merge it into the file that
# OTEL_CONFIG_FILE names, or start with it.
";
const ABOUT_SCRAPE: &str = "#
# A scrape of the collectors that fails rather than flood Prometheus: the limit is every declared series and the most that
# span metrics can have. Name the file under `scrape_config_files`, with your collectors' addresses.
";

#[derive(Serialize)]
struct Sdk<'p> {
    file_format: &'static str,
    meter_provider: MeterProvider<'p>,
}

#[derive(Serialize)]
struct MeterProvider<'p> {
    readers: [Value; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    views: Vec<View<'p>>,
}

#[derive(Serialize)]
struct View<'p> {
    selector: Selector<'p>,
    stream: ViewStream<'p>,
}

#[derive(Serialize)]
struct Selector<'p> {
    instrument_name: &'p str,
}

#[derive(Serialize)]
struct ViewStream<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregation: Option<Value>,
    aggregation_cardinality_limit: u64,
    attribute_keys: Keys<'p>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Keys<'p> {
    Included(&'p [String]),
    Excluded([&'static str; 1]),
}

#[derive(Serialize)]
struct Scrapes {
    scrape_configs: [Scrape; 1],
}

#[derive(Serialize)]
struct Scrape {
    job_name: &'static str,
    honor_labels: bool,
    sample_limit: u64,
    label_limit: u64,
    label_name_length_limit: u32,
    label_value_length_limit: u32,
    static_configs: [Targets; 1],
}

#[derive(Serialize)]
struct Targets {
    targets: [&'static str; 1],
}

/// The views of a service.
pub(super) fn views(service: &ServicePlan, plan: &TelemetryPlan) -> Artefact {
    let mut periodic = json!({"exporter": {"otlp_http": {
        "endpoint": "${OTEL_EXPORTER_OTLP_METRICS_ENDPOINT:-http://localhost:4318/v1/metrics}",
    }}});
    if let Some(every) = plan.export_every {
        periodic["interval"] = json!(every.millis());
    }
    let views = plan.streams.get(&service.name).into_iter().flatten().map(view).collect();
    let meter_provider = MeterProvider { readers: [json!({"periodic": periodic})], views };
    artefact(&format!("views/{}.yaml", service.stem), ABOUT_VIEWS, &Sdk { file_format: "1.1", meter_provider })
}

fn view(stream: &Stream) -> View<'_> {
    let number = |boundary: &Decimal| boundary.to_f64();
    let boundaries: Vec<f64> = stream.boundaries.iter().filter_map(number).collect();
    let aggregation = match stream.kind {
        MetricType::Histogram if !boundaries.is_empty() => {
            Some(json!({"explicit_bucket_histogram": {"boundaries": boundaries}}))
        }
        MetricType::ExponentialHistogram => Some(json!({"base2_exponential_bucket_histogram": {}})),
        _ => None,
    };
    View {
        selector: Selector { instrument_name: &stream.metric },
        stream: ViewStream {
            aggregation,
            aggregation_cardinality_limit: stream.limit(),
            // A list of none to include is not allowed.
            attribute_keys: match stream.attributes.as_slice() {
                [] => Keys::Excluded(["*"]),
                attributes => Keys::Included(attributes),
            },
        },
    }
}

/// The scrape of the collectors.
pub(super) fn prometheus(plan: &TelemetryPlan) -> Artefact {
    let scrape = Scrape {
        job_name: "telemetry",
        honor_labels: true,
        sample_limit: plan.scrape_samples,
        label_limit: plan.scrape_labels,
        label_name_length_limit: LONGEST_NAME,
        label_value_length_limit: LONGEST_VALUE,
        static_configs: [Targets { targets: ["127.0.0.1:9464"] }],
    };
    artefact("prometheus.yaml", ABOUT_SCRAPE, &Scrapes { scrape_configs: [scrape] })
}

fn artefact<T: Serialize>(name: &str, about: &str, value: &T) -> Artefact {
    let mut text = format!("{HEADER}{about}");
    super::write(&mut text, value);
    Artefact { path: format!("{}/{name}", Target::Limits.folder()), text }
}
