//! A file that names stores: YAML (and so JSON), each key a product, each value its address or a mapping with what
//! opens its door. It holds names of files and no secret.

use std::fs;
use std::path::Path;

use emberline_core::source::Sources;
use emberline_core::yaml::{Node, Value as Yaml, parse};
use emberline_walk::source::{Access, Endpoints};
use serde_json::{Map, Value};

use crate::failure::{Failure, Result};
use crate::world::shown;

/// Reads the file; `access` opens every door that the file says nothing of.
pub(super) fn read(file: &Path, access: &Access) -> Result<Endpoints> {
    let text = fs::read_to_string(file).map_err(|cause| Failure::io("cannot read", file, &cause))?;
    let mut sources = Sources::default();
    let id = sources.add(shown(file), &text);
    let parsed = parse(id, &text);
    let line = |start: u32| {
        let before = usize::try_from(start).ok().and_then(|start| text.get(..start)).unwrap_or_default();
        format!("{}:{}", shown(file), before.matches('\n').count() + 1)
    };
    if let Some(finding) = parsed.findings.first() {
        return Err(Failure::new(format!("{}: {}", line(finding.label.span.start), finding.message)));
    }
    let node = parsed.documents.first();
    let value = node.map_or(Value::Null, plain);
    let folder = file.parent().unwrap_or(Path::new(""));
    Endpoints::read(&value, folder, access, true).map_err(|why| {
        let entries = match node.map(|node| &node.value) {
            Some(Yaml::Mapping(entries)) => entries.as_slice(),
            _ => &[],
        };
        // What is wrong names its key first.
        let key = entries.iter().map(|(key, _)| key).find(|key| why.starts_with(&format!("`{}`: ", key.value.text)));
        let place = key.map_or_else(|| shown(file), |key| line(key.span.start));
        Failure::new(format!("{place}: {why}"))
            .help("write it like `loki: {url: https://logs.example, tenant: shop, bearer_token_file: loki.token}`")
    })
}

/// A node as a plain value. Every scalar is a text: a tenant such as `7` is one too.
fn plain(node: &Node) -> Value {
    match &node.value {
        Yaml::Scalar(scalar) if scalar.is_null() => Value::Null,
        Yaml::Scalar(scalar) => Value::String(scalar.text.to_string()),
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(entries) => Value::Object(
            entries.iter().map(|(key, value)| (key.value.text.to_string(), plain(value))).collect::<Map<_, _>>(),
        ),
    }
}
