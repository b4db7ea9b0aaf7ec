//! Profiles as JSON. The generated messages ask for every field, where OTLP's JSON leaves out defaults and writes 64-bit
//! integers as strings; both are mended before decoding.

use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::profiles::v1development as p;
use serde::Serialize;
use serde_json::Value;

/// Reads a request.
///
/// # Errors
/// Text that is no JSON, or not of a request's shape.
pub(crate) fn parse(text: &[u8]) -> Result<ExportProfilesServiceRequest, serde_json::Error> {
    let mut value: Value = serde_json::from_slice(text)?;
    each(&mut value, "resourceProfiles", &p::ResourceProfiles::default(), |of_resource| {
        each(of_resource, "scopeProfiles", &p::ScopeProfiles::default(), |of_scope| {
            each(of_scope, "profiles", &p::Profile::default(), |profile| {
                for key in ["sampleType", "periodType"] {
                    if let Some(kind) = profile.get_mut(key) {
                        fill(kind, &p::ValueType::default());
                    }
                }
                each(profile, "samples", &p::Sample::default(), |_| ());
            });
        });
    });
    if let Some(tables) = value.get_mut("dictionary") {
        fill(tables, &p::ProfilesDictionary::default());
        each(tables, "mappingTable", &p::Mapping::default(), |_| ());
        each(tables, "locationTable", &p::Location::default(), |location| {
            each(location, "lines", &p::Line::default(), |_| ())
        });
        each(tables, "functionTable", &p::Function::default(), |_| ());
        each(tables, "linkTable", &p::Link::default(), |link| {
            for key in ["traceId", "spanId"] {
                link.get_mut(key).into_iter().for_each(bytes);
            }
        });
        each(tables, "attributeTable", &p::KeyValueAndUnit::default(), |_| ());
        each(tables, "stackTable", &p::Stack::default(), |_| ());
    }
    serde_json::from_value(value)
}

fn each<T: Serialize>(parent: &mut Value, key: &str, default: &T, mut inner: impl FnMut(&mut Value)) {
    if let Some(Value::Array(items)) = parent.get_mut(key) {
        for item in items {
            fill(item, default);
            inner(item);
        }
    }
}

/// Adds the fields that are absent, and turns strings into numbers where the message has numbers.
fn fill<T: Serialize>(value: &mut Value, default: &T) {
    let (Some(object), Ok(Value::Object(defaults))) = (value.as_object_mut(), serde_json::to_value(default)) else {
        return;
    };
    for (key, default) in defaults {
        match object.get_mut(&key) {
            None => {
                object.insert(key, default);
            }
            Some(given) if default.is_number() => number(given),
            Some(Value::Array(items)) if key == "values" => items.iter_mut().for_each(number),
            Some(_) => {}
        }
    }
}

fn number(value: &mut Value) {
    if let Value::String(text) = value {
        if let Ok(whole) = text.parse::<i64>() {
            *value = whole.into();
        } else if let Ok(whole) = text.parse::<u64>() {
            *value = whole.into();
        }
    }
}

/// OTLP writes ids in hexadecimal digits; the generated message wants a list of bytes. Other text is left, to be refused.
fn bytes(value: &mut Value) {
    let Value::String(text) = value else { return };
    let pairs = text.as_bytes().chunks(2).map(|pair| {
        let digits = std::str::from_utf8(pair).ok().filter(|digits| digits.len() == 2)?;
        u8::from_str_radix(digits, 16).ok()
    });
    if let Some(list) = pairs.collect::<Option<Vec<u8>>>() {
        *value = list.into();
    }
}
