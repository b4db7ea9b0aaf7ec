//! Configurations of the OpenTelemetry Collector (v0.158), and the manifest of the smallest collector that runs them.
//!
//! ```text
//! agent     otlp ─▶ memory_limiter ─▶ guard ─▶ redaction ─▶ transform ─▶ queue on disk ─▶ gateway
//! gateway   otlp ─▶ span_metrics/red (all spans) ──────────────────────────────▶ prometheus
//!             └───▶ tail_sampling ─▶ forward/kept ─▶ span_metrics/exemplars ───▶ prometheus
//!                                         └────────▶ queue on disk ────────────▶ store
//! ```
//!
//! What differs between deployments (addresses, folders) comes from the environment, with a default in the file.

mod agent;
mod builder;
mod config;
mod gateway;
mod guard;
mod redaction;
mod texts;

use super::{Artefact, HEADER, Target};
use crate::plan::TelemetryPlan;
use config::{Config, durable, env, escaped, gathering, quoted};

/// Every configuration, and the manifest that lists their components.
pub(super) fn emit(plan: &TelemetryPlan) -> Vec<Artefact> {
    let configs = [
        ("agent", agent::config(plan, agent::To::Gateway), agent::ABOUT),
        ("agent-balanced", agent::config(plan, agent::To::Gateways), agent::ABOUT_BALANCED),
        ("gateway", gateway::config(plan), gateway::ABOUT),
        ("single", gateway::single(plan), gateway::ABOUT_SINGLE),
    ];
    let mut artefacts: Vec<_> = configs
        .iter()
        .map(|(name, config, about)| {
            // The gateway receives what agents have redacted already.
            let classes = if *name == "gateway" { String::new() } else { redaction::about() };
            config.artefact(name, &format!("{about}{classes}"))
        })
        .collect();
    artefacts.push(builder::manifest(configs.iter().map(|(_, config, _)| config)));
    artefacts
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::source::Sources;

    /// What somebody may call a service, a route or an attribute must not end a string, nor reach for the environment.
    const HOSTILE: &str = r#"
version: emberline/v1
service: 'say "${env:HOME}" \ now'
traffic: 1000/s
metrics:
  duration: {type: histogram, unit: s, buckets: [0.1, 0.3], labels: {http.route: {values: ['/a"b', '/$x']}}}
attributes:
  'a"${env:SECRET}\': {pii: email}
  'q"$y': {pii: sql}
slos:
  - {name: 'l${env:X}', objective: 99%, sli: {latency: {metric: duration, threshold: 300ms, selector: '{http_route="/$x"}'}}}
"#;

    #[test]
    fn hostile_names_stay_inside_their_strings() {
        let mut sources = Sources::default();
        sources.add("hostile.yaml", HOSTILE);
        let analysis = crate::analyse(&sources, None);
        let plan = analysis.plan.unwrap();
        for artefact in super::emit(&plan.telemetry) {
            let config: serde_yaml::Value = serde_yaml::from_str(&artefact.text).unwrap();
            let mut texts = Vec::new();
            gather(&config, &mut texts);
            for text in texts {
                // The environment is asked for addresses only; any other `$` is doubled.
                let rest = text.replace("$$", "");
                let asks = rest.starts_with("${env:") && rest.matches("${").count() == rest.matches(":-").count();
                assert!(!rest.contains('$') || asks, "{}: {text}", artefact.path);
            }
        }
        let gateway = super::gateway::config(&plan.telemetry);
        let policies = gateway.processors["tail_sampling"]["policies"].to_string();
        assert!(policies.contains(r#"== \"say \\\"$${env:HOME}\\\" \\\\ now\""#), "{policies}");
        assert!(policies.contains(r#"[\"http.route\"] == \"/$$x\""#), "{policies}");
        // A thousand traces a second that wait ten seconds, four times over.
        assert_eq!(gateway.processors["tail_sampling"]["num_traces"], 40_000);
    }

    fn gather<'v>(value: &'v serde_yaml::Value, texts: &mut Vec<&'v str>) {
        match value {
            serde_yaml::Value::String(text) => texts.push(text),
            serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| gather(item, texts)),
            serde_yaml::Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
                gather(key, texts);
                gather(value, texts);
            }),
            _ => {}
        }
    }
}
