//! Every generated configuration is one that a collector accepts and runs with.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use emberline_proofs::collector::{Place, generated};
use emberline_proofs::tools::workspace;
use serde_json::Value;

const CONFIGS: [&str; 4] = ["agent", "agent-balanced", "gateway", "single"];

#[test]
fn every_configuration_validates_and_starts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for name in CONFIGS {
        let place = Place::new(name, &generated(name), folder.path())?
            .with("GATEWAY_ENDPOINT", "127.0.0.1:1")
            .with("GATEWAYS", "[127.0.0.1:1, 127.0.0.1:2]")
            .with("STORE_ENDPOINT", "http://127.0.0.1:1");
        place.validate().with_context(|| format!("validating {name}.yaml"))?;
        let _running = place.start().with_context(|| format!("starting with {name}.yaml"))?;
    }
    println!("collector: {} generated configurations validate, and the collector is healthy with each", CONFIGS.len());
    Ok(())
}

/// The files above are all that there are: a new one must be run too.
#[test]
fn no_configuration_is_left_out() -> Result<()> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(workspace().join("generated/collector"))? {
        let path = entry?.path();
        let config: Value = serde_yaml::from_str(&std::fs::read_to_string(&path)?)?;
        if config.get("service").is_some() {
            found.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    assert_eq!(found, CONFIGS.iter().map(ToString::to_string).collect());
    Ok(())
}

/// The manifest of the smallest collector lists what the configurations use, no more and no less, and the collector that
/// judges them here has all of it at the same release.
#[test]
fn the_manifest_lists_what_is_used() -> Result<()> {
    let read = |path: &str| -> Result<Value> {
        let path = workspace().join(path);
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(serde_yaml::from_str(&text)?)
    };
    let ours = modules(&read("generated/collector/builder.yaml")?);
    let judge = modules(&read("ci/tools/otelcol/builder.yaml")?);
    let missing: Vec<_> = ours.difference(&judge).collect();
    ensure!(missing.is_empty(), "the collector of ci/tools lacks {missing:?}");

    let mut kinds = BTreeSet::new();
    for name in CONFIGS {
        let config = read(&format!("generated/collector/{name}.yaml"))?;
        for section in ["extensions", "receivers", "processors", "connectors", "exporters"] {
            for key in config[section].as_object().into_iter().flat_map(|entries| entries.keys()) {
                // `span_metrics/red` is spanmetricsconnector.
                let kind = key.split('/').next().unwrap_or(key).replace('_', "");
                kinds.insert(format!("{kind}{}", section.trim_end_matches('s')));
            }
        }
    }
    let mut listed: BTreeSet<_> = ours
        .iter()
        .filter(|module| !module.contains("/confmap/provider/"))
        .filter_map(|module| Some(module.split(' ').next()?.rsplit('/').next()?.to_owned()))
        .collect();
    // Three modules whose components have other names.
    for (module, kind) in [
        ("otlpexporter", "otlpgrpcexporter"),
        ("filestorage", "filestorageextension"),
        ("healthcheckextension", "healthcheckextension"),
    ] {
        if listed.remove(module) {
            listed.insert(kind.to_owned());
        }
    }
    assert_eq!(listed, kinds, "left: the manifest, right: the configurations");
    println!("collector: builder.yaml lists the {} components in use and no other", kinds.len());
    Ok(())
}

fn modules(manifest: &Value) -> BTreeSet<String> {
    let sections = manifest.as_object().into_iter().flat_map(|sections| sections.values());
    let entries = sections.filter_map(Value::as_array).flatten();
    entries.filter_map(|entry| entry["gomod"].as_str().map(str::to_owned)).collect()
}
