//! The written description of the layout, which every exported file fits. The public incidents fit it too, where they
//! are at hand: those files are not ours.

use std::collections::BTreeMap;
use std::path::Path;

use emberline_walk::Frozen;
use jsonschema::Validator;
use serde_json::{Value, json};

/// The files of the public incidents.
const PUBLIC: [&str; 8] = [
    "alert.json",
    "metrics.csv",
    "logs.ndjson",
    "patterns.json",
    "traces.json",
    "context/commits.json",
    "context/deploys.json",
    "context/flags.json",
];

fn validator(file: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(include_str!("layout.json")).unwrap();
    assert!(schema["$defs"][file].is_object(), "the layout does not describe {file}");
    schema["$ref"] = json!(format!("#/$defs/{}", file.replace('/', "~1")));
    jsonschema::validator_for(&schema).unwrap()
}

/// The values of a file that are judged: the document, or each of its rows or lines.
fn values(file: &str, text: &str) -> Vec<Value> {
    match file.rsplit('.').next() {
        Some("csv") => rows(text),
        Some("ndjson") => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        _ => vec![serde_json::from_str(text).unwrap()],
    }
}

/// The rows of a table by the names of its header.
fn rows(text: &str) -> Vec<Value> {
    let mut lines = text.lines();
    let header: Vec<String> = fields(lines.next().unwrap());
    lines
        .map(|line| {
            let fields = fields(line);
            assert_eq!(fields.len(), header.len(), "{line}");
            let value = |(name, text): (&String, String)| {
                let value = if name == "value" { json!(text.parse::<f64>().unwrap()) } else { json!(text) };
                (name.clone(), value)
            };
            Value::Object(header.iter().zip(fields).map(value).collect())
        })
        .collect()
}

/// The fields of a row of CSV, by RFC 4180.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.next_if_eq(&'"').is_some() => fields.last_mut().unwrap().push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            sign => fields.last_mut().unwrap().push(sign),
        }
    }
    fields
}

/// What does not fit, a line each.
fn faults(file: &str, text: &str) -> Vec<String> {
    let validator = validator(file);
    let of = |value: &Value| -> Vec<String> {
        validator.iter_errors(value).map(|error| format!("{file}{}: {error}", error.instance_path())).collect()
    };
    values(file, text).iter().flat_map(of).collect()
}

/// The documents of an export, each of which fits the layout. Rows and lines are arrays.
pub(crate) fn fitting(frozen: &Frozen) -> BTreeMap<&str, Value> {
    let mut documents = BTreeMap::new();
    for (file, text) in &frozen.files {
        assert_eq!(faults(file, text), [] as [String; 0]);
        let mut values = values(file, text);
        let is_many = file.ends_with("csv") || file.ends_with("ndjson");
        let document = if is_many { Value::Array(values) } else { values.remove(0) };
        documents.insert(file.as_str(), document);
    }
    documents
}

#[test]
fn public_incidents_fit_the_layout() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/bench/rootcausebench");
    let Ok(incidents) = std::fs::read_dir(&folder) else { return };
    let mut count = 0;
    for incident in incidents {
        let incident = incident.unwrap().path();
        for file in PUBLIC {
            let text = std::fs::read_to_string(incident.join(file)).unwrap();
            assert_eq!(faults(file, &text), [] as [String; 0], "{}", incident.display());
        }
        count += 1;
    }
    assert!(count >= 12, "{count}");
}

#[test]
fn the_layout_refuses_what_does_not_fit() {
    let alert = json!({"service": "a", "metric": "m", "threshold": 0.1, "observed": 1, "fired_at": "2026-01-01T00:00:00Z",
        "severity": "page", "monitor": "m", "summary": "s"});
    assert_eq!(faults("alert.json", &alert.to_string()), [] as [String; 0]);
    for (field, wrong) in [("threshold", json!("0.1")), ("fired_at", json!("2026-01-01 00:00")), ("more", json!(1))] {
        let mut alert = alert.clone();
        alert[field] = wrong;
        assert!(!faults("alert.json", &alert.to_string()).is_empty(), "{field}");
    }
    assert!(!faults("metrics.csv", "timestamp,service,metric,value\n2026-01-01T00:00:00Z,,m,1\n").is_empty());
    assert!(
        !faults("logs.ndjson", "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"service\":\"a\",\"msg\":\"m\"}\n").is_empty()
    );
    assert!(!faults("context/commits.json", "[{\"sha\":\"x\"}]").is_empty());
    assert!(!faults("context/flags.json", "{}").is_empty());
}
