//! Kubernetes objects against the definitions of the Prometheus Operator, of Grafana's operator and of Kubernetes itself, by
//! kubeconform.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{admission::objects, yaml_files};
use crate::tools::tool;

/// Writes the JSON Schema of each kind and version that the operators define, and of Kubernetes' ConfigMap; gives how many
/// there are. Fields that a definition does not name are faults, as a typing error in a field's name is silent otherwise.
///
/// # Errors
/// When the definitions cannot be had.
pub fn write_schemas(folder: &Path) -> Result<usize> {
    write_config_map(folder)?;
    let mut written = 1;
    let files = [yaml_files(&tool("operator-crds")?)?, yaml_files(&tool("grafana-crds")?)?].concat();
    for file in files {
        for definition in objects(&file)? {
            let kind = definition["spec"]["names"]["kind"].as_str().context("a definition without a kind")?;
            let group = definition["spec"]["group"].as_str().context("a definition without a group")?;
            for version in definition["spec"]["versions"].as_array().context("a definition without versions")? {
                let name = version["name"].as_str().context("a version without a name")?;
                let mut schema = version["schema"]["openAPIV3Schema"].clone();
                close(&mut schema);
                schema["properties"]["metadata"] = metadata();
                // kubeconform asks for kinds in lower case.
                let path = folder.join(format!("{}-{group}-{name}.json", kind.to_lowercase()));
                fs::write(&path, schema.to_string()).with_context(|| format!("writing {}", path.display()))?;
                written += 1;
            }
        }
    }
    ensure!(written > 1, "the operators define no kind");
    Ok(written)
}

/// Writes the schema of a ConfigMap, with the names of its files as the API server takes them.
fn write_config_map(folder: &Path) -> Result<()> {
    let path = tool("kubernetes-openapi")?.join("v1.json");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut known: Value = serde_json::from_str(&text)?;
    let mut schema = known["definitions"]["io.k8s.api.core.v1.ConfigMap"].take();
    ensure!(schema["properties"]["data"].is_object(), "{} has no ConfigMap", path.display());
    close(&mut schema);
    schema["properties"]["metadata"] = metadata();
    schema["properties"]["data"] = json!({
        "type": "object",
        "patternProperties": {"^[-._a-zA-Z0-9]{1,253}$": {"type": "string"}},
        "additionalProperties": false,
    });
    // kubeconform takes the version for the group where there is none.
    fs::write(folder.join("configmap-v1-v1.json"), schema.to_string()).context("writing the schema of a ConfigMap")
}

/// Refuses what a schema's objects do not name, and takes a number for text where Kubernetes does.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("x-kubernetes-preserve-unknown-fields") {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
            if fields.contains_key("x-kubernetes-int-or-string") {
                fields.remove("type");
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The part of Kubernetes' ObjectMeta that a file may state; the operator's definitions leave it open.
fn metadata() -> Value {
    let texts = json!({"type": "object", "additionalProperties": {"type": "string"}});
    json!({
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string", "maxLength": 253, "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
            "namespace": {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},
            "labels": texts,
            "annotations": texts,
        },
    })
}

/// How many objects of some files kubeconform found valid, and what it says of those that it found invalid.
///
/// # Errors
/// When kubeconform cannot be had, or could not judge an object: one of a kind that nobody defines.
pub fn judge(files: &[PathBuf], schemas: &Path) -> Result<(usize, Vec<String>)> {
    let location = schemas.join("{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json");
    let output = Command::new(tool("kubeconform")?)
        .args(["-strict", "-verbose", "-output", "json", "-schema-location"])
        .arg(&location)
        .args(files)
        .output()?;
    let said: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("kubeconform said: {}", String::from_utf8_lossy(&output.stderr)))?;
    let resources = said["resources"].as_array().context("kubeconform judged nothing")?;
    let valid = resources.iter().filter(|resource| resource["status"] == "statusValid").count();
    let others: Vec<&Value> = resources.iter().filter(|resource| resource["status"] != "statusValid").collect();
    let unjudged = others.iter().find(|resource| resource["status"] != "statusInvalid");
    ensure!(unjudged.is_none(), "kubeconform could not judge an object: {unjudged:?}");
    Ok((valid, others.iter().map(ToString::to_string).collect()))
}
