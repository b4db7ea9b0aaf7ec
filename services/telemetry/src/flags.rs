//! Feature flags, read at run time. Each evaluation is an event of the current span, by OpenTelemetry's semantic conventions.
//!
//! `EMBERLINE_FLAGS` names a file with a JSON object: from a flag's key to its variant. Without that variable nobody turns flags,
//! so none is evaluated.

use std::collections::BTreeMap;
use std::path::Path;

use opentelemetry::KeyValue;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Whether the flag of this key has the variant `on`. A file that is missing or cannot be read leaves every flag off: a shop must
/// not stop selling because of its flags.
#[must_use]
pub fn is_on(key: &'static str) -> bool {
    let Some(path) = std::env::var_os("EMBERLINE_FLAGS") else { return false };
    let variant = variant(Path::new(&path), key).unwrap_or_else(|| "off".to_owned());
    let is_on = variant == "on";
    let evaluated = vec![KeyValue::new("feature_flag.key", key), KeyValue::new("feature_flag.result.variant", variant)];
    tracing::Span::current().add_event("feature_flag.evaluation", evaluated);
    is_on
}

/// The variant that a file gives a flag.
fn variant(path: &Path, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    serde_json::from_str::<BTreeMap<String, String>>(&text).ok()?.remove(key)
}

#[cfg(test)]
mod tests {
    use super::variant;

    #[test]
    fn a_flag_has_the_variant_of_the_file() -> std::io::Result<()> {
        let path = std::env::temp_dir().join(format!("flags-{}.json", std::process::id()));
        std::fs::write(&path, r#"{"screening": "on"}"#)?;
        let (known, unknown) = (variant(&path, "screening"), variant(&path, "other"));
        std::fs::write(&path, "no JSON")?;
        let unread = variant(&path, "screening");
        std::fs::remove_file(&path)?;
        assert_eq!((known.as_deref(), unknown, unread), (Some("on"), None, None));
        assert_eq!(variant(&path, "screening"), None);
        Ok(())
    }
}
