//! Objects for Kubernetes: the operator's webhook admits them, and they have the types of the operators and of Kubernetes.

use std::fs;

use anyhow::{Context, Result};
use emberline_proofs::engines::admission::{Webhook, objects};
use emberline_proofs::engines::{kubeconform, yaml_files};
use emberline_proofs::tools::workspace;
use serde_json::{Value, json};

use crate::compiled;

/// An object of this repository, for faults to be planted in.
fn committed() -> Result<Value> {
    committed_as("operator/checkout.yaml")
}

#[test]
fn the_webhook_admits_every_rule_object() -> Result<()> {
    let webhook = Webhook::start()?;
    let (_folder, count, generated) = compiled("operator")?;
    let (mut admitted, mut refused) = (0, Vec::new());
    for folder in &generated {
        for file in yaml_files(&folder.join("operator"))? {
            for object in objects(&file)?.iter().filter(|object| object["kind"] == "PrometheusRule") {
                match webhook.refuses(object)? {
                    None => admitted += 1,
                    Some(why) => refused.push(format!("{}: {why}", file.display())),
                }
            }
        }
    }
    println!("| the operator's webhook admits {admitted} objects with {count} random objectives and ours");
    assert!(refused.is_empty(), "refused objects:\n{}", refused.join("\n"));
    assert!(admitted > 50, "only {admitted} objects were asked about");
    Ok(())
}

#[test]
fn the_webhook_refuses_broken_rules() -> Result<()> {
    let webhook = Webhook::start()?;
    let alert = {
        let rules = &committed()?["spec"]["groups"][0]["rules"];
        rules.as_array().and_then(|rules| rules.iter().position(|rule| rule["alert"].is_string()))
    };
    let place = alert.context("an alert")?;
    type Break = fn(&mut Value);
    let faults: [(&str, Break); 4] = [
        ("an expression that does not parse", |rule| rule["expr"] = json!("sum(rate(x[5m])")),
        ("an annotation whose template is open", |rule| rule["annotations"]["summary"] = json!("{{ .Foo")),
        ("a duration that is none", |rule| rule["for"] = json!("soon")),
        ("a label that Prometheus sets", |rule| rule["labels"]["__name__"] = json!("x")),
    ];
    for (what, plant) in faults {
        let mut object = committed()?;
        plant(&mut object["spec"]["groups"][0]["rules"][place]);
        assert!(webhook.refuses(&object)?.is_some(), "the webhook admits {what}");
    }
    Ok(())
}

/// An object of this repository by its file below `generated/`.
fn committed_as(file: &str) -> Result<Value> {
    objects(&workspace().join("generated").join(file))?.into_iter().next().context("an object")
}

#[test]
fn the_webhook_admits_routes_and_refuses_broken_ones() -> Result<()> {
    let webhook = Webhook::start()?;
    let mut admitted = 0;
    for file in yaml_files(&workspace().join("generated/alertmanager-config"))? {
        for object in objects(&file)? {
            let why = webhook.refuses(&object)?;
            assert!(why.is_none(), "{}: {why:?}", file.display());
            admitted += 1;
        }
    }
    println!("| the operator's webhook admits {admitted} objects of routes");
    assert!(admitted >= 2, "routes of objectives, and of what evaluates them");
    let faults = [
        ("a receiver that is none", "/spec/route", "receiver", json!("nobody")),
        ("a wait that is no duration", "/spec/route", "groupWait", json!("soon")),
        ("a way to compare that is none", "/spec/route/matchers/0", "matchType", json!("~=")),
        ("a receiver without a name", "/spec/receivers/0", "name", json!("")),
    ];
    for (what, place, field, value) in faults {
        let mut object = committed_as("alertmanager-config/slo.yaml")?;
        let holder = object.pointer_mut(place).and_then(Value::as_object_mut).context("a place")?;
        holder.insert(field.to_owned(), value);
        assert!(webhook.refuses(&object)?.is_some(), "the webhook admits {what}");
    }
    Ok(())
}

/// The targets that write objects, each into a folder of its name.
const TARGETS: [&str; 4] = ["operator", "alertmanager-config", "grafana-configmaps", "grafana-operator"];

#[test]
fn every_object_has_its_types() -> Result<()> {
    let schemas = tempfile::tempdir()?;
    let kinds = kubeconform::write_schemas(schemas.path())?;
    let (_folder, count, generated) = compiled(&TARGETS.join(","))?;
    for target in TARGETS {
        let (mut valid, mut faults) = (0, Vec::new());
        // The random policies notify nobody.
        for folder in generated.iter().map(|folder| folder.join(target)).filter(|folder| folder.is_dir()) {
            let (sound, others) = kubeconform::judge(&yaml_files(&folder)?, schemas.path())?;
            valid += sound;
            faults.extend(others);
        }
        println!(
            "| kubeconform, strict, by {kinds} kinds: {valid} objects of `{target}` with {count} objectives valid"
        );
        assert!(faults.is_empty(), "faults in objects:\n{}", faults.join("\n"));
        let least = if target == "alertmanager-config" { 2 } else { 50 };
        assert!(valid >= least, "only {valid} objects of `{target}` were judged");
    }
    Ok(())
}

#[test]
fn faults_in_objects_are_found() -> Result<()> {
    let schemas = tempfile::tempdir()?;
    kubeconform::write_schemas(schemas.path())?;
    let rule = "/spec/groups/0/rules/0";
    let faults = [
        ("a field that is misspelt", rule, "keepFiringFor", json!("5m")),
        ("a duration that is none", "/spec/groups/0", "interval", json!("soon")),
        ("a label that is no text", rule, "labels", json!({"service": {"name": "checkout"}})),
        ("a group without a name", "/spec/groups/0", "name", Value::Null),
        ("a namespace with a capital", "/metadata", "namespace", json!("Monitoring")),
    ];
    let operator = faults.map(|fault| ("operator/checkout.yaml", fault));
    let others = [
        ("alertmanager-config/slo.yaml", ("a wait under another name", "/spec/route", "groupwait", json!("30s"))),
        ("alertmanager-config/slo.yaml", ("receivers that are no list", "/spec", "receivers", json!({}))),
        ("grafana-configmaps/checkout.yaml", ("content that is no text", "/data", "checkout.json", json!({}))),
        ("grafana-configmaps/checkout.yaml", ("a file in a folder", "/data", "a/b.json", json!("{}"))),
        ("grafana-configmaps/checkout.yaml", ("a label that is no text", "/metadata/labels", "a", json!(1))),
        ("grafana-operator/checkout.yaml", ("a dashboard that is no text", "/spec", "json", json!({}))),
        ("grafana-operator/checkout.yaml", ("a field that is misspelt", "/spec", "folders", json!("SLOs"))),
        ("grafana-operator/checkout.yaml", ("no instance", "/spec", "instanceSelector", Value::Null)),
    ];
    let file = schemas.path().join("object.yaml");
    for (from, (what, place, field, value)) in operator.into_iter().chain(others) {
        let mut object = committed_as(from)?;
        let holder = object.pointer_mut(place).and_then(Value::as_object_mut).context("a place")?;
        holder.insert(field.to_owned(), value);
        fs::write(&file, serde_yaml::to_string(&object)?)?;
        let (valid, others) = kubeconform::judge(std::slice::from_ref(&file), schemas.path())?;
        assert!(valid == 0 && others.len() == 1, "kubeconform overlooks {what} in {from}: {others:?}");
    }
    let mut unknown = committed()?;
    unknown["kind"] = json!("PrometheusRules");
    fs::write(&file, serde_yaml::to_string(&unknown)?)?;
    let judged = kubeconform::judge(std::slice::from_ref(&file), schemas.path());
    assert!(judged.is_err(), "kubeconform skips a kind that the operator has not");
    Ok(())
}
