//! How long back ends keep what they get: Prometheus's flags, and the parts of the configurations of Loki, Tempo, Mimir,
//! Pyroscope and the demo's store that say so.
//!
//! Prometheus and the store are run with these files by the demo. The others do not run there: their keys are those of
//! their published configuration references (Loki 3.x `limits_config.retention_stream`, `compactor.retention_enabled`
//! and `limits_config.otlp_config`; Tempo 2.x `compactor.compaction.block_retention`; Mimir 2.x and Pyroscope 1.x
//! `limits.compactor_blocks_retention_period`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Artefact, HEADER, Target, document};
use crate::plan::TelemetryPlan;
use crate::quantity::Duration;

#[derive(Serialize)]
struct Loki {
    compactor: LokiCompactor,
    limits_config: LokiLimits,
}

#[derive(Serialize)]
struct LokiCompactor {
    working_directory: &'static str,
    retention_enabled: bool,
    delete_request_store: &'static str,
}

#[derive(Serialize)]
struct LokiLimits {
    /// What no stream selector names: the longest, so that a missing label loses nothing.
    retention_period: String,
    retention_stream: Vec<LokiStream>,
    otlp_config: LokiOtlp,
}

#[derive(Serialize)]
struct LokiStream {
    selector: String,
    priority: usize,
    period: String,
}

#[derive(Serialize)]
struct LokiOtlp {
    resource_attributes: LokiAttributes,
}

#[derive(Serialize)]
struct LokiAttributes {
    attributes_config: [LokiIndex; 1],
}

#[derive(Serialize)]
struct LokiIndex {
    action: &'static str,
    attributes: [&'static str; 2],
}

#[derive(Serialize)]
struct Tempo {
    compactor: TempoCompactor,
}

#[derive(Serialize)]
struct TempoCompactor {
    compaction: TempoCompaction,
}

#[derive(Serialize)]
struct TempoCompaction {
    block_retention: String,
}

#[derive(Serialize)]
struct Limits {
    limits: BlocksRetention,
}

#[derive(Serialize)]
struct BlocksRetention {
    compactor_blocks_retention_period: String,
}

#[derive(Serialize)]
struct Store<'p> {
    traces: String,
    profiles: String,
    logs: BTreeMap<&'p str, String>,
}

/// One file a back end.
pub(super) fn emit(plan: &TelemetryPlan) -> Vec<Artefact> {
    let streams = plan.logs.iter().enumerate().map(|(at, tier)| LokiStream {
        selector: format!("{{retention_tier=\"{}\"}}", tier.name),
        priority: plan.logs.len() - at,
        period: hours(tier.keep),
    });
    let longest = plan.logs.iter().map(|tier| tier.keep).max().unwrap_or_default();
    let loki = Loki {
        compactor: LokiCompactor {
            working_directory: "/loki/compactor",
            retention_enabled: true,
            delete_request_store: "filesystem",
        },
        limits_config: LokiLimits {
            retention_period: hours(longest),
            retention_stream: streams.collect(),
            otlp_config: LokiOtlp {
                resource_attributes: LokiAttributes {
                    attributes_config: [LokiIndex {
                        action: "index_label",
                        attributes: ["service.name", "retention.tier"],
                    }],
                },
            },
        },
    };
    let tempo =
        Tempo { compactor: TempoCompactor { compaction: TempoCompaction { block_retention: hours(plan.traces) } } };
    let blocks = |kept: Duration| Limits { limits: BlocksRetention { compactor_blocks_retention_period: hours(kept) } };
    let store = Store {
        traces: plan.traces.to_string(),
        profiles: plan.profiles.to_string(),
        logs: plan.logs.iter().map(|tier| (tier.name.as_str(), tier.keep.to_string())).collect(),
    };
    vec![
        artefact("loki", &loki),
        artefact("tempo", &tempo),
        artefact("mimir", &blocks(plan.metrics)),
        artefact("pyroscope", &blocks(plan.profiles)),
        artefact("store", &store),
        Artefact {
            path: format!("{}/prometheus.args", Target::Retention.folder()),
            text: format!(
                "{HEADER}--storage.tsdb.retention.time={}\n--enable-feature=exemplar-storage\n",
                plan.metrics
            ),
        },
    ]
}

/// Whole hours, which each of these programs reads.
fn hours(kept: Duration) -> String {
    format!("{}h", kept.millis() / Duration::from_hours(1).millis())
}

fn artefact(name: &str, value: &impl Serialize) -> Artefact {
    let text = document(value);
    Artefact { path: format!("{}/{name}.yaml", Target::Retention.folder()), text }
}
