//! The manifest for the collector's builder (`ocb`): exactly the components that the configurations name.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Artefact, Config, HEADER, Target};

/// The release of every component, and of the configuration providers that belong to it.
const RELEASE: &str = "v0.158.0";
const PROVIDERS: &str = "v1.64.0";

const CORE: &str = "go.opentelemetry.io/collector";
const CONTRIB: &str = "github.com/open-telemetry/opentelemetry-collector-contrib";

/// Where the component of a kind and type comes from. A component that a configuration names and this list lacks would
/// be missing from the manifest; a test holds the two together.
const MODULES: [(&str, &str, &str, &str); 14] = [
    ("extensions", "health_check", CONTRIB, "extension/healthcheckextension"),
    ("extensions", "file_storage", CONTRIB, "extension/storage/filestorage"),
    ("receivers", "otlp", CORE, "receiver/otlpreceiver"),
    ("processors", "memory_limiter", CORE, "processor/memorylimiterprocessor"),
    ("processors", "redaction", CONTRIB, "processor/redactionprocessor"),
    ("processors", "transform", CONTRIB, "processor/transformprocessor"),
    ("processors", "filter", CONTRIB, "processor/filterprocessor"),
    ("processors", "tail_sampling", CONTRIB, "processor/tailsamplingprocessor"),
    ("connectors", "span_metrics", CONTRIB, "connector/spanmetricsconnector"),
    ("connectors", "forward", CORE, "connector/forwardconnector"),
    ("exporters", "otlp_grpc", CORE, "exporter/otlpexporter"),
    ("exporters", "otlp_http", CORE, "exporter/otlphttpexporter"),
    ("exporters", "load_balancing", CONTRIB, "exporter/loadbalancingexporter"),
    ("exporters", "prometheus", CONTRIB, "exporter/prometheusexporter"),
];

#[derive(Serialize)]
struct Manifest {
    dist: Dist,
    extensions: Vec<Module>,
    receivers: Vec<Module>,
    processors: Vec<Module>,
    connectors: Vec<Module>,
    exporters: Vec<Module>,
    providers: Vec<Module>,
}

#[derive(Serialize)]
struct Dist {
    name: &'static str,
    description: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Module {
    gomod: String,
}

/// The manifest of what these configurations use.
pub(super) fn manifest<'c>(configs: impl Iterator<Item = &'c Config>) -> Artefact {
    let used: BTreeSet<(&str, String)> = configs.flat_map(types).collect();
    let of = |kind: &str| {
        let modules =
            MODULES.iter().filter(|(its, word, ..)| *its == kind && used.contains(&(kind, (*word).to_owned())));
        modules.map(|(.., root, path)| Module { gomod: format!("{root}/{path} {RELEASE}") }).collect()
    };
    let providers = ["envprovider", "fileprovider", "yamlprovider"];
    let manifest = Manifest {
        dist: Dist {
            name: "otelcol",
            description: "OpenTelemetry Collector with the components that these configurations use",
            version: RELEASE.trim_start_matches('v'),
        },
        extensions: of("extensions"),
        receivers: of("receivers"),
        processors: of("processors"),
        connectors: of("connectors"),
        exporters: of("exporters"),
        providers: providers
            .map(|name| Module { gomod: format!("{CORE}/confmap/provider/{name} {PROVIDERS}") })
            .into_iter()
            .collect(),
    };
    let mut text = format!(
        "{HEADER}#\n# The smallest collector that runs the configurations beside this file: builder --config builder.yaml\n"
    );
    super::super::write(&mut text, &manifest);
    Artefact { path: format!("{}/builder.yaml", Target::Collector.folder()), text }
}

/// Kind and type of every component: the type is what stands before the `/`.
fn types(config: &Config) -> Vec<(&'static str, String)> {
    let kinds: [(&'static str, &Map<String, Value>); 5] = [
        ("extensions", &config.extensions),
        ("receivers", &config.receivers),
        ("processors", &config.processors),
        ("connectors", &config.connectors),
        ("exporters", &config.exporters),
    ];
    let all = kinds.into_iter().flat_map(|(kind, components)| components.keys().map(move |id| (kind, id)));
    all.map(|(kind, id)| (kind, id.split('/').next().unwrap_or(id).to_owned())).collect()
}
